"""The ground plan's tools: a river to follow, blocks along it, and houses that fill a block. Metres, pure."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

Point = tuple[float, float]


class River:
    """A river's middle line, smoothed; places beside it are (along, beside): metres from its middle, left is positive.

    Streets that keep their distance from the water follow its bends, as they do in towns that grew along a river.
    """

    def __init__(self, bends: Sequence[Point], zero: float) -> None:
        points = np.array(bends, dtype=float)
        for _round in range(5):  # Chaikin: each round cuts the corners, the ends stay
            first, second = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
            points = np.vstack([points[:1], np.stack([first, second], 1).reshape(-1, 2), points[-1:]])
        self.line = LineString(points)
        self._zero = self.line.project(shapely.Point(zero, 0))

    def at(self, along: float, beside: float = 0.0) -> Point:
        """Metres east and north of a place beside the river."""
        here = self._zero + along
        ahead, behind = self.line.interpolate(here + 20), self.line.interpolate(here - 20)
        middle = self.line.interpolate(here)
        length = math.hypot(ahead.x - behind.x, ahead.y - behind.y)
        east, north = (ahead.x - behind.x) / length, (ahead.y - behind.y) / length
        return middle.x - north * beside, middle.y + east * beside

    def path(self, start: Point, end: Point, step: float = 30) -> LineString:
        """The way between two places (along, beside) that keeps to the river's bends."""
        steps = max(2, round(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / step))
        shares = np.linspace(0, 1, steps + 1)
        return LineString([self.at(*(np.array(start) * (1 - s) + np.array(end) * s)) for s in shares])

    @cached_property
    def water(self) -> Polygon:
        """The water between its banks: about 100 m wide in town, wide open where it meets the sea."""
        ends = np.arange(-self._zero + 25, self.line.length - self._zero - 25, 25)
        left = [self.at(along, half_width(along)) for along in ends]
        right = [self.at(along, -half_width(along)) for along in ends]
        return Polygon([*left, *reversed(right)])


def half_width(along: float) -> float:
    """Half the river's width; the mouth begins beyond the town."""
    mouth = max(0.0, along - 750) / 900
    return 50 + 5 * math.sin(along / 140) + 190 * mouth**1.6


class Block:
    """A piece of ground between streets: four corners, and a place within it is (0 to 1 across, 0 to 1 deep)."""

    def __init__(self, corners: Sequence[Point], street: float) -> None:
        ground = Polygon(corners).buffer(-street / 2, join_style="mitre")
        ring = list(ground.exterior.coords)[:-1]
        if len(ring) != 4:  # a corner too sharp for its street
            raise ValueError(f"a block with {len(ring)} corners")
        first = min(range(4), key=lambda i: math.dist(ring[i], corners[0]))
        ring = ring[first:] + ring[:first]
        if math.dist(ring[1], corners[1]) > math.dist(ring[3], corners[1]):
            ring = [ring[0], *reversed(ring[1:])]
        self.corners = [(float(x), float(y)) for x, y in ring]
        self.ground = Polygon(self.corners)
        self.width = (math.dist(*self.corners[0:2]) + math.dist(*self.corners[2:4])) / 2
        self.depth = (math.dist(self.corners[0], self.corners[3]) + math.dist(*self.corners[1:3])) / 2

    def at(self, across: float, deep: float) -> Point:
        a, b, c, d = (np.array(corner) for corner in self.corners)
        east, north = (a * (1 - across) + b * across) * (1 - deep) + (d * (1 - across) + c * across) * deep
        return float(east), float(north)

    def lot(self, left: float, near: float, right: float, far: float) -> Polygon:
        """The ground between these shares of the block."""
        return Polygon([self.at(left, near), self.at(right, near), self.at(right, far), self.at(left, far)])

    def box(self, across: float, deep: float, width_m: float, depth_m: float) -> Polygon:
        """A lot of this size around a place in the block."""
        w, d = width_m / self.width / 2, depth_m / self.depth / 2
        return self.lot(across - w, deep - d, across + w, deep + d)


def chance(*what: object) -> Random:
    """Dice that fall the same way whenever they are thrown for the same thing."""
    return Random(":".join(map(str, what)))  # noqa: S311  # a town's shape, not a secret


def row_houses(block: Block, random: Random, narrow: float, wide: float) -> Iterator[Polygon]:
    """Tube houses, wall to wall in two rows back to back, each with its own depth and a yard behind."""
    for front, back in ((0.0, 1.0), (1.0, -1.0)):
        left = 0.0
        while left < 1 - 0.6 * narrow / block.width:
            right = min(1.0, left + random.uniform(narrow, wide) / block.width)
            if 1 - right < 0.6 * narrow / block.width:
                right = 1.0
            deep = random.uniform(0.36, 0.47)
            near, far = sorted((front, front + back * deep))
            yield block.lot(left, near, right, far)
            left = right


def ring_house(block: Block, across: float, deep: float, width_m: float, depth_m: float, wing_m: float) -> Polygon:
    """Four wings around a courtyard."""
    outer = block.box(across, deep, width_m, depth_m)
    inner = block.box(across, deep, width_m - 2 * wing_m, depth_m - 2 * wing_m)
    return Polygon(outer.exterior.coords, [list(inner.exterior.coords)])


def corner_house(block: Block, across: float, deep: float, width_m: float, depth_m: float, turn: int) -> Polygon:
    """A house with a cut-out corner, one of four ways round."""
    w, d = width_m / block.width / 2, depth_m / block.depth / 2
    shape = [(-w, -d), (w, -d), (w, 0.15 * d), (0.1 * w, 0.15 * d), (0.1 * w, d), (-w, d)]
    flip_w, flip_d = (-1 if turn & 1 else 1), (-1 if turn & 2 else 1)
    return Polygon([block.at(across + x * flip_w, deep + y * flip_d) for x, y in shape])


def round_house(block: Block, across: float, deep: float, radius_m: float, corners: int = 24) -> Polygon:
    east, north = block.at(across, deep)
    turns = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    return Polygon([(east + radius_m * math.cos(turn), north + radius_m * math.sin(turn)) for turn in turns])
