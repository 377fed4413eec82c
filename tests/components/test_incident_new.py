"""An incident is opened from the map or from what is selected, and what is wrong with it is said."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from components.desk_panels import described
from components.incident_new import Draft, card, drafted, opened, opener, placed
from components.view import View
from data_access.acts import Acts
from data_access.queries import Incidents
from data_access.words import speaking
from data_access.writer import CityWriter
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, NOON, url_of

TOLD = {"title": "Burst pipe", "kind": "water", "severity": "2", "reporter": "Mrs Hoa, by phone", "text": "Ankle deep"}
SEEN = {"lon": LON + 0.001, "lat": LAT - 0.002, "zoom": 16, "pitch": 30, "bearing": 0}


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    acts = Acts(lambda: CityWriter.open(url_of(tmp_path), clock=lambda: NOON))
    yield replace(desk_at_noon(tmp_path), acts=acts, who=lambda: "Lan")
    acts.close()


def test_it_begins_in_the_middle_of_the_map_and_follows_the_click(view: View) -> None:
    begun = drafted(view, {"do": "begin"}, None, SEEN, None)
    assert begun == Draft(LON + 0.001, LAT - 0.002)
    clicked = {"layer": None, "id": None, "lon": LON, "lat": LAT, "n": 1}
    assert drafted(view, None, clicked, SEEN, asdict(begun)) == Draft(LON, LAT)
    assert drafted(view, None, clicked, SEEN, None) is None  # nobody is about to open one: a click is a click


def test_it_begins_at_the_thing_that_is_selected_and_says_so(view: View) -> None:
    here = drafted(view, {"do": "here", "layer": "pm25", "id": "air-1"}, None, SEEN, None)
    assert here == Draft(LON, LAT, "Opera")
    assert "At: Opera" in said(placed(view, here))


@pytest.mark.parametrize(
    "wish", [None, 7, {}, {"do": "x"}, {"do": "here"}, {"do": "here", "layer": "secrets", "id": "1"}, {"do": "close"}]
)
def test_a_made_up_wish_begins_nothing(view: View, wish: object) -> None:
    assert drafted(view, wish, None, SEEN, None) is None


def test_without_a_view_of_the_map_it_begins_in_the_middle_of_the_city(view: View) -> None:
    assert drafted(view, {"do": "begin"}, None, None, None) == Draft(LON, LAT)


def test_an_open_incident_close_by_is_shown_before_a_second_one_is_opened(view: View) -> None:
    near = placed(view, Draft(LON + 0.001, LAT + 0.0006))
    assert "Open already" in said(near)
    assert "Fire in a stairwell" in said(near)
    assert getattr(found(near, "Button")[0], "data-id") == "i-fire"
    assert "Open already" not in said(placed(view, Draft(LON + 0.01, LAT + 0.01)))


def test_it_is_opened_with_all_that_was_said_and_is_everywhere_at_once(view: View) -> None:
    name, words = opened(view, asdict(Draft(LON, LAT)), TOLD, None)
    assert name is not None
    assert words.startswith("Opened")
    (row,) = view.store.answer(Incidents(id=name))
    assert (row.kind, row.severity, row.title, row.state) == ("water", 2, "Burst pipe", "new")
    assert row.text == "Mrs Hoa, by phone: Ankle deep"
    assert (row.lon, row.lat, row.opened_at) == (LON, LAT, NOON)


@pytest.mark.parametrize(
    ("draft", "wrong", "why"),
    [
        (None, {}, "where it is"),
        ({"lon": "x", "lat": 1}, {}, "where it is"),
        ({"lon": 1, "lat": 200}, {}, "where it is"),
        ({"lon": LON, "lat": LAT}, {"title": " "}, "what has happened"),
        ({"lon": LON, "lat": LAT}, {"title": None}, "what has happened"),
        ({"lon": LON, "lat": LAT}, {"kind": "party"}, "what kind"),
        ({"lon": LON, "lat": LAT}, {"severity": "9"}, "how urgent"),
        ({"lon": LON, "lat": LAT}, {"severity": [1]}, "how urgent"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_opened(view: View, draft: Any, wrong: dict[str, Any], why: str) -> None:
    before = view.store.revision()
    name, words = opened(view, draft, TOLD | wrong, None)
    assert name is None
    assert why in words
    assert view.store.revision() == before


def test_a_replay_opens_nothing_and_offers_nothing(view: View) -> None:
    before = view.store.revision()
    at = NOON - timedelta(minutes=5)
    name, words = opened(view, asdict(Draft(LON, LAT)), TOLD, at.isoformat())
    assert name is None
    assert "replay" in words
    assert view.store.revision() == before
    shown, _look = described(view, ("pm25", "air-1"), at)
    assert "Open an incident here" not in said(shown)
    assert "Open an incident here" in said(described(view, ("pm25", "air-1"), None)[0])
    assert "Open an incident here" not in said(described(view, ("incidents", "i-fire"), None)[0])


def test_a_page_that_may_only_look_has_no_card_and_no_button(view: View) -> None:
    look = replace(view, acts=None)
    assert card(look) == opener(look) == []
    assert "Open an incident here" not in said(described(look, ("pm25", "air-1"), None)[0])


def test_every_field_of_the_card_has_its_label_in_both_languages(view: View) -> None:
    for tongue in ("en", "vi"):
        with speaking(tongue):
            labels = {label.htmlFor: said(label) for label in found(card(view), "Label")}  # type: ignore[attr-defined]
            fields = [*found(card(view), "Input"), *found(card(view), "Select"), *found(card(view), "Textarea")]
            assert {field.id for field in fields} == set(labels)  # type: ignore[attr-defined]  # each has an id
            assert all(labels.values())
