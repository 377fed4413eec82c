"""One pass over an OpenStreetMap extract (.osm.pbf): its box, and every tagged thing with its shape.

What is tagged as an area and has no outline that can be drawn is given too, without a shape and with the reason.
"""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import osmium
import shapely
from msgspec import Struct
from shapely.geometry.base import BaseGeometry

from data_access.importers import osm_blocks
from data_access.importers.found import ImportFault, Progress
from data_access.importers.osm_tags import Tags
from data_access.words import N_, Text, _

UNDEFINED = 2**31 - 1  # the library's coordinate of a point that it does not know
OFTEN = 20_000  # things read between two words of progress

OPEN = N_("an open line")
BROKEN = N_("no outline that closes")
OUTSIDE = N_("parts of it lie outside the file")


class Thing(Struct, frozen=True):
    """Something that is mapped. A closed line may come twice, as a line and as the area within.

    `shape` is in WGS 84; None where it has none that can be drawn, and `why` says so.
    """

    id: str
    tags: dict[str, str]
    form: Literal["point", "line", "area"]
    shape: BaseGeometry | None
    why: Text | None = None


class Wanted(Struct, frozen=True):
    """Which tagged things are worth a shape; a relation may be an area where a closed line is none."""

    line: Callable[[Tags], bool]
    area: Callable[[Tags, bool], bool]


def opened(path: Path) -> tuple[float, float, float, float] | None:
    """The box that the file's header states (west, south, east, north), if it states one.

    Raises:
        ImportFault: it cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise ImportFault(_("There is no file {file}. Check the path.").format(file=path)) from None
    except OSError as fault:
        raise ImportFault(_("{file} cannot be read: {reason}.").format(file=path, reason=fault.strerror)) from fault
    if not start:
        raise ImportFault(_("{file} is empty. Fetch or export it again.").format(file=path))
    if b"OSMHeader" not in start[:32]:  # every such file begins with a block of this name
        raise ImportFault(
            _(
                "{file} is not an OpenStreetMap file in the PBF format (.osm.pbf). Convert it, or choose another."
            ).format(file=path)
        )
    if not osm_blocks.whole(path):
        raise _damaged(path, _("its blocks do not reach to its end"))
    try:
        with osmium.io.Reader(osmium.io.File(str(path), "pbf")) as reader:
            stated = reader.header().box()
    except (RuntimeError, ValueError) as fault:
        raise _damaged(path, fault) from fault
    if not stated.valid():
        return None
    low, high = stated.bottom_left, stated.top_right
    return (low.lon, low.lat, high.lon, high.lat) if low.lon < high.lon and low.lat < high.lat else None


def things(path: Path, wanted: Wanted, progress: Progress) -> Iterator[Thing]:
    """Every tagged thing in the file, in its order; areas come as they are completed, what is none at the end.

    Raises:
        ImportFault: it is damaged, has nothing in it, or has points that lie nowhere on earth.
    """
    reading = _Pass(path, wanted, progress)
    try:
        # What has no tags is kept back by the library, before it costs anything: nine of ten things are bare points.
        tagged = osmium.filter.EmptyTagFilter()
        for thing in osmium.FileProcessor(osmium.io.File(str(path), "pbf")).with_areas().with_filter(tagged):
            yield from reading.take(thing)
    except (RuntimeError, ValueError) as fault:
        if not reading.nowhere:
            raise _damaged(path, fault) from fault
    if reading.nowhere:
        raise ImportFault(
            _(
                "{file} holds points that lie nowhere on earth ({count}, the first is {first}). "
                "The file is damaged or was made wrongly; fetch it again."
            ).format(file=path, count=len(reading.nowhere), first=next(iter(reading.nowhere)))
        )
    if not reading.count:
        raise ImportFault(
            _("{file} is an OpenStreetMap file with nothing in it. Export the area again.").format(file=path)
        )
    yield from reading.awaited.values()


def _damaged(path: Path, fault: Exception | str) -> ImportFault:
    return ImportFault(
        _("{file} is damaged or was not fetched to its end ({reason}). Fetch it again.").format(file=path, reason=fault)
    )


class _Pass:
    """What one pass has to remember."""

    def __init__(self, path: Path, wanted: Wanted, progress: Progress) -> None:
        self.path, self.wanted, self.progress = path, wanted, progress
        self.count = 0
        self.nowhere: dict[str, None] = {}  # a set that keeps its order
        self.awaited: dict[
            str, Thing
        ] = {}  # what should become an area and has not yet, with what it is if it never does
        self._wkb = osmium.geom.WKBFactory()
        self._complete: set[str] = set()

    def take(self, thing: Any) -> Iterator[Thing]:
        self.count += 1
        if self.count % OFTEN == 0:
            self.progress(_("Reading {file}: {things} things").format(file=self.path.name, things=self.count), None)
        tags = {tag.k: unicodedata.normalize("NFC", tag.v) for tag in thing.tags}
        if thing.is_node():
            if self._somewhere(thing.id, thing.location):
                place = shapely.Point(thing.location.lon, thing.location.lat)
                yield Thing(f"node/{thing.id}", tags, "point", place)
        elif thing.is_area():
            yield from self._area(thing, tags)
        else:
            self._await(thing, tags)
            if thing.is_way() and self.wanted.line(tags):
                yield self._line(thing, tags)

    def _somewhere(self, id: int, location: Any) -> bool:
        """Whether this point lies on earth; one that the file does not hold lies nowhere, and is no fault."""
        if location.valid():
            return True
        if location.x != UNDEFINED:
            self.nowhere[f"node/{id} ({location.x / 1e7}, {location.y / 1e7})"] = None
        return False

    def _line(self, way: Any, tags: dict[str, str]) -> Thing:
        """A line through those of its points that the file knows."""
        points = [
            (node.location.lon, node.location.lat) for node in way.nodes if self._somewhere(node.ref, node.location)
        ]
        whole = len(set(points)) > 1
        line = shapely.LineString(points) if whole else None
        return Thing(f"way/{way.id}", tags, "line", line, None if whole else OUTSIDE)

    def _await(self, thing: Any, tags: dict[str, str]) -> None:
        """Note what should become an area (or has: a relation comes after its outline)."""
        if not self.wanted.area(tags, not thing.is_way()):
            return
        name = f"{'way' if thing.is_way() else 'relation'}/{thing.id}"
        if name in self._complete:
            return
        reason = OUTSIDE if tags.get("type") in ("multipolygon", "boundary") else BROKEN
        if thing.is_way():
            complete = all(self._somewhere(node.ref, node.location) for node in thing.nodes)
            reason = OUTSIDE if not complete else BROKEN if thing.is_closed() else OPEN
        self.awaited[name] = Thing(name, tags, "area", None, reason)

    def _area(self, area: Any, tags: dict[str, str]) -> Iterator[Thing]:
        if not self.wanted.area(tags, not area.from_way()):
            return
        outline = _outline(self._wkb.create_multipolygon(area))
        if outline is None:
            return  # it stays among the awaited, for its outline
        name = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        self._complete.add(name)
        self.awaited.pop(name, None)
        yield Thing(name, tags, "area", outline)


def _outline(wkb: str) -> BaseGeometry | None:
    """A valid polygon (or several) out of this, or None where nothing with an area is left."""
    shape = shapely.from_wkb(wkb)
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type == "Polygon" and piece.area > 0]
    if not pieces:
        return None
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)
