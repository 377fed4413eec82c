"""A city's description: one TOML file that says what the city is called, where it lies, and where its data stand.

Reading one is strict. Whatever is unknown, missing, of a wrong kind or impossible is told with its line and what to do,
and all of it at once. What a description may hold is written for people in docs/cities.md.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from data_access import toml_lines
from data_access.city import City, Said, Threshold
from data_access.decoders.native import FIELDS
from data_access.description_rules import CAMERA, DEVICE_KINDS, LIGHTS, PARKING, SENSOR, SITE, SOURCES, Table, Wrong
from data_access.description_sources import LAYERS, POINT_LAYERS
from data_access.importers.found import ImportFault
from data_access.metric_units import unit_of
from data_access.records import About
from data_access.words import _

MOST_LEVELS = 5  # the ramps of the map have six colours
_SYNTAX_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


class Fault(Struct, frozen=True, order=True):
    """One thing that is wrong in a description: its line (0: the file as a whole) and a sentence with the remedy."""

    line: int
    words: str


class DescriptionFault(ImportFault):
    """A description cannot be used; `faults` says everything that is wrong with it, each with its line."""

    def __init__(self, file: Path, faults: list[Fault]) -> None:
        self.file, self.faults = file, sorted(set(faults))
        super().__init__("\n".join(self.sentences()))

    def sentences(self) -> list[str]:
        """Each fault in a line of its own, with the place where it is mended."""
        at = _("{file}, line {line}: {words}")
        return [
            at.format(file=self.file, line=fault.line, words=fault.words)
            if fault.line
            else f"{self.file}: {fault.words}"
            for fault in self.faults
        ]


class Source(Struct, frozen=True):
    """One file of a city and how it is read. `fields` says which of its columns holds what we know by another name."""

    name: str
    kind: str
    file: str
    fields: dict[str, str] = {}
    crs: str | None = None
    latitude_first: bool = False
    sheet: str | None = None
    encoding: str | None = None
    only: dict[str, tuple[str, ...]] = {}
    layer: str | None = None
    classed: str | None = None  # the class of all that it holds, where no column says one
    classes: dict[str, str] = {}
    units: dict[str, str] = {}
    unknown_height: tuple[float, ...] = ()
    metrics: dict[str, str] = {}
    interval_s: float | None = None
    id_prefix: str = ""
    keep: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class Simulated(Struct, frozen=True):
    """A city that is made up: the seed it grows from, and how many days it remembers at its first start."""

    seed: int
    days: float


class Description(Struct, frozen=True):
    """A description that holds what it should. A simulated city describes itself, so `city` is None there."""

    file: Path
    city: City | None
    simulated: Simulated | None
    sources: tuple[Source, ...]
    devices: tuple[About, ...]
    names: dict[str, str]  # of devices, by id
    lines: dict[toml_lines.Path, int]

    def line(self, *path: str | int) -> int:
        """The line in which this stands, or else the nearest thing that holds it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0


def read(file: Path, sources: Path | None = None) -> Description:
    """The description in this file; with `sources`, the folder in which its files must be.

    Raises:
        DescriptionFault: something in it is wrong; it says what, all of it, with lines and remedies.
    """
    text = _text(file)
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise DescriptionFault(file, [_not_toml(fault, text)]) from None
    lines = toml_lines.lines(text)
    root = Table(told, lines)
    described = _simulated(file, root) if "simulated" in told else _city(file, root, sources)
    if root.wrong:
        raise DescriptionFault(file, [Fault(wrong.line, wrong.words) for wrong in root.wrong])
    assert described is not None, "without a city there is a fault"
    return described


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise DescriptionFault(
            file, [Fault(line, _("This is not written in UTF-8. Save the file in that encoding."))]
        ) from None
    except FileNotFoundError:
        raise DescriptionFault(file, [Fault(0, _("There is no such file. Check the path."))]) from None
    except OSError as fault:
        words = _("It cannot be read ({reason}). Check the path and who may read it.").format(reason=fault.strerror)
        raise DescriptionFault(file, [Fault(0, words)]) from None


def _not_toml(fault: tomllib.TOMLDecodeError, text: str) -> Fault:
    where = _SYNTAX_LINE.search(str(fault))
    line = int(where[1]) if where and where[1] else text.count("\n") + 1
    reason = _SYNTAX_LINE.sub("", str(fault))
    return Fault(
        line, _("This is not TOML ({reason}). Write a key, a sign of equality and a value.").format(reason=reason)
    )


def _simulated(file: Path, root: Table) -> Description:
    root.only("simulated")
    made = root.table("simulated")
    made.only("seed", "days")
    simulated = Simulated(seed=made.whole("seed", 0, 2**31 - 1, 7), days=made.number("days", 0, 366, 7.0))
    return Description(file, None, simulated, (), (), {}, root.lines)


def _city(file: Path, root: Table, folder: Path | None) -> Description | None:
    root.only(
        "key", "name", "time_zone", "languages", "bounds", "attribution", "notes",
        "view", "source", "threshold", "device", "names",
    )  # fmt: skip
    languages = root.languages("languages")
    names = root.said("name", languages)
    bounds = root.bounds("bounds")
    key, zone = root.key("key"), root.time_zone("time_zone")
    attribution = root.texts("attribution", '"© OpenStreetMap contributors"')
    notes = root.saids("notes", languages)
    view = root.table("view")
    view.only("centre", "zoom", "pitch", "bearing", "light")
    lon, lat = view.place("centre", bounds)
    zoom, pitch = view.number("zoom", 0, 22, 15.5), view.number("pitch", 0, 85, 55.0)
    bearing, light = view.number("bearing", -360, 360, 0.0), view.choice("light", LIGHTS, "sun")
    thresholds = tuple(_threshold(table, languages) for table in root.tables("threshold"))
    sources = tuple(_sources(root, folder))
    devices = tuple(_devices(root, bounds))
    renamed = root.table("names")
    named = {device: renamed.text(device) for device in renamed.told}
    root.different("threshold", "metric")
    root.different("source", "name")
    root.different("device", "id")
    if not sources and "source" not in root.told:
        root.fault("source", words=_("There is no source. Add a [[source]] with a name, a kind and a file."))
    if root.wrong:
        return None
    city = City(
        key=key, name=str(next(iter(names.by.values()))), time_zone=zone, languages=languages, lon=lon, lat=lat,
        zoom=zoom, pitch=pitch, bearing=bearing, bounds=bounds, attribution=" · ".join(attribution), light=light,
        names=names.by if len(names.by) > 1 else {}, notes=notes, thresholds=thresholds,
    )  # fmt: skip
    return Description(file, city, None, sources, devices, named, root.lines)


def _threshold(table: Table, languages: tuple[str, ...]) -> Threshold:
    table.only("metric", "levels", "unit", "source", "words")
    levels = table.numbers("levels", "[15, 25]")
    words: tuple[Said, ...] = table.saids("words", languages)
    if list(levels) != sorted(set(levels)):
        table.fault("levels", words=_("levels must rise from one to the next. Put them in that order."))
    if len(levels) > MOST_LEVELS:
        table.fault(
            "levels",
            words=_("levels may be {most} at most: more bands cannot be told apart by colour.").format(
                most=MOST_LEVELS
            ),
        )
    if words and len(words) != len(levels) + 1:
        table.fault(
            "words",
            words=_("{levels} levels divide {bands} bands: give {bands} words, or none.").format(
                levels=len(levels), bands=len(levels) + 1
            ),
        )
    metric = table.metric("metric")
    return Threshold(metric, levels, table.text("unit", unit_of(metric)), table.said("source", languages), words)


def _sources(root: Table, folder: Path | None) -> Iterator[Source]:
    for table in root.tables("source"):
        kind, file = table.choice("kind", tuple(SOURCES)), table.text("file")
        if folder is not None and file and not (folder / file).is_file():
            words = _("There is no file {file} in {folder}. Check the path, or name its folder with --sources.")
            table.fault("file", words=words.format(file=file, folder=folder))
        if kind in SOURCES:
            yield _source(table, kind, file)
        else:
            table.text("name")


def _source(table: Table, kind: str, file: str) -> Source:
    rules = SOURCES[kind]
    table.only("name", "kind", "file", *rules.keys)
    layer = table.choice("layer", rules.layers) if rules.layers else None
    known = LAYERS.get(layer or "", rules.classes)  # a layer of the basemap has classes of its own
    classes = table.mapping("classes")
    for word, classed in classes.items():
        if known and classed and classed not in known:
            table.no_choice(("classes", word), classed, (*known, ""))
    return Source(
        name=table.text("name"),
        kind=kind,
        file=file,
        fields=table.fields("fields", rules),
        crs=table.crs("crs"),
        latitude_first=table.flag("latitude_first"),
        sheet=table.maybe("sheet"),
        encoding=table.encoding("encoding"),
        only=table.choices("only"),
        layer=layer,
        classed=table.choice("class", known, "") or None,
        classes=classes,
        units=table.units("units", rules.units),
        unknown_height=table.numbers("unknown_height") if "unknown_height" in table.told else (),
        metrics={metric: unit_of(metric) for metric in table.names("metrics") if metric},
        interval_s=table.seconds("interval_s"),
        id_prefix=table.maybe("id_prefix") or "",
        keep=table.words("keep"),
        types=table.words("types"),
        without=_without(table),
    )


def _without(table: Table) -> tuple[str, ...]:
    """What an extract of OpenStreetMap leaves to other sources: a layer, or a class of one as layer/class."""
    found = table.words("without")
    known = [*LAYERS, *POINT_LAYERS, *(f"{layer}/{one}" for layer, classes in LAYERS.items() for one in classes)]
    for number, one in enumerate(found):
        if one not in known:
            table.no_choice(("without", number), one, known)
    return found


def _devices(root: Table, bounds: tuple[float, float, float, float]) -> Iterator[About]:
    """Devices that the description itself declares: a station whose series is a file of its own."""
    for table in root.tables("device"):
        kind = table.choice("kind", DEVICE_KINDS)
        more = {CAMERA: SITE, PARKING: ("total_spaces",), SENSOR: ()}.get(kind, ())
        table.only("id", "name", "kind", "place", "metrics", "interval_s", *more)
        lon, lat = table.place("place", bounds)
        yield About(
            device_id=table.device_id("id"),
            name=table.text("name"),
            kind=kind,
            lon=lon,
            lat=lat,
            metrics={metric: unit_of(metric) for metric in table.names("metrics") if metric},
            interval_s=table.seconds("interval_s"),
            fields={name: table.number(name, *FIELDS[name]) for name in more if name in table.told},
        )


__all__ = ["Description", "DescriptionFault", "Fault", "Simulated", "Source", "Wrong", "read"]
