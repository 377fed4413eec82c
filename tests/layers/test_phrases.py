"""Numbers, directions and times, said as the reader says them; unknown is never zero."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data_access.words import speaking
from layers import buildings, camera_views, cameras, incidents, parking, pm25
from layers.phrases import ago, clock, direction, number
from layers.scale import BATLOW, Scale
from tests.layers.rows import NOON, full, table


def row(layer: Any, **other: Any) -> Any:
    return next(iter(table(layer.LAYER.query, full(**other))))


def told(layer: Any, **other: Any) -> dict[str, str]:
    return {fact.name: fact.value for fact in layer.LAYER.detail(row(layer, **other), NOON)}


def test_a_number_is_written_as_its_reader_writes_it() -> None:
    assert number(1234.5, 1) == "1,234.5"
    with speaking("vi"):
        assert number(1234.5, 1) == "1.234,5"
    assert number(-0.04, 1) == "0.0"


@pytest.mark.parametrize(
    ("degrees", "point"), [(0, "north, 0°"), (135, "south-east, 135°"), (359, "north, 359°"), (360, "north, 0°")]
)
def test_a_direction_is_a_point_of_the_compass(degrees: float, point: str) -> None:
    assert direction(degrees) == point


def test_a_clock_is_that_of_the_city_and_names_another_day() -> None:
    noon_in_hanoi = NOON.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert clock(datetime(2026, 3, 14, 2, 5, tzinfo=UTC), noon_in_hanoi) == "09:05"
    assert clock(datetime(2026, 3, 13, 16, 59, tzinfo=UTC), noon_in_hanoi) == "13 Mar 2026, 23:59"


def test_an_age_is_said_in_its_largest_unit() -> None:
    assert ago(NOON - timedelta(minutes=12, seconds=20), NOON) == "12 minutes ago"
    with speaking("vi"):
        assert ago(NOON - timedelta(minutes=12, seconds=20), NOON) == "12 phút trước"


def test_fine_dust_is_a_value_with_its_unit_and_meaning() -> None:
    facts = told(pm25, value=38.4)
    assert facts["Fine dust (PM2.5)"] == "38 µg/m³"
    assert facts["Meaning"].startswith("poor")
    assert facts["Quality"] == "good"


@pytest.mark.parametrize(
    ("quality", "seen", "why"),
    [
        ("missing", NOON, "missing: the device says that it could not measure"),
        ("invalid", NOON, "invalid: marked so by the device or its operator"),
        (None, None, "not known: it never reported"),
    ],
)
def test_a_missing_value_has_its_reason_and_is_not_zero(quality: str | None, seen: Any, why: str) -> None:
    observed = None if seen is None else full()["observed_at"]
    facts = told(pm25, value=None, quality=quality, observed_at=observed)
    assert facts["Fine dust (PM2.5)"] == why
    assert "Meaning" not in facts


def test_a_zero_is_a_value() -> None:
    assert told(pm25, value=0.0)["Fine dust (PM2.5)"] == "0 µg/m³"
    assert told(parking, occupied_spaces=0.0)["Free spaces"] == "120 of 120"


def test_unknown_parking_is_unknown_of_its_total() -> None:
    assert told(parking, occupied_spaces=None)["Free spaces"] == "unknown of 120"
    assert told(parking, total_spaces=None)["Free spaces"] == "not known: nobody said how many spaces there are"
    assert told(parking, occupied_spaces=None)["Taken"] == "–"


def test_a_car_park_that_is_more_than_full_has_no_free_space() -> None:
    assert told(parking, occupied_spaces=125.0)["Free spaces"] == "0 of 120"


def test_a_camera_tells_its_direction_its_mount_and_what_walls_hide() -> None:
    facts = told(cameras)
    assert facts["Looks"] == "south-east, 135°"
    assert facts["Mounted at"] == "6.5 m"
    assert told(cameras, azimuth_deg=None)["Looks"] == "not known, so no view is drawn"
    assert told(camera_views)["Hidden by walls"] == "25 %"


@pytest.mark.parametrize(
    ("height", "source", "said"),
    [
        (12.0, "tagged", "12 m, stated by the map"),
        (12.0, "levels", "12 m, worked out from the number of floors"),
        (12.0, "estimated", "12 m, estimated from the kind of building"),
        (None, "unknown", "not known, so it is drawn flat"),
    ],
)
def test_a_height_says_honestly_where_it_is_from(height: float | None, source: str, said: str) -> None:
    assert told(buildings, height_m=height, height_source=source)["Height"] == said


def test_an_incident_says_who_has_it_and_from_how_many_reports_it_is_known() -> None:
    need = incidents.attention(row(incidents, state="assigned", assigned_to="Xe 3", joined=2), NOON)
    assert need.words == "fire, assigned to Xe 3, opened 30 minutes ago; 2 other reports"
    assert need.in_hand
    waiting = incidents.attention(row(incidents, state="new", assigned_to=None, joined=0), NOON)
    assert waiting.words == "fire, nobody has acknowledged it, opened 30 minutes ago"
    assert not waiting.in_hand
    assert told(incidents, assigned_to="Xe 3")["Assigned to"] == "Xe 3"
    assert "Assigned to" not in told(incidents, assigned_to=None)


def test_a_state_that_the_house_does_not_know_is_told_as_it_was_said() -> None:
    assert told(incidents, kind="landslide")["Kind"] == "landslide"


def test_a_value_at_a_break_belongs_to_the_band_above() -> None:
    scale = Scale(unit="x", breaks=(1, 2), ramp=BATLOW, source=pm25.SCALE.source)
    assert [scale.band(value) for value in (0.9, 1, 1.9, 2, 99)] == [0, 1, 1, 2, 2]


def test_a_scale_whose_breaks_do_not_rise_is_refused() -> None:
    with pytest.raises(ValueError, match="do not rise"):
        Scale(unit="x", breaks=(2, 1), ramp=BATLOW, source=pm25.SCALE.source)
