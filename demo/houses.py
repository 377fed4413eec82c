"""The town's houses: what stands in each kind of block, how high, and who surveyed it."""

from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct
from shapely.geometry import Polygon

from demo.shape import Block, River, chance, corner_house, ring_house, round_house, row_houses

STOREY_M = 3.3
# How the town knows its heights: most are surveyed, some counted in storeys, a few guessed, and a few unknown.
SOURCES = ("tagged", "levels", "estimated", "unknown")
SHARES = (78, 13, 6, 3)


class House(Struct, frozen=True):
    """A house on the ground plan, in metres."""

    ground: Polygon
    use: str
    levels: float | None
    height_m: float | None
    height_source: str
    min_height_m: float = 0.0
    name: str | None = None
    name_en: str | None = None


def houses(blocks: Sequence[tuple[str, Block]], river: River, seed: int) -> Iterator[House]:
    """Every house of the town, block by block."""
    towers = iter(TOWERS)
    for number, (letter, block) in enumerate(blocks):
        random = chance(seed, "block", number)
        if letter == "T":
            yield from _towers(block, random, next(towers))
        elif letter in FILLED:
            yield from FILLED[letter](block, random)
    yield from _village(river, chance(seed, "village"))


def _house(
    random: Random, ground: Polygon, use: str, levels: int, name: tuple[str, str] | None = None, above: float = 0.0
) -> House:
    source = "tagged" if name or levels > 9 else random.choices(SOURCES, SHARES)[0]
    top = above + levels * STOREY_M + random.uniform(0.2, 1.6)
    height = {"tagged": round(top, 1), "levels": round(above + levels * STOREY_M, 1), "estimated": 9.0, "unknown": None}
    return House(
        ground=ground,
        use=use,
        levels=levels if source in ("tagged", "levels") else None,
        height_m=height[source],
        height_source=source,
        min_height_m=above,
        name=name[0] if name else None,
        name_en=name[1] if name else None,
    )


def _old(block: Block, random: Random) -> Iterator[House]:
    for ground in row_houses(block, random, 12, 20):
        use = random.choices(("house", "shop", "hotel"), (60, 34, 6))[0]
        levels = random.choices((1, 2, 3, 4, 5, 6), (8, 28, 34, 18, 9, 3))[0]
        yield _house(random, ground, use, levels + (3 if use == "hotel" else 0))


Tower = tuple[int, str, str, str]  # storeys, use, shape, and its name where it has one (see NAMED)
# The skyline, along the bank and then along the second row.
TOWERS: tuple[tuple[Tower, Tower, Tower], ...] = (
    ((17, "apartments", "slab", ""), (22, "apartments", "box", ""), (19, "apartments", "box", "")),
    ((26, "office", "box", "Tháp Bạch Đằng"), (21, "apartments", "slab", ""), (28, "apartments", "box", "")),
    ((41, "office", "round", "Tháp Gương"), (24, "hotel", "slab", "Khách sạn Hải Đăng"), (30, "office", "box", "")),
    ((18, "hotel", "slab", ""), (25, "apartments", "box", ""), (15, "apartments", "box", "")),
    ((33, "office", "box", "Trung tâm Tài chính"), (20, "apartments", "slab", ""), (23, "apartments", "box", "")),
    ((20, "apartments", "box", ""), (16, "apartments", "slab", ""), (27, "apartments", "round", "")),
)
NAMED = {
    "Tháp Bạch Đằng": "Bach Dang Tower",
    "Tháp Gương": "Mirror Tower",
    "Khách sạn Hải Đăng": "Lighthouse Hotel",
    "Trung tâm Tài chính": "Finance Centre",
}


def _towers(block: Block, random: Random, skyline: tuple[Tower, Tower, Tower]) -> Iterator[House]:
    """Towers on one shared podium; each begins where the podium's roof ends."""
    podium = _house(random, block.box(0.5, 0.5, block.width * 0.86, block.depth * 0.62), "shop", 3)
    roof = 11.0
    yield House(podium.ground, "shop", 3, roof, "tagged")
    for across, (levels, use, kind, name) in zip((0.21, 0.5, 0.79), skyline, strict=True):
        deep = 0.5 + random.uniform(-0.06, 0.06)
        if kind == "round":
            ground = round_house(block, across, deep, 14)
        elif kind == "slab":
            ground = block.box(across, deep, 16, 36)
        else:
            side = random.uniform(22, 27)
            ground = block.box(across, deep, side, side)
        yield _house(random, ground, use, levels - 3, (name, NAMED[name]) if name else None, above=roof)


def _slabs(block: Block, random: Random) -> Iterator[House]:
    rows = 3 if block.depth > 75 else 2
    for row in range(rows):
        deep = (row + 0.5) / rows
        cut = random.uniform(0.42, 0.62)
        if random.random() < 0.55:
            yield _house(random, block.box(0.5, deep, block.width * 0.9, 14), "apartments", random.randint(5, 9))
        else:
            yield _house(
                random, block.box(cut / 2, deep, block.width * cut * 0.88, 14), "apartments", random.randint(4, 7)
            )
            rest = 1 - cut
            yield _house(
                random, block.box(1 - rest / 2, deep, block.width * rest * 0.8, 15), "apartments", random.randint(6, 11)
            )


def _villas(block: Block, random: Random) -> Iterator[House]:
    for deep in (0.2, 0.8):
        count = 5 if block.width > 105 else 4
        for place in range(count):
            across = (place + 0.5 + random.uniform(-0.1, 0.1)) / count
            ground = corner_house(
                block,
                across,
                deep + random.uniform(-0.04, 0.04),
                random.uniform(11, 14.5),
                random.uniform(12, 16),
                random.randrange(4),
            )
            yield _house(random, ground, "house", random.choice((2, 2, 3)))


def _market(block: Block, random: Random) -> Iterator[House]:
    yield _house(random, block.box(0.5, 0.34, 58, 20), "market", 2, ("Chợ Cá", "Fish Market"))
    yield _house(random, block.box(0.28, 0.78, 26, 14), "market", 1)
    yield _house(random, block.box(0.72, 0.78, 26, 14), "market", 1)


def _temple(block: Block, random: Random) -> Iterator[House]:
    yield _house(random, block.box(0.26, 0.62, 20, 18), "temple", 2, ("Chùa Sóng Ngân", "Silver Wave Pagoda"))
    yield _house(random, block.box(0.26, 0.24, 12, 6), "temple", 1)
    yield _house(random, round_house(block, 0.07, 0.8, 3.4, 8), "temple", 5, ("Tháp Chuông", "Bell Tower"))


def _square(block: Block, random: Random) -> Iterator[House]:
    yield _house(random, block.box(0.5, 0.8, 44, 15), "public", 3, ("Bảo tàng Biển", "Museum of the Sea"))


def _school(block: Block, random: Random) -> Iterator[House]:
    upper, primary = ("Trường THCS Nguyễn Du", "Nguyen Du School"), ("Trường Hoa Sen", "Hoa Sen Primary School")
    name = upper if block.depth > 80 else primary

    yield _house(random, ring_house(block, 0.36, 0.5, block.width * 0.56, block.depth * 0.74, 11), "school", 4, name)
    yield _house(random, block.box(0.84, 0.5, 20, 32), "school", 2)


def _hall(block: Block, random: Random) -> Iterator[House]:
    yield _house(random, block.box(0.5, 0.66, 72, 18), "public", 6, ("Ủy ban nhân dân", "People's Committee"))
    yield _house(random, block.box(0.12, 0.45, 16, 40), "public", 3, ("Công an thành phố", "City Police"))
    yield _house(random, block.box(0.88, 0.45, 16, 40), "public", 3, ("Bưu điện", "Post Office"))


def _hospital(block: Block, random: Random) -> Iterator[House]:
    ward = ring_house(block, 0.42, 0.5, 66, 60, 15)
    yield _house(random, ward, "hospital", 7, ("Bệnh viện Đa khoa", "General Hospital"))
    yield _house(random, block.box(0.86, 0.3, 22, 26), "hospital", 4)
    yield _house(random, block.box(0.86, 0.76, 22, 18), "hospital", 2)


def _stadium(block: Block, random: Random) -> Iterator[House]:
    outer, inner = block.box(0.5, 0.5, 78, 56).buffer(14), block.box(0.5, 0.5, 66, 42).buffer(8)
    ground = Polygon(outer.exterior.coords, [list(inner.exterior.coords)])
    yield _house(random, ground, "stadium", 5, ("Sân vận động Cửa Gương", "Cua Guong Stadium"))


def _harbour(block: Block, random: Random) -> Iterator[House]:
    yield _house(random, block.box(0.3, 0.3, 34, 20), "warehouse", 3, ("Cảng cá", "Fishing Harbour"))
    yield _house(random, block.box(0.76, 0.3, 26, 20), "warehouse", 2)
    yield _house(random, block.box(0.3, 0.76, 34, 18), "industrial", 2, ("Nhà máy nước đá", "Ice Works"))
    yield _house(random, block.box(0.76, 0.76, 26, 18), "warehouse", 2)


FILLED = {
    "O": _old,
    "S": _slabs,
    "V": _villas,
    "m": _market,
    "t": _temple,
    "q": _square,
    "g": _school,
    "c": _hall,
    "h": _hospital,
    "k": _stadium,
    "w": _harbour,
}


def _village(river: River, random: Random) -> Iterator[House]:
    """Fishermen's houses down the southern bank, and the station on the line north of the town."""
    for along in range(400, 960, 46):
        for beside in (-150, -190, -236):
            if random.random() < 0.45:
                continue
            east, north = river.at(along + random.uniform(-9, 9), beside - max(0, along - 700) * 0.25)
            turn = random.uniform(-0.3, 0.3)
            wide, deep = random.uniform(7, 10), random.uniform(9, 14)
            corners = [(-wide / 2, -deep / 2), (wide / 2, -deep / 2), (wide / 2, deep / 2), (-wide / 2, deep / 2)]
            ground = Polygon([(east + x - turn * y, north + y + turn * x) for x, y in corners])
            yield _house(random, ground, "house", random.choice((1, 1, 2)))
    platform = Polygon([(150, 772), (240, 782), (238, 796), (148, 786)])
    yield _house(random, platform, "station", 2, ("Ga Cửa Gương", "Cua Guong Station"))
