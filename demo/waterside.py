"""What stands at and over the water: the great bridge's pylons, the iron bridge's trusses, cranes on the quay."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from demo.ground import Ground, half_width, river_north
from demo.houses import House
from demo.shape import Point, Points, beside, turned_box
from demo.streets import CROSSING, Street

PYLON_M, BEAMS_M = 96.0, ((34.0, 38.0), (78.0, 83.0))  # how high the great bridge's pylons are, and their cross beams
SPANS, TRUSS_M = 5, 9.5
CRANES = (1500.0, 1600.0, 1690.0, 1850.0, 1950.0)  # how far east the quay cranes stand


def structures(land: Ground, streets: Sequence[Street]) -> Iterator[House]:
    """Bridges and cranes, which are no houses but stand as high."""
    lines = {street.name: street for street in streets}
    yield from _pylons(lines[CROSSING[7][0]], land)
    yield from _trusses(lines[CROSSING[5][0]], land)
    yield from _cranes()


def _over(street: Street, land: Ground) -> Points:
    """The street's line where it is over the river."""
    parts = shapely.get_parts(street.line.intersection(land.river))
    line: Points = shapely.get_coordinates(max(parts, key=lambda part: part.length))
    return line


def _pylons(street: Street, land: Ground) -> Iterator[House]:
    """Two pylons like gates, a leg on each side of the road."""
    way = shapely.LineString(_over(street, land))
    for share in (0.24, 0.76):
        here, ahead = (shapely.get_coordinates(way.interpolate(share * way.length + step))[0] for step in (0, 1))
        turn = math.degrees(math.atan2(ahead[0] - here[0], ahead[1] - here[1]))
        aside = np.array([ahead[1] - here[1], here[0] - ahead[0]])
        for side in (-1, 1):
            foot = here + aside * side * (street.half + 3)
            yield _structure(turned_box(_point(foot), turn, 4.5, 7.0), 0.0, PYLON_M, 2016)
        for low, high in BEAMS_M:
            yield _structure(turned_box(_point(here), turn, 2 * street.half + 1.5, 3.5), low, high, 2016)


def _trusses(street: Street, land: Ground) -> Iterator[House]:
    """Iron lattice walls beside the road, span by span."""
    way = shapely.LineString(_over(street, land))
    for span in range(SPANS):
        begin, end = way.length * (span + 0.06) / SPANS, way.length * (span + 0.94) / SPANS
        line = shapely.get_coordinates(shapely.line_interpolate_point(way, np.linspace(begin, end, 5)))
        for side in (-1, 1):
            near, far = beside(line, side * (street.half + 0.6)), beside(line, side * (street.half + 1.6))
            wall = shapely.Polygon(np.vstack([near, far[::-1]]))
            yield _structure(wall, 0.0, TRUSS_M, 1902)


def _cranes() -> Iterator[House]:
    """Ship-to-shore cranes: four legs on the quay and a boom that reaches over the water."""
    for east in CRANES:
        edge = float(river_north(east)) - float(half_width(east))
        for right in (-8.0, 8.0):
            for up in (-10.0, -2.0):
                yield _structure(turned_box((east + right, edge + up), 0, 1.8, 1.8), 0.0, 36.0, 2012, "crane")
        yield _structure(turned_box((east, edge + 16), 0, 5.0, 56.0), 36.0, 40.0, 2012, "crane")
        yield _structure(turned_box((east, edge - 6), 0, 3.0, 3.0), 40.0, 58.0, 2012, "crane")


def _structure(ground: shapely.Polygon, low: float, high: float, year: int, use: str = "bridge") -> House:
    return House(ground, use, None, high, "tagged", year, -1, low)


def _point(place: Points) -> Point:
    return float(place[0]), float(place[1])
