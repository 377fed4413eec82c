"""The country around: rice, fish ponds by the coast, the beach and its wood, canals between the fields, the hill."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from demo import names
from demo.ground import CANAL_ROW, STRIP, coast_east, hill
from demo.places import named
from demo.quarters import Plan
from demo.shape import chance
from demo.streets import corridors

Drawn = tuple[str, BaseGeometry, dict[str, str | float]]
REACH = 6_500


def landscape(plan: Plan, seed: int) -> Iterator[Drawn]:
    """All green that no quarter laid out."""
    land = plan.land
    beach = _shore(-3, 48).difference(land.river.buffer(40))
    yield "green", beach, {"class": "beach"}
    for bank in _banks(plan):
        yield "green", bank, {"class": "park"}
    slope, wood = hill(), _shore(52, 190)
    yield "green", slope.difference(land.sea), {"class": "wood", **named(names.HILL)}
    quarters = shapely.union_all([ground for _letter, ground in plan.quarters]).buffer(30)
    out = [street for street in plan.streets if street.quarter in ("main", "country")]
    closed = shapely.union_all([quarters, land.water.buffer(14), *corridors(out, 1.0), slope.buffer(25)])
    yield "green", wood.difference(closed), {"class": "wood"}
    yield from _fields(plan, shapely.union_all([closed, wood, _shore(-900, 200)]), seed)


def _banks(plan: Plan) -> Iterator[BaseGeometry]:
    """The green between the water and the roads along it; the harbour's quay has none."""
    land = plan.land
    main = shapely.union_all(corridors([street for street in plan.streets if street.quarter == "main"], 1.0))
    wet = land.water.buffer(1.5)
    quays = (("south", -24.0, 9), ("north", 24.0, len(land.north[0]) - 1))
    for bank, away, last in quays:
        line = land.row(bank, 0)[: 10 * last + 1]
        yield Polygon(np.vstack([line, (line - np.array([0.0, away]))[::-1]])).difference(wet).difference(main)
    for column_rows in ("south", "north"):
        rows = len(getattr(land, column_rows)) - 1
        for row in range(rows):
            yield land.patch(column_rows, row, STRIP).ground().difference(wet).difference(main)
    for column in range(STRIP + 1, len(land.south[0]) - 1):
        yield land.patch("south", CANAL_ROW, column).ground().difference(wet).difference(main)


def _shore(near: float, far: float) -> Polygon:
    """The strip along the coast between these distances inland."""
    north = np.arange(-7000.0, 7000.0, 120.0)
    east = coast_east(north)
    return Polygon(np.vstack([np.column_stack([east - near, north]), np.column_stack([east - far, north])[::-1]]))


def _fields(plan: Plan, closed: BaseGeometry, seed: int) -> Iterator[Drawn]:
    dice = chance(seed, "fields")
    shapely.prepare(closed)
    town = shapely.union_all([ground for letter, ground in plan.quarters if letter != "Z"]).convex_hull
    for east in np.arange(-REACH, 2600, 230.0):
        for north in np.arange(-REACH + 1500, REACH - 1500, 140.0):
            skew = 0.1 * north
            field = box(east + skew, north, east + skew + dice.uniform(196, 226), north + dice.uniform(114, 136))
            if dice.random() < 0.05 or closed.covers(field):
                continue
            left = field if closed.disjoint(field) else field.difference(closed)
            for part in shapely.get_parts(left):
                if part.area > 4_000:
                    yield "green", part, {"class": "grass" if town.intersects(part) else "farmland"}
    for east in (-5600, -4700, -3800, -3000, -700, 300, 1300):
        for far in (-5200, 5200):
            start = 1750 if far > 0 else -1800
            line = LineString([(east + 0.1 * start, start), (east + 0.1 * far, far)]).difference(closed)
            for part in shapely.get_parts(line):
                if part.length > 250:
                    yield "waterway", part, {"class": "canal"}
