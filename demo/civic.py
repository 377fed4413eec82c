"""What a city shares: schools, markets, temples, halls, hospitals, a university, a stadium, the harbour."""

from collections.abc import Callable, Iterator
from random import Random

from shapely.geometry import Polygon

from demo.houses import House, Name, house
from demo.shape import Block, ring_house, round_house

OLD, MODERN = (1905, 1938), (1976, 2021)


def school(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    wide, deep = min(66, block.width * 0.62), min(46, block.depth * 0.82)
    courtyard = deep > 30
    main = ring_house(block, 0.36, 0.5, wide, deep, 9) if courtyard else block.box(0.36, 0.36, wide, deep * 0.45)
    yield house(random, main, "school", random.choice((3, 4, 4)), MODERN, block.fronts[0], name)
    yield house(random, block.box(0.86, 0.5, min(16, block.width * 0.18), deep * 0.6), "school", 2, MODERN)


def market(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    yield house(
        random, block.box(0.5, 0.34, block.width * 0.74, block.depth * 0.42), "market", 2, MODERN, block.fronts[0], name
    )
    for across in (0.26, 0.74):
        yield house(random, block.box(across, 0.8, block.width * 0.34, block.depth * 0.2), "market", 1, MODERN)


def temple(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    yield house(
        random, block.box(0.32, 0.56, 22, min(18, block.depth * 0.5)), "temple", 2, (1690, 1932), block.fronts[0], name
    )
    yield house(random, block.box(0.32, 0.12, 13, 5), "temple", 1, (1690, 1932))
    tower = ("Tháp chuông", "Bell tower")
    yield house(random, round_house(block.at(0.64, 0.6), 3.6, 8), "temple", 5, (1690, 1990), -1, tower)
    yield house(random, block.box(0.86, 0.5, 8, min(24, block.depth * 0.7)), "temple", 1, (1690, 1990))


def ward_hall(block: Block, random: Random, ward: Name) -> Iterator[House]:
    """The ward's people's committee, its police and its health station."""
    block = block.turned()
    for across, wide, kind, levels, (words, english) in (
        (0.5, 0.34, "public", 4, ("Ủy ban nhân dân phường {}", "{} Ward People's Committee")),
        (0.16, 0.2, "police", 3, ("Công an phường {}", "{} Ward Police")),
        (0.84, 0.2, "clinic", 3, ("Trạm y tế phường {}", "{} Ward Health Station")),
    ):
        ground = block.box(across, 0.56, block.width * wide, min(24, block.depth * 0.56))
        name = words.format(ward[0]), english.format(ward[1])
        yield house(random, ground, kind, levels, MODERN, block.fronts[0], name)


def fire_station(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    yield house(
        random,
        block.box(0.4, 0.4, min(44, block.width * 0.5), min(18, block.depth * 0.5)),
        "fire_station",
        2,
        MODERN,
        block.fronts[0],
        name,
    )
    yield house(random, block.box(0.86, 0.5, 6, 6), "fire_station", 6, MODERN)


def hospital(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    wide, deep = min(78, block.width * 0.52), min(64, block.depth * 0.8)
    yield house(
        random,
        ring_house(block, 0.32, 0.5, wide, deep, 14),
        "hospital",
        random.choice((7, 9)),
        MODERN,
        block.fronts[0],
        name,
    )
    yield house(
        random, block.box(0.78, 0.3, block.width * 0.28, block.depth * 0.26), "hospital", 5, MODERN, block.fronts[1]
    )
    yield house(random, block.box(0.78, 0.74, block.width * 0.22, block.depth * 0.24), "hospital", 3, OLD)


def university(block: Block, random: Random, name: Name) -> Iterator[House]:
    block = block.turned()
    for across, deep, wide, long, levels in (
        (0.5, 0.22, 0.5, 0.18, 7),
        (0.16, 0.6, 0.13, 0.6, 5),
        (0.84, 0.6, 0.13, 0.6, 5),
        (0.5, 0.76, 0.3, 0.2, 4),
    ):
        first = name if levels == 7 else None
        ground = block.box(across, deep, block.width * wide, block.depth * long)
        yield house(random, ground, "university", levels, MODERN, block.fronts[0], first)


def city_hall(block: Block, random: Random) -> Iterator[House]:
    """The city's committee with two wings, a square before it."""
    block = block.turned()
    name = ("Ủy ban nhân dân thành phố", "City People's Committee")
    yield house(
        random,
        block.box(0.5, 0.74, block.width * 0.6, block.depth * 0.2),
        "public",
        9,
        (2009, 2012),
        block.fronts[2],
        name,
    )
    for across in (0.14, 0.86):
        yield house(
            random,
            block.box(across, 0.6, block.width * 0.1, block.depth * 0.5),
            "public",
            5,
            (2009, 2012),
            block.fronts[1],
        )


def opera(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    yield house(
        random,
        block.box(0.5, 0.5, min(62, block.width * 0.6), min(34, block.depth * 0.7)),
        "public",
        5,
        (1909, 1912),
        block.fronts[0],
        ("Nhà hát Lớn", "Opera House"),
    )


def cathedral(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    nave = house(
        random,
        block.box(0.5, 0.5, min(48, block.width * 0.6), 17),
        "church",
        5,
        (1884, 1888),
        block.fronts[0],
        ("Nhà thờ Lớn", "Cathedral"),
    )
    yield nave
    for deep in (0.5 - 12.6 / block.depth, 0.5 + 12.6 / block.depth):
        if 0.06 < deep < 0.94:
            across = 0.5 - min(48, block.width * 0.6) / block.width / 2 + 4 / block.width
            yield house(random, block.box(across, deep, 7, 7), "church", 10, (1884, 1888))


def museum(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    yield house(
        random,
        ring_house(block, 0.5, 0.5, min(60, block.width * 0.7), min(40, block.depth * 0.8), 11),
        "public",
        3,
        (1926, 1932),
        block.fronts[0],
        ("Bảo tàng Biển", "Museum of the Sea"),
    )


def stadium(block: Block, random: Random) -> Iterator[House]:
    outer, inner = block.box(0.5, 0.5, 122, 86).buffer(22), block.box(0.5, 0.5, 104, 66).buffer(10)
    ground = Polygon(outer.exterior.coords, [list(inner.exterior.coords)])
    yield house(
        random, ground, "stadium", 6, (2003, 2003), block.fronts[0], ("Sân vận động Cửa Gương", "Cua Guong Stadium")
    )
    yield house(
        random,
        block.box(0.9, 0.2, 34, 26),
        "sports",
        3,
        (2005, 2005),
        block.fronts[0],
        ("Cung thể thao", "Sports Hall"),
    )


def station(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    yield house(
        random,
        block.box(0.5, 0.24, 84, 17),
        "station",
        2,
        (1936, 1936),
        block.fronts[0],
        ("Ga Cửa Gương", "Cua Guong Station"),
    )


def bus_station(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    yield house(
        random,
        block.box(0.5, 0.3, 70, 18),
        "station",
        2,
        (2011, 2011),
        block.fronts[0],
        ("Bến xe Cửa Gương", "Cua Guong Bus Station"),
    )
    yield house(random, block.box(0.5, 0.74, 90, 7), "station", 1, (2011, 2011))


def quay_sheds(block: Block, random: Random) -> Iterator[House]:
    """Transit sheds in line with the quay, tanks and silos behind."""
    block = block.turned()
    if random.random() < 0.34:
        for place in range(int(block.width // 26)):
            for deep in (0.3, 0.72):
                centre = block.at((place + 0.5) / (block.width // 26), deep)
                if random.random() < 0.85:
                    yield house(
                        random,
                        round_house(centre, random.choice((7.5, 9.0, 9.0)), 20),
                        "industrial",
                        random.choice((3, 4, 5)),
                        (1992, 2020),
                    )
        return
    rows = 2 if block.depth > 70 else 1
    for row in range(rows):
        ground = block.box(
            0.5, (row + 0.5) / rows, block.width * random.uniform(0.72, 0.88), min(34, block.depth / rows * 0.6)
        )
        yield house(random, ground, "warehouse", random.choice((2, 3, 3)), (1968, 2019), block.fronts[2 if row else 0])


NAMELESS: dict[str, Callable[[Block, Random], Iterator[House]]] = {
    "hall": city_hall,
    "opera": opera,
    "cathedral": cathedral,
    "museum": museum,
    "stadium": stadium,
    "station": station,
    "bus_station": bus_station,
    "h": quay_sheds,
}
CALLED: dict[str, Callable[[Block, Random, Name], Iterator[House]]] = {
    "school": school,
    "market": market,
    "temple": temple,
    "ward_hall": ward_hall,
    "fire_station": fire_station,
    "hospital": hospital,
    "university": university,
}
