"""The ground plan's tools: smooth curves, patches of ground between four of them, blocks and lots. Metres, pure."""

import math
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import shapely
from shapely.geometry import Polygon

Point = tuple[float, float]
Points = np.ndarray  # rows of (east, north)


def chance(*what: object) -> Random:
    """Dice that fall the same way whenever they are thrown for the same thing."""
    return Random(":".join(map(str, what)))  # noqa: S311  # a town's shape, not a secret


def bends(words: str) -> list[Point]:
    """The places along a way as they are written down: east and north in metres, with commas between the places."""
    pairs = (place.split() for place in words.split(","))
    return [(float(east), float(north)) for east, north in pairs]


def smooth(nodes: Sequence[Point] | Points, steps: int = 10) -> Points:
    """A curve through all nodes (Catmull-Rom), with so many steps from one to the next."""
    points = np.asarray(nodes, dtype=float)
    before = np.vstack([2 * points[0] - points[1], points[:-1]])[:-1]
    after = np.vstack([points[1:], 2 * points[-1] - points[-2]])[1:]
    start, end = points[:-1], points[1:]
    share = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (part[:, None, :] for part in (before, start, end, after))
    curve = 0.5 * (
        2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * share**2 + (3 * b - a - 3 * c + d) * share**3
    )
    return np.vstack([curve.reshape(-1, 2), points[-1:]])


def beside(line: Points, distance: float | Points) -> Points:
    """The line moved to its left by so many metres, corner by corner."""
    along = np.gradient(line, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]
    moved: Points = line + normal * np.reshape(distance, (-1, 1))
    return moved


def ribbon(line: Points, half_width: float | Points) -> Polygon:
    """The ground within this distance of the line: a river between its banks."""
    return Polygon(np.vstack([beside(line, half_width), beside(line, -1 * np.asarray(half_width))[::-1]])).buffer(0)


class Patch:
    """Ground between four curves; a place in it is (0 to 1 across, 0 to 1 deep), as in a Coons patch.

    Streets laid at a constant share follow the bends of the curves around them, as they do in towns that grew.
    """

    def __init__(self, near: Points, right: Points, far: Points, left: Points) -> None:
        self._sides = (near, right, far, left)
        self.corners = (near[0], near[-1], far[-1], far[0])
        self.width = (_length(near) + _length(far)) / 2
        self.depth = (_length(left) + _length(right)) / 2

    def at(self, across: float | Points, deep: float | Points) -> Points:
        """Metres east and north of these places."""
        s, t = np.broadcast_arrays(np.atleast_1d(across), np.atleast_1d(deep))
        near, right, far, left = self._sides
        s1, t1 = s[:, None], t[:, None]
        a, b, c, d = self.corners
        ruled = (1 - t1) * _on(near, s) + t1 * _on(far, s) + (1 - s1) * _on(left, t) + s1 * _on(right, t)
        placed: Points = ruled - ((1 - s1) * ((1 - t1) * a + t1 * d) + s1 * ((1 - t1) * b + t1 * c))
        return placed

    def path(self, start: Point, end: Point) -> Points:
        """The way between two places of the patch, with its bends."""
        length = math.hypot((end[0] - start[0]) * self.width, (end[1] - start[1]) * self.depth)
        shares = np.linspace(0, 1, max(2, round(length / 25) + 1))
        return self.at(start[0] + (end[0] - start[0]) * shares, start[1] + (end[1] - start[1]) * shares)

    def ground(self) -> Polygon:
        near, right, far, left = self._sides
        return Polygon(np.vstack([near, right[1:], far[::-1][1:], left[::-1][1:]]))


def _on(side: Points, share: Points) -> Points:
    place = np.clip(share, 0, 1) * (len(side) - 1)
    whole = np.minimum(place.astype(int), len(side) - 2)
    rest = (place - whole)[:, None]
    return side[whole] * (1 - rest) + side[whole + 1] * rest


def _length(side: Points) -> float:
    return float(np.hypot(*np.diff(side, axis=0).T).sum())


class Block:
    """Ground between streets: four corners counted to the left, a place within it is (0 to 1 across, 0 to 1 deep).

    Its sides are near, right, far and left; `fronts` names the street along each of them.
    """

    def __init__(self, corners: Points, fronts: tuple[int, int, int, int]) -> None:
        self.corners, self.fronts = corners, fronts
        a, b, c, d = corners
        self.width = float(math.dist(a, b) + math.dist(d, c)) / 2
        self.depth = float(math.dist(a, d) + math.dist(b, c)) / 2

    @classmethod
    def inside(cls, corners: Points, margins: Sequence[float], fronts: tuple[int, int, int, int]) -> "Block | None":
        """The block within these corners, each side moved inwards by its own margin; None where nothing is left."""
        ahead = np.roll(corners, -1, axis=0) - corners
        ahead /= np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
        start = corners + np.column_stack([-ahead[:, 1], ahead[:, 0]]) * np.reshape(margins, (4, 1))
        moved = []
        for i in range(4):  # each corner is where a side meets the side before it
            (px, py), (dx, dy) = start[i - 1], ahead[i - 1]
            (qx, qy), (ex, ey) = start[i], ahead[i]
            turn = dx * ey - dy * ex
            if abs(turn) < 0.2:
                return None
            share = ((qx - px) * ey - (qy - py) * ex) / turn
            moved.append((px + share * dx, py + share * dy))
        within = np.array(moved)
        after = np.roll(within, -1, axis=0) - within
        if (np.einsum("ij,ij->i", after, ahead) < 8).any():  # a side turned round, or too short to build on
            return None
        return cls(within, fronts)

    @property
    def ground(self) -> Polygon:
        return Polygon(self.corners)

    def turned(self) -> "Block":
        """The same block with its longer sides near and far."""
        if self.width >= self.depth:
            return self
        return Block(np.roll(self.corners, -1, axis=0), self.fronts[1:] + self.fronts[:1])

    def at(self, across: float, deep: float) -> Point:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners.tolist()
        near, far = 1 - deep, deep
        return (
            (ax * (1 - across) + bx * across) * near + (dx * (1 - across) + cx * across) * far,
            (ay * (1 - across) + by * across) * near + (dy * (1 - across) + cy * across) * far,
        )

    def lot(self, left: float, near: float, right: float, far: float) -> Polygon:
        """The ground between these shares of the block."""
        return Polygon([self.at(left, near), self.at(right, near), self.at(right, far), self.at(left, far)])

    def box(self, across: float, deep: float, width_m: float, depth_m: float) -> Polygon:
        """A lot of this size around a place in the block."""
        w, d = width_m / self.width / 2, depth_m / self.depth / 2
        return self.lot(across - w, deep - d, across + w, deep + d)

    def part(self, left: float, near: float, right: float, far: float) -> "Block":
        """A piece of the block as a block of its own, with the same streets around it."""
        corners = [self.at(left, near), self.at(right, near), self.at(right, far), self.at(left, far)]
        return Block(np.array(corners), self.fronts)

    def side(self, across: float, deep: float) -> int:
        """The street along the side that is nearest to this place."""
        away = (deep * self.depth, (1 - across) * self.width, (1 - deep) * self.depth, across * self.width)
        return self.fronts[min(range(4), key=lambda side: away[side])]


def row_houses(
    block: Block, random: Random, narrow: float, wide: float, deep_m: float
) -> Iterator[tuple[float, Polygon]]:
    """Tube houses wall to wall in two rows back to back, each with its own depth and a yard behind.

    With each comes the side that it fronts: 0 near, 1 far.
    """
    deepest = min(0.485, deep_m / block.depth)
    for front in (0.0, 1.0):
        left = 0.0
        while left < 1 - 0.6 * narrow / block.width:
            right = min(1.0, left + random.uniform(narrow, wide) / block.width)
            if 1 - right < 0.6 * narrow / block.width:
                right = 1.0
            deep = deepest * random.uniform(0.72, 1.0)
            near, far = (0.0, deep) if front == 0 else (1 - deep, 1.0)
            yield front, block.lot(left, near, right, far)
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


def round_house(place: Point, radius_m: float, corners: int = 24) -> Polygon:
    east, north = place
    turns = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    return Polygon(np.column_stack([east + radius_m * np.cos(turns), north + radius_m * np.sin(turns)]))


def turned_box(place: Point, bearing_deg: float, width_m: float, depth_m: float) -> Polygon:
    """A rectangle around a place whose depth points in this compass bearing."""
    turn = math.radians(bearing_deg)
    right, ahead = np.array([math.cos(turn), -math.sin(turn)]), np.array([math.sin(turn), math.cos(turn)])
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    return Polygon([np.array(place) + right * x * width_m + ahead * y * depth_m for x, y in corners])


def pieces(shape: shapely.Geometry, least: float) -> list[Polygon]:
    """The polygons of a shape that are not slivers."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area >= least]
