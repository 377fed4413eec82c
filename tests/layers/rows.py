"""Answers to the questions of LAYERS, as a store gives them: what is known, and what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from data_access.queries import Buildings, Cameras, CameraViews, Districts, Incidents, Latest, Notes, Parking, Question
from data_access.table import EPOCH, Table

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def us(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // timedelta(microseconds=1)


def ago(minutes: float) -> int | None:
    return us(NOON - timedelta(minutes=minutes))


DEVICE = {"id": "s", "name": "s", "kind": "s", "lon": "f", "lat": "f", "interval_s": "f"}
HEARD = {"quality": "s", "observed_at": "t", "received_at": "t", "online": "f", "revision": "i"}
KINDS: dict[type, dict[str, str]] = {
    Latest: DEVICE | {"value": "f"} | HEARD,
    Parking: DEVICE | {"occupied_spaces": "f", "total_spaces": "f"} | HEARD,
    Cameras: DEVICE
    | {"mount_height_m": "f", "azimuth_deg": "f", "field_of_view_deg": "f", "range_m": "f"}
    | {"online": "f", "observed_at": "t", "received_at": "t", "revision": "i"},
    CameraViews: {"id": "s", "name": "s", "lon": "f", "lat": "f", "geometry": "s", "area_m2": "f", "clipped": "f"}
    | {"online": "f", "observed_at": "t", "received_at": "t", "interval_s": "f", "revision": "i"},
    Incidents: {"id": "s", "kind": "s", "severity": "i", "state": "s", "lon": "f", "lat": "f", "title": "s"}
    | {"text": "s", "source": "s", "opened_at": "t", "observed_at": "t", "received_at": "t", "revision": "i"}
    | {"assigned_to": "s", "joined_to": "s", "joined": "i"},
    Buildings: {"id": "s", "name": "s", "use": "s", "lon": "f", "lat": "f", "height_m": "f", "height_source": "s"}
    | {"min_height_m": "f", "levels": "f", "part": "b", "built": "f", "outline": "s", "revision": "i"},
    Districts: {"id": "s", "name": "s", "name_en": "s", "kind": "s", "population": "f", "lon": "f", "lat": "f"}
    | {"geometry": "s", "revision": "i"},
    Notes: {"id": "s", "title": "s", "text": "s", "lon": "f", "lat": "f", "pinned_at": "t", "who": "s"}
    | {"written_at": "t", "about_layer": "s", "about_id": "s", "revision": "i"},
}
BARE: dict[str, Any] = {"id": "bare", "severity": 4, "state": "new", "title": "Bare", "part": False, "revision": 1}
BARE |= {"kind": "other", "height_source": "unknown", "opened_at": ago(1), "min_height_m": 0.0}
BARE |= {"joined": 0}
BARE |= {"text": "Bare", "who": "desk", "pinned_at": ago(1), "written_at": ago(1)}
FULL: dict[str, Any] = {
    "id": "full-1",
    "name": "Bờ Hồ",
    "kind": "fire",
    "lon": 105.85,
    "lat": 21.03,
    "interval_s": 60.0,
    "value": 38.4,
    "quality": "good",
    "observed_at": ago(1),
    "received_at": ago(1),
    "online": 1.0,
    "revision": 7,
    "occupied_spaces": 30.0,
    "total_spaces": 120.0,
    "mount_height_m": 6.5,
    "azimuth_deg": 135.0,
    "field_of_view_deg": 60.0,
    "range_m": 80.0,
    "geometry": '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}',
    "area_m2": 1234.0,
    "clipped": 0.25,
    "severity": 1,
    "state": "on_scene",
    "title": "Cháy nhà kho",
    "text": "Hai xe đã đến",
    "source": "114",
    "opened_at": ago(30),
    "assigned_to": "Xe 3",
    "joined": 2,
    "use": "school",
    "height_m": 12.0,
    "height_source": "tagged",
    "min_height_m": 3.0,
    "levels": 4.0,
    "part": True,
    "built": 1986.0,
    "outline": b"\x01",
    "name_en": "Lakeside",
    "population": 12345.0,
    "humidity_pct": 78.0,
    "who": "Lan",
    "pinned_at": ago(90),
    "written_at": ago(10),
    "about_layer": "incidents",
    "about_id": "full-2",
}


def table(question: Question, *rows: dict[str, Any]) -> Table:
    """These rows as an answer to this question; what a row leaves out is not known."""
    kinds = KINDS[type(question)]
    if isinstance(question, Latest):
        kinds = kinds | dict.fromkeys(question.beside, "f")
    return Table.of([tuple(row.get(column) for column in kinds) for row in rows], **kinds)


def full(**other: Any) -> dict[str, Any]:
    """A row of which everything is known; what it says came when it was observed, unless that is told too."""
    came = {"received_at": other["observed_at"]} if "observed_at" in other else {}
    return FULL | came | other


def bare(**other: Any) -> dict[str, Any]:
    return BARE | other
