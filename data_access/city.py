"""A city as a value: its name, its clock, its languages, how one first looks at it, and what its numbers mean there."""

from msgspec import Struct

from data_access.words import language


class Said(Struct, frozen=True):
    """Words that a city says of itself, by language; `str(said)` says them in the reader's, else in English."""

    by: dict[str, str]

    def __str__(self) -> str:
        return self.by.get(language()) or self.by.get("en") or next(iter(self.by.values()), "")


class Threshold(Struct, frozen=True):
    """Where a measured quantity changes its meaning in this city, and who says so.

    `levels` rise and are in `unit`; `words` are none, or one for each band between and beyond them.
    """

    metric: str
    levels: tuple[float, ...]
    unit: str
    source: Said
    words: tuple[Said, ...] = ()


class City(Struct, frozen=True):
    """One city. `bounds` is west, south, east, north; `tiles` names the version of the map tiles that belong to it.

    `lon`, `lat`, `zoom`, `pitch`, `bearing` and `light` (sun, day, dusk or night) are the first view of the map. `name`
    is in the city's first language, `names` in each. `notes` say what is not known there, for its screens.
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
    light: str = "sun"
    names: dict[str, str] = {}
    notes: tuple[Said, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    @property
    def called(self) -> str:
        """Its name in the reader's language."""
        return self.names.get(language(), self.name)

    def threshold(self, metric: str) -> Threshold | None:
        """What this city says about a metric, if it says anything."""
        return next((threshold for threshold in self.thresholds if threshold.metric == metric), None)
