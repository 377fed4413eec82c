"""What happens in the town: incidents with their life from new to closed, a pure function of seed and time.

More happens in the rush than at night, and most of all in a storm; even then it is less than a person in a control
room can follow. Small matters (a pothole, a dark lamp) stay open for hours, urgent ones are over sooner.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from random import Random

import numpy as np
from msgspec import Struct

from data_access.records import Incident, IncidentState
from demo import names
from demo.clock import DAY, HOUR, MINUTE, TOWN_CLOCK_S, swell
from demo.rain import STORM_LASTS_S, Storm, storms
from demo.shape import chance
from demo.spots import spots

A_DAY = 62  # incidents on a day without a storm: far below the one in ten minutes that a person can follow
IN_A_STORM = 24
LONGEST_S = 12 * HOUR  # more than the sum of the longest steps at the slowest pace
SOURCE = "sim-dispatch"


class Sort(Struct, frozen=True):
    """A sort of incident: how often, how bad, where, how long it takes (1 is usual), when, and its title."""

    kind: str
    often: float
    severities: tuple[int, ...]
    where: str
    pace: float
    when: tuple[tuple[float, float], ...]  # hours around which it is more frequent, and how wide
    title: str
    english: str


RUSH = ((7.5, 1.3), (17.7, 1.7))
SORTS = (
    Sort("crash", 16, (2, 3, 3), "street", 0.8, RUSH, "Va chạm xe máy", "Motorbike collision"),
    Sort("crash", 5, (1, 2), "street", 1.0, RUSH, "Xe tải va chạm ô tô", "Lorry and car collided"),
    Sort("fire", 3, (1, 1, 2), "house", 1.2, ((2, 2.5), (18.5, 2.0)), "Cháy nhà", "House fire"),
    Sort("fire", 4, (2, 3), "market", 0.7, ((11.3, 1.2), (18.3, 1.6)), "Khói từ bếp quán ăn", "Smoke from a kitchen"),
    Sort("fire", 1.5, (1, 2), "industry", 1.5, ((15, 4),), "Cháy kho xưởng", "Warehouse fire"),
    Sort("medical", 13, (1, 2, 2, 3), "house", 0.7, ((8, 4), (20, 4)), "Cấp cứu y tế", "Medical emergency"),
    Sort("flood", 2.5, (2, 3), "bank", 1.3, ((17, 5),), "Nước tràn lên đường ven sông", "Water on the riverside road"),
    Sort("crime", 6, (2, 3), "street", 1.0, ((23, 3.5),), "Trộm cắp được trình báo", "Theft reported"),
    Sort("crowd", 5, (3, 4), "park", 0.9, ((19.5, 2.2),), "Tụ tập đông người", "Dense crowd"),
    Sort("crowd", 2, (3, 4), "market", 0.7, ((6.5, 1.5),), "Chợ quá đông người", "Market overcrowded"),
    Sort("power", 5, (2, 3), "house", 1.3, ((14, 4), (20, 2.5)), "Mất điện", "Power cut"),
    Sort("water", 5, (3, 3, 4), "street", 2.2, ((5, 4),), "Vỡ ống nước", "Burst water main"),
    Sort("road", 8, (3, 4), "street", 4.0, ((10, 4),), "Ổ gà trên mặt đường", "Pothole"),
    Sort("tree", 4, (2, 3, 4), "park", 1.6, ((16, 4),), "Cây đổ", "Fallen tree"),
    Sort("weather", 2.5, (3, 4), "coast", 1.2, ((15, 4),), "Gió giật mạnh ngoài cửa sông", "Strong gusts at the shore"),
    Sort("other", 5, (4,), "street", 4.0, ((20, 3),), "Đèn đường không sáng", "Street lamp out"),
)
# What a storm brings: the sort, how often, and from which to which minute of it.
STORMY: tuple[tuple[Sort, float, tuple[float, float]], ...] = tuple(
    (Sort(kind, 0, severities, where, pace, (), title, english), often, span)
    for kind, often, severities, where, pace, span, title, english in (
        ("tree", 6, (1, 2, 2, 3), "street", 1.2, (12, 110), "Cây đổ chắn đường", "Fallen tree blocks the street"),
        ("power", 4, (2, 2, 3), "house", 1.3, (14, 120), "Mất điện do giông", "Power cut in the storm"),
        ("flood", 5, (2, 2, 3), "street", 1.2, (30, 150), "Ngập đường do mưa lớn", "Street under rain water"),
        ("flood", 4, (1, 2), "bank", 1.4, (80, 170), "Nước sông dâng cao", "River over its bank"),
        ("crash", 4, (1, 2, 3), "street", 1.0, (8, 120), "Xe trượt ngã do mưa", "Vehicle skidded in the rain"),
        ("weather", 3, (2, 3), "coast", 1.0, (2, 60), "Giông mạnh ngoài biển", "Violent squall on the shore"),
        ("fire", 1, (1, 2), "house", 1.1, (20, 100), "Cháy do sét đánh", "Fire after lightning"),
        ("medical", 2, (1, 2), "house", 0.9, (15, 150), "Người bị thương do giông", "Person hurt in the storm"),
        ("road", 1, (2, 3), "hill", 1.5, (60, 160), "Sạt lở đất ven đồi", "Landslip on the hillside"),
    )
)
# The steps of a life: the state reached, and how many minutes after the step before.
LIFE: tuple[tuple[IncidentState, float, float], ...] = (
    ("new", 0, 0),
    ("acknowledged", 1, 5),
    ("assigned", 2, 9),
    ("on_scene", 6, 22),
    ("resolved", 25, 90),
    ("closed", 8, 40),
)
_GRID = np.arange(0, 24, 1 / 12)


def told(seed: int, start: datetime, end: datetime, raised: tuple[Storm, ...] = ()) -> list[Incident]:
    """Every word said about any incident after `start` and not after `end`, in the order in which it was said."""
    since, until = start.timestamp(), end.timestamp()
    first = int((since - LONGEST_S + TOWN_CLOCK_S) // DAY)
    found: list[Incident] = []
    for day in range(first, int((until + TOWN_CLOCK_S) // DAY) + 1):
        found += _between(_said_of_day(seed, day), start, end)
    stormy = {*storms(seed, since - LONGEST_S - STORM_LASTS_S, until), *raised}
    for storm in stormy:
        found += _between(_said_of_storm(seed, storm), start, end)
    return sorted(found, key=_order)


def _order(word: Incident) -> tuple[datetime, str]:
    return word.at, word.id


def _between(words: tuple[Incident, ...], start: datetime, end: datetime) -> tuple[Incident, ...]:
    return words[bisect_right(words, start, key=lambda word: word.at) : bisect_right(words, end, key=lambda w: w.at)]


@lru_cache(maxsize=256)
def _said_of_day(seed: int, day: int) -> tuple[Incident, ...]:
    return tuple(sorted((word for number in range(A_DAY) for word in life(seed, day, number)), key=_order))


@lru_cache(maxsize=16)
def _said_of_storm(seed: int, storm: Storm) -> tuple[Incident, ...]:
    return tuple(sorted((word for number in range(IN_A_STORM) for word in storm_life(seed, storm, number)), key=_order))


def life(seed: int, day: int, number: int) -> Iterator[Incident]:
    """The life of one of the incidents that begin on this day of the town."""
    random = chance(seed, "incident", day, number)
    weekday = (day + 4) % 7 % 6 != 0
    begins = float(np.interp((number + random.random()) / A_DAY, _share_of_day(weekday), _GRID))
    sort = random.choices(SORTS, _often(round(begins * 4) % 96, weekday))[0]
    return _life(f"sim-{day}-{number:02}", random, sort, day * DAY - TOWN_CLOCK_S + begins * HOUR, seed)


def storm_life(seed: int, storm: Storm, number: int) -> Iterator[Incident]:
    """The life of one of the incidents that a storm brings."""
    random = chance(seed, "storm", round(storm.begin), number)
    sort, _often_so, (first, last) = random.choices(STORMY, [often for _sort, often, _span in STORMY])[0]
    at = storm.begin + random.triangular(first, last, first + 0.35 * (last - first)) * MINUTE
    return _life(f"sim-storm-{round(storm.begin)}-{number:02}", random, sort, at, seed)


def _life(id: str, random: Random, sort: Sort, at: float, seed: int) -> Iterator[Incident]:
    spot = random.choice(spots(seed)[sort.where])
    severity = random.choice(sort.severities)
    for state, least, most in LIFE:
        # help comes as fast to a small matter as to a large one that is as urgent; mending takes its own time
        pace = sort.pace if state in ("resolved", "closed") else max(1.0, sort.pace)
        at += MINUTE * random.uniform(least, most) * pace
        yield Incident(
            id=id,
            at=datetime.fromtimestamp(round(at, 3), UTC),
            kind=sort.kind,
            severity=severity,
            state=state,
            lon=spot.lon,
            lat=spot.lat,
            title=f"{sort.title}, {spot.street}",
            source=SOURCE,
            text=f"{sort.english}, {names.english(spot.street)}",
        )


def fires(seed: int, day: int) -> list[tuple[float, float, float, float, int]]:
    """Where something burns that began on this day: lon, lat, from when to when, and how bad it is."""
    burning: dict[str, list[Incident]] = {}
    for word in _said_of_day(seed, day):
        if word.kind == "fire" and word.severity <= 2:
            burning.setdefault(word.id, []).append(word)
    return [
        (words[0].lon, words[0].lat, words[0].at.timestamp() - 5 * MINUTE, words[4].at.timestamp(), words[0].severity)
        for words in burning.values()
    ]


@cache
def _share_of_day(weekday: bool) -> np.ndarray:
    """The share of a day's incidents that have begun by each step of the clock."""
    rush = swell(_GRID, 7.5, 1.3) + 1.1 * swell(_GRID, 17.7, 1.7)
    evening = swell(_GRID, 20.5, 2.5)
    pace = 0.5 + 0.4 * swell(_GRID, 12, 2.8) + (rush + 0.3 * evening if weekday else 0.3 * rush + 0.8 * evening)
    total = np.cumsum(pace)
    share: np.ndarray = (total - pace[0]) / (total[-1] - pace[0])
    return share


@cache
def _often(quarter: int, weekday: bool) -> tuple[float, ...]:
    """How often each sort of incident is the one that begins in this quarter of an hour of the day."""
    hours = np.array([quarter / 4])
    weights = []
    for sort in SORTS:
        boost = max(float(swell(hours, peak, width)[0]) for peak, width in sort.when)
        boost *= 0.5 if sort.when is RUSH and not weekday else 1.5 if sort.kind == "crowd" and not weekday else 1
        weights.append(sort.often * (0.35 + 1.4 * boost))
    return tuple(weights)
