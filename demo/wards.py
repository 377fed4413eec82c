"""The city's fourteen wards: they tile it without gap or overlap, along river, canals and main roads."""

import numpy as np
import shapely
from msgspec import Struct
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.ground import Ground, river_north
from demo.shape import Point, Points

MUNICIPAL = (
    (-5200, -3300),
    (-1200, -3650),
    (1500, -3500),
    (3600, -3300),
    (4100, -400),
    (3900, 3200),
    (1200, 3600),
    (-2300, 3300),
    (-5000, 3700),
)

# Name, English, people, and places that lie in it.
WARDS: tuple[tuple[str, str, int, tuple[Point, ...]], ...] = (
    ("Hàng Muối", "Hang Muoi", 31_400, ((-700, -500),)),
    ("Hồ Gương", "Ho Guong", 34_900, ((100, -500),)),
    ("Đông Kinh", "Dong Kinh", 22_700, ((900, -500),)),
    ("Cảng Đông", "Cang Dong", 12_300, ((1800, -600),)),
    ("Phú Sào", "Phu Sao", 27_800, ((-1900, -500),)),
    ("Tân Tiến", "Tan Tien", 19_600, ((-2000, -1800),)),
    ("Nam Hải", "Nam Hai", 33_100, ((0, -1800),)),
    ("Bạch Đằng", "Bach Dang", 24_500, ((-500, 500),)),
    ("Biển Đông", "Bien Dong", 21_900, ((500, 500),)),
    ("Hải Tân", "Hai Tan", 26_400, ((1500, 500),)),
    ("Yên Bắc", "Yen Bac", 38_200, ((-2000, 600), (-2500, 2400))),
    ("Hoà Bình", "Hoa Binh", 29_700, ((-400, 1500),)),
    ("Vườn Hồ", "Vuon Ho", 25_600, ((900, 1300),)),
    ("Núi Đèn", "Nui Den", 14_800, ((2000, 1700),)),
)


class Ward(Struct, frozen=True):
    """A ward on the ground plan, in metres."""

    name: str
    name_en: str
    people: int
    ground: BaseGeometry


def wards(land: Ground) -> tuple[Ward, ...]:
    """The wards; neighbours share every corner of their border."""
    limit = Polygon(MUNICIPAL)
    drawn = shapely.unary_union([limit.exterior, *(LineString(line) for line in _borders(land))], grid_size=0.01)
    faces = [face for face in shapely.get_parts(shapely.polygonize([drawn])) if limit.buffer(1).covers(face)]
    places = [(number, shapely.Point(place)) for number, ward in enumerate(WARDS) for place in ward[3]]
    owned: dict[int, list[Polygon]] = {number: [] for number in range(len(WARDS))}
    for face in faces:
        owned[min(places, key=lambda place: face.distance(place[1]))[0]].append(face)
    return tuple(
        Ward(name, english, people, shapely.coverage_union_all(owned[number]))
        for number, (name, english, people, _places) in enumerate(WARDS)
    )


def _borders(land: Ground) -> list[Points]:
    """Lines that cross or overshoot each other; what encloses nothing is left out when they are made to faces."""
    north_canal, south_canal = land.canal_lines
    boulevard = land.row("north", 2)
    return [
        np.vstack([land.river_line, [(5000, river_north(3000))]]),
        _from_river(land.tributary_line, (-2400, -9000)),
        _from_river(north_canal, (-1100, 9000)),
        np.vstack([_off(south_canal[0], -60), south_canal, _off(south_canal[-1], 3000)]),
        np.vstack([boulevard[boulevard[:, 0] > north_canal[0, 0] - 40], _off(boulevard[-1], 3000)]),
        *(_from_river(land.column("south", column)[:39]) for column in (5, 7, 9)),
        *(_from_river(land.column("north", column), (east, 9000)) for column, east in ((6, 700), (8, 1150))),
        np.array(
            [
                (-5700, -1500),
                (-4400, -1180),
                (-3300, -880),
                (-2500, -900),
                land.south[3, 0],
                *land.south[3, :4],
                _off(land.south[3, 3], 30),
            ]
        ),
    ]


def _off(place: Points, east: float) -> Points:
    moved: Points = place + np.array([east, 0.0])
    return moved


def _from_river(line: Points, *further: Point) -> Points:
    """The line from the middle of the river on, and further."""
    east = float(line[0, 0])
    return np.vstack(
        [[(east, float(river_north(east)) + (5 if line[-1, 1] < line[0, 1] else -5))], line, *[[to] for to in further]]
    )
