"""Notes at the desk: written where and when they belong, seen near their thing, refused in a replay."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from components.detail import row_of
from components.note_card import Draft, begun, kept_note, moved, told_place
from components.notes import near, reworked
from components.view import View
from data_access import words
from data_access.queries import Notes
from tests.components.noon import found, said
from tests.components.remembering import Person, remembering
from tests.small_city import LAT, LON, NOON

MINUTE = timedelta(minutes=1)
HERE = asdict(Draft(LON, LAT))
PAST = (NOON - 30 * MINUTE).isoformat()


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def view(tmp_path: Path, person: Person) -> Iterator[View]:
    with words.speaking("en"), remembering(tmp_path, person) as made:
        yield made


def pin(view: View, text: str = "Road closed", draft: object = HERE, when: object = "") -> str:
    name, told = kept_note(view, draft, text, when, None)
    assert name, told
    return name


def texts(view: View, at: Any = None) -> list[str]:
    return [row.text for row in view.store.answer(Notes(), at)]


def test_a_note_is_pinned_to_the_place_now(view: View) -> None:
    pin(view)
    (row,) = view.store.answer(Notes())
    assert (row.text, row.lon, row.lat, row.pinned_at, row.who) == ("Road closed", LON, LAT, NOON, "Lan")


def test_a_note_about_an_earlier_minute_stands_in_the_replay_of_that_minute(view: View) -> None:
    pin(view, when="02/03/2026 11:30")
    assert texts(view, NOON - 31 * MINUTE) == []
    assert texts(view, NOON - 30 * MINUTE) == ["Road closed"]


@pytest.mark.parametrize("at", [PAST, "", "now", False, 0])
def test_a_replay_refuses_every_change_on_the_server(view: View, at: object) -> None:
    name = pin(view)
    assert kept_note(view, HERE, "Another", "", at)[0] is None
    assert kept_note(view, HERE | {"note": name}, "Another wording", "", at)[0] is None
    assert not reworked(view, {"do": "off", "id": name}, at)[0]
    assert texts(view) == ["Road closed"]


@pytest.mark.parametrize(
    ("draft", "text", "when", "told"),
    [
        (None, "Road closed", "", "place"),
        (HERE, " ", "", "Write what"),
        (HERE, None, "", "Write what"),
        (HERE, "Road closed", "yesterday", "day/month/year"),
        (HERE, "Road closed", "02/03/2027 11:30", "still to come"),
        (HERE, "x" * 1001, "", "too long"),
    ],
)
def test_what_cannot_be_pinned_is_said_in_a_sentence(
    view: View, draft: object, text: object, when: object, told: str
) -> None:
    name, sentence = kept_note(view, draft, text, when, None)
    assert name is None
    assert told in sentence
    assert texts(view) == []


def test_a_note_taken_off_comes_back_by_undo(view: View, person: Person) -> None:
    name = pin(view)
    person.now += MINUTE
    made, sentence, gone = reworked(view, {"do": "off", "id": name}, None)
    assert made
    assert gone == name
    assert "replay" in sentence
    assert texts(view) == []
    assert reworked(view, {"do": "back", "id": name}, None) == (True, "The note is back.", None)
    assert texts(view) == ["Road closed"]


def test_what_somebody_else_took_off_meanwhile_is_said(view: View) -> None:
    name = pin(view)
    reworked(view, {"do": "off", "id": name}, None)
    made, sentence, gone = reworked(view, {"do": "off", "id": name}, None)
    assert not made
    assert gone is None
    assert "somebody took it off" in sentence


def test_a_note_is_worded_anew(view: View, person: Person) -> None:
    name = pin(view)
    person.now += MINUTE
    draft, text = begun(view, {"do": "anew", "id": name}, None, None) or (None, None)
    assert draft
    assert text == "Road closed"
    assert "new wording" in told_place(draft)
    assert kept_note(view, asdict(draft), "Road open", "", None)[0] == name
    assert texts(view) == ["Road open"]


def test_a_note_begins_in_the_middle_of_the_map(view: View) -> None:
    seen = {"lon": LON + 0.001, "lat": LAT, "zoom": 16, "pitch": 0, "bearing": 0}
    assert begun(view, {"do": "begin"}, seen, None) == (Draft(LON + 0.001, LAT), None)
    assert begun(view, {"do": "begin"}, None, None) == (Draft(LON, LAT), None)


def test_a_note_is_pinned_to_the_thing_that_is_selected(view: View) -> None:
    draft, _text = begun(view, {"do": "here", "layer": "pm25", "id": "air-1"}, None, None) or (None, None)
    assert draft == Draft(LON, LAT, "Opera", "pm25", "air-1")
    assert "At Opera." in told_place(draft)
    name = pin(view, draft=asdict(draft))
    (row,) = view.store.answer(Notes(id=name))
    assert (row.about_layer, row.about_id) == ("pm25", "air-1")


def test_a_click_moves_the_place_only_while_a_note_is_written(view: View) -> None:
    bare = {"layer": None, "id": None, "lon": LON + 0.002, "lat": LAT, "n": 1}
    assert moved(view, bare, HERE, None) == Draft(LON + 0.002, LAT)
    assert moved(view, bare | {"layer": "pm25", "id": "air-1"}, HERE, None) == Draft(LON, LAT, "Opera", "pm25", "air-1")
    within = bare | {"layer": "districts", "id": "d-1"}
    ward = Draft(LON + 0.002, LAT, "Phường Hồ", "districts", "d-1")
    assert moved(view, within, HERE, None) == ward, "of an area the place that was clicked"
    assert moved(view, bare, None, None) is None
    assert moved(view, bare, HERE | {"note": "note-1"}, None) is None, (
        "a note that gets a new wording stays in its place"
    )
    assert moved(view, {"lon": 999, "lat": "x"}, HERE, None) is None


@pytest.mark.parametrize(
    "wish", [None, {}, {"do": "here", "layer": "pm25", "id": "gone"}, {"do": "anew", "id": "gone"}]
)
def test_what_is_not_there_begins_nothing(view: View, wish: object) -> None:
    assert begun(view, wish, None, None) is None


def drawer(view: View, key: str, id: str, at: Any = None) -> list[Any]:
    layer = view.layer(key)
    assert layer
    return near(view, row_of(view, layer, id, at), key, at)


def test_the_drawer_tells_the_notes_near_a_thing_nearest_first(view: View) -> None:
    pin(view, "At the corner", asdict(Draft(LON + 0.0003, LAT)))
    pin(view, "On the sensor", asdict(Draft(LON + 0.0005, LAT, "Opera", "pm25", "air-1")))
    pin(view, "Far away", asdict(Draft(LON + 0.01, LAT)))
    told = drawer(view, "pm25", "air-1")
    assert said(told).index("On the sensor") < said(told).index("At the corner")
    assert "Far away" not in said(told)
    assert "31 m away" in said(told)


def test_a_replay_shows_the_notes_of_then_and_no_button_to_pin(view: View, person: Person) -> None:
    pin(view)
    then = NOON + MINUTE
    person.now += 5 * MINUTE
    told = drawer(view, "pm25", "air-1", then)
    assert "Road closed" in said(told)
    assert "Pin a note here" not in said(told)
    assert "Pin a note here" in said(drawer(view, "pm25", "air-1"))


def test_a_note_leads_to_its_minute_and_to_its_thing(view: View) -> None:
    name = pin(view, draft=asdict(Draft(LON, LAT, "Opera", "pm25", "air-1")), when="02/03/2026 11:30")
    told = drawer(view, "notes", name)
    buttons = {said(button).strip(): button.__dict__ for button in found(told, "Button")}
    assert buttons["Pinned to: Opera"]["data-id"] == "air-1"
    assert buttons["Show the city in that minute"]["data-at"] == PAST
    assert "Take it off the map" in buttons
    assert [said(button).strip() for button in found(drawer(view, "notes", name, NOON), "Button")] == [
        "Pinned to: Opera",
        "Show the city in that minute",
    ]
