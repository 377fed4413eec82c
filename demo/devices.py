"""The town's sixty devices: 24 sensors, 20 cameras, 16 parking sites, where they stand and what they declare."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from data_access.metres import Plane
from data_access.records import About
from demo.houses import House
from demo.shape import Point, River

if TYPE_CHECKING:
    from demo.town import Plan

AIR = {"pm25_ug_m3": "µg/m³", "temperature_c": "°C", "humidity_pct": "%"}
SEEN = {"frames_per_s": "1/s"}
SPACES = {"occupied_spaces": "1", "total_spaces": "1"}

# Lamp posts with a sensor, in metres (along, beside) the river.
SENSORS = (
    (-315, -90), (-225, -166), (-135, -90), (-45, -226), (45, -166), (135, -90), (225, -226), (225, -326),
    (-315, -326), (-135, -326), (-225, -242), (45, -326), (-325, 92), (-195, 194), (-65, 92), (65, 194),
    (195, 280), (325, 92), (325, 194), (450, 280), (-325, 388), (-65, 404), (195, 404), (620, -170),
)  # fmt: skip

# Cameras on masts: (along, beside), where they look (degrees from downstream, counted to the left bank; None: nobody
# wrote it down), field of view, range, mount height.
CAMERAS: tuple[tuple[float, float, float | None, float, float, float], ...] = (
    (8, -88, 90, 62, 120, 8.0),
    (-8, 92, -90, 62, 120, 8.0),
    (8, -40, 180, 78, 110, 9.0),
    (-84, -152, 0, 70, 95, 6.5),
    (-264, -164, 0, 64, 95, 6.5),
    (96, -152, 180, 66, 95, 6.5),
    (184, -164, 90, 68, 80, 6.0),
    (-354, -84, 0, 58, 110, 6.5),
    (264, -240, 180, 64, 90, 6.0),
    (8, -228, -90, 60, 100, 7.0),
    (-124, 192, 0, 74, 120, 9.0),
    (8, 192, 90, 60, 130, 9.0),
    (136, 180, 180, 70, 110, 9.0),
    (266, 92, 0, 64, 120, 7.5),
    (396, 192, 90, 58, 100, 7.5),
    (-254, 294, 0, 72, 110, 8.0),
    (136, 390, 200, 80, 110, 8.0),
    (-384, 88, 20, 96, 90, 7.0),
    (-172, -232, None, 70, 80, 6.0),
    (398, 300, None, 70, 80, 6.0),
)

# Car parks: (along, beside), name with its English, spaces, what fills them (demo/days.py).
PARKING = (
    (-325, 118, ("Bãi xe Bạch Đằng", "Bach Dang Car Park"), 160, "home"),
    (-195, 118, ("Hầm xe Tháp Bạch Đằng", "Bach Dang Tower Garage"), 320, "office"),
    (65, 118, ("Hầm xe Tháp Gương", "Mirror Tower Garage"), 420, "office"),
    (195, 118, ("Hầm xe Hải Đăng", "Lighthouse Garage"), 180, "hotel"),
    (-195, 210, ("Hầm xe Tài chính", "Finance Centre Garage"), 260, "office"),
    (-65, 372, ("Bãi xe Sân vận động", "Stadium Car Park"), 240, "evening"),
    (-65, 200, ("Bãi xe Ủy ban", "People's Committee Car Park"), 60, "office"),
    (195, 216, ("Bãi xe Bệnh viện", "Hospital Car Park"), 140, "hospital"),
    (65, 300, ("Bãi xe Hai Bà Trưng", "Hai Ba Trung Car Park"), 90, "home"),
    (325, 380, ("Bãi xe Nguyễn Trãi", "Nguyen Trai Car Park"), 80, "home"),
    (45, -126, ("Bãi xe Chợ Cá", "Fish Market Car Park"), 70, "market"),
    (-225, -92, ("Bãi xe Bến Gương", "Ben Guong Car Park"), 55, "evening"),
    (-135, -220, ("Bãi xe Chùa Sóng Ngân", "Pagoda Car Park"), 40, "market"),
    (45, -250, ("Bãi xe Bảo tàng", "Museum Car Park"), 65, "evening"),
    (225, -140, ("Bãi xe Cảng cá", "Harbour Car Park"), 45, "market"),
    (-315, -300, ("Bãi xe Trần Hưng Đạo", "Tran Hung Dao Car Park"), 75, "home"),
)


def devices(ground: "Plan", built: Sequence[House], plane: Plane, seed: int) -> Iterator[About]:
    """Every device as it declares itself; sensors and cameras stand clear of the walls."""
    river = ground.river
    walls = shapely.union_all([house.ground for house in built])
    for number, place in enumerate(SENSORS, 1):
        point = _clear(river.at(*place), walls)
        yield _about(plane, f"air-{number:02}", f"Trạm không khí {_street(ground, point)}", "sensor", point, AIR, 15)
    for number, (along, beside, turn, view, reach, mast) in enumerate(CAMERAS, 1):
        point = _clear(river.at(along, beside), walls)
        fields = {"mount_height_m": mast, "field_of_view_deg": view, "range_m": reach}
        if turn is not None:
            fields["azimuth_deg"] = round((_downstream(river, along) - turn) % 360, 1)
        yield _about(plane, f"cam-{number:02}", f"Camera {_street(ground, point)}", "camera", point, SEEN, 20, fields)
    for number, (along, beside, name, spaces, _rhythm) in enumerate(PARKING, 1):
        fields = {"total_spaces": float(spaces)}
        yield _about(plane, f"park-{number:02}", name[0], "parking", river.at(along, beside), SPACES, 30, fields)


def rhythm(device_id: str) -> str:
    """What fills this car park."""
    return PARKING[int(device_id.removeprefix("park-")) - 1][4]


def _about(
    plane: Plane,
    id: str,
    name: str,
    kind: str,
    point: Point,
    metrics: dict[str, str],
    interval_s: float,
    fields: dict[str, float] | None = None,
) -> About:
    lon, lat = plane.place(*point)
    return About(id, name, kind, round(lon, 6), round(lat, 6), metrics, interval_s, dict(fields or {}))


def _downstream(river: River, along: float) -> float:
    """The compass bearing in which the river runs here."""
    (west, south), (east, north) = river.at(along - 5), river.at(along + 5)
    return math.degrees(math.atan2(east - west, north - south))


def _street(ground: "Plan", point: Point) -> str:
    """The street, with its number by the place along it, that passes nearest."""
    here = shapely.Point(point)
    named = [street for street in ground.streets if street.name]
    nearest = min(named, key=lambda street: street.line.distance(here))
    return f"{int(nearest.line.project(here) / 8) + 1} {nearest.name}"


def _clear(point: Point, walls: BaseGeometry) -> Point:
    """The point, moved off a wall where it would stand within a house."""
    here = shapely.Point(point)
    if walls.distance(here) >= 0.3:
        return point
    wall, _here = shapely.ops.nearest_points(walls.boundary, here)
    away = math.hypot(wall.x - here.x, wall.y - here.y) or 1.0
    outward = 0.4 / away if walls.contains(here) else -0.4 / away
    return wall.x + (wall.x - here.x) * outward, wall.y + (wall.y - here.y) * outward
