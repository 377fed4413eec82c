"""The store's answers about the small city, now and as it was."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from data_access import keeper, keyframes
from data_access.queries import (
    BuildingCount,
    Buildings,
    Cameras,
    CameraViews,
    Changed,
    Devices,
    IncidentHistory,
    Incidents,
    Latest,
    Parking,
    Question,
    Track,
)
from data_access.records import About, Building, Incident, Online, Packet, Reading
from data_access.store import CityStore
from data_access.table import Table
from data_access.writer import CityWriter, Message, View
from tests.small_city import ABOUTS, BUILDINGS, CITY, LAT, LON, MINUTE, NOON, READINGS, small_city, url_of

SECOND = timedelta(seconds=1)
ALL: tuple[Question, ...] = (
    Latest("pm25_ug_m3"),
    Latest("temperature_c"),
    Parking(),
    Cameras(),
    CameraViews(),
    Incidents(),
    Incidents(open_only=False),
    Buildings(),
    Devices(),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CityStore]:
    found = small_city(tmp_path)
    yield found
    found.close()


@pytest.fixture
def writer(store: CityStore, tmp_path: Path) -> Iterator[CityWriter]:
    found = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    yield found
    found.close()


OTHERS = [building.id for building in BUILDINGS[1:]]


def by_id(table: Table) -> dict[str, Any]:
    return {row.id: row for row in table}


def test_the_city_knows_its_name_and_its_first_fact(store: CityStore) -> None:
    assert store.city() == CITY
    assert store.first_fact() == NOON - 59 * MINUTE
    health = store.health()
    assert (health.received, health.stored, health.committed_at) == (4, 579, NOON)


def test_what_is_unknown_is_not_zero(store: CityStore) -> None:
    sites = by_id(store.answer(Parking()))
    assert (sites["park-unknown"].occupied_spaces, sites["park-unknown"].total_spaces) == (None, 90)
    assert sites["park-empty"].occupied_spaces == 0
    assert by_id(store.answer(Latest("temperature_c")))["air-2"].value == 0
    air = by_id(store.answer(Latest("pm25_ug_m3")))
    assert (air["air-missing"].value, air["air-missing"].quality) == (None, "missing")
    assert (air["air-never"].value, air["air-never"].quality, air["air-never"].observed_at) == (None, None, None)


def test_a_value_has_its_neighbours_beside_it_now_and_then(store: CityStore, writer: CityWriter) -> None:
    question = Latest("pm25_ug_m3", beside=("temperature_c", "humidity_pct"))

    def beside(at: datetime | None = None) -> dict[str, tuple[float | None, float | None]]:
        return {row.id: (row.temperature_c, row.humidity_pct) for row in store.answer(question, at)}

    assert set(beside()) == set(store.answer(Latest("pm25_ug_m3"))["id"])
    assert (beside()["air-1"], beside()["air-2"], beside()["air-never"]) == ((25.0, None), (0.0, None), (None, None))
    revision = store.revision()
    writer.bulk([(Reading("air-2", "humidity_pct", 81.0, NOON), NOON)])
    assert beside()["air-2"] == (0.0, 81.0)
    (moved,) = store.answer(Changed(question, revision))  # the value itself did not move
    assert (moved.id, moved.value, moved.humidity_pct) == ("air-2", 60.0, 81.0)
    assert beside(NOON - SECOND)["air-2"] == (None, None)
    writer.bulk([(Reading("air-2", "humidity_pct", 700.0, NOON + SECOND, "invalid"), NOON + SECOND)])
    assert beside()["air-2"] == (0.0, None)
    assert [(row.id, row.temperature_c) for row in store.answer(question.one("air-1"))] == [("air-1", 25.0)]


def test_a_building_has_the_year_in_which_it_was_finished(store: CityStore, writer: CityWriter) -> None:
    old = replace(BUILDINGS[0], built=1911)
    assert writer.build([old, *BUILDINGS[1:]], "map", at=NOON).changed == 1
    assert {row.id: row.built for row in store.answer(Buildings())} == {"b-1": 1911, **dict.fromkeys(OTHERS)}
    assert [row.built for row in store.answer(Buildings(id="b-1"), NOON - SECOND)] == [None]
    assert writer.build([old, *BUILDINGS[1:]], "map", at=NOON).same == len(BUILDINGS)


def test_a_reported_number_of_spaces_counts_more_than_a_declared_one(store: CityStore, writer: CityWriter) -> None:
    writer.bulk([(Reading("park-1", "total_spaces", 180.0, NOON), NOON)])
    assert by_id(store.answer(Parking()))["park-1"].total_spaces == 180
    assert by_id(store.answer(Parking(), NOON - SECOND))["park-1"].total_spaces == 200


def test_the_whole_desk_goes_back_in_time(store: CityStore) -> None:
    then = NOON - 35 * MINUTE
    assert by_id(store.answer(Latest("pm25_ug_m3"), then))["air-1"].value == 45.0
    assert by_id(store.answer(Latest("pm25_ug_m3"), then))["air-missing"].observed_at is None
    assert by_id(store.answer(Parking(), then))["park-1"].occupied_spaces is None
    cameras = by_id(store.answer(Cameras(), then))
    assert (cameras["cam-2"].online, cameras["cam-2"].observed_at) == (1.0, NOON - 50 * MINUTE)
    assert by_id(store.answer(Cameras()))["cam-2"].online == 0.0
    assert {name: row.state for name, row in by_id(store.answer(Incidents(), then)).items()} == {"i-crash": "new"}
    assert "stranger" not in by_id(store.answer(Devices(), then))
    assert len(store.answer(IncidentHistory("i-crash"), NOON - 20 * MINUTE)) == 2


def test_a_camera_without_a_direction_has_none(store: CityStore) -> None:
    cameras = by_id(store.answer(Cameras()))
    assert (cameras["cam-1"].azimuth_deg, cameras["cam-2"].azimuth_deg) == (90.0, None)
    assert list(store.answer(CameraViews())["id"]) == ["cam-1"]


def test_a_camera_tells_how_much_of_its_view_walls_hide(store: CityStore) -> None:
    cameras = by_id(store.answer(Cameras()))
    assert (cameras["cam-1"].clipped, cameras["cam-1"].area_m2) == (0.25, 2400.0)
    assert (cameras["cam-2"].clipped, cameras["cam-2"].area_m2) == (None, None)


def test_a_view_belongs_to_its_time(store: CityStore, writer: CityWriter) -> None:
    revision = store.revision()
    writer.see([View("cam-1", "{}", 10.0, 0.9), View("cam-2", None)], at=NOON)
    writer.see([View("cam-1", "{}", 10.0, 0.9)], at=NOON + SECOND)
    assert store.revision() == revision + 1
    assert [row.area_m2 for row in store.answer(CameraViews())] == [10.0]
    assert [row.area_m2 for row in store.answer(CameraViews(), NOON - SECOND)] == [2400.0]
    assert [row.id for row in store.answer(Changed(CameraViews(), revision))] == ["cam-1"]
    writer.see([View("cam-1", None)], at=NOON + MINUTE)
    (gone,) = store.answer(Changed(CameraViews(), revision + 1))
    assert (gone.id, gone.gone) == ("cam-1", True)
    assert len(store.answer(CameraViews())) == 0


def test_buildings_are_found_by_the_box_they_touch(store: CityStore) -> None:
    assert len(store.answer(Buildings())) == len(BUILDINGS)
    corner = (LON + 0.0017, LAT + 0.0011, LON + 0.01, LAT + 0.01)
    (hall,) = store.answer(Buildings(bbox=corner))
    assert (hall.name, hall.height_m, hall.height_source, hall.part) == ("Town hall", 24.0, "tagged", False)
    assert by_id(store.answer(Buildings()))["b-4"].height_m is None
    counted = {(row.height_source, row.count) for row in store.answer(BuildingCount())}
    assert counted == {("tagged", 2), ("levels", 2), ("estimated", 1), ("unknown", 1)}


def test_a_building_that_is_pulled_down_stood_there_before(store: CityStore, writer: CityWriter) -> None:
    revision = store.revision()
    assert sum(store.answer(BuildingCount())["count"]) == len(BUILDINGS)
    higher = Building(BUILDINGS[0].id, BUILDINGS[0].outline, 30.0, "tagged", name="Town hall", use="residential")
    counts = writer.build([higher, *BUILDINGS[2:]], "map", at=NOON)
    assert (counts.new, counts.changed, counts.same, counts.ended) == (0, 1, 4, 1)
    assert "b-2" not in by_id(store.answer(Buildings()))
    assert "b-2" in by_id(store.answer(Buildings(), NOON - SECOND))
    assert by_id(store.answer(Buildings(), NOON - SECOND))["b-1"].height_m == 24.0
    changed = by_id(store.answer(Changed(Buildings(), revision)))
    assert {name: row.gone for name, row in changed.items()} == {"b-1": False, "b-2": True}
    assert sum(store.answer(BuildingCount())["count"]) == len(BUILDINGS) - 1
    assert sum(store.answer(BuildingCount(), NOON - SECOND)["count"]) == len(BUILDINGS)
    assert len(store.answer(Changed(BuildingCount(), revision))) == 4
    assert len(store.answer(Changed(BuildingCount(), store.revision()))) == 0


@pytest.mark.parametrize("question", ALL, ids=lambda question: type(question).__name__)
def test_one_thing_is_the_row_of_the_whole_answer(store: CityStore, question: Any) -> None:
    for at in (None, NOON - 15 * MINUTE):
        whole = by_id(store.answer(question, at))
        for name, row in whole.items():
            assert [*store.answer(question.one(name), at)] == [row]
        assert len(store.answer(question.one("nobody"), at)) == 0


@pytest.mark.parametrize("question", ALL, ids=lambda question: type(question).__name__)
def test_changes_added_to_an_older_answer_give_the_present_one(
    store: CityStore, writer: CityWriter, question: Any
) -> None:
    """What the live channel relies on: for every question, whatever is written."""
    held = by_id(store.answer(question))
    revision = store.revision()
    commits = (
        lambda: writer.bulk([(Reading("air-1", "pm25_ug_m3", 1.0, NOON + SECOND), NOON + SECOND)]),
        lambda: writer.bulk([(Reading("cam-1", "frames_per_s", 1.0, NOON + SECOND), NOON + SECOND)]),
        lambda: writer.bulk([(Reading("park-unknown", "occupied_spaces", 3.0, NOON), NOON)]),
        lambda: writer.bulk([(Reading("new", "noise_db", 3.0, NOON), NOON)]),
        lambda: writer.commit([Message("t", b"", NOON + SECOND, packet=Packet((Online("air-2", True),)))]),
        lambda: writer.say([(Incident("i-tree", NOON + SECOND, "tree", 4, "closed", LON, LAT, "Gone", "desk"), NOON)]),
        lambda: writer.say([(Incident("i-new", NOON, "other", 4, "new", LON, LAT, "New", "desk"), NOON)]),
        lambda: writer.build(BUILDINGS[1:], "map", at=NOON + SECOND),
        lambda: writer.see([View("cam-1", None), View("cam-2", "{}", 1.0, 0.5)], at=NOON + SECOND),
        lambda: writer.declare([*ABOUTS[1:5], *ABOUTS[6:], About("new", "N", "sensor", 1, 2)], "register", True, NOON),
        lambda: writer.keep_keyframes(NOON + 60 * MINUTE),
        lambda: writer.declare([ABOUTS[0]], "register", at=NOON + MINUTE),
    )
    for commit in commits:
        commit()
        for row in store.answer(Changed(question, revision)):
            if row.gone:
                held.pop(row.id, None)
            else:
                held[row.id] = row
        revision = store.revision()
        present = by_id(store.answer(question))
        assert {name: row[: len(present[name])] for name, row in held.items() if name in present} == present
        assert held.keys() == present.keys()
    assert len(store.answer(Changed(question, revision))) == 0


def test_what_changed_cannot_be_asked_of_the_past(store: CityStore) -> None:
    with pytest.raises(ValueError, match="is asked of the present"):
        store.answer(Changed(Parking(), 0), NOON)
    with pytest.raises(ValueError, match="has no time zone"):
        store.answer(Parking(), NOON.replace(tzinfo=None))


def test_a_track_keeps_its_gaps(store: CityStore) -> None:
    track = store.answer(Track("air-2", "pm25_ug_m3", NOON - 32 * MINUTE, NOON - 15 * MINUTE))
    steps = np.diff(track["observed_at"])
    assert (len(track), steps.max(), steps.min()) == (7, np.timedelta64(11, "m"), np.timedelta64(1, "m"))
    until = store.answer(Track("air-2", "pm25_ug_m3", NOON - 32 * MINUTE, NOON), NOON - 30 * MINUTE)
    assert len(until) == 3


def test_a_history_is_read_page_by_page_each_reading_once(store: CityStore, writer: CityWriter) -> None:
    found: list[Any] = []
    after = None
    for _page in range(100):
        table, after = store.readings(None, None, None, None, after, limit=17)
        found += table
        if after is None:
            break
        # What comes in meanwhile moves no page.
        writer.bulk([(Reading("air-1", "pm25_ug_m3", 1.0, NOON - 3 * 60 * MINUTE + len(found) * SECOND), NOON)])
    keys = [(row.device_id, row.metric, row.observed_at) for row in found]
    assert len(keys) == len(set(keys)) == len(READINGS)
    row = found[0]
    assert (row.device_id, row.boot, row.seq, row.quality) == ("air-1", "a", 2, "good")
    some, following = store.readings("air-1", "pm25_ug_m3", NOON - 5 * MINUTE, NOON, limit=5)
    assert (len(some), following) == (5, None)
    assert store.readings("nobody", None, None, None)[1] is None
    for wrong in ("", "1", "a.b", "1.2.3", f"{10**30}.1"):
        with pytest.raises(ValueError, match="is not a key of a page"):
            store.readings(None, None, None, None, wrong)


def test_moved_tells_that_someone_has_committed(store: CityStore, writer: CityWriter) -> None:
    before = store.moved()
    assert store.moved() == before
    writer.bulk([(Reading("air-1", "pm25_ug_m3", 1.0, NOON + SECOND), NOON)])
    assert store.moved() != before


def test_keyframes_answer_a_past_hour_and_the_last_minutes_alike(store: CityStore, writer: CityWriter) -> None:
    moments = [NOON - minute * MINUTE + shift for minute in range(70) for shift in (SECOND * 0, 7 * SECOND)]
    before = [[*store.answer(Latest("pm25_ug_m3"), at)] for at in moments]
    assert writer.keep_keyframes(NOON + 10 * MINUTE) > 0
    assert [[*store.answer(Latest("pm25_ug_m3"), at)] for at in moments] == before
    revision = store.revision()
    assert writer.keep_keyframes(NOON + 10 * MINUTE) == 0 or store.revision() == revision


def test_a_late_reading_rewrites_every_keyframe_until_its_stream_spoke_again(
    store: CityStore, writer: CityWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyframes, "FEW", 0)
    monkeypatch.setattr(keeper, "LEAST", 5)
    writer.keep_keyframes(NOON + 10 * MINUTE)
    late = NOON - 45 * MINUTE  # air-silent spoke until half an hour ago; cam-1 next speaks just before noon
    writer.bulk([(Reading("cam-1", "frames_per_s", 3.0, late), NOON), (Reading("new", "pm25_ug_m3", 4.0, late), NOON)])
    moments = [NOON - minute * MINUTE for minute in range(-5, 65)]

    def told() -> list[Any]:
        return [[*store.answer(question, at)] for at in moments for question in (Cameras(), Devices())]

    noted = told()
    assert writer.keep_keyframes(NOON + 10 * MINUTE) > 3
    rewritten = told()
    monkeypatch.setattr(keyframes, "FEW", 10_000)  # the seek: the truth
    assert noted == told()
    assert rewritten == told()
