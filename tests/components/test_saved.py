"""Saved views: what one sees under a name, for everybody at the desk; and the link to it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import no_update

from components.link import Camera, Link, read, write
from components.rail import PLAIN
from components.saved import Said, done, listed, opened, query
from components.view import View
from data_access import words
from tests.components.noon import found, said
from tests.components.remembering import Person, remembering
from tests.small_city import LAT, LON, NOON

MINUTE = timedelta(minutes=1)
SEEN = Link(
    Camera(LON, LAT, 16.0, 60.0, -20.0),
    ("pm25", "incidents"),
    ("pm25", "air-1"),
    looks={},
)


SIFTED = {"words": "cháy, khói", "severity": "1,2"}


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    with words.speaking("en"), remembering(tmp_path, Person()) as made:
        yield made


def save(view: View, name: str = "River", link: Link = SEEN, **wish: Any) -> str:
    told = done(view, {"do": "save", "name": name, "query": write(link)} | wish)
    assert told
    return told.words


def kept(view: View) -> list[tuple[str, Link]]:
    assert view.memory
    return [(one.name, read(one.query, view)) for one in view.memory.views()]


def test_a_view_keeps_what_one_sees_and_is_open_to_every_minute(view: View) -> None:
    assert save(view) == "Saved: River"
    assert kept(view) == [("River", SEEN)]


def test_a_view_with_this_minute_keeps_the_time(view: View) -> None:
    save(view, minute=True)
    assert kept(view)[0][1].at == NOON


def test_in_a_replay_the_minute_that_is_shown_is_kept(view: View) -> None:
    past = Link(SEEN.camera, SEEN.layers, at=NOON - 30 * MINUTE)
    save(view, link=past, minute=True)
    save(view, "Without", link=past)
    assert [link.at for _name, link in kept(view)] == [NOON - 30 * MINUTE, None]


def test_only_what_this_view_can_show_is_kept(view: View) -> None:
    told = query(view, {"query": "?layers=pm25,secret&selected=secret/1&camera=9,9,9,9&evil=<script>"})
    assert told == "?layers=pm25"


@pytest.mark.parametrize("wish", [None, 7, {}, {"do": "drop"}, {"do": "forget"}, {"do": "forget", "view": 7}])
def test_what_is_no_wish_does_nothing(view: View, wish: object) -> None:
    save(view)
    assert done(view, wish) is None
    assert len(kept(view)) == 1


def test_a_view_without_a_name_is_refused_with_a_sentence(view: View) -> None:
    assert save(view, "  ").startswith("Give the view a name")
    assert kept(view) == []


def test_a_view_that_was_taken_off_by_mistake_comes_back(view: View) -> None:
    save(view)
    assert view.memory
    (one,) = view.memory.views()
    gone = done(view, {"do": "forget", "view": one.id})
    assert gone == Said("Taken off the list.", one.id)
    undo = found(listed(view, gone), "Button")[0]
    assert (undo.__dict__["data-saved"], undo.__dict__["data-view"]) == ("restore", one.id)
    assert done(view, {"do": "restore", "view": one.id}) == Said("It is back on the list.")
    assert len(kept(view)) == 1


def test_the_list_tells_what_each_view_holds_and_who_made_it(view: View) -> None:
    save(view, minute=True)
    told: Any = listed(view, Said())
    assert "River 2 layers · Monday 2 March 2026, 12:00 · Lan, 12:00" in said(told)
    (link,) = found(told, "A")
    assert link.href.startswith("/?camera=")  # type: ignore[attr-defined]  # a link like any other: for a new window, too


def test_an_empty_list_says_what_fills_it(view: View) -> None:
    assert "No view is saved yet" in said(listed(view, Said()))


def test_opening_a_view_puts_everything_where_it_was(view: View) -> None:
    link = Link(SEEN.camera, SEEN.layers, SEEN.selected, NOON - 30 * MINUTE, {"buildings": "use"}, filters=SIFTED)
    shown = opened(view, {"do": "open", "query": write(link), "n": 3}, ["pm25", "noise"], ["buildings"])
    assert shown
    camera, switches, looks, selected, again, time, mark, mark_again, sifted = shown
    assert (camera["lon"], camera["zoom"], camera["flight"]) == (LON, 16.0, 1200)
    assert switches == [True, False]
    assert looks == ["use"]
    assert selected == again == {"layer": "pm25", "id": "air-1"}
    assert time == {"at": (NOON - 30 * MINUTE).isoformat(), "n": 3}
    assert mark is mark_again is None
    assert sifted == SIFTED


def test_what_a_view_leaves_open_stays_and_a_view_without_time_is_live(view: View) -> None:
    shown = opened(view, {"do": "open", "query": "", "n": 1}, ["pm25"], ["buildings"])
    assert shown
    camera, switches, looks, selected, _again, time, *_marks = shown
    assert camera is no_update
    assert switches == [no_update]
    assert looks == [no_update]
    assert selected is None
    assert time == {"live": True, "n": 1}
    assert shown[-1] is None, "a view that was saved without filters shows the whole lists"
    plain = opened(view, {"do": "open", "query": "?layers=pm25"}, ["pm25"], ["buildings"])
    assert plain
    assert plain[2] == [PLAIN], "a view that kept its layers and no look shows them plain"


@pytest.mark.parametrize("wish", [None, {}, {"do": "save", "query": "?layers=pm25"}])
def test_only_a_wish_to_open_opens(view: View, wish: object) -> None:
    assert opened(view, wish, [], []) is None
