"""The page of registers, without a browser: what it lists, what its forms keep, and what it refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import register_ids as ids
from components.camera_draft import drafted
from components.register_fields import decimal
from components.register_flight import flown_to
from components.register_keeping import acted, kept
from components.register_link import edit
from components.register_lists import SHELVES, narrowed, shelf, table, tallies
from components.register_past import past
from components.register_sheet import sheet
from components.register_waiting import content
from components.registers import nav, page, read, write
from components.view import View
from data_access.acts import Acts
from data_access.camera_views import Watch
from data_access.queries import Cameras, CameraViews, Latest, RegisterChanges, Registered
from data_access.words import speaking
from data_access.writer import CityWriter, Message
from layers.local import local
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, MINUTE, NOON, url_of


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[View]:
    view = desk_at_noon(tmp_path)
    acts = Acts(lambda: CityWriter.open(url_of(tmp_path), clock=lambda: NOON + MINUTE))
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.commit([Message("cityglass/box/readings", b'{"at": "noon"}', NOON, fault="the time is no time: noon")])
    writer.close()
    yield replace(view, acts=acts, who=lambda: "Lan")
    acts.close()


def form(view: View, key: str, id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form of a thing was made from, and what stands in its fields."""
    opened = sheet(view, {"shelf": key, "id": id}, None)
    assert opened.upon is not None
    fields = [*found(opened.told, "Input"), *found(opened.told, "Textarea"), *found(opened.told, "Select")]
    typed = {one.id["register-field"]: one.value for one in fields if isinstance(one.id, dict)}  # type: ignore[attr-defined]  # a Dash component
    return opened.upon, typed


def one(view: View, thing: str, register: str = "device") -> Any:
    return next(iter(view.store.answer(Registered(register, thing))), None)


def test_every_list_says_what_is_in_it_or_why_it_is_empty(desk: View) -> None:
    counts = tallies(desk, None)
    assert counts == {
        "devices": 11,
        "cameras": 2,
        "parking": 3,
        "districts": 2,
        "thresholds": 7,
        "unknown": 1,
        "quarantine": 1,
    }
    for one_shelf in SHELVES[:-1]:
        assert len(table(desk, one_shelf.key, "", "", None).rows) == counts[one_shelf.key], one_shelf.key
    assert "Nobody has changed" in said(table(desk, "changes", "", "", None))
    assert shelf("no such list") is SHELVES[0]


def test_a_list_is_searched_without_regard_to_tone_marks_and_narrowed_by_a_mark(desk: View) -> None:
    assert [row[0] for row in table(desk, "districts", "phuong cang", "", None).rows] == ["Phường Cảng"]
    assert [row[0] for row in table(desk, "cameras", "", "no-direction", None).rows] == ["Back lane"]
    silent = {row[1] for row in table(desk, "devices", "", "silent", None).rows}
    assert silent == {"air-never", "air-silent", "cam-2", "park-unknown"}
    assert "None of 2 is so" in said(table(desk, "cameras", "nowhere", "", None))
    lines = shelf("devices").lines(desk, None)
    assert [line.id for line in narrowed(lines, "OPERA park", "")] == ["park-1"]


def test_what_waits_for_a_person_is_marked_among_the_names_of_the_lists(desk: View) -> None:
    marked = [said(tab) for tab in nav(desk, "cameras", None) if "waits" in str(tab)]
    assert marked == ["Unknown devices 1", "Quarantine 1"]


def test_a_camera_is_edited_with_a_reason_and_its_history_tells_it(desk: View) -> None:
    upon, typed = form(desk, "cameras", "cam-1")
    assert (typed["azimuth_deg"], typed["lon"]) == ("90", "105.851000")
    done, words, _thing = kept(desk, None, upon, typed | {"azimuth_deg": "120,5", "name": " Ga "}, "knocked by a lorry")
    assert (done, words) == (True, "Saved. It holds from now on; the past stays as it was.")
    (camera,) = desk.store.answer(Cameras("cam-1"))
    assert (camera.name, camera.azimuth_deg, camera.lon) == ("Ga", 120.5, LON + 0.001)
    told = said(past(desk, "device", "cam-1", None))
    for words in ("Lan", "90 °", "120.5 °", "Station square", "Ga", "knocked by a lorry", "Undo the newest change"):
        assert words in told
    assert json.loads(next(iter(desk.store.answer(RegisterChanges()))).after) == {
        "name": "Ga",
        "fields": {"azimuth_deg": 120.5},
    }


def test_a_field_that_was_only_looked_at_is_not_rounded(desk: View) -> None:
    upon, typed = form(desk, "devices", "air-1")
    kept(desk, None, upon, typed | {"name": "Nhà hát"}, "")
    (change,) = desk.store.answer(RegisterChanges())
    assert json.loads(change.after) == {"name": "Nhà hát"}


def test_undo_and_its_own_undoing_are_one_button_each(desk: View) -> None:
    upon, typed = form(desk, "devices", "air-1")
    kept(desk, None, upon, typed | {"name": "Nhà hát"}, "")
    assert acted(desk, None, "undo", "1", None, None)[0]
    assert one(desk, "air-1").name == "Opera"
    assert "Make the undone change again" in said(past(desk, "device", "air-1", None))
    assert acted(desk, None, "undo", "2", None, None)[0]
    assert one(desk, "air-1").name == "Nhà hát"
    assert acted(desk, None, "undo", "1; DROP TABLE", None, None) == (False, "There is no such change.")


def test_what_cannot_be_is_refused_with_the_name_of_the_field(desk: View) -> None:
    upon, typed = form(desk, "cameras", "cam-1")
    for wrong, words in (
        ({"name": "  "}, "Name must not be empty."),
        ({"lon": "300"}, "Longitude: write a number from -180 to 180."),
        ({"lat": ""}, "A place has both a longitude and a latitude"),
        ({"azimuth_deg": "north"}, "Looks towards: write a number from 0 to 360."),
        ({"range_m": "nan"}, "Sees as far as: write a number from 0.1 to 100000."),
        ({"name": "a\u202eb"}, "Name: a character that must not stand in text."),
        ({}, "Nothing differs"),
    ):
        done, told, _thing = kept(desk, None, upon, typed | wrong, "")
        assert (done, told[: len(words)]) == (False, words)
    assert len(desk.store.answer(RegisterChanges())) == 0


def test_a_stranger_is_declared_from_here_and_is_drawn(desk: View) -> None:
    upon, typed = form(desk, "unknown", "stranger")
    assert typed["metrics"] == "pm25_ug_m3"
    wanted = typed | {"name": "Chợ", "lon": "105,85", "lat": "21.03", "interval_s": "60"}
    done, words, thing = kept(desk, None, upon, wanted, "found on a roof")
    assert (done, thing, words) == (True, "stranger", "stranger is declared. It is drawn and counted from now on.")
    row = next(row for row in desk.store.answer(Latest("pm25_ug_m3")) if row.id == "stranger")
    assert (row.name, row.lon, row.value) == ("Chợ", 105.85, 5.0)
    assert tallies(desk, None)["unknown"] == 0
    assert kept(desk, None, upon, wanted, "")[1] == "stranger stands in the register already."


def test_a_device_is_declared_before_it_speaks_under_an_id_that_can_be_one(desk: View) -> None:
    upon, typed = form(desk, "unknown", "+")
    assert kept(desk, None, upon, typed | {"id": "two words", "name": "x"}, "")[:2] == (
        False,
        "An id has up to 64 letters, digits, dots, colons, lines and underscores, and no space.",
    )
    optics = {"kind": "camera", "azimuth_deg": "10", "field_of_view_deg": "60", "range_m": "80", "total_spaces": "9"}
    done, _words, thing = kept(
        desk, None, upon, typed | optics | {"id": "cam-9", "name": "New", "lon": "105.85", "lat": "21.03"}, ""
    )
    assert (done, thing) == (True, "cam-9")
    assert json.loads(one(desk, "cam-9").fields) == {"azimuth_deg": 10.0, "field_of_view_deg": 60.0, "range_m": 80.0}


def test_taking_out_can_be_undone(desk: View) -> None:
    upon, _typed = form(desk, "cameras", "cam-1")
    done, words = acted(desk, None, "remove", "", upon, None)
    assert (done, words) == (True, "cam-1 is taken out of the register. Its readings and its history stay.")
    opened = sheet(desk, {"shelf": "cameras", "id": "cam-1"}, None)
    assert "does not stand in this register now" in said(opened.told)
    assert "Lan: taken out of the register" in said(opened.told)
    assert acted(desk, None, "undo", "1", None, None)[0]
    assert one(desk, "cam-1") is not None


def test_a_threshold_of_the_citys_own_replaces_the_one_that_is_brought(desk: View) -> None:
    upon, typed = form(desk, "thresholds", "pm25_ug_m3")
    assert typed["levels"] == "15; 25; 37.5; 50; 75"
    assert len(typed["words_vi"].splitlines()) == 6
    wanted = typed | {"levels": "20; 40", "said_vi": "Nghị quyết", "said_en": "Council", "words_vi": "", "words_en": ""}
    assert kept(desk, None, upon, typed | {"levels": "20; 10"}, "")[1].startswith("Levels rise")
    assert kept(desk, None, upon, typed | {"levels": "20; 40"}, "")[1].startswith("2 levels make 3 bands")
    assert kept(desk, None, upon, wanted, "")[0]
    city = desk.store.city()
    (layer,) = (layer for layer in local(desk.layers, city) if layer.key == "pm25")
    assert layer.scale is not None
    assert (layer.scale.breaks, str(layer.scale.source)) == ((20.0, 40.0), "Council")
    upon, typed = form(desk, "thresholds", "pm25_ug_m3")
    assert kept(desk, None, upon, typed | {"words_vi": "tốt\nvừa\nxấu", "words_en": "good\nfair\nbad"}, "")[0]
    assert [word["vi"] for word in json.loads(one(desk, "pm25_ug_m3", "threshold").words)] == ["tốt", "vừa", "xấu"]


def test_a_district_is_called_otherwise_and_cannot_be_taken_out(desk: View) -> None:
    upon, typed = form(desk, "districts", "d-2")
    assert kept(desk, None, upon, typed | {"name_en": "Harbour ward", "population": "9100"}, "")[0]
    assert (one(desk, "d-2", "district").name_en, one(desk, "d-2", "district").population) == ("Harbour ward", 9100)
    done, words = acted(desk, None, "remove", "", upon | {"revision": one(desk, "d-2", "district").revision}, None)
    assert (done, words.startswith("This register's things come with the map")) == (False, True)


def test_a_replay_shows_the_register_as_it_was_and_changes_nothing(desk: View) -> None:
    upon, typed = form(desk, "cameras", "cam-1")
    kept(desk, None, upon, typed | {"name": "Ga"}, "")
    then = NOON - timedelta(minutes=30)
    opened = sheet(desk, {"shelf": "cameras", "id": "cam-1"}, then)
    assert "Station square" in said(opened.told)
    assert (opened.upon, found(opened.told, "Input"), found(opened.told, "Button")) == (None, [], [])
    upon, typed = form(desk, "cameras", "cam-1")
    for at in (then.isoformat(), "soon", 0, False):
        assert kept(desk, at, upon, typed | {"name": "Past"}, "")[1].startswith("This is a replay")
        for act in ("undo", "remove", "read", "read-all", "aside", "back"):
            assert acted(desk, at, act, "1", upon, None)[1].startswith("This is a replay")
    assert one(desk, "cam-1").name == "Ga"
    assert edit(desk, "cameras", "cam-1", then) == []


def test_a_page_that_may_change_nothing_says_so(desk: View) -> None:
    upon, typed = form(desk, "cameras", "cam-1")
    reader = replace(desk, acts=None)
    assert kept(reader, None, upon, typed | {"name": "x"}, "")[:2] == (
        False,
        "This page only shows; nothing can be changed from it.",
    )
    assert edit(reader, "cameras", "cam-1", None) == []
    (link,) = edit(desk, "pm25", "air-1", None)
    assert link.href == "/registers?list=devices&id=air-1"
    assert edit(desk, "incidents", "i-fire", None) == []


def test_whatever_a_browser_sends_does_no_harm(desk: View) -> None:
    for upon in (None, 7, {}, {"register": "key"}, {"register": "device", "id": "air-1", "revision": "x"}):
        assert kept(desk, None, upon, {"name": "x"}, {"a": 1})[0] is False
    for act in (None, 7, "drop", {"read": 1}):
        assert acted(desk, None, act, {"x": 1}, [], None)[0] is False
    wishes: tuple[Any, ...] = (
        None,
        [],
        {"shelf": "devices"},
        {"shelf": "cameras", "id": 7},
        {"shelf": 1, "id": "x" * 500},
    )
    for wish in wishes:
        assert sheet(desk, wish, None).shut
    for wish in ({"shelf": "changes", "id": "x"}, {"shelf": "quarantine", "id": "x"}, {"shelf": "unknown", "id": "x"}):
        assert sheet(desk, wish, None).upon is None
    for wish in ([], {}, [[]], 7, "x", None):
        assert table(desk, wish, wish, wish, None) is not None
        assert nav(desk, wish, None)
        assert drafted(desk, "x", {"lon": wish, "lat": "x", "azimuth_deg": wish}, camera=True).draft is None
        assert flown_to(desk, wish, None, None) == (None, None)
    assert read("?list=%00&id=&at=soon").shelf == "devices"
    assert len(desk.store.answer(RegisterChanges())) == 0


def test_a_message_is_looked_into_put_aside_and_put_back(desk: View) -> None:
    (line,) = shelf("quarantine").lines(desk, None)
    told = said(sheet(desk, {"shelf": "quarantine", "id": line.id}, None).told)
    assert '{ "at": "noon" }' in " ".join(told.split())
    assert "Read again now, it would stay here: " in told
    done, words = acted(desk, None, "read", line.id, None, None)
    assert (done, words.startswith("None could be taken: ")) == (False, True)
    assert acted(desk, None, "aside", line.id, None, None)[0]
    assert table(desk, "changes", "", "aside", None).rows[0][1] == "Lan"
    assert "Put it back" in said(sheet(desk, {"shelf": "changes", "id": "1"}, None).told)
    assert acted(desk, None, "back", "1", None, None) == (True, "Put back into quarantine.")
    assert "Put it back" not in said(sheet(desk, {"shelf": "changes", "id": "1"}, None).told)
    assert acted(desk, None, "read-all", "", None, None)[0] is False


def test_a_message_is_shown_as_text_whatever_its_bytes_are() -> None:
    assert content(b"\xff\x00\x01") == "ff 00 01"
    assert content(b"plain \x07 bell") == "plain � bell"
    assert content(b"") == "(nothing)"
    assert content('{"name": "Chợ"}'.encode()) == '{\n  "name": "Chợ"\n}'
    assert content(b"[" * 5_000).startswith("[[[")


def test_a_draft_says_what_would_be_seen_before_it_is_saved(desk: View) -> None:
    _upon, typed = form(desk, "cameras", "cam-1")
    here = drafted(desk, "cam-1", typed, camera=True)
    assert here.draft is not None
    assert here.draft["geometry"]["type"] == "MultiPolygon"
    assert "It would see" in here.said
    assert "Now it sees 2,400 m²." in here.said
    away = drafted(desk, "cam-1", typed | {"azimuth_deg": "270"}, camera=True)
    assert away.draft is not None
    assert away.draft["geometry"] != here.draft["geometry"]
    blind = drafted(desk, "cam-1", typed | {"azimuth_deg": "nor"}, camera=True)
    assert blind.draft is not None
    assert "geometry" not in blind.draft
    assert "no view is drawn" in blind.said
    assert drafted(desk, "cam-1", typed | {"lon": ""}, camera=True).draft is None
    assert drafted(desk, "air-1", {"lon": "105.85", "lat": "21.03"}, camera=False).draft == {
        "id": "air-1",
        "lon": 105.85,
        "lat": 21.03,
    }


def test_what_is_drafted_is_what_the_worker_makes_of_it_once_it_is_saved(desk: View, tmp_path: Path) -> None:
    upon, typed = form(desk, "cameras", "cam-1")
    wanted = typed | {"azimuth_deg": "45", "range_m": "120"}
    draft = drafted(desk, "cam-1", wanted, camera=True).draft
    assert kept(desk, None, upon, wanted, "")[0]
    writer = CityWriter.open(url_of(tmp_path))
    Watch(desk.store, writer).refresh()  # type: ignore[arg-type]  # the store of a whole city
    writer.close()
    (view,) = desk.store.answer(CameraViews("cam-1"))
    assert draft is not None
    assert json.loads(view.geometry) == json.loads(json.dumps(draft["geometry"]))


def test_the_map_looks_straight_down_at_what_is_opened(desk: View) -> None:
    there, marked = flown_to(desk, {"shelf": "cameras", "id": "cam-1"}, None, None)
    assert there is not None
    assert (there["lon"], there["lat"], there["pitch"], marked) == (
        pytest.approx(LON + 0.001),
        pytest.approx(LAT + 0.001),
        0.0,
        {"layer": "cameras", "id": "cam-1"},
    )
    there, marked = flown_to(desk, {"shelf": "districts", "id": "d-1"}, None, None)
    assert there is not None
    assert there["bounds"][0] == pytest.approx(LON - 0.01)
    assert marked == {"layer": "districts", "id": "d-1"}
    assert flown_to(desk, {"shelf": "thresholds", "id": "pm25_ug_m3"}, None, None) == (None, None)


def test_an_address_opens_the_page_as_it_stands(desk: View) -> None:
    at = (NOON - timedelta(minutes=30)).isoformat()
    address = write("cameras", {"shelf": "cameras", "id": "a/b c"}, at)
    asked = read(address)
    assert (asked.shelf, asked.id, asked.at) == ("cameras", "a/b c", NOON - timedelta(minutes=30))
    told = page(desk, address, "night")
    assert "REPLAY · Monday 2 March 2026, 11:30" in said(told)
    stores = {store.id: store.data for store in found(told, "Store") if hasattr(store, "data")}  # type: ignore[attr-defined]  # a Dash component
    assert stores[ids.CHOSEN] == {"shelf": "cameras", "id": "a/b c"}


def test_the_page_speaks_vietnamese(desk: View) -> None:
    with speaking("vi"):
        assert said(nav(desk, "devices", None)[1]) == "Máy quay 2"
        upon, typed = form(desk, "cameras", "cam-1")
        assert kept(desk, None, upon, typed | {"lat": "x"}, "")[1] == "Vĩ độ: hãy viết một số từ -90 đến 90."


@given(st.floats(-1e9, 1e9), st.booleans())
def test_a_number_is_read_as_it_is_written_with_point_or_comma(number: float, comma: bool) -> None:
    typed = f"{number:.6f}"
    assert decimal(typed.replace(".", ",") if comma else typed) == float(typed)


def test_what_is_no_number_is_none() -> None:
    assert [decimal(words) for words in ("", "1.2.3", "nan", "inf", "1e400", "0x10", "12 m")] == [None] * 7
