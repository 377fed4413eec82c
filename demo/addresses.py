"""House numbers: odd on the left of a street and even on its right, counted from its beginning."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from msgspec import Struct

from demo.houses import House
from demo.shape import Point, Points
from demo.streets import Street


class Address(Struct, frozen=True):
    """The number that a house bears in its street, and the door: the place of its front."""

    house: int
    street: int
    number: int
    door: Point

    def words(self, streets: Sequence[Street]) -> str:
        return f"{self.number} {streets[self.street].name}"


class Addresses:
    """All addresses of the city, and what stands next to any place along a street."""

    def __init__(self, houses: Sequence[House], streets: Sequence[Street]) -> None:
        self._streets = streets
        self.all: list[Address] = []
        self._along: dict[int, tuple[Points, Points]] = {}
        fronting: dict[int, list[int]] = defaultdict(list)
        for number, house in enumerate(houses):
            if house.front >= 0 and streets[house.front].name and house.min_height_m == 0:
                fronting[house.front].append(number)
        for street in sorted(fronting):
            self._count(street, fronting[street], houses)

    def _count(self, street: int, fronting: list[int], houses: Sequence[House]) -> None:
        line = self._streets[street].line
        grounds = [houses[number].ground for number in fronting]
        middles = shapely.centroid(grounds)
        along = shapely.line_locate_point(line, middles)
        here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.0)) - here
        away = shapely.get_coordinates(middles) - here
        left = ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0] > 0
        doors = shapely.get_coordinates(shapely.shortest_line(grounds, line)).reshape(-1, 2, 2)[:, 0]
        numbers = np.zeros(len(fronting), dtype=int)
        for side, first in ((left, 1), (~left, 2)):
            order = np.flatnonzero(side)[np.argsort(along[side], kind="stable")]
            numbers[order] = first + 2 * np.arange(len(order))
        for house, number, door in zip(fronting, numbers.tolist(), doors.tolist(), strict=True):
            self.all.append(Address(house, street, number, (door[0], door[1])))
        order = np.argsort(along, kind="stable")
        self._along[street] = along[order], numbers[order]

    def near(self, street: int, place: Point) -> str:
        """The street's name, with the number of the house that stands nearest along it."""
        name = self._streets[street].name
        if street not in self._along:
            return name
        along, numbers = self._along[street]
        here = self._streets[street].line.project(shapely.Point(place))
        return f"{numbers[np.argmin(np.abs(along - here))]} {name}"
