"""How high a building is, as far as OpenStreetMap's tags tell; pure."""

import re

from msgspec import Struct

from data_access.importers.osm_tags import Fault, Faults, Tags
from data_access.words import N_

# From floor to floor, our assumption: OpenStreetMap's rule of thumb is 3 m, and of the nine buildings in the middle of
# Hanoi that have both tags, eight have 2.7 to 3.4 m a level.
LEVEL_M = 3.2
HIGHEST_M = 1_000.0  # the tallest building there is has 828 m (Burj Khalifa)
MOST_LEVELS = 200.0
FOOT_M, INCH_M = 0.3048, 0.0254

NOT_A_NUMBER = N_("not a number that can be understood")
IMPOSSIBLE = N_("not a possible size")

_METRES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:m|metres?|meters?)?")
_FEET = re.compile(r"""(\d+(?:\.\d+)?)\s*(?:'|ft|feet|foot)(?:\s*(\d+(?:\.\d+)?)\s*(?:"|''|in))?""")
_LEVELS = re.compile(r"\d+(?:\.\d+)?")

# How many storeys a kind of building usually has, at the modest end: a guess, and said to be one everywhere.
USUAL_LEVELS = {
    **dict.fromkeys(("garage", "garages", "carport", "shed", "hut", "kiosk", "roof", "cabin", "toilets", "service"), 1),
    **dict.fromkeys(("barn", "cowshed", "stable", "sty", "greenhouse", "farm_auxiliary", "bungalow", "guardhouse"), 1),
    **dict.fromkeys(("house", "detached", "semidetached_house", "farm", "kindergarten", "pavilion", "retail"), 2),
    **dict.fromkeys(("industrial", "warehouse", "supermarket", "pagoda", "temple", "shrine", "mosque", "chapel"), 2),
    **dict.fromkeys(("terrace", "residential", "school", "college", "public", "civic", "museum", "fire_station"), 3),
    **dict.fromkeys(("commercial", "government", "university", "hospital", "parking", "train_station", "church"), 3),
    **dict.fromkeys(("apartments", "dormitory", "hotel", "office"), 5),
}
STALL_M2, HALL_M2 = 20.0, 1_000.0  # a building of no stated kind: smaller has one storey, of larger nothing can be said
UNSAID_LEVELS = 3  # and between them; the 46 that have levels in the middle of Hanoi have 2.5 as their median


class Height(Struct, frozen=True):
    """How high something is, who says so, and which tags could not be used (tag, why)."""

    metres: float | None
    source: str
    base_m: float = 0.0
    levels: float | None = None
    faults: tuple[Fault, ...] = ()


def height(tags: Tags, kind: str, area_m2: float | None) -> Height:
    """The height by its tag, else by its levels, else an estimate by kind or footprint (area None: no estimate)."""
    faults: Faults = []
    told = _size(tags, "height", faults)
    levels = _count(tags, "building:levels", faults)
    base = _base(tags, faults)
    if told is not None and told > base:
        return Height(told, "tagged", base, levels, tuple(faults))
    if told is not None:
        faults.append(("height", IMPOSSIBLE))
    if levels is not None:
        roof = _size(tags, "roof:height", faults)
        above = roof if roof is not None else (_count(tags, "roof:levels", faults) or 0.0) * LEVEL_M
        top = round(levels * LEVEL_M + above, 1)
        if top > base:
            return Height(top, "levels", base, levels, tuple(faults))
        faults.append(("building:levels", IMPOSSIBLE))
    guess = estimate(kind, area_m2) if area_m2 is not None and not base else None
    return Height(guess, "unknown" if guess is None else "estimated", base, None, tuple(faults))


def estimate(kind: str, area_m2: float) -> float | None:
    """A guess in whole metres, so that it does not look measured; None where nothing can be said."""
    levels = USUAL_LEVELS.get(kind)
    if levels is None and kind == "yes" and area_m2 < HALL_M2:
        levels = 1 if area_m2 < STALL_M2 else UNSAID_LEVELS
    return None if levels is None else float(round(levels * LEVEL_M))


def metres(said: str) -> float | None:
    """A length in metres: 12, 12 m, 40', 40 ft, 12'6"; None where it is none of these."""
    text = said.strip().lower()
    if found := _METRES.fullmatch(text):
        return float(found[1])
    if found := _FEET.fullmatch(text):
        return round(float(found[1]) * FOOT_M + float(found[2] or 0) * INCH_M, 2)
    return None


def _base(tags: Tags, faults: Faults) -> float:
    if "min_height" in tags:
        return _size(tags, "min_height", faults, least=0.0) or 0.0
    return round((_count(tags, "building:min_level", faults, least=0.0) or 0.0) * LEVEL_M, 1)


def _size(tags: Tags, tag: str, faults: Faults, least: float = 0.1) -> float | None:
    if tag not in tags:
        return None
    return _possible(metres(tags[tag]), tag, least, HIGHEST_M, faults)


def _count(tags: Tags, tag: str, faults: Faults, least: float = 0.1) -> float | None:
    if tag not in tags:
        return None
    text = tags[tag].strip()
    least = 0.0 if tag == "roof:levels" else least
    return _possible(float(text) if _LEVELS.fullmatch(text) else None, tag, least, MOST_LEVELS, faults)


def _possible(value: float | None, tag: str, least: float, most: float, faults: Faults) -> float | None:
    if value is None:
        faults.append((tag, NOT_A_NUMBER))
    elif not least <= value <= most:
        faults.append((tag, IMPOSSIBLE))
        return None
    return value
