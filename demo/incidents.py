"""What happens in the town: incidents with their life from new to closed, a pure function of seed and time.

One begins in every span of 25 minutes, at an instant of its own, and lives for one to three hours: a few are open at
any time, and far fewer are new than the one in ten minutes that a person in a control room can follow.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import shapely
from msgspec import Struct

from data_access.metres import Plane
from data_access.records import Incident, IncidentState
from demo import names
from demo.shape import chance
from demo.town import LAT, LON, plan

SPAN_S = 25 * 60
LONGEST_S = 4 * 3600  # more than the sum of the longest steps and a span
LONG_ROAD_M = 1_600  # the roads out of town are left to themselves
SOURCE = "sim-dispatch"

# Kind, how often, severities it may have, where (street, park, bank, house), and its title with its English beside.
KINDS: tuple[tuple[str, int, tuple[int, ...], str, str, str], ...] = (
    ("crash", 22, (2, 3, 3), "street", "Va chạm xe máy", "Motorbike collision"),
    ("crash", 6, (1, 2), "street", "Xe tải va chạm ô tô", "Lorry and car collided"),
    ("fire", 5, (1, 1, 2), "house", "Cháy nhà", "House fire"),
    ("fire", 4, (2, 3), "house", "Khói từ bếp nhà hàng", "Smoke from a restaurant kitchen"),
    ("medical", 14, (1, 2, 2, 3), "house", "Cấp cứu y tế", "Medical emergency"),
    ("flood", 5, (2, 3), "bank", "Nước tràn lên đường ven sông", "Water on the riverside road"),
    ("crime", 7, (2, 3), "street", "Trộm cắp được trình báo", "Theft reported"),
    ("crowd", 6, (3, 4), "park", "Tụ tập đông người", "Dense crowd"),
    ("power", 7, (2, 3), "house", "Mất điện", "Power cut"),
    ("water", 7, (3, 3, 4), "street", "Vỡ ống nước", "Burst water main"),
    ("road", 10, (3, 4), "street", "Ổ gà trên mặt đường", "Pothole"),
    ("tree", 6, (2, 3, 4), "park", "Cây đổ", "Fallen tree"),
    ("weather", 3, (3, 4), "bank", "Gió giật mạnh ở cửa sông", "Strong gusts at the river mouth"),
    ("other", 5, (4,), "street", "Đèn đường không sáng", "Street lamp out"),
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


def told(seed: int, start: datetime, end: datetime) -> list[Incident]:
    """Every word said about any incident after `start` and not after `end`, in the order in which it was said."""
    first = math.floor((start.timestamp() - LONGEST_S) / SPAN_S)
    last = math.floor(end.timestamp() / SPAN_S)
    words = [word for number in range(first, last + 1) for word in life(seed, number) if start < word.at <= end]
    return sorted(words, key=lambda word: (word.at, word.id))


def life(seed: int, number: int) -> Iterator[Incident]:
    """The life of the incident that begins in this span."""
    random = chance(seed, "incident", number)
    kind, _often, severities, where, title, english = random.choices(KINDS, [kind[1] for kind in KINDS])[0]
    spot = random.choice(_spots()[where])
    severity = random.choice(severities)
    at = number * SPAN_S + random.uniform(0, SPAN_S)
    for state, least, most in LIFE:
        at += 60 * random.uniform(least, most)
        yield Incident(
            id=f"sim-{number}",
            at=datetime.fromtimestamp(round(at, 3), UTC),
            kind=kind,
            severity=severity,
            state=state,
            lon=spot.lon,
            lat=spot.lat,
            title=f"{title}, {spot.street}",
            source=SOURCE,
            text=f"{english}, {names.english(spot.street)}",
        )


class Spot(Struct, frozen=True):
    """Where something may happen, and the street that one would name."""

    lon: float
    lat: float
    street: str


@cache
def _spots() -> dict[str, list[Spot]]:
    ground, plane = plan(), Plane(LON, LAT)
    named = [street for street in ground.streets if street.name and street.line.length < LONG_ROAD_M]

    def spot(point: shapely.Point) -> Spot:
        lon, lat = plane.place(point.x, point.y)
        nearest = min(named, key=lambda street: street.line.distance(point))
        return Spot(round(lon, 6), round(lat, 6), nearest.name)

    along = (0.15, 0.32, 0.5, 0.68, 0.85)
    points = {
        "street": [street.line.interpolate(share, normalized=True) for street in named for share in along],
        "house": [block.ground.centroid for letter, block in ground.blocks if letter in "OSVT"],
        "park": [block.ground.centroid for letter, block in ground.blocks if letter in "Ptqk"],
        "bank": [shapely.Point(ground.river.at(place, side)) for place in range(-350, 500, 85) for side in (-72, 72)],
    }
    return {where: [spot(point) for point in found] for where, found in points.items()}
