"""One fixed noon in a small city, through the real writer into a real database.

What stands there: five sensors of the air (one silent since half past eleven, one that never spoke, one whose newest
word is a missing value), one of the street that measures all else, two districts, two cameras (one whose direction
nobody knows), three parking sites (one unknown), incidents in several states, six buildings with every kind of height,
a camera's view, and one device that nobody declared.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import shapely

from data_access.city import City
from data_access.records import About, Building, District, Incident, Online, Packet, Reading
from data_access.store import CityStore
from data_access.writer import CityWriter, Message, View

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # twelve o'clock in Hanoi
MINUTE = timedelta(minutes=1)
LON, LAT = 105.85, 21.03

CITY = City(
    key="small",
    name="Small City",
    time_zone="Asia/Ho_Chi_Minh",
    languages=("vi", "en"),
    lon=LON,
    lat=LAT,
    zoom=15.0,
    pitch=45.0,
    bearing=-15.0,
    bounds=(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02),
    attribution="Made up for tests",
)

STREET = {
    "no2_ug_m3": "µg/m³",
    "noise_db": "dB",
    "rain_mm_h": "mm/h",
    "water_level_m": "m",
    "vehicle_count": "1",
    "humidity_pct": "%",
}
AIR = {"pm25_ug_m3": "µg/m³", "temperature_c": "°C"}
ABOUTS = (
    About("air-1", "Opera", "sensor", LON, LAT, AIR, 60.0),
    About("air-2", "Lake", "sensor", LON + 0.002, LAT, AIR, 60.0),
    About("air-silent", "Old gate", "sensor", LON, LAT + 0.002, AIR, 60.0),
    About("air-never", "New bridge", "sensor", LON + 0.003, LAT + 0.002, AIR, 60.0),
    About("air-missing", "Market", "sensor", LON - 0.002, LAT, AIR, 60.0),
    About(
        "cam-1",
        "Station square",
        "camera",
        LON + 0.001,
        LAT + 0.001,
        {"frames_per_s": "1/s"},
        10.0,
        {"mount_height_m": 6.0, "azimuth_deg": 90.0, "field_of_view_deg": 60.0, "range_m": 80.0},
    ),
    About("street-1", "Quay", "sensor", LON - 0.003, LAT - 0.001, STREET, 60.0),
    About("cam-2", "Back lane", "camera", LON - 0.001, LAT + 0.001, {"frames_per_s": "1/s"}, 10.0, {"range_m": 50.0}),
    About("park-1", "Opera garage", "parking", LON, LAT - 0.001, {"occupied_spaces": "1"}, 60.0, {"total_spaces": 200}),
    About("park-empty", "Zoo", "parking", LON, LAT - 0.002, {"occupied_spaces": "1"}, 60.0, {"total_spaces": 40}),
    About("park-unknown", "Harbour", "parking", LON, LAT - 0.003, {"occupied_spaces": "1"}, 60.0, {"total_spaces": 90}),
)

READINGS = (
    *(
        Reading("air-1", "pm25_ug_m3", 10.0 + minute, NOON - minute * MINUTE, boot="a", seq=61 - minute)
        for minute in range(60)
    ),
    *(Reading("air-1", "temperature_c", 25.0, NOON - minute * MINUTE) for minute in range(60)),
    *(Reading("air-2", "pm25_ug_m3", 60.0, NOON - minute * MINUTE) for minute in range(60) if not 20 <= minute < 30),
    Reading("air-2", "temperature_c", 0.0, NOON),
    *(Reading("air-silent", "pm25_ug_m3", 30.0, NOON - minute * MINUTE) for minute in range(30, 60)),
    Reading("air-missing", "pm25_ug_m3", 20.0, NOON - 5 * MINUTE),
    Reading("air-missing", "pm25_ug_m3", None, NOON - MINUTE, "missing"),
    *(
        Reading("street-1", metric, value, NOON - minute * MINUTE)
        for metric, value in zip(STREET, (40.0, 62.0, 0.0, 2.25, 34.0, 78.0), strict=True)
        for minute in range(60)
    ),
    Reading("cam-1", "frames_per_s", 25.0, NOON - timedelta(seconds=4)),
    Reading("cam-2", "frames_per_s", 12.0, NOON - 30 * MINUTE),
    Reading("park-1", "occupied_spaces", 150.0, NOON - MINUTE),
    Reading("park-empty", "occupied_spaces", 0.0, NOON - MINUTE),
    Reading("stranger", "pm25_ug_m3", 5.0, NOON - MINUTE),
)

STATUSES = (
    (NOON - 55 * MINUTE, Online("air-1", True, "a")),
    (NOON - 50 * MINUTE, Online("cam-1", True, "c1")),
    (NOON - 50 * MINUTE, Online("cam-2", True, "c2")),
    (NOON - 29 * MINUTE, Online("cam-2", False, "c2")),
)


def _incident(id: str, minutes: float, kind: str, severity: int, state: str, title: str, place: int) -> Incident:
    at = NOON - timedelta(minutes=minutes)
    return Incident(id, at, kind, severity, state, LON + place / 1000, LAT + place / 2000, title, "dispatch")  # type: ignore[arg-type]  # a state's word


INCIDENTS = (
    _incident("i-fire", 12, "fire", 1, "new", "Smoke in a stairwell", 1),
    _incident("i-fire", 9, "fire", 1, "assigned", "Fire in a stairwell", 1),
    _incident("i-crash", 40, "crash", 2, "new", "Two scooters", 2),
    _incident("i-crash", 30, "crash", 2, "on_scene", "Two scooters", 2),
    _incident("i-crash", 10, "crash", 2, "closed", "Two scooters", 2),
    _incident("i-flood", 5, "flood", 3, "acknowledged", "Water on Lake Street", -2),
    _incident("i-tree", 2, "tree", 4, "new", "Branch on the path", -1),
)


def _house(
    id: str, east: float, north: float, height_m: float | None, source: str, name: str | None = None
) -> Building:
    west, south = LON + east / 1000, LAT + north / 1000
    outline = shapely.box(west, south, west + 0.0003, south + 0.0003)
    return Building(id, shapely.to_wkb(outline), height_m, source, name=name, use="residential")


BUILDINGS = (
    _house("b-1", 1.5, 1.0, 24.0, "tagged", "Town hall"),
    _house("b-2", 1.5, 0.2, 12.0, "levels"),
    _house("b-3", -0.8, 0.4, 9.0, "estimated"),
    _house("b-4", -1.4, -0.6, None, "unknown"),
    _house("b-5", 0.4, -1.2, 30.0, "tagged"),
    _house("b-6", 2.0, -0.4, 6.0, "levels"),
)

DISTRICTS = (
    District("d-1", "Phường Hồ", shapely.to_wkb(shapely.box(LON - 0.01, LAT, LON + 0.01, LAT + 0.01)), "Lake ward"),
    District(
        "d-2", "Phường Cảng", shapely.to_wkb(shapely.box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT)), None, "ward", 9000
    ),
)

VIEWS = (
    View(
        "cam-1",
        '{"type":"Polygon","coordinates":[[[105.851,21.031],[105.8515,21.0313],[105.8515,21.0307],[105.851,21.031]]]}',
        2400.0,
        0.25,
    ),
)


def build(url: str) -> None:
    """Write the small city into the database at this address, as it stands at noon."""
    writer = CityWriter.open(url, clock=lambda: NOON)
    writer.describe(CITY)
    writer.declare(ABOUTS, "register", complete=True, at=NOON - 60 * MINUTE)
    writer.build(BUILDINGS, "map", at=NOON - 60 * MINUTE)
    writer.divide(DISTRICTS, "map", at=NOON - 60 * MINUTE)
    writer.see(VIEWS, at=NOON - 60 * MINUTE)
    writer.bulk((reading, reading.observed_at) for reading in READINGS)
    writer.say((incident, incident.at) for incident in INCIDENTS)
    writer.commit(
        [
            Message(
                f"cityglass/{status.device_id}/status", b"", at, packet=Packet((status,), status.device_id, status.boot)
            )
            for at, status in STATUSES
        ]
    )
    writer.close()


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'city.db'}"


def small_city(folder: Path) -> CityStore:
    """The store of the small city, made in this folder."""
    build(url_of(folder))
    return CityStore.open(url_of(folder))
