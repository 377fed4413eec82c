"""A city as a value: its name, its clock, its languages, and how one first looks at it."""

from msgspec import Struct


class City(Struct, frozen=True):
    """One city. `bounds` is west, south, east, north; `tiles` names the version of the map tiles that belong to it.

    `lon`, `lat`, `zoom`, `pitch` and `bearing` are the first view of the map.
    """

    key: str
    name: str
    time_zone: str
    languages: tuple[str, ...]
    lon: float
    lat: float
    zoom: float
    pitch: float
    bearing: float
    bounds: tuple[float, float, float, float]
    attribution: str
    tiles: str = ""
