"""The ground plan: which quarter lies where on the lattice, how it is divided, and what is built in its blocks."""

from collections.abc import Iterator
from functools import cache
from random import Random

import numpy as np
import shapely
from msgspec import Struct
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from demo import civic, headland, houses, towers
from demo.callings import Callings
from demo.ground import Ground, ground
from demo.houses import House
from demo.shape import Block, Patch, Point, chance, smooth
from demo.streets import Manner, Network, Street, corridors, divide, set_traffic
from demo.wards import Ward, wards
from demo.waterside import structures

# One letter a patch of the lattice, from the west to the sea, from the quay outwards.
SOUTH_PATCHES = ("et=ooooFFhh", "et=ooqoFtwh", "kt=tHtekwww", "===========", "ww=sekktwrr")
NORTH_PATCHES = ("ve=TTTTFtbb", "et=tTATFtvb", "re=tpuHtvvb", "rw=tketevtb")
MANNERS = {
    "o": Manner(92, 43, grown=True, lanes=True, stray=0.16),
    "q": Manner(92, 43, grown=True, lanes=True, stray=0.1),
    "t": Manner(118, 52, lanes=True, stray=0.07),
    "F": Manner(118, 66, stray=0.06),
    "T": Manner(136, 96, stray=0.04),
    "A": Manner(140, 105, stray=0.0),
    "e": Manner(128, 96, lanes=True, stray=0.05),
    "k": Manner(136, 74, lanes=True, stray=0.05),
    "v": Manner(140, 56, stray=0.1),
    "b": Manner(150, 110, stray=0.05),
    "w": Manner(205, 138, stray=0.05),
    "h": Manner(150, 96, stray=0.04),
    "H": Manner(136, 98, stray=0.03),
    "u": Manner(205, 150, stray=0.02),
    "s": Manner(215, 190, stray=0.0),
    "Z": Manner(84, 52, grown=True, stray=0.18),
}
# Shared buildings of the quarters where people live, in turn, the largest block first: g school, G small park,
# m market, d temple, P car park. Fire stations (f) stand where they reach all of it.
SHARED = ("gGmd", "gGP", "gdm", "gG", "gGmP", "gG", "gdPm", "gGm")
FIRE_STATIONS = frozenset(
    {("south", 1, 0), ("south", 0, 5), ("south", 4, 6), ("south", 1, 8), ("north", 0, 0), ("north", 1, 3)}
    | {("north", 0, 8), ("north", 3, 6)}
)
# Whole patches that are one thing: what stands in their blocks, in turn.
INSTITUTIONS = {
    "H": ("hospital", "t", "t", "hospital", "G", "t", "school", "P", "t"),
    "u": ("university", "university", "sports", "university"),
    "A": ("hall", "square", "T", "T", "museum", "T", "T", "T", "T"),
    "s": ("stadium", "station", "pitch", "bus_station"),
}
REST = {"H": "t", "u": "t", "A": "T", "s": "pitch"}  # and in the blocks that are left
VILLAGES: tuple[tuple[tuple[str, str], Point, float, float, float], ...] = (  # name, middle, turn, width, depth
    (("Làng Sào Thượng", "Sao Thuong Village"), (-3350, 1010), 0.5, 420, 200),
    (("Làng Đông Phù", "Dong Phu Village"), (-3500, -560), -0.12, 380, 230),
    (("Làng Vân Đình", "Van Dinh Village"), (-4100, 2150), 0.3, 340, 240),
    (("Làng Trà Lý", "Tra Ly Village"), (-1750, -2700), 0.1, 380, 220),
    (("Làng Ngọc Than", "Ngoc Than Village"), (-300, -2640), -0.06, 420, 220),
    (("Làng Cồn Vành", "Con Vanh Village"), (1050, -2690), 0.1, 340, 200),
    (("Làng Chài", "Fishing Village"), (2130, -2050), 1.35, 420, 160),
    (("Làng Yên Hạ", "Yen Ha Village"), (-1500, 2560), 0.06, 360, 230),
    (("Làng Mộ Lao", "Mo Lao Village"), (120, 2640), -0.02, 400, 230),
    (("Làng Hải Thượng", "Hai Thuong Village"), (1580, 3180), 0.9, 340, 180),
)


SHORE_M = 15.0  # from a lake to the middle of the road around it


class Green(Struct, frozen=True):
    """Green ground, a square, a pitch: its kind on the map, and its name where it has one."""

    kind: str
    ground: BaseGeometry
    name: tuple[str, str] | None = None


class Plan(Struct, frozen=True):
    """The whole ground plan in metres: what map, devices and incidents are made from."""

    land: Ground
    wards: tuple[Ward, ...]
    streets: tuple[Street, ...]
    houses: tuple[House, ...]
    greens: tuple[Green, ...]
    quarters: tuple[tuple[str, Polygon], ...]
    car_parks: tuple[Polygon, ...]


@cache
def plan(seed: int) -> Plan:
    """The ground plan of this seed."""
    return Builder(seed).plan()


class Builder:
    """Lays out one quarter after another and keeps what none of them may build upon."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.land = ground(seed)
        self.network = Network(self.land, seed)
        self.wards = wards(self.land)
        self.houses: list[House] = []
        self.greens: list[Green] = []
        self.quarters: list[tuple[str, Polygon]] = []
        self.car_parks: list[Polygon] = []
        self.towers = list(reversed(towers.NAMED))
        self.called = Callings(seed)
        self._shared = 0
        self._halls: set[str] = set()

    def plan(self) -> Plan:
        for bank, rows in (("south", SOUTH_PATCHES), ("north", NORTH_PATCHES)):
            for row, letters in enumerate(rows):
                for column, letter in enumerate(letters):
                    if letter not in "=r":
                        patch = self.land.patch(bank, row, column)
                        self._quarter(letter, patch, self.network.around(bank, row, column), (bank, row, column))
        for number, (_name, middle, turn, width, depth) in enumerate(VILLAGES):
            self._village(middle, turn, width, depth, number)
        north = self.land.north
        roads = headland.lay_roads(self.network, (float(north[4, 10, 0]), float(north[4, 10, 1])))
        self.houses += headland.houses(self.network, roads, self.seed)
        set_traffic(self.network.streets, self.seed)
        return Plan(
            land=self.land,
            wards=self.wards,
            streets=tuple(self.network.streets),
            houses=(*self._standing(), *structures(self.land, self.network.streets)),
            greens=tuple(self.greens),
            quarters=tuple(self.quarters),
            car_parks=tuple(self.car_parks),
        )

    def _quarter(self, letter: str, patch: Patch, around: tuple[int, int, int, int], at: tuple[str, int, int]) -> None:
        self.quarters.append((letter, patch.ground()))
        if letter == "p":
            self._park(patch.ground())
            return
        dice = chance(self.seed, "quarter", *at)
        before = len(self.network.streets)
        blocks = [cut.block for cut in divide(patch, around, MANNERS[letter], letter, self.network, dice)]
        for lake in shapely.get_parts(self.land.lakes):
            if lake.intersects(patch.ground()):
                self._shore(lake, before, blocks)
        water = self.land.water.buffer(6)
        dry = [block for block in blocks if block.ground.disjoint(water)]
        uses = self._uses(letter, dry, at)
        for number, block in enumerate(blocks):
            use = uses.get(id(block), letter)
            self._fill(use, block, chance(self.seed, "block", *at, number), at)

    def _shore(self, lake: Polygon, before: int, blocks: list[Block]) -> None:
        """A promenade around a lake; the quarter's streets, which are those since `before`, end at it."""
        shore = lake.buffer(SHORE_M)
        crossing = self.network.streets[before:]
        del self.network.streets[before:]
        ring = shapely.get_coordinates(shore.exterior)
        promenade = self.network.add(self.called.take("lakeside")[0], "residential", ring, "lake")
        left = {number: self.network.parts(street, shore) for number, street in enumerate(crossing, before)}
        for block in blocks:
            middle = block.ground.centroid
            fronts = [self._nearest(left.get(front, [front]) or [promenade], middle) for front in block.fronts]
            block.fronts = (fronts[0], fronts[1], fronts[2], fronts[3])
        self.greens.append(Green("park", lake.buffer(SHORE_M - 5).difference(lake)))

    def _nearest(self, streets: list[int], place: shapely.Point) -> int:
        return min(streets, key=lambda street: self.network.streets[street].line.distance(place))

    def _uses(self, letter: str, blocks: list[Block], at: tuple[str, int, int]) -> dict[int, str]:
        """What the blocks of a quarter hold that is not its usual houses."""
        by_size = sorted(blocks, key=lambda block: -round(block.ground.area))
        if letter in INSTITUTIONS:
            own = (*INSTITUTIONS[letter], *[REST[letter]] * len(by_size))
            return {id(block): use for block, use in zip(by_size, own, strict=False)}
        uses: list[str] = []
        if letter in "otkevFq":
            uses += SHARED[self._shared % len(SHARED)]
            self._shared += 1
        ward = self._ward(blocks[0].at(0.5, 0.5)).name if blocks else ""
        if letter in "otkeFbw" and ward not in self._halls:
            self._halls.add(ward)
            uses.append("c")
        if at in FIRE_STATIONS:
            uses.append("f")
        uses += {("south", 0, 7): ["opera"], ("south", 1, 5): ["cathedral"]}.get(at, [])
        if at == ("north", 0, 6):
            uses.append("landmark")
        return {id(block): use for block, use in zip(by_size, uses, strict=False)}

    def _ward(self, place: Point) -> Ward:
        here = shapely.Point(place)
        return min(self.wards, key=lambda ward: ward.ground.distance(here))

    def _fill(self, use: str, block: Block, random: Random, at: tuple[str, int, int]) -> None:
        letters = {"g": "school", "m": "market", "d": "temple", "f": "fire_station", "c": "ward_hall"}
        if use in ("G", "square", "pitch", "sports"):
            kind = {"G": "park", "square": "park", "pitch": "pitch", "sports": "pitch"}[use]
            name = (
                self.called.take("park")
                if use == "G"
                else ("Quảng trường Hoà Bình", "Peace Square")
                if use == "square"
                else None
            )
            self.greens.append(Green(kind, block.ground, name))
        elif use == "P":
            self.car_parks.append(block.ground)
        elif use == "landmark":
            self.houses += towers.mirror_tower(block, random)
        elif use == "T":
            self._centre(block, random)
        elif use in towers.TALL:
            self.greens.append(Green("grass", block.ground))
            self.houses += towers.TALL[use](block, random)
        elif use in civic.NAMELESS:
            self.houses += civic.NAMELESS[use](block, random)
        elif (use := letters.get(use, use)) in civic.CALLED:
            ward = self._ward(block.at(0.5, 0.5))
            name = (ward.name, ward.name_en) if use == "ward_hall" else self.called.take(use)
            self.houses += civic.CALLED[use](block, random, name)
        elif use in houses.FILLED:
            if use in "vVF":
                self.greens.append(Green("garden", block.ground))
            self.houses += houses.FILLED[use](block, random)

    def _centre(self, block: Block, random: Random) -> None:
        """Towers, the denser the nearer to the great bridge; between them lower houses and a garden now and then."""
        if random.random() < towers.nearness(block.at(0.5, 0.5)):
            self.houses += towers.towers(block, random, self.towers)
        elif random.random() < 0.22:
            self.greens.append(Green("park", block.ground, self.called.take("park")))
        else:
            self.houses += towers.middling(block, random)

    def _park(self, whole: Polygon) -> None:
        ground = whole.buffer(-17)
        for lake in shapely.get_parts(self.land.lakes):
            if lake.intersects(whole):
                ring = shapely.get_coordinates(lake.buffer(SHORE_M).exterior)
                self.network.link([self.network.add("", "path", ring, "lake")], "path")
        self.greens.append(
            Green("park", ground.difference(self.land.lakes), ("Công viên Thống Nhất", "Reunification Park"))
        )

    def _village(self, middle: Point, turn: float, width: float, depth: float, number: int) -> None:
        dice = chance(self.seed, "village", number)
        right, up = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])

        def at(x: float, y: float) -> Point:
            place = (
                np.array(middle)
                + right * (x * width + dice.uniform(-14, 14))
                + up * (y * depth + dice.uniform(-14, 14))
            )
            return float(place[0]), float(place[1])

        a, b, c, d = at(-0.5, -0.5), at(0.5, -0.5), at(0.5, 0.5), at(-0.5, 0.5)
        near, far = smooth([a, at(0, -0.56), b], 8), smooth([d, at(0, 0.46), c], 8)
        right_side, left_side = smooth([b, at(0.55, 0), c], 8), smooth([a, at(-0.48, 0), d], 8)
        street = f"Đường {VILLAGES[number][0][0]}"
        ring = [
            self.network.add(name, "residential", line, "Z")
            for name, line in ((street, near), ("", right_side), ("", far), ("", left_side))
        ]
        self.network.link(ring)
        patch = Patch(near, right_side, far, left_side)
        self.quarters.append(("Z", patch.ground()))
        blocks = list(divide(patch, (ring[0], ring[1], ring[2], ring[3]), MANNERS["Z"], "Z", self.network, dice))
        shared = {0: "d", len(blocks) // 2: "g" if number % 3 == 0 else "Z"}
        for place, cut in enumerate(blocks):
            self._fill(
                shared.get(place, "Z"), cut.block, chance(self.seed, "village", number, place), ("village", 0, 0)
            )

    def _standing(self) -> Iterator[House]:
        """The houses that stand clear of water, streets and each other; whoever came first stays."""
        grounds = np.array([house.ground for house in self.houses])
        streets = corridors(self.network.streets, 0.92)
        taken = np.zeros(len(grounds), dtype=bool)
        tree = shapely.STRtree(grounds)
        taken[tree.query(shapely.get_parts(self.land.water.buffer(5)), predicate="intersects")[1]] = True
        taken[tree.query(streets, predicate="intersects")[1]] = True
        first, second = tree.query(shapely.buffer(grounds, -0.05), predicate="intersects")
        lows = np.array([house.min_height_m for house in self.houses])
        for one, other in zip(first, second, strict=True):
            if one < other and not taken[one] and lows[one] == lows[other] == 0:
                taken[other] = True
        gone_podiums = shapely.STRtree(
            [g for g, t, low in zip(grounds, taken, lows, strict=True) if t and not low] or [Polygon()]
        )
        for number, house in enumerate(self.houses):
            if taken[number]:
                continue
            if lows[number] and len(gone_podiums.query(house.ground.representative_point(), predicate="within")):
                continue  # a tower whose podium could not be built
            yield house
