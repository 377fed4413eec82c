"""How columns look, said once in Python and drawn in the browser: parts for deck.gl and for MapLibre.

A part is a specification without data. Its `encode` says which column feeds which accessor; the engine in
`frontend/` reads the columns of the live frames by it. A colour is `#rrggbb`, `#rrggbbaa`, or a pair for night and
day. Every table that reaches the engine has, besides its own columns, `status` (fresh, late, stale, dead, unknown),
which the engine works out from `observed_at` and `interval_s` as the seconds go by.
"""

from dataclasses import dataclass
from typing import Any, Literal

import orjson
import pydeck
from pydeck.types import String

Colour = str | dict[Literal["night", "day"], str]


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
    described = orjson.loads(pydeck.Layer(kind, id=id, **plain).to_json())  # type: ignore[no-untyped-call]  # pydeck is untyped
    described.pop("data", None)
    return Part("deck", described, encode)


def by_status(**symbols: str) -> dict[str, Any]:
    """A choice of symbol by age; a status left out takes the symbol of `fresh`."""
    return {"column": "status", "values": symbols}
