"""What can be written about a thing of a register: its fields, how they are shown, and how what was typed is read.

A field that was left as it was shown is left out of a change, so that a number is never rounded by being looked at.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_access.decoders import DecodeError
from data_access.decoders.fields import DEVICE_ID, NAME, text
from data_access.decoders.native import FIELDS
from data_access.metric_units import unit_of
from data_access.refusals import CannotDo
from data_access.words import LANGUAGES, N_, Text, _
from layers.base import Row

MOST_LEVELS = 5  # more bands the ramps cannot tell apart
KINDS: Mapping[str, Text] = {
    "sensor": N_("Sensor"),
    "camera": N_("Camera"),
    "parking": N_("Parking site"),
    "other": N_("Something else"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be written: `low` and `high` bound a number, `longest` a text; `lines` gives it several."""

    name: str
    label: Text
    unit: str = ""
    low: float | None = None
    high: float | None = None
    longest: int = 0
    lines: bool = False
    help: Text | None = None
    needed: bool = False

    @property
    def number(self) -> bool:
        return self.low is not None


def _declared(name: str, label: Text, unit: str, help: Text | None = None) -> Field:
    low, high = FIELDS[name]
    return Field(name, label, unit, low, high, help=help)


DEVICE = (
    Field("name", N_("Name"), longest=200, needed=True),
    Field("lon", N_("Longitude"), "°", -180, 180),
    Field("lat", N_("Latitude"), "°", -90, 90),
    Field("interval_s", N_("Reports every"), "s", 0.01, 1e8),
)
CAMERA = (
    _declared("azimuth_deg", N_("Looks towards"), "°", N_("From north, clockwise")),
    _declared("field_of_view_deg", N_("Field of view"), "°"),
    _declared("range_m", N_("Sees as far as"), "m"),
    _declared("mount_height_m", N_("Mounted at"), "m"),
)
PARKING = (_declared("total_spaces", N_("Spaces"), ""),)
METRICS = Field("metrics", N_("Measures"), longest=2000, help=N_("Names of metrics with a comma between them."))
ID = Field("id", N_("Known as"), longest=64, needed=True, help=N_("The name by which it sends: its id."))
KIND = Field("kind", N_("Kind"), longest=64)
DISTRICT = (
    Field("name", N_("Name"), longest=200, needed=True),
    Field("name_en", N_("Name in English"), longest=200),
    Field("kind", N_("Kind"), longest=100),
    Field("population", N_("Population"), low=0, high=1e9),
)
SAID = {"vi": N_("Who says so, in Vietnamese"), "en": N_("Who says so, in English")}
WORDS = {"vi": N_("Words for the bands, in Vietnamese"), "en": N_("Words for the bands, in English")}
THRESHOLD = (
    Field("levels", N_("Levels"), longest=200, needed=True, help=N_("Rising, with a semicolon between them.")),
    *(Field(f"said_{code}", SAID[code], longest=500) for code in LANGUAGES),
    *(
        Field(f"words_{code}", WORDS[code], longest=2000, lines=True, help=N_("One line a band, the lowest first."))
        for code in LANGUAGES
    ),
)


def fields_of(register: str, kind: str | None) -> tuple[Field, ...]:
    """What can be written about a thing of this register and kind."""
    if register == "device":
        return (*DEVICE, *{"camera": CAMERA, "parking": PARKING}.get(kind or "", ()))
    return DISTRICT if register == "district" else THRESHOLD


def shown(row: Row, field: Field) -> str:
    """How this field of a thing is shown; nothing where it is not known."""
    value = _held(row, field.name)
    if value is None:
        return ""
    if field.name in ("lon", "lat"):
        return f"{value:.6f}"
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


def _held(row: Row, name: str) -> Any:
    if name in FIELDS:
        return json.loads(row.fields).get(name)
    if name == "levels":
        return "; ".join(f"{level:g}" for level in json.loads(row.levels))
    what, _underscore, code = name.partition("_")
    if what == "said" and code in LANGUAGES:
        return json.loads(row.said).get(code)
    if what == "words" and code in LANGUAGES:
        return "\n".join(words.get(code, "") for words in json.loads(row.words)).rstrip()
    return getattr(row, name, None)


def columns(register: str, fields: Sequence[Field], typed: Mapping[str, object], row: Row | None) -> dict[str, Any]:
    """The columns that what was typed changes; all of them where there is no row yet.

    A field of which nothing came at all is left as it is; one that came empty is emptied.

    Raises:
        CannotDo: a field cannot be as it was typed; the sentence names it.
    """
    fresh = {
        field: value
        for field in fields
        if (row is None or field.name in typed)
        and (value := str(typed.get(field.name) or "").strip()) != (shown(row, field) if row else None)
    }
    read = {field.name: _read(field, value) for field, value in fresh.items()}
    if register == "threshold":
        return _threshold(read, row)
    _both_or_neither(read, row)
    own = {name: value for name, value in read.items() if name in FIELDS}
    return {name: value for name, value in read.items() if name not in FIELDS} | ({"fields": own} if own else {})


def _read(field: Field, typed: str) -> Any:
    if not typed:
        if field.needed:
            raise CannotDo(_("{field} must not be empty.").format(field=field.label))
        return None
    if field.number:
        value = decimal(typed)
        if value is None or not (field.low or 0) <= value <= (field.high or 0):
            raise CannotDo(
                _("{field}: write a number from {low} to {high}.").format(
                    field=field.label, low=f"{field.low:g}", high=f"{field.high:.10g}"
                )
            )
        return int(value) if field.name == "population" else value
    try:
        return text(typed, str(field.label), field.longest, lines=field.lines)
    except DecodeError as fault:
        raise CannotDo(_("{field}: {why}.").format(field=field.label, why=_(fault.why))) from fault


def decimal(typed: str) -> float | None:
    """A number as it is written with a point or a comma; None: it is none."""
    try:
        value = float(typed.replace(",", ".").replace("−", "-").replace(" ", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # NaN is not, either


def _both_or_neither(read: Mapping[str, Any], row: Row | None) -> None:
    lon, lat = (read.get(name, getattr(row, name, None)) for name in ("lon", "lat"))
    if (lon is None) != (lat is None):
        raise CannotDo(_("A place has both a longitude and a latitude: write both, or leave both empty."))


def metrics(typed: object) -> str:
    """Names of metrics as the register keeps them, with their units.

    Raises:
        CannotDo: one cannot be a metric's name.
    """
    named = [word for word in str(typed or "").replace(",", " ").split() if word]
    for word in named:
        if not NAME.fullmatch(word):
            raise CannotDo(
                _("{word} cannot be a metric: lower-case words joined by underscores.").format(word=word[:40])
            )
    return json.dumps({word: unit_of(word) for word in sorted(set(named))}, ensure_ascii=False, sort_keys=True)


def device_id(typed: object) -> str:
    """The id of a device that is declared.

    Raises:
        CannotDo: no device can be called so.
    """
    wanted = str(typed or "").strip()
    if not DEVICE_ID.fullmatch(wanted) or wanted == "events":
        raise CannotDo(_("An id has up to 64 letters, digits, dots, colons, lines and underscores, and no space."))
    return wanted


def _threshold(read: Mapping[str, Any], row: Row | None) -> dict[str, Any]:
    """Levels, source and words of a threshold that fit each other."""
    told: dict[str, Any] = {}
    levels: list[float] = json.loads(row.levels) if row else []
    if "levels" in read:
        found = [decimal(part.strip()) for part in str(read["levels"] or "").split(";")]
        if None in found or found != sorted(set(found)) or not 1 <= len(found) <= MOST_LEVELS:  # type: ignore[type-var]  # None is looked for first
            raise CannotDo(_("Levels rise, and there are one to {n} of them: 1.6; 2; 2.4").format(n=MOST_LEVELS))
        levels = [float(level) for level in found if level is not None]
        told["levels"] = json.dumps(levels)
    said = json.loads(row.said) if row else {}
    said |= {code: read[f"said_{code}"] for code in LANGUAGES if f"said_{code}" in read}
    said = {code: words for code, words in said.items() if words}
    if not said:
        raise CannotDo(_("A threshold says who states it, in one language at least."))
    told["said"] = json.dumps(said, ensure_ascii=False, sort_keys=True)
    told["words"] = json.dumps(_bands(read, row, len(levels) + 1), ensure_ascii=False, sort_keys=True)
    return told


def _bands(read: Mapping[str, Any], row: Row | None, wanted: int) -> list[dict[str, str]]:
    """A word in each language for each band, or none at all."""
    lines: dict[str, list[str]] = {}
    for code in LANGUAGES:
        name = f"words_{code}"
        typed = read[name] if name in read else (_held(row, name) if row else None)
        if typed:
            lines[code] = [line.strip() for line in str(typed).splitlines() if line.strip()]
    for words in lines.values():
        if len(words) != wanted:
            raise CannotDo(
                _("{n} levels make {bands} bands: write {bands} lines of words, or none.").format(
                    n=wanted - 1, bands=wanted
                )
            )
    return [{code: words[band] for code, words in lines.items()} for band in range(wanted)] if lines else []
