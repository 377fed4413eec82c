"""Levels of detail: from which zoom on the map shows what, and why. The one table that decides it.

A zoom is that of the tiles: at 12 a city lies on one screen, at 15 a street does. One step nearer doubles lengths.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from data_access.importers.found import Feature
from data_access.records import Building

FARTHEST, NEAREST = 8, 15
BUILDINGS_FROM = 12
M_A_DEGREE = 111_320.0  # of latitude; of longitude less by its cosine


class Level(Struct, frozen=True):
    """From this zoom on a layer shows these classes (none named: all others), if they are that large."""

    layer: str
    zoom: int
    why: str
    classes: frozenset[str] = frozenset()
    least_m2: float = 0.0


def _level(layer: str, zoom: int, why: str, *classes: str, least_m2: float = 0.0) -> Level:
    return Level(layer, zoom, why, frozenset(classes), least_m2)


LEVELS = (
    _level("land", 8, "the shape of the coast is what one knows a region by"),
    _level("roads", 8, "how one comes into the city", "motorway", "primary"),
    _level("roads", 10, "its inner ring and arterials; nearer out they would lie on each other", "secondary"),
    _level("roads", 12, "the grain of the quarters", "residential"),
    _level("roads", 13, "yards and footways are a tangle from farther away", "service"),
    _level("roads", 14, "footways are thinner than a pixel before"),
    _level("rail", 10, "thinner than a pixel before"),
    _level("water", 8, "the sea, great rivers and lakes", least_m2=1_000_000),
    _level("water", 11, "a lake of a few pixels", least_m2=50_000),
    _level("water", 13, "ponds and basins"),
    _level("waterway", 8, "rivers without banks on the map", "river"),
    _level("waterway", 12, "brooks and canals", "stream", "canal", "tidal_channel"),
    _level("waterway", 14, "ditches and drains are farm work, seen from near"),
    _level("green", 9, "forests and great parks", least_m2=1_000_000),
    _level("green", 11, "parks of a few pixels", least_m2=50_000),
    _level("green", 13, "lawns, gardens and verges"),
    _level("places", 8, "the city's own name", "city"),
    _level("places", 10, "its districts", "district"),
    _level("places", 12, "its quarters and villages", "quarter"),
    _level("places", 14, "single institutions: no room for their names before"),
    _level("addresses", 15, "a house number has room only where a house has"),
)
# Buildings: a block or a tower is seen from afar, a house from the next zoom, a shed only from near.
HOUSES = (
    (12, 600.0, 25.0, "blocks, halls and towers: what makes a skyline"),
    (13, 120.0, 12.0, "houses; a smaller footprint is under two pixels wide"),
    (14, 0.0, 0.0, "every building there is"),
)  # zoom, footprint in m² or height in m from which it is shown, why


def zooms(features: Sequence[Feature]) -> list[int]:
    """For each feature of the basemap, the zoom from which on it is shown."""
    if not features:
        return []
    areas = square_metres(np.array([feature.shape for feature in features], dtype=object))
    return [_first(feature, area) for feature, area in zip(features, areas.tolist(), strict=True)]


def house_zooms(buildings: Sequence[Building], outlines: NDArray[np.object_]) -> NDArray[np.int64]:
    """For each building, the zoom from which on it is shown."""
    areas = square_metres(outlines)
    heights = np.array([building.height_m or 0.0 for building in buildings])
    found = np.full(len(buildings), HOUSES[-1][0])
    for zoom, least_m2, least_m, _why in reversed(HOUSES[:-1]):
        found[(areas >= least_m2) | (heights >= least_m)] = zoom
    return found


def square_metres(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """How large each shape (WGS 84) is, near enough to choose by: in a city it is wrong by less than 1 %."""
    south, north = shapely.bounds(shapes)[:, [1, 3]].T
    across = np.cos(np.radians(np.nan_to_num((south + north) / 2)))
    found: NDArray[np.float64] = shapely.area(shapes) * M_A_DEGREE**2 * across
    return found


def _first(feature: Feature, area_m2: float) -> int:
    named = feature.properties.get("class")
    for level in LEVELS:
        if level.layer == feature.layer and (not level.classes or named in level.classes) and area_m2 >= level.least_m2:
            return level.zoom
    return FARTHEST
