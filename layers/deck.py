"""How columns look, said once in Python and drawn in the browser: parts for deck.gl and for MapLibre.

A part is a specification without data. Its `encode` says which column feeds which accessor; the engine in
`frontend/` reads the columns of the live frames by it. A colour is `#rrggbb`, `#rrggbbaa`, or a pair for night and
day. Every table that reaches the engine has, besides its own columns, `status` (fresh, late, stale, dead, unknown),
which the engine works out from `observed_at` and `interval_s` as the seconds go by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import pydeck
from pydeck.types import String

from data_access.records import STATUSES

Colour = str | dict[Literal["night", "day"], str]

SHAPES = ("hexagon", "burst", "column", "drop", "gauge", "pill")  # of instruments, beside the disc
CLEAR = "#00000000"  # what is clear is neither drawn nor picked
GREY: Colour = {"night": "#93a4b8", "day": "#52616f"}  # of what is not known, and of what has no opinion
INK: Colour = {"night": "#e7edf4", "day": "#17202b"}


@dataclass(frozen=True, slots=True)
class Part:
    """One drawn thing: a pydeck specification for deck, or a style layer under the buildings for maplibre."""

    engine: Literal["deck", "maplibre"]
    spec: dict[str, Any]
    encode: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"engine": self.engine, "spec": self.spec, "encode": self.encode}


def part(kind: str, id: str, encode: dict[str, Any], **settings: Any) -> Part:
    """A deck.gl layer of this kind as pydeck describes it, without data."""
    plain = {name: String(value) if isinstance(value, str) else value for name, value in settings.items()}
    described = orjson.loads(pydeck.Layer(kind, id=id, **plain).to_json())
    described.pop("data", None)
    return Part("deck", described, encode)


def icons(
    id: str,
    icon: str | dict[str, Any],
    colour: Colour | dict[str, Any],
    size: float | dict[str, Any],
    pick: bool = True,
    angle: dict[str, Any] | None = None,
    fan: bool = False,
    shrink: bool = False,
) -> Part:
    """A symbol for each row at its place; symbol, colour and size (px) are constants or rules.

    `fan`: where several shown layers have a symbol for the same thing, they stand side by side. `shrink`: it becomes
    small when the map is seen from far, where hundreds would hide the city.
    """
    encode = {"getPosition": {"columns": ["lon", "lat"]}, "getIcon": _rule(icon), "getColor": _rule(colour)}
    encode |= {"getSize": _rule(size)} | ({"getAngle": angle} if angle else {})
    encode |= {"getPixelOffset": {"fan": [0, 0]}} if fan else {}
    return part("IconLayer", id, encode, size_units="pixels", pickable=pick, shrink=shrink)


def words(
    id: str,
    text: dict[str, Any],
    colour: Colour | dict[str, Any],
    size: float | dict[str, Any],
    offset_px: tuple[int, int],
    fan: bool = False,
    min_zoom: float = 0,
    rank: dict[str, Any] | None = None,
) -> Part:
    """A few words beside each row; a rule makes those clear that nobody needs to read.

    `min_zoom`: from farther away they are not written. Where there is no room for all, those of the lowest `rank` are.
    """
    encode = {"getPosition": {"columns": ["lon", "lat"]}, "getText": text, "getColor": _rule(colour)}
    encode |= {"getSize": _rule(size)} | ({"rank": rank} if rank else {})
    if fan:
        encode |= {"getPixelOffset": {"fan": list(offset_px)}}
        return part("TextLayer", id, encode, size_units="pixels", min_zoom=min_zoom)
    return part("TextLayer", id, encode, size_units="pixels", get_pixel_offset=list(offset_px), min_zoom=min_zoom)


def by_status(**symbols: Any) -> dict[str, Any]:
    """A choice by age; a status left out takes what `fresh` has."""
    return {"column": "status", "values": {status: symbols.get(status, symbols["fresh"]) for status in STATUSES}}


def aged(shape: str, status: str) -> str:
    """The symbol of this shape at this age: whole while fresh, then outline, hatched, struck out, dotted."""
    signs = {"late": "ring", "stale": "hatch", "dead": "bar", "unknown": "dotted"}
    if status == "fresh":
        return shape
    return signs[status] if shape == "disc" else f"{shape}_{signs[status]}"


def steps(column: str, breaks: Sequence[float], values: Sequence[int], **number: Any) -> dict[str, Any]:
    """One of these values by the band of a column, one more than breaks; `number` as in Scale.by. Unknown is 0."""
    return {"column": column, **number, "breaks": list(breaks), "steps": list(values), "missing": 0}


def only(*statuses: str, size: float) -> dict[str, Any]:
    """This size for rows of these ages, and nothing drawn for all others."""
    return {"column": "status", "values": dict.fromkeys(statuses, size), "other": 0}


def if_known(column: str, then: Colour, otherwise: Colour = CLEAR) -> dict[str, Any]:
    """One colour for rows that have a number in this column, another for those that lack it."""
    return {"column": column, "breaks": [], "colours": [then], "missing": otherwise}


def _rule(given: Any) -> dict[str, Any]:
    is_rule = isinstance(given, dict) and ("column" in given or "value" in given)
    return given if is_rule else {"value": given}
