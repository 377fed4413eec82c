"""The streets: main roads on the lattice, roads out of town, and the smaller ones that divide each quarter."""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import shapely
from msgspec import Struct
from shapely.geometry import LineString, Polygon

from demo import names
from demo.ground import Ground
from demo.shape import Block, Patch, Point, Points, bends, chance, smooth

# From wall to wall, pavements included; half of it is kept clear on each side of a street's middle.
WIDTHS = {"motorway": 36.0, "primary": 30.0, "secondary": 20.0, "residential": 11.0, "service": 5.0, "path": 3.0}
STUMP_M = 12.0  # what is left of a street and is shorter than this is no street
REACH_M = 150.0  # a road that ends this close to another one was meant to reach it
CARRIAGEWAY = 0.6  # of it is driven on

PRIMARY, SECONDARY, RESIDENTIAL = "primary", "secondary", "residential"
# Roads along the river, from the quay outwards, and across it from west to east; a column with one name crosses it.
SOUTH_ROWS = (
    ("Đường Bến Gương", SECONDARY),
    ("Đường Trần Hưng Đạo", PRIMARY),
    ("Đường Hùng Vương", SECONDARY),
    ("Đường Bờ Kênh", RESIDENTIAL),
    ("Đường Kênh Đào", RESIDENTIAL),
    ("Đường Vành đai Nam", PRIMARY),
)
NORTH_ROWS = (
    ("Đường Bạch Đằng", SECONDARY),
    ("Đường Lê Lợi", SECONDARY),
    ("Đại lộ Hoà Bình", PRIMARY),
    ("Đường Điện Biên Phủ", SECONDARY),
    ("Đường Vành đai Bắc", PRIMARY),
)
CROSSING: tuple[tuple[str, str, str], ...] = (  # name south of the river, name north of it, kind
    ("Đường Quang Trung", "Đường Lạc Long Quân", SECONDARY),
    ("Đường Vành đai Tây", "Đường Vành đai Tây", PRIMARY),
    ("Đường Bờ Sào", "Đường Kênh Tây", RESIDENTIAL),
    ("Đường Lý Thái Tổ", "Đường Kênh Đông", SECONDARY),
    ("Phố Hàng Muối", "Đường Nguyễn Huệ", SECONDARY),
    ("Đường Lý Thường Kiệt", "Đường Lý Thường Kiệt", SECONDARY),
    ("Phố Hàng Đèn", "Đường Hai Bà Trưng", SECONDARY),
    ("Đại lộ Biển Đông", "Đại lộ Biển Đông", PRIMARY),
    ("Đường Phan Bội Châu", "Đường Phan Chu Trinh", SECONDARY),
    ("Đường Nguyễn Trãi", "Đường Nguyễn Du", SECONDARY),
    ("Đường Cảng", "Đường Hải Đăng", SECONDARY),
    ("Đường Chài Lưới", "Đường Trường Sa", SECONDARY),
)
BRIDGES = {1: ("Cầu Tây", "West Bridge"), 5: ("Cầu Sắt", "Iron Bridge"), 7: ("Cầu Gương", "Mirror Bridge")}
HIGHWAY = """-3300 -15000, -2900 -9000, -2700 -4500, -2560 -1500, -2480 -300, -2500 700, -2700 2100, -2300 4600,
    -2600 9000, -1500 15000"""
# Out of town: name, kind, bends (east north, in metres).
COUNTRY_ROADS = (
    ("Quốc lộ 10", "motorway", HIGHWAY),
    ("Đường tỉnh 454", SECONDARY, "-2490 330, -3200 620, -4200 1150, -6200 2300, -9000 2900, -15000 4200"),
    ("Đường tỉnh 39", SECONDARY, "-2530 -900, -3300 -880, -4700 -1250, -6500 -1000, -9500 -2100, -15000 -2500"),
    ("Đường Đê Hữu", RESIDENTIAL, "-2490 -60, -3000 80, -4400 380, -5700 980, -6500 1130"),
    ("Đường tỉnh 465", SECONDARY, "-2700 -2500, -1900 -2430, -700 -2420, 700 -2500, 1600 -2380, 2250 -2600"),
    ("Đường ven biển", SECONDARY, "2250 -2600, 2330 -4000, 2250 -6000, 2400 -9000, 3000 -15000"),
    (
        "Đường tỉnh 8",
        SECONDARY,
        """-2690 2250, -1700 2330, -500 2420, 560 2380, 1250 2700, 1750 3300, 1850 5200, 1900 9000, 2300 15000""",
    ),
)


class Street(Struct):
    """A street on the ground plan; `way` is how one drives on: its line, in metres."""

    name: str
    kind: str
    line: LineString
    quarter: str = ""
    traffic: float = 0.0  # 0 to 1: how busy it is

    @property
    def half(self) -> float:
        return WIDTHS[self.kind] / 2


class Network:
    """All streets, by number, and the lattice's own by where they lie."""

    def __init__(self, land: Ground, seed: int) -> None:
        self.streets: list[Street] = []
        self.names = names.Pool(seed)
        self._lanes: set[str] = set()
        self._at: dict[tuple[str, str, int], int] = {}
        for bank, rows in (("south", SOUTH_ROWS), ("north", NORTH_ROWS)):
            for number, (name, kind) in enumerate(rows):
                self._at[bank, "row", number] = self.add(name, kind, _reaching(land, bank, number, kind), "main")
        for number, (south, north, kind) in enumerate(CROSSING):
            below, above = land.column("south", number), land.column("north", number)
            if number in BRIDGES:
                whole = smooth(np.vstack([land.south[::-1, number], land.north[:, number]]))
                both = self.add(south, kind, _onwards(number, whole), "main")
                self._at["south", "column", number] = self._at["north", "column", number] = both
                continue
            self._at["south", "column", number] = self.add(south, kind, below, "main")
            self._at["north", "column", number] = self.add(north, kind, above, "main")
        for name, kind, way in COUNTRY_ROADS:
            self.add(name, kind, self._joined(smooth(bends(way))), "country")

    def _joined(self, line: Points) -> Points:
        """The road, with each end led on to the road that passes close by."""
        roads = shapely.union_all([street.line for street in self.streets])
        for end, place in ((0, line[0]), (len(line), line[-1])):
            way = shapely.shortest_line(shapely.Point(place), roads)
            if 0 < way.length < REACH_M:
                line = np.insert(line, end if end == 0 else len(line), shapely.get_coordinates(way)[1], axis=0)
        return line

    def link(self, ring: Sequence[int], kind: str = RESIDENTIAL) -> None:
        """A way from these streets of a village, or this path in a park, to the nearest road that leads anywhere."""
        roads = [street.line for street in self.streets if street.quarter in ("main", "country")]
        own = shapely.union_all([self.streets[number].line for number in ring])
        way = min((shapely.shortest_line(own, road) for road in roads), key=lambda way: way.length)
        if way.length > 0:
            self.add("", kind, shapely.get_coordinates(way), "country")

    def add(self, name: str, kind: str, line: Points, quarter: str) -> int:
        self.streets.append(Street(name, kind, LineString(line), quarter))
        return len(self.streets) - 1

    def cut(self, patch: Patch, start: Point, end: Point, kind: str, letter: str, parent: int = -1) -> int:
        """A new street through a patch; a lane is called after the street at which it starts."""
        line = patch.path(start, end)
        if letter == "Z":
            name = ""
        elif parent >= 0:
            name = self._lane(self.streets[parent], shapely.Point(line[0]))
        else:
            name = self.names.take(letter)
        return self.add(name, kind, line, letter)

    def _lane(self, parent: Street, begin: shapely.Point) -> str:
        """A lane's name: the number of its place along the street, as its first house would have."""
        if not parent.name or parent.name.startswith("Ngõ"):
            return ""
        own = parent.name.split(" ", 1)[1].removeprefix("lộ ")
        number = round(parent.line.project(begin) / 4) + 1
        while f"Ngõ {number} {own}" in self._lanes:
            number += 2
        self._lanes.add(f"Ngõ {number} {own}")
        return f"Ngõ {number} {own}"

    def parts(self, street: Street, shore: Polygon) -> list[int]:
        """The street as far as it lies outside a shore: the numbers of its parts, of which the first keeps its name."""
        left = [part for part in shapely.get_parts(street.line.difference(shore)) if part.length > STUMP_M]
        named = [street.name, *(self.names.take(street.quarter) for _part in left[1:])]
        lines = [shapely.get_coordinates(part) for part in left]
        return [self.add(name, street.kind, line, street.quarter) for name, line in zip(named, lines, strict=False)]

    def around(self, bank: str, row: int, column: int) -> tuple[int, int, int, int]:
        """The main roads near, right, far and left of a patch of the lattice (see Ground.patch)."""
        near, far = (row + 1, row) if bank == "south" else (row, row + 1)
        at = self._at
        return (at[bank, "row", near], at[bank, "column", column + 1], at[bank, "row", far], at[bank, "column", column])


def _reaching(land: Ground, bank: str, row: int, kind: str) -> Points:
    """A road along the river; the great ones go on to the highway in the west."""
    nodes = getattr(land, bank)[row]
    if kind != PRIMARY:
        return smooth(nodes)
    first = nodes[0]
    highway = smooth(bends(HIGHWAY))
    meets = highway[np.argmin(np.abs(highway[:, 1] - first[1] + 40))]
    return smooth([tuple(meets), *nodes])


def _onwards(number: int, line: Points) -> Points:
    """A road with a bridge; two of them leave the town at both ends."""
    south, north = {
        1: ([(-1900.0, -2430.0)], [(-1700.0, 2330.0)]),
        7: ([(700.0, -2500.0)], [(560.0, 2380.0)]),
    }.get(number, ([], []))
    return smooth([*south, *line[::5], *north], 4) if south else line


class Manner(Struct, frozen=True):
    """How a quarter is divided: the size of its blocks, and whether streets were drawn (grid) or grew."""

    long_m: float
    short_m: float
    grown: bool = False
    lanes: bool = False  # the smallest streets are lanes, called after the one they start from
    stray: float = 0.12


class Division(Struct, frozen=True):
    """A quarter's block with the shares of the patch that it covers."""

    block: Block
    span: tuple[float, float, float, float]


def divide(
    patch: Patch, around: tuple[int, int, int, int], manner: Manner, letter: str, network: Network, random: Random
) -> Iterator[Division]:
    """The blocks of a patch; the streets between them are added to the network and named."""
    spans = _grown if manner.grown else _drawn
    for span, fronts in spans(patch, around, manner, letter, network, random):
        s0, t0, s1, t1 = span
        corners = patch.at(np.array([s0, s1, s1, s0]), np.array([t0, t0, t1, t1]))
        margins = [
            network.streets[front].half + (1.2 if network.streets[front].quarter == "main" else 0.4) for front in fronts
        ]
        block = Block.inside(corners, margins, fronts)
        if block:
            yield Division(block, span)


Span = tuple[float, float, float, float]
Fronts = tuple[int, int, int, int]


def _drawn(
    patch: Patch, around: Fronts, manner: Manner, letter: str, network: Network, random: Random
) -> Iterator[tuple[Span, Fronts]]:
    """A plan: streets right through, in both directions."""
    turn = patch.width < patch.depth
    across, deep = (manner.short_m, manner.long_m) if turn else (manner.long_m, manner.short_m)
    columns = _steps(max(1, round(patch.width / across)), manner.stray, random)
    rows = _steps(max(1, round(patch.depth / deep)), manner.stray, random)
    # where blocks are long, the short streets that cross them are lanes of the road from which they start
    upright = [around[3]]
    for s in columns[1:-1]:
        upright.append(
            network.cut(patch, (s, 0), (s, 1), RESIDENTIAL, letter, around[0] if manner.lanes and not turn else -1)
        )
    level = [around[0]]
    for t in rows[1:-1]:
        level.append(
            network.cut(patch, (0, t), (1, t), RESIDENTIAL, letter, around[3] if manner.lanes and turn else -1)
        )
    upright, level = [*upright, around[1]], [*level, around[2]]
    for i in range(len(columns) - 1):
        for j in range(len(rows) - 1):
            yield (
                (columns[i], rows[j], columns[i + 1], rows[j + 1]),
                (level[j], upright[i + 1], level[j + 1], upright[i]),
            )


def _steps(count: int, stray: float, random: Random) -> list[float]:
    return [0.0, *((i + random.uniform(-stray, stray)) / count for i in range(1, count)), 1.0]


def _grown(
    patch: Patch, around: Fronts, manner: Manner, letter: str, network: Network, random: Random
) -> Iterator[tuple[Span, Fronts]]:
    """Growth: the ground is halved again and again, each new street ends at an older one."""
    waiting: list[tuple[Span, Fronts]] = [((0.0, 0.0, 1.0, 1.0), around)]
    while waiting:
        (s0, t0, s1, t1), (near, right, far, left) = waiting.pop()
        width, depth = (s1 - s0) * patch.width, (t1 - t0) * patch.depth
        if max(width, depth) > 1.4 * manner.long_m:
            upright = width >= depth
        elif min(width, depth) > 1.4 * manner.short_m:
            upright = width < depth
        else:
            yield (s0, t0, s1, t1), (near, right, far, left)
            continue
        lane = manner.lanes and (width if upright else depth) < 2.4 * manner.short_m
        kind = "service" if lane else RESIDENTIAL
        share = 0.5 + random.uniform(-manner.stray, manner.stray)
        if upright:
            s = s0 + (s1 - s0) * share
            new = network.cut(patch, (s, t0), (s, t1), kind, letter, near if lane else -1)
            waiting += [((s0, t0, s, t1), (near, new, far, left)), ((s, t0, s1, t1), (near, right, far, new))]
        else:
            t = t0 + (t1 - t0) * share
            new = network.cut(patch, (s0, t), (s1, t), kind, letter, left if lane else -1)
            waiting += [((s0, t0, s1, t), (near, right, new, left)), ((s0, t, s1, t1), (new, right, far, left))]


def corridors(streets: Sequence[Street], share: float) -> np.ndarray:
    """The ground that streets take, this share of their width."""
    lines = [street.line for street in streets]
    taken: np.ndarray = shapely.buffer(
        lines, [street.half * share for street in streets], cap_style="flat", quad_segs=2
    )
    return taken


def set_traffic(streets: Sequence[Street], seed: int) -> None:
    """How busy each street is: by its kind, most in the middle of the city."""
    usual = {"motorway": 0.9, PRIMARY: 0.8, SECONDARY: 0.55, RESIDENTIAL: 0.22, "service": 0.06, "path": 0.0}
    for number, street in enumerate(streets):
        middle = street.line.interpolate(0.5, normalized=True)
        central = float(np.exp(-((middle.x**2 + middle.y**2) / 2_600_000)))
        dice = chance(seed, "traffic", number)
        busy = usual[street.kind] * (0.7 + 0.4 * central + dice.uniform(-0.12, 0.12))
        street.traffic = round(min(1.0, max(0.0, busy)), 2)
