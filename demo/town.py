"""Cửa Gương, a small town that does not exist: its river, streets, houses and names, all from one seed.

It lies where no town is, at the mouth of a river in the delta south-east of Hanoi. An old quarter of tube houses on
the southern bank, towers and villas on the northern one, rice around them and the sea in the east.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import shapely
from msgspec import Struct
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from data_access.city import City
from data_access.importers.found import Feature
from data_access.metres import Plane
from data_access.records import About, Building
from demo import names
from demo.devices import devices
from demo.houses import House, houses
from demo.shape import Block, Point, River, chance

SEED = 7
LON, LAT = 106.6168, 20.3352
TIME_ZONE = "Asia/Ho_Chi_Minh"
KEY = "town"

RIVER = (
    (-3400, 520),
    (-2200, 180),
    (-1200, -110),
    (-480, -130),
    (120, 20),
    (760, 70),
    (1500, -60),
    (2400, -240),
    (3600, -380),
)
OLD_ROWS, OLD_COLUMNS = (-82.0, -158.0, -234.0, -318.0), (-360.0, -270.0, -180.0, -90.0, 0.0, 90.0, 180.0, 270.0)
NEW_ROWS, NEW_COLUMNS = (84.0, 186.0, 288.0, 396.0), (-390.0, -260.0, -130.0, 0.0, 130.0, 260.0, 390.0, 510.0)
# One letter a block, from the bank outwards and downstream: what demo/houses.py builds there.
OLD_BLOCKS = ("OOOOmOw", "OOtOOOO", "gOOOqOS")
NEW_BLOCKS = ("TTPTTVV", "STcThVV", "SSgkSVS")
COAST = ((2150, -6000), (2260, -2600), (2180, -1100), (2330, -420), (2420, 60), (2260, 900), (2340, 2400), (2120, 6000))
WIDTHS = {"primary": 22.0, "secondary": 15.0, "residential": 10.0}


class Town(Struct, frozen=True):
    """The whole town, as an importer would have found it."""

    city: City
    buildings: tuple[Building, ...]
    features: tuple[Feature, ...]
    abouts: tuple[About, ...]


class Street(Struct, frozen=True):
    name: str
    kind: str
    line: LineString


class Plan(Struct, frozen=True):
    """The ground plan in metres: what houses and devices are set into."""

    river: River
    streets: tuple[Street, ...]
    old: tuple[tuple[str, Block], ...]
    new: tuple[tuple[str, Block], ...]

    @property
    def blocks(self) -> tuple[tuple[str, Block], ...]:
        return (*self.old, *self.new)


@cache
def town(seed: int = SEED) -> Town:
    """The town of this seed; the same seed gives the same town, to the last corner."""
    plane = Plane(LON, LAT)
    ground = plan()
    built = list(houses(ground.blocks, ground.river, seed))
    west, south = plane.place(-1500, -1300)
    east, north = plane.place(2500, 1400)
    lon, lat = plane.place(42, 52)
    city = City(
        key=KEY,
        name=names.TOWN[0],
        time_zone=TIME_ZONE,
        languages=("vi", "en"),
        lon=lon,
        lat=lat,
        zoom=16.05,
        pitch=58,
        bearing=24,
        bounds=(west, south, east, north),
        attribution="Dữ liệu mô phỏng · Simulated data",
    )
    return Town(
        city=city,
        buildings=tuple(_building(number, house, plane) for number, house in enumerate(built, 1)),
        features=tuple(_features(ground, built, plane, seed)),
        abouts=tuple(devices(ground, built, plane, seed)),
    )


@cache
def plan() -> Plan:
    """Streets and blocks along the river."""
    river = River(RIVER, zero=0)
    streets = tuple(_streets(river))
    return Plan(
        river=river,
        streets=streets,
        old=tuple(_blocks(river, OLD_ROWS, OLD_COLUMNS, OLD_BLOCKS)),
        new=tuple(_blocks(river, NEW_ROWS, NEW_COLUMNS, NEW_BLOCKS)),
    )


def _streets(river: River) -> Iterator[Street]:
    for rows, columns, along, across in (
        (OLD_ROWS, OLD_COLUMNS, names.OLD_ALONG, names.OLD_ACROSS),
        (NEW_ROWS, NEW_COLUMNS, names.NEW_ALONG, names.NEW_ACROSS),
    ):
        for name, row in zip(along, rows, strict=True):
            kind = "secondary" if row in (rows[0], rows[-1]) else "residential"
            yield Street(name, kind, river.path((columns[0], row), (columns[-1], row)))
        for name, column in zip(across, [column for column in columns if column], strict=True):
            yield Street(name, "residential", river.path((column, rows[0]), (column, rows[-1])))
    yield Street(names.AVENUE, "primary", LineString([river.at(0, beside) for beside in (-700, -82, 84, 700)]))
    avenue_south, avenue_north = river.at(0, -700), river.at(0, 700)
    yield Street(
        names.NORTH_ROAD,
        "primary",
        LineString([(-6000, 1500), (-1800, 900), (-600, 720), avenue_north, (900, 760), (1900, 820), (2100, 2000)]),
    )
    south_road = LineString([(-6000, -900), (-1500, -860), avenue_south, (900, -640), (1950, -700)])
    yield Street(names.SOUTH_ROAD, "secondary", south_road)
    outward = (
        (names.OLD_ALONG[-1], (OLD_COLUMNS[0], OLD_ROWS[-1])),
        (names.NEW_ALONG[-1], (NEW_COLUMNS[0], NEW_ROWS[-1])),
    )
    for name, end in outward:
        start = river.at(*end)
        target = (-1500, -860) if end[1] < 0 else (-1250, 820)
        yield Street(name, "secondary", LineString([start, ((start[0] + target[0]) / 2, start[1]), target]))
    for number, name in enumerate(names.VILLA_LANES):
        beside = (135.0, 237.0, 342.0)[number]
        yield Street(name, "service", river.path((270, beside), (505, beside)))
    for beside in (-62.0, 62.0):
        yield Street("", "path", river.path((-380, beside), (520, beside)))


def _blocks(
    river: River, rows: tuple[float, ...], columns: tuple[float, ...], letters: tuple[str, ...]
) -> Iterator[tuple[str, Block]]:
    for row, (near, far) in zip(letters, pairwise(rows), strict=True):
        for letter, (left, right) in zip(row, pairwise(columns), strict=True):
            corners = [river.at(left, near), river.at(right, near), river.at(right, far), river.at(left, far)]
            yield letter, Block(corners, street=13)


def _building(number: int, house: House, plane: Plane) -> Building:
    return Building(
        id=f"town/b{number:03}",
        outline=shapely.to_wkb(shapely.set_precision(plane.degrees(house.ground), 1e-7)),
        height_m=house.height_m,
        height_source=house.height_source,
        min_height_m=house.min_height_m,
        levels=house.levels,
        name=house.name,
        use=house.use,
    )


# --- what the map draws under the houses -----------------------------------------------------------------------------


def _features(ground: Plan, built: list[House], plane: Plane, seed: int) -> Iterator[Feature]:
    sea = Polygon([*COAST, (12000, 6000), (12000, -6000)])
    yield _feature(plane, "land", box(-7000, -6000, 12000, 6000))
    yield _feature(plane, "water", sea, kind="sea", name=names.SEA)
    yield _feature(plane, "water", ground.river.water.union(_pond(ground)).difference(sea), kind="river")
    yield _feature(plane, "waterway", ground.river.line, kind="river", name=names.RIVER)
    for canal in _canals():
        yield _feature(plane, "waterway", canal, kind="canal")
    for kind, green in _greens(ground, sea, seed):
        yield _feature(plane, "green", green, kind=kind)
    for street in ground.streets:
        name = (street.name, names.english(street.name)) if street.name else None
        yield _feature(plane, "roads", street.line, kind=street.kind, name=name)
    rails = LineString([(-6000, 1620), (-1800, 1010), (-600, 830), (200, 800), (900, 850), (2050, 930)])
    yield _feature(plane, "rail", rails, kind="rail")
    yield from _places(ground, built, plane)


def _places(ground: Plan, built: list[House], plane: Plane) -> Iterator[Feature]:
    river = ground.river
    named: list[tuple[str, Point, tuple[str, str]]] = [
        ("city", river.at(0, -20), names.TOWN),
        ("quarter", river.at(-140, -195), ("Phố Cổ", "Old Quarter")),
        ("quarter", river.at(60, 235), ("Bến Mới", "New Quay")),
        ("quarter", river.at(440, 200), ("Vườn Dừa", "Coconut Gardens")),
        ("quarter", river.at(720, -180), ("Làng Chài", "Fishing Village")),
        ("poi", river.at(0, 0), names.BRIDGE),
    ]
    for kind, place, name in named:
        yield _feature(plane, "places", shapely.Point(place), kind=kind, name=name)
    for house in built:
        if house.name and house.name_en:
            yield _feature(
                plane, "places", house.ground.representative_point(), kind="poi", name=(house.name, house.name_en)
            )


def _greens(ground: Plan, sea: Polygon, seed: int) -> Iterator[tuple[str, BaseGeometry]]:
    """Parks, the banks, the wood that keeps the sand off the fields, and rice as far as one sees."""
    random = chance(seed, "green")
    river, water = ground.river, shapely.union_all([ground.river.water, sea])
    for letter, block in ground.blocks:
        if letter in "Pt":
            yield "park", block.ground.difference(_pond(ground))
        elif letter == "V":
            yield "garden", block.ground
        elif letter == "k":
            yield "pitch", block.ground
    for near, far in ((-75.0, -58.0), (58.0, 75.0)):
        sides = [list(river.path((-380, beside), (520, beside)).coords) for beside in (near, far)]
        bank = Polygon([*sides[0], *reversed(sides[1])])
        yield "park", bank.difference(river.water)
    coast = LineString(COAST)
    yield (
        "wood",
        coast.buffer(150, single_sided=True)
        .union(coast.buffer(-150, single_sided=True))
        .difference(shapely.union_all([water, LineString(RIVER).buffer(420)])),
    )
    used = shapely.union_all([block.ground for _letter, block in ground.blocks]).convex_hull.buffer(50)
    streets = [street.line.buffer(16) for street in ground.streets]
    closed = shapely.union_all([used, water.buffer(25), coast.buffer(330), *streets])
    shapely.prepare(closed)
    for east in range(-6000, 2300, 210):
        for north in range(-4200, 4600, 130):
            skew = 0.12 * north
            field = box(east + skew, north, east + skew + random.uniform(170, 206), north + random.uniform(104, 127))
            if random.random() > 0.06 and not closed.covers(field):
                left = field if closed.disjoint(field) else field.difference(closed)
                if isinstance(left, Polygon) and left.area > 5_000:
                    yield "farmland", left


def _pond(ground: Plan) -> BaseGeometry:
    """A pond by the temple and a lake in the park."""
    ponds = []
    for letter, block in ground.blocks:
        if letter == "t":
            ponds.append(block.box(0.7, 0.5, 30, 34).buffer(8, join_style="round"))
        elif letter == "P":
            ponds.append(block.box(0.45, 0.55, 34, 16).buffer(14, join_style="round"))
    return shapely.union_all(ponds)


def _canals() -> Iterator[LineString]:
    for east in (-4200, -3000, -1700, 1250, 1800):
        for far in (-4200, 4500):
            start = 380 if far > 0 else -420
            yield LineString([(east + 0.12 * start, start), (east + 0.12 * far, far)])


def _feature(
    plane: Plane, layer: str, shape: BaseGeometry, kind: str | None = None, name: tuple[str, str] | None = None
) -> Feature:
    told: dict[str, str | float] = {}
    if kind:
        told["class"] = kind
    if name:
        told |= {"name": name[0], "name_en": name[1]}
    placed = shapely.set_precision(plane.degrees(shape), 1e-7)
    if isinstance(placed, (Polygon, MultiPolygon)):
        placed = placed.normalize()
    return Feature(layer, placed, told)
