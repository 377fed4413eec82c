"""Events to jump to: incidents that begin, and values that pass a threshold by the rule of their own layer."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components.happenings import MOST, Event, events, next_event, told
from components.view import View
from data_access.queries import Latest
from data_access.records import Reading
from data_access.store import CityStore
from data_access.words import N_, speaking
from data_access.writer import CityWriter
from layers import LAYERS
from tests.small_city import MINUTE, NOON, build, url_of

LONG_AGO = NOON - timedelta(days=30)
# air-2 says 60 all the time (worth knowing), and here 80 (to be dealt with) at a quarter to twelve, and swings.
DUST = {45: 60.0, 40: 80.0, 38: 60.0, 37: 81.0, 20: 60.0, 5: 82.0}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder = tmp_path_factory.mktemp("city")
    build(url_of(folder))
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    swings = [
        Reading("air-2", "pm25_ug_m3", value, NOON - minutes * MINUTE + timedelta(seconds=30))
        for minutes, value in DUST.items()
    ]
    writer.bulk((reading, reading.observed_at) for reading in swings)
    old = Reading("street-1", "no2_ug_m3", 10.0, LONG_AGO), Reading("street-1", "no2_ug_m3", 210.0, LONG_AGO + MINUTE)
    writer.bulk((reading, reading.observed_at) for reading in old)
    writer.close()
    return View("desk", N_("Desk"), LAYERS, CityStore.open(url_of(folder)), now=lambda: NOON)


def of(view: View, minutes: float, layer: str) -> list[Event]:
    return [event for event in events(view, NOON - minutes * MINUTE, NOON) if event.layer == layer]


def test_incidents_begin_once_however_often_they_are_told_of(view: View) -> None:
    begun = of(view, 60, "incidents")
    assert [event.id for event in begun] == ["i-crash", "i-fire", "i-flood", "i-tree"]
    assert begun[0].at == NOON - 40 * MINUTE
    assert begun[0].severity == 2


def test_a_value_that_becomes_a_matter_for_someone_is_an_event_and_one_that_swings_is_one(view: View) -> None:
    with speaking("en"):
        passed = of(view, 60, "pm25")
    assert [event.at for event in passed] == [
        NOON - 40 * MINUTE + timedelta(seconds=30),
        NOON - 5 * MINUTE + timedelta(seconds=30),
    ]
    assert passed[0].why == "fine dust 80 µg/m³, at or above the WHO's interim target 75"
    assert (passed[0].title, passed[0].severity) == ("Lake", 3)


def test_events_stand_in_the_order_in_which_they_happened(view: View) -> None:
    found = events(view, NOON - 60 * MINUTE, NOON)
    assert [event.at for event in found] == sorted(event.at for event in found)


@pytest.mark.parametrize("way", [1, -1])
def test_from_jump_to_jump_one_meets_every_event(view: View, way: int) -> None:
    expected = events(view, NOON - 60 * MINUTE, NOON)
    met: list[datetime] = []
    at = NOON - 60 * MINUTE if way > 0 else NOON
    while event := next_event(view, at, way, NOON - 60 * MINUTE, NOON):
        met.append(event.at)
        at = event.at
    assert met == sorted({event.at for event in expected}, reverse=way < 0)


def test_a_jump_reaches_over_weeks_to_an_incident_and_to_nothing_beyond_the_first_fact(view: View) -> None:
    event = next_event(view, LONG_AGO, 1, LONG_AGO, NOON)
    assert event is not None
    assert event.id == "street-1"  # within a day, thresholds count
    later = next_event(view, LONG_AGO + timedelta(days=2), 1, LONG_AGO, NOON)
    assert later is not None
    assert later.id == "i-crash"
    assert next_event(view, NOON - 50 * MINUTE, -1, NOON - 60 * MINUTE, NOON) is None
    assert next_event(view, NOON, 1, LONG_AGO, NOON) is None


def test_in_a_long_stretch_only_incidents_are_looked_for(view: View) -> None:
    assert {event.layer for event in events(view, NOON - timedelta(days=31), NOON)} == {"incidents"}


def test_of_too_many_events_the_most_urgent_are_handed_over(view: View) -> None:
    many = [
        Event(NOON - n * timedelta(seconds=1), 1 if n == 400 else 4, "incidents", f"i-{n}", "Word", "why")
        for n in range(MOST + 200)
    ]
    listed = told(many, view, NOON)
    assert len(listed) == MOST
    assert "i-400" in {event["id"] for event in listed}
    assert [event["at"] for event in listed] == sorted(event["at"] for event in listed)


def severity(layer: Any, value: float, at: datetime) -> int:
    row = layer_row(value, at)
    need = layer.attention(row, at)
    return need.severity if need else 5


def layer_row(value: float, at: datetime) -> Any:
    told = {"id": "x", "name": "x", "quality": "good", "online": 1.0, "interval_s": 60.0, "humidity_pct": 60.0}
    return SimpleNamespace(value=value, observed_at=at, **told)


@pytest.mark.parametrize(
    "layer", [layer for layer in LAYERS if isinstance(layer.query, Latest)], ids=lambda layer: layer.key
)
def test_a_need_begins_at_a_break_of_its_layers_scale(layer: Any) -> None:
    """Passings are looked for at the breaks: a need that began in between would be missed."""
    for at in (NOON, NOON + timedelta(hours=12)):
        before = 5
        for tenth in range(12_000):
            now = severity(layer, tenth / 10, at)
            if now < before:
                assert tenth / 10 in layer.scale.breaks
            before = now


def test_an_empty_city_has_no_events(tmp_path: Path) -> None:
    CityWriter.open(url_of(tmp_path)).close()
    store = CityStore.open(url_of(tmp_path))
    view = View("desk", N_("Desk"), LAYERS, store, now=lambda: NOON)
    assert events(view, NOON - 60 * MINUTE, NOON) == []
    assert next_event(view, NOON, -1, NOON, NOON) is None
    store.close()
