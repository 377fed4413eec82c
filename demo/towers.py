"""What stands high: the towers of the new centre, apartment estates, and the hotels along the beach."""

import math
from collections.abc import Callable, Iterator
from random import Random

from shapely.geometry import Polygon

from demo.houses import NOW, House, Name, house
from demo.shape import Block, Point, round_house

CORE: Point = (500.0, 430.0)  # where the great bridge lands
PODIUM_M = 16.0
TOWER_STOREY_M = 3.7
NAMED: tuple[Name, ...] = (
    ("Trung tâm Tài chính Cửa Gương", "Cua Guong Finance Centre"),
    ("Tháp Bạch Đằng", "Bach Dang Tower"),
    ("Tháp Đôi Sông Gương", "Mirror River Twin Towers"),
    ("Ngân hàng Duyên Hải", "Coast Bank"),
    ("Tháp Bưu điện", "Post Tower"),
    ("Khách sạn Hải Đăng", "Lighthouse Hotel"),
    ("Toà nhà Hoà Bình", "Hoa Binh Building"),
    ("Trung tâm Thương mại Lê Lợi", "Le Loi Mall"),
    ("Tháp Phù Sa", "Silt Tower"),
    ("Tháp Sóng Ngân", "Silver Wave Tower"),
)


def _octagon(block: Block, across: float, deep: float, side: float) -> Polygon:
    """A square tower with its corners cut off."""
    return block.box(across, deep, side * 0.72, side * 0.72).buffer(side * 0.14, join_style="bevel")


def _storeys(place: Point, random: Random) -> int:
    """Highest where the great bridge lands, lower with every street away from it."""
    away = math.dist(place, CORE) / 560
    return max(14, round((44 * math.exp(-(away**2)) + 10) * random.uniform(0.72, 1.12)))


def nearness(place: Point) -> float:
    """How likely a block is to bear towers: nearly always where the great bridge lands, seldom far from it."""
    return 0.3 + 0.65 * math.exp(-((math.dist(place, CORE) / 560) ** 2))


def middling(block: Block, random: Random) -> Iterator[House]:
    """Offices, hotels and flats of six to fifteen storeys around a yard."""
    block = block.turned()
    count = max(2, round(block.width / 34))
    for row, deep in enumerate((0.22, 0.78)):
        for place in range(count):
            if random.random() < 0.08:
                continue
            wide, long = block.width / count - random.uniform(3, 9), block.depth * random.uniform(0.3, 0.4)
            use = random.choices(("office", "hotel", "apartments", "shop"), (40, 16, 32, 12))[0]
            levels = random.randint(3, 5) if use == "shop" else random.randint(6, 15)
            ground = block.box((place + 0.5) / count, deep, wide, long)
            yield house(random, ground, use, levels, (1995, 2023), block.fronts[2 if row else 0])


def towers(block: Block, random: Random, names: list[Name]) -> Iterator[House]:
    """One shared podium, and two or three towers that begin where its roof ends."""
    block = block.turned()
    front = block.fronts[0]
    count = 3 if block.width > 105 else 2
    podium = block.box(0.5, 0.5, block.width - 9, block.depth * 0.66)
    name = names.pop() if names and random.random() < 0.5 else None
    yield House(podium, "shop", 4, PODIUM_M, "tagged", random.randint(2008, NOW), front)
    for place in range(count):
        across, deep = (place + 0.5) / count, 0.5 + random.uniform(-0.04, 0.04)
        levels = _storeys(block.at(across, deep), random)
        use = random.choices(("office", "apartments", "hotel"), (46, 40, 14))[0]
        side = min(random.uniform(24, 31), block.depth * 0.56)
        shape = random.choices(("box", "octagon", "round", "slab"), (34, 26, 14, 26))[0]
        if shape == "box":
            grounds = [block.box(across, deep, side, side)]
        elif shape == "octagon":
            grounds = [_octagon(block, across, deep, side * 1.08)]
        elif shape == "round":
            grounds = [round_house(block.at(across, deep), side * 0.52, 28)]
        else:
            grounds = [block.box(across, deep, min(22, side), min(side * 1.5, block.depth * 0.6))]
        if levels > 24:  # the top steps back
            grounds.append(grounds[0].buffer(-3.2, join_style="mitre"))
        yield from _stacked(random, grounds, use, levels - 4, name, front)
        name = None


def _stacked(
    random: Random, grounds: list[Polygon], use: str, levels: int, name: Name | None, front: int
) -> Iterator[House]:
    above, era = PODIUM_M, (random.randint(2007, NOW),) * 2
    shares = (0.78, 0.22) if len(grounds) == 2 else (1.0,)
    for number, (ground, share) in enumerate(zip(grounds, shares, strict=True)):
        rising = max(2, round(levels * share))
        part = house(random, ground, use, rising, era, front, None if number else name, above, TOWER_STOREY_M)
        yield part
        above = part.height_m or above


def mirror_tower(block: Block, random: Random) -> Iterator[House]:
    """The landmark: a round tower in five steps, each a little narrower, with a mast."""
    block = block.turned()
    front = block.fronts[0]
    yield House(block.box(0.5, 0.5, block.width - 9, block.depth - 12), "shop", 4, PODIUM_M, "tagged", 2018, front)
    above, middle = PODIUM_M, block.at(0.5, 0.5)
    for number, (radius, rise) in enumerate(((21.5, 78), (19.5, 64), (17.0, 52), (14.0, 38), (9.5, 22))):
        name = ("Tháp Gương", "Mirror Tower") if number == 0 else (None, None)
        top = above + rise
        yield House(
            round_house(middle, radius, 32), "office", rise // 4, top, "tagged", 2018, front, above, name[0], name[1]
        )
        above = top
    yield House(round_house(middle, 1.6, 8), "mast", None, above + 34, "tagged", 2018, -1, above)
    for across in (0.16, 0.84):
        ground = block.box(across, 0.5, 20, block.depth * 0.5)
        yield house(
            random, ground, "hotel", random.randint(22, 30), (2018, 2019), front, None, PODIUM_M, TOWER_STOREY_M
        )


def estate(block: Block, random: Random) -> Iterator[House]:
    """Apartment towers in green, a nursery school between them."""
    block = block.turned()
    front, back = block.fronts[0], block.fronts[2]
    base, era = random.randint(13, 27), (random.randint(2006, 2023),) * 2
    if block.depth > 62 and random.random() < 0.55:
        for number, (across, deep) in enumerate(((0.16, 0.24), (0.5, 0.24), (0.84, 0.24), (0.16, 0.76), (0.84, 0.76))):
            ground = block.box(across, deep, min(34, block.width * 0.25), min(21, block.depth * 0.3))
            levels = base + random.randint(-2, 3)
            yield house(random, ground, "apartments", levels, era, front if number < 3 else back, storey_m=3.1)
        yield house(random, block.box(0.5, 0.76, 26, 15), "school", 2, era, back)
    else:
        for deep, street in ((0.2, front), (0.8, back)):
            parts = 2 if block.width > 95 else 1
            for part in range(parts):
                long = block.width / parts * random.uniform(0.66, 0.84)
                ground = block.box((part + 0.5) / parts, deep, long, min(16, block.depth * 0.22))
                levels = random.choice((9, 11, 12, base))
                yield house(random, ground, "apartments", levels, era, street, storey_m=3.1)


def hotels(block: Block, random: Random) -> Iterator[House]:
    """A hotel with its rooms to the sea, on a low hall, and restaurants beside."""
    block = block.turned()
    count = max(1, round(block.width / 74))
    for place in range(count):
        site = block.part(place / count, 0, (place + 1) / count, 1)
        era = (random.randint(1998, NOW),) * 2
        hall = house(
            random,
            site.box(0.5, 0.5, site.width * 0.78, min(38, site.depth * 0.7)),
            "hotel",
            3,
            era,
            site.fronts[0],
            above=0.0,
        )
        if random.random() < 0.24:
            yield hall
            continue
        base = PODIUM_M * 0.7
        yield House(hall.ground, "hotel", 3, base, "tagged", era[0], site.fronts[0])
        ground = site.box(0.5, 0.5, min(52, site.width * 0.66), min(17, site.depth * 0.34))
        yield house(random, ground, "hotel", random.randint(9, 26), era, site.fronts[0], None, base)


TALL: dict[str, Callable[[Block, Random], Iterator[House]]] = {"e": estate, "b": hotels}
