"""Which things lie too close together to be told apart, zoom by zoom: a tree over their places, pure.

From near to far, whatever lies within GAP_PX of something larger joins it. Each thing is in exactly one group at each
zoom, and a group only grows as one goes away: nothing jumps from one to another while a hand turns the wheel.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data_access.table import Table

GAP_PX = 46  # a plate with a number, and a little air
TILE_PX = 512  # the width of the world at zoom 0
NEAREST, FARTHEST, STEP = 14.0, 4.0, 0.5  # beyond the nearest zoom everything stands by itself
_STEEPEST = 85.05  # degrees of latitude at which the map's square world ends


@dataclass(slots=True)
class _Group:
    """Some things as one, at their mean place on the square world, 0 to 1; `node` is its row in the tree."""

    x: float
    y: float
    n: int
    node: int


def tree(ids: Sequence[str], lon: np.ndarray, lat: np.ndarray) -> Table:
    """The tree over things at these places; a place that is not known (NaN) is in no group.

    Columns: id (the thing's own; of a group `~` and its number), lon, lat (the mean place of a group), parent (row of
    the group that it joins, NaN: none), until (zoom from which on it is no longer one; inf: a single thing).
    """
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    order = sorted(known.tolist(), key=lambda row: ids[row])
    nodes = _Nodes([ids[row] for row in order], lon[order].astype(float), lat[order].astype(float))
    x, y = _square(nodes.lon, nodes.lat)
    groups = [_Group(float(x[row]), float(y[row]), 1, row) for row in range(len(order))]
    for zoom in np.arange(NEAREST, FARTHEST - STEP, -STEP):
        if len(groups) < 2:
            break
        reach = GAP_PX / (TILE_PX * 2.0**zoom)
        groups = [nodes.join(members, float(zoom) + STEP) for members in _gathered(groups, reach)]
    return nodes.table()


class _Nodes:
    """The rows of a tree as they are made: first the things, then the groups."""

    def __init__(self, ids: list[str], lon: np.ndarray, lat: np.ndarray) -> None:
        self.ids, self.lon, self.lat = ids, lon, lat
        self.places: list[tuple[float, float]] = []
        self.parent = [np.nan] * len(ids)
        self.until = [np.inf] * len(ids)

    def join(self, members: list[_Group], until: float) -> _Group:
        """These as one below this zoom; one alone stays what it is."""
        if len(members) == 1:
            return members[0]
        n = sum(member.n for member in members)
        x = sum(member.x * member.n for member in members) / n
        y = sum(member.y * member.n for member in members) / n
        row = len(self.parent)
        for member in members:
            self.parent[member.node] = float(row)
        self.parent.append(np.nan)
        self.until.append(until)
        self.places.append((x, y))
        return _Group(x, y, n, row)

    def table(self) -> Table:
        lon, lat = _degrees(np.array(self.places, dtype=float).reshape(-1, 2))
        ids = np.empty(len(self.parent), dtype=object)
        ids[:] = [*self.ids, *(f"~{row}" for row in range(len(self.ids), len(self.parent)))]
        return Table(
            {
                "id": ids,
                "lon": np.concatenate([self.lon, lon]),
                "lat": np.concatenate([self.lat, lat]),
                "parent": np.array(self.parent, dtype=float),
                "until": np.array(self.until, dtype=float),
            }
        )


def _gathered(groups: list[_Group], reach: float) -> Iterator[list[_Group]]:
    """Each group once: the largest first, with all within reach that nobody has taken yet."""
    points = shapely.points([(group.x, group.y) for group in groups])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    order = np.argsort(pairs[0], kind="stable")
    beside = np.split(pairs[1][order], np.cumsum(np.bincount(pairs[0], minlength=len(groups)))[:-1])
    taken = [False] * len(groups)
    for i in sorted(range(len(groups)), key=lambda i: (-groups[i].n, groups[i].node)):
        if taken[i]:
            continue
        near = sorted({i, *(int(j) for j in beside[i] if not taken[j])})
        for j in near:
            taken[j] = True
        yield [groups[j] for j in near]


def _square(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places on the square world of web maps, 0 to 1 from its north-western corner."""
    steep = np.radians(np.clip(lat, -_STEEPEST, _STEEPEST))
    return lon / 360 + 0.5, 0.5 - np.log(np.tan(np.pi / 4 + steep / 2)) / (2 * np.pi)


def _degrees(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = places[:, 0], places[:, 1]
    return (x - 0.5) * 360, np.degrees(2 * np.arctan(np.exp((0.5 - y) * 2 * np.pi)) - np.pi / 2)
