"""Where devices may stand: beside streets, at junctions, in parks, at the water; clear of the walls."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from msgspec import Struct
from shapely.geometry import LineString

from demo.ground import coast_east, hill
from demo.quarters import Plan
from demo.shape import Point, Points, chance
from demo.streets import Street

CLEAR_M = 0.6  # from any wall: an arm's length around the mast
MAIN = ("motorway", "primary", "secondary")


class Site(Struct, frozen=True):
    """A place for a device: its street's number in the plan, and what lies around it."""

    place: Point
    street: int
    setting: str
    traffic: float


class Sites:
    """Finds and spreads sites over a ground plan."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, self._seed = plan, seed
        self._walls = shapely.STRtree([house.ground for house in plan.houses])
        self._named = [number for number, street in enumerate(plan.streets) if street.name]
        self._main = [number for number in self._named if plan.streets[number].kind in MAIN]
        self._lines = shapely.STRtree([plan.streets[number].line for number in self._named])
        self._main_lines = shapely.STRtree([plan.streets[number].line for number in self._main])
        self._river = plan.land.river.union(plan.land.tributary)
        self._parks = shapely.STRtree([green.ground for green in plan.greens if green.kind == "park"])
        self._works = shapely.STRtree([ground for letter, ground in plan.quarters if letter in "wh"])
        self._hill = hill(1.05)
        self._limit = shapely.union_all([ward.ground for ward in plan.wards]).buffer(-40)
        shapely.prepare([self._river, self._hill, self._limit])

    def clear(self, places: Points) -> Points:
        """Those of the places that are within the city and in nobody's wall."""
        points: Any = shapely.points(places)
        blocked: Any = np.zeros(len(places), dtype=np.bool_)
        blocked[self._walls.query(points, predicate="dwithin", distance=CLEAR_M)[0]] = True
        return places[~blocked & shapely.contains(self._limit, points)]

    def beside_streets(self, kinds: Sequence[str], every_m: float = 55.0) -> Points:
        """Places on the pavements of streets of these kinds, on both sides in turn."""
        found = []
        for number, street in enumerate(self.plan.streets):
            if street.kind not in kinds or not street.name:
                continue
            dice = chance(self._seed, "pavement", number)
            along = np.arange(dice.uniform(12, every_m), street.line.length - 10, every_m)
            here = _on(street.line, along)
            ahead = _on(street.line, along + 1.0) - here
            normal = np.column_stack([-ahead[:, 1], ahead[:, 0]])
            side = np.where(np.arange(len(along)) % 2, 1.0, -1.0)[:, None]
            found.append(here + normal * side * (street.half - 1.4))
        places: Points = np.vstack(found)
        return self.clear(places[~shapely.contains_xy(self.plan.land.water, places[:, 0], places[:, 1])])

    def sites(self, places: Points, main: bool = False) -> Iterator[Site]:
        for east, north in places.tolist():
            yield self.site((east, north), main)

    def site(self, place: Point, main: bool = False) -> Site:
        """The place with its street (`main`: the nearest main street) and its surroundings."""
        here = shapely.Point(place)
        numbers, lines = (self._main, self._main_lines) if main else (self._named, self._lines)
        number = numbers[int(lines.nearest(here))]
        street = self.plan.streets[number]
        away = street.line.distance(here)
        near = street.traffic * (1.0 if away < street.half + 3 else 0.35 if away < 90 else 0.1)
        return Site(place, number, self._setting(here, street, away), round(near, 2))

    def _setting(self, here: shapely.Point, street: Street, away: float) -> str:
        if self._hill.contains(here):
            return "hill"
        if len(self._works.query(here, predicate="intersects")):
            return "industry"
        if abs(float(coast_east(here.y)) - here.x) < 170:
            return "coast"
        if street.kind in MAIN and away < street.half + 1:
            return "street"
        if len(self._parks.query(here, predicate="dwithin", distance=12.0)):
            return "park"
        return "river" if self._river.distance(here) < 70 else "quarter"

    def spread(self, places: Points, count: int, taken: Sequence[Point] = ()) -> Points:
        """So many of the places, each as far as can be from those before it and from those taken."""
        if len(taken):
            away = np.min([np.hypot(*(places - here).T) for here in np.array(taken)], axis=0)
        else:
            away = np.hypot(*(places - np.array([0.0, 0.0])).T)
            away = away.max() - away  # begin in the middle of the city
        chosen = []
        for _turn in range(count):
            best = int(np.argmax(away))
            chosen.append(best)
            reach = np.hypot(*(places - places[best]).T)
            away = np.minimum(away, reach) if chosen[1:] or len(taken) else reach
        picked: Points = places[chosen]
        return picked

    def junctions(self) -> list[tuple[Point, int, int]]:
        """Where a main street meets another named one: the place and both streets, the broader first."""
        streets = self.plan.streets
        rank = {kind: number for number, kind in enumerate((*MAIN, "residential"))}
        numbers = [number for number in self._named if streets[number].kind in rank]
        lines = [streets[number].line for number in numbers]
        tree = shapely.STRtree(lines)
        found = []
        for one, other in zip(*tree.query(lines, predicate="dwithin", distance=0.5), strict=True):
            first, second = numbers[one], numbers[other]
            if first >= second or (streets[first].kind not in MAIN and streets[second].kind not in MAIN):
                continue
            meeting = shapely.shortest_line(lines[one], lines[other]).centroid
            crossing = lines[one].intersection(lines[other])
            place = crossing.representative_point() if not crossing.is_empty else meeting
            if rank[streets[second].kind] < rank[streets[first].kind]:
                first, second = second, first
            found.append(((place.x, place.y), first, second))
        return found


def _on(line: LineString, along: Points) -> Points:
    places: Points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    return places
