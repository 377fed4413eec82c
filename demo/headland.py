"""The hill on the headland: roads that follow its contours, a serpentine, villas in the wood, a lighthouse."""

import math
from collections.abc import Iterator

import numpy as np
import shapely

from demo.ground import HILL, hill
from demo.houses import House, house
from demo.shape import Point, Points, chance, round_house, smooth, turned_box
from demo.streets import Network

CONTOURS = ((0.8, "Đường Vòng Núi", 14), (0.52, "Đường Rừng Thông", 9))  # share of the radius, name, houses a side
SUMMIT_ROAD = "Đường Vọng Hải"


def contour(share: float) -> Points:
    """The closed line around the hill at this share of its radius, from its south-west on."""
    ring = shapely.get_coordinates(hill(share).exterior)[:-1]
    start = int(np.argmin(np.hypot(*(ring - (HILL[0] - 500, HILL[1] - 400)).T)))
    turned = np.roll(ring, -start, axis=0)
    closed: Points = np.vstack([turned, turned[:1]])
    return closed


def lay_roads(network: Network, foot: Point) -> list[int]:
    """The hill's roads; the lowest is reached from this place at its foot. Numbers of the streets."""
    rings = [contour(share) for share, _name, _count in CONTOURS]
    numbers = [
        network.add(name, "residential", ring, "hill")
        for ring, (_share, name, _count) in zip(rings, CONTOURS, strict=True)
    ]
    low, high = rings
    climb = [
        foot,
        tuple((np.array(foot) + low[0]) / 2 + (18, -14)),
        *_zigzag(low[0], high[6], 3),
        tuple(high[6]),
        *_zigzag(high[6], np.array(HILL) - (26, 22), 2),
        (HILL[0] - 26, HILL[1] - 22),
    ]
    numbers.append(network.add(SUMMIT_ROAD, "residential", smooth(climb), "hill"))
    return numbers


def _zigzag(start: Points, end: Points, turns: int) -> Iterator[Point]:
    """Bends of a road that gains height to one side and the other."""
    ahead = end - start
    aside = np.array([-ahead[1], ahead[0]]) / math.hypot(*ahead)
    yield float(start[0]), float(start[1])
    for turn in range(turns):
        place = start + ahead * (turn + 0.8) / (turns + 0.6) + aside * (46 if turn % 2 else -46)
        yield float(place[0]), float(place[1])


def houses(network: Network, roads: list[int], seed: int) -> Iterator[House]:
    """Villas above and below each road, some of them a hundred years old; what stands on the top."""
    for number, (_share, _name, count) in zip(roads, CONTOURS, strict=False):
        line = network.streets[number].line
        dice = chance(seed, "hill", number)
        for side in (-1, 1):
            for place in range(count):
                along = line.length * (place + dice.uniform(0.2, 0.8)) / count
                here, ahead = line.interpolate(along), line.interpolate(along + 1)
                turn = math.degrees(math.atan2(ahead.x - here.x, ahead.y - here.y))
                away = side * dice.uniform(17, 24)
                middle = here.x + (ahead.y - here.y) * away, here.y - (ahead.x - here.x) * away
                old = dice.random() < 0.35
                use = "hotel" if dice.random() < 0.1 else "house"
                levels = 5 if use == "hotel" else dice.choice((1, 2, 2, 3))
                era = (1908, 1939) if old else (1999, 2024)
                ground = turned_box(middle, turn, dice.uniform(10, 15), dice.uniform(11, 17))
                yield house(dice, ground, use, levels, era, number)
    yield from _summit(roads[-1], seed)


def _summit(road: int, seed: int) -> Iterator[House]:
    dice = chance(seed, "summit")
    east, north = HILL
    lighthouse = ("Hải đăng Cửa Gương", "Cua Guong Lighthouse")
    yield House(round_house((east, north), 5.5, 16), "lighthouse", None, 12.0, "tagged", 1897, road, 0.0, *lighthouse)
    yield House(round_house((east, north), 3.4, 16), "lighthouse", None, 34.0, "tagged", 1897, -1, 12.0)
    pagoda = ("Chùa Hải Vọng", "Hai Vong Pagoda")
    yield house(dice, turned_box((east + 62, north - 40), 30, 26, 18), "temple", 2, (1740, 1740), road, pagoda)
    yield house(dice, turned_box((east + 92, north - 22), 30, 12, 9), "temple", 1, (1740, 1740), road)
    yield House(round_house((east - 60, north + 48), 2.2, 6), "mast", None, 72.0, "tagged", 2009)
