"""Incidents are worked on from the drawer: what is offered, what is done, what is said, and never in a replay."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from components.desk_panels import described
from components.incident_words import entries, likes
from components.incident_work import deeds, told, worked
from components.page import dash_app
from components.view import View
from data_access.acts import Acts
from data_access.incident_life import possible
from data_access.queries import IncidentHistory, Incidents
from data_access.records import INCIDENT_STATES, Incident
from data_access.writer import CityWriter
from tests.components.noon import desk_at_noon, found, said
from tests.components.test_callbacks import Browser
from tests.conftest import HOUSE
from tests.small_city import LAT, LON, NOON, url_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    acts = Acts(lambda: CityWriter.open(url_of(tmp_path), clock=lambda: NOON))
    yield replace(desk_at_noon(tmp_path), acts=acts, who=lambda: "Lan")
    acts.close()


def row(view: View, name: str, at: datetime | None = None) -> Any:
    (one,) = view.store.answer(Incidents().one(name), at)
    return one


def panel(view: View, row: Any, at: datetime | None) -> list[Any]:
    """All that the drawer says of an incident."""
    return [*deeds(view, row, at), *told(view, row, at)]


def offered(view: View, name: str) -> dict[str, Any]:
    """The deeds that can be seen in the drawer, each with its button or form."""
    (inside,) = deeds(view, row(view, name), None)
    return {part.id["deed"]: part for part in inside.children if "hidden" not in part.className}


def do(view: View, act: str, name: str, **told: Any) -> tuple[bool, str, int | None]:
    return worked(view, {"do": act, "id": name, **told}, None)


def test_what_is_offered_is_what_can_be_done(view: View) -> None:
    alike = {"join"}  # offered only where there is one that may be the same
    for name in ("i-fire", "i-flood", "i-tree", "i-crash"):
        assert set(offered(view, name)) | alike == set(possible(row(view, name).state)) | alike


@pytest.mark.parametrize("state", INCIDENT_STATES)
def test_every_state_has_one_next_step_that_stands_out(view: View, state: Any) -> None:
    with view.acts.writing() as writer:  # type: ignore[union-attr]  # the view of the fixture has a hand
        writer.say([(Incident("i-one", NOON, "fire", 2, state, LON, LAT, "x", "dispatch"), NOON)])
    parts = offered(view, "i-one")
    (first,) = [act for act, part in parts.items() if "primary" in part.className]
    assert first in possible(state)


def test_a_life_is_worked_through_and_each_step_says_what_it_did(view: View) -> None:
    steps = [
        ("acknowledge", {}, "acknowledged", "others see that it is in hand"),
        ("assign", {"unit": "Parks 2"}, "assigned", "Assigned to Parks 2."),
        ("arrive", {}, "on_scene", "on the scene"),
        ("note", {"text": "Branch is off the path"}, "on_scene", "Noted."),
        ("resolve", {}, "resolved", "left the list"),
        ("close", {"text": "Dealt with"}, "closed", "left the list"),
        ("reopen", {}, "acknowledged", "Reopened."),
    ]
    for act, more, state, words in steps:
        made, sentence, undoes = do(view, act, "i-tree", **more)
        assert made, (act, sentence)
        assert words in sentence
        assert isinstance(undoes, int)
        assert row(view, "i-tree").state == state
    lines = said(panel(view, row(view, "i-tree"), None)[-1])
    for words in ("Lan", "Assigned to Parks 2", "Branch is off the path", "Dealt with", "Reopened", "dispatch"):
        assert words in lines


def test_the_units_that_are_at_work_already_are_offered_first(view: View) -> None:
    assert do(view, "assign", "i-flood", unit="Drains 4")[0]
    chips = [getattr(chip, "data-unit", None) for chip in found(offered(view, "i-tree")["assign"], "Button")]
    assert chips[:2] == ["Drains 4", "Fire brigade"]
    assert "Drains 4" not in [
        getattr(chip, "data-unit", None) for chip in found(offered(view, "i-flood")["assign"], "Button")
    ]


def test_what_was_done_last_is_taken_back_and_both_are_told(view: View) -> None:
    _made, _words, undoes = do(view, "close", "i-tree", text="Opened by mistake")
    shown = panel(view, row(view, "i-tree"), None)
    (back,) = [part for part in found(shown, "Button") if getattr(part, "data-deed", None) == "take_back"]
    assert getattr(back, "data-undoes") == str(undoes)
    made, words, _none = do(view, "take_back", "i-tree", undoes=str(undoes))
    assert made
    assert "keeps both" in words
    assert row(view, "i-tree").state == "new"
    told = panel(view, row(view, "i-tree"), None)[-1]
    assert "Opened by mistake" in said(found(told, "Del"))
    assert "Took back" in said(told)


@pytest.mark.parametrize(
    "wish",
    [None, 7, "close", {}, {"do": None, "id": None}, {"do": "close", "id": []}, {"do": "x" * 999, "id": "y" * 999}],
)
def test_a_wish_that_is_none_changes_nothing_and_is_answered(view: View, wish: object) -> None:
    before = view.store.revision()
    made, words, undoes = worked(view, wish, None)
    assert (made, undoes) == (False, None)
    assert words.endswith(".")
    assert view.store.revision() == before


@pytest.mark.parametrize("act", ["acknowledge", "assign", "close", "note", "join", "take_back"])
def test_a_replay_refuses_every_deed_and_shows_none(view: View, act: str) -> None:
    before = view.store.revision()
    at = (NOON - MINUTE).isoformat()
    wish = {"do": act, "id": "i-tree", "unit": "x", "text": "x", "other": "i-fire", "undoes": "1"}
    made, words, _undoes = worked(view, wish, at)
    assert not made
    assert "replay" in words
    assert view.store.revision() == before
    shown = panel(view, row(view, "i-tree", NOON - MINUTE), NOON - MINUTE)
    assert [part for part in found(shown, "Button") if getattr(part, "data-deed", None)] == []
    assert found(shown, "Textarea") == []
    assert "LIVE" in said(shown)


def test_a_page_that_may_change_nothing_shows_the_history_alone(view: View) -> None:
    shown = panel(replace(view, acts=None), row(view, "i-fire"), None)
    assert found(shown, "Button") == found(shown, "Textarea") == []
    assert "Fire in a stairwell" in said(shown)


def test_two_reports_are_joined_from_the_drawer_and_parted_again(view: View) -> None:
    with view.acts.writing() as writer:  # type: ignore[union-attr]  # the view of the fixture has a hand
        writer.say([(Incident("112-9", NOON, "flood", 2, "new", LON - 0.002, LAT - 0.001, "Cellar", "112"), NOON)])
    like = likes(row(view, "112-9"), view.store.answer(Incidents()), NOON)
    assert like[0].id == "i-flood"
    assert "same kind" in like[0].why
    assert do(view, "join", "112-9", other="i-flood")[0]
    told = panel(view, row(view, "112-9"), None)
    assert "The same as: Water on Lake Street" in said(told)
    assert "Joined with: Cellar" in said(panel(view, row(view, "i-flood"), None))
    assert "Cellar" in said(panel(view, row(view, "i-flood"), None)[-1])  # its own history came along
    assert do(view, "part", "112-9")[0]
    assert row(view, "112-9").joined_to is None
    assert "Parted from: Cellar" in said(panel(view, row(view, "i-flood"), None))


def test_the_likeliest_comes_first_and_what_is_far_or_long_ago_is_not_offered(view: View) -> None:
    def other(name: str, east: float, minutes: float, kind: str) -> Any:
        return row(view, "i-tree")._replace(
            id=name, lon=LON + east, lat=LAT, kind=kind, opened_at=NOON - minutes * MINUTE, title=name
        )

    one = other("one", 0, 0, "fire")
    rows = [
        other("same spot", 0.0001, 5, "fire"),
        other("another kind", 0.0001, 5, "tree"),
        other("a street on", 0.003, 5, "fire"),
        other("far", 0.02, 5, "fire"),
        other("yesterday", 0.0001, 1440, "fire"),
        one,
    ]
    assert [like.id for like in likes(one, rows, NOON)] == ["same spot", "a street on", "another kind"]
    assert likes(one._replace(lon=None), rows, NOON) == []


def test_a_history_tells_what_changed_with_each_word_and_nothing_twice(view: View) -> None:
    told = entries(view.store.answer(IncidentHistory("i-fire")), "i-fire", {})
    assert [(line.who, line.what) for line in told] == [
        ("dispatch", "new, Smoke in a stairwell"),
        ("dispatch", "assigned, Fire in a stairwell"),
    ]
    with view.acts.writing() as writer:  # type: ignore[union-attr]  # the view of the fixture has a hand
        again = Incident("i-fire", NOON, "fire", 1, "assigned", LON, LAT, "Fire in a stairwell", "dispatch", "two cars")
        writer.say([(again, NOON)])
    last = entries(view.store.answer(IncidentHistory("i-fire")), "i-fire", {})[-1]
    assert (last.what, last.text) == ("said again", "two cars")


def test_a_closed_incident_is_still_found_by_its_link(view: View) -> None:
    told, look = described(view, ("incidents", "i-crash"), None)
    assert "Two scooters" in said(told)
    assert "closed" in said(panel(view, row(view, "i-crash"), None))
    assert look == "panel drawer open"


def test_whatever_a_browser_makes_up_changes_nothing_and_is_answered(view: View) -> None:
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app = dash_app(server, view, replace(view, name="wall", acts=None), HOUSE / "assets")
    before = view.store.revision()
    made_up = (None, 7, "x", [[]], {}, {"do": "close", "id": "i-fire"}, {"do": "here", "layer": "secrets", "id": "1"})
    with TestClient(server) as client:
        browser = Browser(client, app)
        for wish in made_up:
            for output, given, *changed in (
                ("work-done.data", {"work-wish.data": wish}, "work-wish.data"),
                (
                    "new-draft.data",
                    {"new-wish.data": wish, "map.clicked": wish, "new-draft.data": wish},
                    "new-wish.data",
                ),
                ("new-draft.data", {"map.clicked": wish, "new-draft.data": wish}, "map.clicked"),
                ("new-said.children", {"new-open.n_clicks": 1, "new-draft.data": wish}, "new-open.n_clicks"),
                ("work-deeds.children", {"worked.data": wish, "work-for.data": wish}, "worked.data"),
                ("work-told.inside", {"worked.data": wish, "work-seen.data": wish}, "worked.data"),
                (
                    "incident-filter.data",
                    {"incident-filter.data": wish, "filter-words.value": wish},
                    "filter-words.value",
                ),
            ):
                assert browser.ask(output, given, *changed).status_code in (200, 204), (output, wish)
    assert view.store.revision() == before


def test_a_deed_comes_in_over_http_and_a_replay_is_refused_there_too(view: View) -> None:
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app = dash_app(server, view, replace(view, name="wall", acts=None), HOUSE / "assets")
    with TestClient(server) as client:
        browser = Browser(client, app)
        wish = {"work-wish.data": {"do": "acknowledge", "id": "i-tree", "n": 1}}
        past = browser.ask("work-done.data", wish | {"at.data": NOON.isoformat()}, "work-wish.data").json()
        assert past["response"]["work-done"]["data"]["made"] is False
        assert row(view, "i-tree").state == "new"
        now = browser.ask("work-done.data", wish, "work-wish.data").json()
        assert now["response"]["work-done"]["data"]["made"] is True
        assert row(view, "i-tree").state == "acknowledged"
