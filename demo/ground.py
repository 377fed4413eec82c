"""The lie of the land: river, tributary, canals, coast and hill, and the lattice of main roads over them.

Metres east and north of the city's middle, which lies on the river. The river runs from west to east; a place is first
thought of as (u, v), metres along and across a straight river, and `bent` puts it where the bends move it.
"""

import math

import numpy as np
import shapely
from msgspec import Struct
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from demo.shape import Patch, Point, Points, bends, chance, ribbon, smooth

# The bends of the river (east, north), and of the coast from south to north, with the headland in the north-east.
RIVER_BENDS = """-16000 900, -11500 2100, -8600 900, -6300 1500, -4600 620, -3000 330, -1900 -160, -1000 -250,
    -200 30, 500 210, 1200 100, 1900 -160, 2600 -260, 3400 -300"""
COAST_BENDS = """3300 -16000, 2600 -9000, 2480 -5000, 2620 -3000, 2420 -1900, 2330 -1100, 2260 -500, 2210 200,
    2080 800, 2060 1180, 2330 1480, 2660 1800, 2720 2150, 2450 2480, 2100 2900, 2030 3700, 2300 5200, 2150 9000,
    2700 16000"""
FAR = 15_000.0  # what is drawn ends here, beyond the haze
SEA_FAR = 26_000.0

# Main roads across the river by u, and along it by v. Between the third and the fourth runs the tributary in the
# south and a canal in the north; between the last but one row of the south and the one before it the southern canal.
COLUMNS = (-2060.0, -1650.0, -1240.0, -1120.0, -710.0, -290.0, 110.0, 530.0, 950.0, 1360.0, 1750.0, 2100.0)
SOUTH = (-400.0, -700.0, -1000.0, -1076.0, -1440.0)
NORTH = (400.0, 720.0, 1050.0, 1400.0)
QUAY_M = 30.0  # from the water's edge to the middle of the road beside it
STRIP = 2  # the columns between which tributary and northern canal run
CANAL_ROW = 3  # the southern rows (1 is the first behind the quay) between which the southern canal runs

HILL: Point = (2050.0, 1880.0)
HILL_RADIUS = 640.0


_RIVER, _COAST = smooth(bends(RIVER_BENDS), 24), smooth(bends(COAST_BENDS), 24)


def river_north(east: float | Points) -> Points:
    """How far north the middle of the river is, this far east."""
    return np.interp(east, _RIVER[:, 0], _RIVER[:, 1])


def half_width(east: float | Points) -> Points:
    """Half of the river's width; it opens towards the sea."""
    east = np.asarray(east, dtype=float)
    mouth = np.clip((east - 1300) / 1200, 0, None)
    width: Points = 78 + 7 * np.sin(east / 310) + 85 * np.minimum(mouth, 1.6) ** 1.5
    return width


def coast_east(north: float | Points) -> Points:
    return np.interp(north, _COAST[:, 1], _COAST[:, 0])


def bent(u: float, v: float) -> Point:
    """Where (u, v) lies: near the river rows follow its bends, far from it they run straight."""
    away = max(0.0, abs(v) - 130)
    lean = math.copysign(0.09 * away, v) + 26 * math.sin(away / 330 + u / 600) * min(1.0, away / 200)
    return u + lean, v + float(river_north(u)) * math.exp(-((v / 1500) ** 2))


class Ground(Struct, frozen=True):
    """Water, and the nodes of the lattice: `south` and `north` by row (0 is the quay) and column."""

    sea: Polygon
    river: BaseGeometry
    tributary: BaseGeometry
    canals: BaseGeometry
    lakes: BaseGeometry
    river_line: Points
    tributary_line: Points
    canal_lines: tuple[Points, ...]
    south: Points
    north: Points

    @property
    def water(self) -> BaseGeometry:
        return shapely.union_all([self.sea, self.river, self.tributary, self.canals, self.lakes])

    def row(self, bank: str, row: int) -> Points:
        return smooth(getattr(self, bank)[row])

    def column(self, bank: str, column: int) -> Points:
        return smooth(getattr(self, bank)[:, column])

    def patch(self, bank: str, row: int, column: int) -> Patch:
        """The ground behind this row and right of this column (seen with the river at one's back in the north)."""
        lines = [self.row(bank, row), self.column(bank, column + 1), self.row(bank, row + 1), self.column(bank, column)]
        cuts = (column, row, column, row)
        near, right, far, left = (line[10 * cut : 10 * cut + 11] for line, cut in zip(lines, cuts, strict=True))
        if bank == "south":  # kept turning to the left: the far side comes first
            return Patch(far, right[::-1], near, left[::-1])
        return Patch(near, right, far, left)


def ground(seed: int) -> Ground:
    """The land of this seed: its water is always the same, its main roads differ by a few metres."""
    east = np.arange(-15_900, 3_000, 40.0)
    river_line = np.column_stack([east, river_north(east)])
    river = ribbon(river_line, half_width(east))
    sea = Polygon([*map(tuple, _COAST), (SEA_FAR, 16_000), (SEA_FAR, -16_000)])
    south, north = _nodes(seed, "south", SOUTH), _nodes(seed, "north", NORTH)

    middle = (south[:, STRIP] + south[:, STRIP + 1]) / 2
    upper = [(-1130, -1850), (-1380, -2500), (-1250, -3200), (-1700, -4300), (-1500, -6000), (-2400, -9000)]
    mouth = [(float(middle[0, 0]) + 15, float(middle[0, 1]) + 130)]
    tributary_line = smooth([*mouth, *middle, *upper])
    middle = (north[:, STRIP] + north[:, STRIP + 1]) / 2
    north_canal = smooth(
        [(float(middle[0, 0]), float(middle[0, 1]) - 60), *middle, (-1060, 1900), (-1250, 2600), (-1100, 5200)]
    )
    middle = (south[CANAL_ROW, STRIP:] + south[CANAL_ROW + 1, STRIP:]) / 2
    south_canal = smooth([*middle, (float(middle[-1, 0]) + 350, float(middle[-1, 1]))])
    canals = shapely.union_all([ribbon(north_canal, 9), ribbon(south_canal, 12)])
    return Ground(
        sea=sea,
        river=river.difference(sea.buffer(-500)),
        tributary=ribbon(tributary_line, np.linspace(30, 17, len(tributary_line))),
        canals=canals,
        lakes=_lakes(south, north),
        river_line=river_line,
        tributary_line=tributary_line,
        canal_lines=(north_canal, south_canal),
        south=south,
        north=north,
    )


def _nodes(seed: int, bank: str, rows: tuple[float, ...]) -> Points:
    side = -1.0 if bank == "south" else 1.0
    nodes = np.zeros((len(rows) + 1, len(COLUMNS), 2))
    for column, u in enumerate(COLUMNS):
        nodes[0, column] = u, river_north(u) + side * (float(half_width(u)) + QUAY_M + 4)
        for row, v in enumerate(rows, 1):
            dice = chance(seed, "node", bank, row, column)
            stray = 0.0 if column in (STRIP, STRIP + 1) else 20.0
            low = 4.0 if bank == "south" and row in (CANAL_ROW, CANAL_ROW + 1) else 24.0
            aside, up = dice.uniform(-stray, stray), dice.uniform(-low, low) * min(1.0, stray)
            if column == len(COLUMNS) - 2:
                aside *= 0.4
            east, north = bent(u, v)
            nodes[row, column] = east + aside, north + up
    last = nodes[:, -1]  # the road behind the beach
    last[:, 0] = coast_east(last[:, 1]) - 95
    return nodes


def _lakes(south: Points, north: Points) -> BaseGeometry:
    """The old quarter's lake, the one in the great park, and the one among the villas."""

    def lake(corners: Points, share: tuple[float, float], size: tuple[float, float], wobble: float) -> Polygon:
        middle = corners.mean(axis=0)
        across, deep = corners[1] - corners[0], corners[3] - corners[0]
        turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        reach = 1 + 0.16 * np.sin(2 * turns + wobble) + 0.08 * np.sin(3 * turns + 2 * wobble)
        at = middle + across * (share[0] - 0.5) + deep * (share[1] - 0.5)
        return Polygon(at + np.column_stack([size[0] * np.cos(turns) * reach, size[1] * np.sin(turns) * reach]))

    def corners(nodes: Points, row: int, column: int) -> Points:
        return np.array(
            [nodes[row, column], nodes[row, column + 1], nodes[row + 1, column + 1], nodes[row + 1, column]]
        )

    return shapely.union_all(
        [
            lake(corners(south, 1, 5), (0.5, 0.5), (105, 62), 0.7),
            lake(corners(north, 2, 4), (0.55, 0.5), (120, 74), 2.0),
            lake(corners(north, 2, 8), (0.5, 0.5), (70, 88), 4.0),
        ]
    )


def hill(share: float = 1.0) -> Polygon:
    """The hill on the headland up to this share of its radius: 1 is its foot, 0 the top."""
    turns = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    reach = HILL_RADIUS * share * (1 + 0.1 * np.sin(2 * turns + 0.6) + 0.06 * np.sin(5 * turns + 1) * share)
    shape = np.column_stack([HILL[0] + reach * np.cos(turns), HILL[1] + 0.82 * reach * np.sin(turns)])
    return Polygon(shape)


def country() -> Polygon:
    """All that is drawn."""
    return box(-FAR, -FAR, SEA_FAR, FAR)
