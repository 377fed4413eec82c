"""The car parks: garages under the towers, squares, and the lots of markets, hospitals and hotels."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from demo.addresses import Addresses
from demo.houses import House
from demo.quarters import Plan
from demo.shape import Point, chance

SPACES = 6_000
# What is looked for among the houses: their use, how many car parks, whose rhythm, and the usual size.
BESIDE = (
    ("hospital", 2, "hospital", 190, "Bãi xe"),
    ("stadium", 1, "evening", 320, "Bãi xe"),
    ("station", 2, "office", 170, "Bãi xe"),
    ("market", 5, "market", 90, "Bãi xe"),
    ("university", 1, "office", 160, "Bãi xe"),
    ("church", 1, "evening", 60, "Bãi xe"),
)
GARAGES, HOTELS, LOTS = 10, 4, 14

CarPark = tuple[str, Point, int, str]  # name, place, spaces, what serves it


def car_parks(plan: Plan, addresses: Addresses, seed: int) -> Iterator[CarPark]:
    """Forty car parks with 6,000 spaces in all."""
    found = [*_beside(plan), *_garages(plan, addresses, seed), *_lots(plan, addresses, seed)]
    usual = np.array([size for _name, _place, size, _serves in found], dtype=float)
    spaces = np.maximum(30, np.round(usual / usual.sum() * SPACES / 5) * 5).astype(int)
    spaces[np.argmax(spaces)] += SPACES - int(spaces.sum())
    for (name, place, _size, serves), count in zip(found, spaces.tolist(), strict=True):
        yield name, place, count, serves


def _beside(plan: Plan) -> Iterator[CarPark]:
    for use, count, serves, size, word in BESIDE:
        named = [house for house in plan.houses if house.use == use and house.name]
        for house in named[:: max(1, len(named) // count)][:count]:
            yield f"{word} {house.name}", _door(plan, house), size, serves


def _garages(plan: Plan, addresses: Addresses, seed: int) -> Iterator[CarPark]:
    """Under the podiums of the towers, and under the hotels by the beach."""
    by_house = {address.house: address for address in addresses.all}
    podiums = [number for number, house in enumerate(plan.houses) if house.use == "shop" and house.height_m == 16.0]
    beach = [
        number
        for number, house in enumerate(plan.houses)
        if house.use == "hotel" and (house.levels or 0) > 8 and house.min_height_m
    ]
    for numbers, count, size in ((podiums, GARAGES, 260), (beach, HOTELS, 110)):
        middles = shapely.get_coordinates(shapely.centroid([plan.houses[number].ground for number in numbers]))
        for place, index in enumerate(_apart(middles, count)):
            house = plan.houses[numbers[index]]
            address = by_house.get(numbers[index])
            dice = chance(seed, "garage", numbers[index])
            serves = "hotel" if numbers is beach else "evening" if place % 4 == 3 else "office"
            words = address.words(plan.streets) if address else addresses.near(house.front, _door(plan, house))
            yield f"Hầm xe {words}", _door(plan, house), round(size * dice.uniform(0.7, 1.5)), serves


def _lots(plan: Plan, addresses: Addresses, seed: int) -> Iterator[CarPark]:
    middles = shapely.get_coordinates(shapely.centroid(plan.car_parks))
    lines = [street.line if street.name else shapely.LineString() for street in plan.streets]
    for number, index in enumerate(_apart(middles, LOTS)):
        place = float(middles[index][0]), float(middles[index][1])
        street = int(np.nanargmin(shapely.distance(lines, shapely.Point(place))))
        size = round(plan.car_parks[index].area / 27)  # square metres a car takes with its way there
        yield (
            f"Bãi xe {addresses.near(street, place)}",
            place,
            min(size, 180),
            ("home", "market", "home", "evening")[number % 4],
        )


def _apart(places: np.ndarray, count: int) -> Sequence[int]:
    """So many of the places, far from each other."""
    chosen = [0]
    away = np.hypot(*(places - places[0]).T)
    while len(chosen) < count:
        best = int(np.argmax(away))
        chosen.append(best)
        away = np.minimum(away, np.hypot(*(places - places[best]).T))
    return chosen


def _door(plan: Plan, house: House) -> Point:
    """On the pavement before the house, where one drives in."""
    if house.front < 0:
        middle = house.ground.representative_point()
        return middle.x, middle.y
    way = shapely.shortest_line(house.ground, plan.streets[house.front].line)
    place = way.interpolate(min(2.5, way.length))
    return place.x, place.y
