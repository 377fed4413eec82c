"""The city's houses: what stands in an ordinary block, how high, since when, and who surveyed it."""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct
from shapely.geometry import Polygon

from demo.shape import Block, corner_house, row_houses

STOREY_M = 3.3
# How the city knows its heights: most are surveyed, some counted in storeys, some guessed, and a few unknown.
SOURCES = ("tagged", "levels", "estimated", "unknown")
SHARES = (71, 17, 9, 3)
GUESS_M = {"house": 10.0, "shop": 10.0, "warehouse": 8.0, "industrial": 8.0, "apartments": 16.0}
UNDATED = 0.06  # of all houses nobody knows the year
NOW = 2025

Name = tuple[str, str]


class House(Struct, frozen=True):
    """A house on the ground plan, in metres. `front` is the street whose number it bears, -1 where none."""

    ground: Polygon
    use: str
    levels: float | None
    height_m: float | None
    height_source: str
    built: int | None
    front: int = -1
    min_height_m: float = 0.0
    name: str | None = None
    name_en: str | None = None


def house(
    random: Random,
    ground: Polygon,
    use: str,
    levels: int,
    era: tuple[int, int],
    front: int = -1,
    name: Name | None = None,
    above: float = 0.0,
    storey_m: float = STOREY_M,
) -> House:
    """A house whose height is known as well as such heights are."""
    surveyed = name is not None or levels > 9 or above > 0
    source = "tagged" if surveyed else random.choices(SOURCES, SHARES)[0]
    top = above + levels * storey_m + random.uniform(0.2, 1.6)
    height = {
        "tagged": round(top, 1),
        "levels": round(above + levels * STOREY_M, 1),
        "estimated": GUESS_M.get(use, 9.0),
        "unknown": None,
    }
    year = random.randint(*era) if name or random.random() > UNDATED else None
    return House(
        ground=ground,
        use=use,
        levels=levels if source in ("tagged", "levels") else None,
        height_m=height[source],
        height_source=source,
        built=year,
        front=front,
        min_height_m=above,
        name=name[0] if name else None,
        name_en=name[1] if name else None,
    )


Weights = tuple[tuple[int, ...], tuple[int, ...]]


def tubes(
    block: Block, random: Random, wide: tuple[float, float], deep: float, storeys: Weights, trade: float, old: float
) -> Iterator[House]:
    """Rows of tube houses; on the broad streets more shops and more storeys, at the corners a hotel now and then."""
    block = block.turned()
    for side, ground in row_houses(block, random, *wide, deep):
        if random.random() < 0.025:
            continue  # a yard, a ruin, a lot for sale
        front = block.fronts[2 if side else 0]
        use = random.choices(
            ("house", "shop", "hotel", "office"), (1 - trade, trade * 0.86, trade * 0.07, trade * 0.07)
        )[0]
        levels = random.choices(*storeys)[0] + (3 if use == "hotel" else 0)
        if random.random() < old:
            era, levels = (1895, 1953), min(levels, 2)
        else:
            era = (1986, NOW - 1) if levels > 2 else (1958, 2004)
        yield house(random, ground, use, levels, era, front)


def _old(block: Block, random: Random) -> Iterator[House]:
    yield from tubes(block, random, (4.8, 8.8), 21, ((1, 2, 3, 4, 5, 6), (7, 30, 31, 19, 10, 3)), 0.42, 0.3)


def _new(block: Block, random: Random) -> Iterator[House]:
    yield from tubes(block, random, (7.0, 11.5), 19, ((2, 3, 4, 5, 6, 7), (12, 34, 30, 16, 6, 2)), 0.24, 0.02)


def _french(block: Block, random: Random) -> Iterator[House]:
    """Villas of the colonial years behind their gardens, and offices that took the place of some."""
    block = block.turned()
    count = max(2, round(block.width / 27))
    rows = 2 if block.depth > 46 else 1
    for row in range(rows):
        front = block.fronts[2 if row else 0]
        for place in range(count):
            across, deep = (place + 0.5) / count, (row + 0.5) / rows
            wide, long = block.width / count, block.depth / rows
            if random.random() < 0.3:
                ground = block.box(across, deep, wide * 0.74, long * 0.66)
                yield house(
                    random,
                    ground,
                    random.choice(("office", "office", "hotel")),
                    random.randint(6, 12),
                    (1994, 2022),
                    front,
                )
            else:
                ground = corner_house(
                    block, across, deep, min(17, wide * 0.66), min(19, long * 0.6), random.randrange(4)
                )
                use = random.choice(("house", "office", "public", "house"))
                yield house(random, ground, use, random.choice((2, 2, 3)), (1898, 1941), front, storey_m=4.1)


def _villas(block: Block, random: Random) -> Iterator[House]:
    block = block.turned()
    count = max(3, round(block.width / 19))
    rows = 2 if block.depth > 40 else 1
    for row in range(rows):
        for place in range(count):
            if random.random() < 0.06:
                continue
            across = (place + 0.5 + random.uniform(-0.06, 0.06)) / count
            deep = (row + 0.5 + random.uniform(-0.05, 0.05)) / rows
            wide, long = random.uniform(10.5, 13), random.uniform(12, 15.5)
            ground = corner_house(block, across, deep, wide, min(long, block.depth / rows * 0.8), random.randrange(4))
            yield house(
                random, ground, "house", random.choice((2, 2, 3, 3)), (2004, NOW), block.fronts[2 if row else 0]
            )


def _village(block: Block, random: Random) -> Iterator[House]:
    """Houses with one storey or two in their gardens, no two in line."""
    block = block.turned()
    count = max(2, round(block.width / 17))
    for row in range(2 if block.depth > 34 else 1):
        for place in range(count):
            if random.random() < 0.22:
                continue
            across = (place + 0.5 + random.uniform(-0.14, 0.14)) / count
            deep = 0.25 + 0.5 * row + random.uniform(-0.05, 0.05)
            ground = block.box(across, deep, random.uniform(6.5, 9.5), min(random.uniform(9, 14), block.depth * 0.4))
            levels = random.choices((1, 2, 3), (50, 38, 12))[0]
            yield house(random, ground, "house", levels, (1972, 2023), block.fronts[2 if row else 0])


def _collective(block: Block, random: Random) -> Iterator[House]:
    """The collective blocks of the sixties to eighties: slabs of five storeys in parallel, with additions."""
    block = block.turned()
    rows = max(1, int(block.depth // 27))
    for row in range(rows):
        parts = max(1, round(block.width / 68))
        for part in range(parts):
            long = block.width / parts - random.uniform(9, 14)
            ground = block.box((part + 0.5) / parts, (row + 0.5) / rows, long, random.uniform(10.5, 12.5))
            front = block.fronts[2 if row * 2 >= rows else 0]
            yield house(random, ground, "apartments", random.choice((4, 5, 5, 5, 6)), (1962, 1987), front)


def _works(block: Block, random: Random) -> Iterator[House]:
    """A works or two: long halls, an office at the road, sheds."""
    block = block.turned()
    parts = 2 if block.width > 120 else 1
    for part in range(parts):
        site = block.part(part / parts, 0, (part + 1) / parts, 1)
        halls = random.choice((1, 2, 2, 3))
        wide = site.width * 0.86 / halls
        for hall in range(halls):
            ground = site.box(
                0.07 + 0.86 * (hall + 0.5) / halls, 0.56, wide * 0.84, site.depth * random.uniform(0.54, 0.66)
            )
            use = random.choice(("industrial", "industrial", "warehouse"))
            yield house(random, ground, use, random.choice((2, 2, 3, 4)), (1994, 2024), site.fronts[0])
        office = site.box(random.uniform(0.25, 0.4), 0.1, min(30, site.width * 0.4), min(11, site.depth * 0.12))
        yield house(random, office, "office", random.choice((2, 3, 4)), (1996, 2024), site.fronts[0])


FILLED: dict[str, Callable[[Block, Random], Iterator[House]]] = {
    "o": _old,
    "q": _old,
    "t": _new,
    "F": _french,
    "v": _villas,
    "V": _villas,
    "Z": _village,
    "k": _collective,
    "w": _works,
}
