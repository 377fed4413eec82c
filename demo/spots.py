"""Where things may happen in the city: streets, houses, parks, banks, markets, works, the beach, the hill."""

from collections.abc import Iterator
from functools import cache

import shapely
from msgspec import Struct

from data_access.metres import Plane
from demo.quarters import Plan, plan
from demo.shape import chance
from demo.town import LAT, LON

LIVED_IN = frozenset({"house", "shop", "apartments", "hotel", "office"})
HOUSES = 900  # so many of them are enough to happen in


class Spot(Struct, frozen=True):
    """Where something may happen, the street that one would name, and the ward."""

    lon: float
    lat: float
    street: str
    ward: str


@cache
def spots(seed: int) -> dict[str, tuple[Spot, ...]]:
    """Spots by what is there: street, house, park, bank, market, industry, coast, hill."""
    ground, plane = plan(seed), Plane(LON, LAT)
    named = [street for street in ground.streets if street.name]
    streets = shapely.STRtree([street.line for street in named])
    wards = shapely.STRtree([ward.ground for ward in ground.wards])
    limit, water = shapely.union_all([ward.ground for ward in ground.wards]), ground.land.water
    found: dict[str, tuple[Spot, ...]] = {}
    for kind, points in _points(ground, seed):
        dry = [point for point in points if limit.contains(point) and not water.contains(point)]
        nearest = streets.query_nearest(dry, all_matches=False)[1]
        inside = wards.query_nearest(dry, all_matches=False)[1]
        places = [plane.place(point.x, point.y) for point in dry]
        found[kind] = tuple(
            Spot(round(lon, 6), round(lat, 6), named[street].name, ground.wards[ward].name)
            for (lon, lat), street, ward in zip(places, nearest, inside, strict=True)
        )
    return found


def _points(ground: Plan, seed: int) -> Iterator[tuple[str, list[shapely.Point]]]:
    streets = [street for street in ground.streets if street.name and street.quarter != "country"]
    shares = [(street.line, (0.2, 0.5, 0.8) if street.quarter == "main" else (0.5,)) for street in streets]
    yield "street", [line.interpolate(share, normalized=True) for line, along in shares for share in along]
    some = chance(seed, "spots").sample(ground.houses, HOUSES)
    yield "house", [house.ground.centroid for house in some if house.use in LIVED_IN]
    yield "park", [green.ground.representative_point() for green in ground.greens if green.kind == "park"]
    near = ground.land.river_line[(ground.land.river_line[:, 0] > -4500) & (ground.land.river_line[:, 0] < 2200)]
    yield "bank", [shapely.Point(east, north + side) for east, north in near for side in (-125, 125)]
    yield "market", [house.ground.centroid for house in ground.houses if house.use == "market" and house.name]
    yield "industry", [house.ground.centroid for house in ground.houses if house.use in ("industrial", "warehouse")]
    ends = [row[-1] for bank in (ground.land.south, ground.land.north) for row in bank[1:]]
    yield "coast", [shapely.Point(end) for end in ends]
    yield "hill", [street.line.interpolate(0.5, normalized=True) for street in streets if street.quarter == "hill"]
