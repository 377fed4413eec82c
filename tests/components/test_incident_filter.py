"""The filter of the lists: what is let through, what it says it hides, and what comes first and why."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.incident_filter import ANY, OVER_LATELY, WAITING, Filter, as_kept, controls, fields, read
from components.incidents import lists, parted
from components.picture import Picture, picture
from components.view import View
from data_access.records import Incident
from data_access.writer import CityWriter
from layers.incidents import STATES
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, NOON, url_of


@pytest.fixture
def view(tmp_path: Path) -> View:
    return desk_at_noon(tmp_path)


@pytest.fixture
def taken(view: View) -> Picture:
    return picture(view, None)


def shown(view: View, taken: Picture, **wish: str) -> list[str]:
    """The ids of the lines that this filter leaves in the lists."""
    parts = lists(view, taken, read(wish, {"bbox": [LON - 0.0015, LAT - 0.0015, LON + 0.0015, LAT + 0.0015]}))
    return [str(getattr(line, "data-id")) for line in found(parts, "Button") if getattr(line, "data-id", None)]


def test_without_a_filter_all_stand_there_and_what_comes_first_says_why(view: View, taken: Picture) -> None:
    told = said(lists(view, taken))
    assert {"i-fire", "i-flood", "i-tree", "air-2", "air-silent"} <= set(shown(view, taken))
    assert "Look at this first" not in told  # the only critical one is in hand already
    assert "filter" not in told


def test_what_nobody_has_in_hand_is_to_be_looked_at_first(view: View, tmp_path: Path) -> None:
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    for name, minutes in (("i-a", 3), ("i-b", 20)):
        at = NOON - timedelta(minutes=minutes)
        writer.say([(Incident(name, at, "crash", 2, "new", LON, LAT, f"Crash {name}", "dispatch"), at)])
    writer.close()
    told = said(lists(view, picture(view, None)))
    assert (
        "Look at this first: 2, urgent, and nobody has it in hand. Of 1 other as urgent, none has waited longer."
        in told
    )
    assert told.index("Crash i-b") < told.index("Crash i-a")


def test_words_are_found_without_tone_marks_in_title_and_reason(view: View, taken: Picture) -> None:
    assert shown(view, taken, words="stairwell") == ["i-fire"]
    assert shown(view, taken, words="LAKE water") == ["i-flood"]
    assert shown(view, taken, words="silent") == ["air-silent"]
    told = said(lists(view, taken, read({"words": "stairwell"}, None)))
    assert "The filter hides" in told
    assert "Show all" in told
    assert "None that the filter lets through" in told


def test_urgency_state_and_what_the_map_shows_narrow_the_lists(view: View, taken: Picture) -> None:
    assert shown(view, taken, severity="1") == ["i-fire"]
    assert shown(view, taken, state="acknowledged") == ["i-flood"]
    waiting = shown(view, taken, state=WAITING)
    assert "i-tree" in waiting
    assert "i-fire" not in waiting
    assert "i-flood" not in shown(view, taken, seen="1")
    assert "i-fire" in shown(view, taken, seen="1")


def test_what_is_over_can_be_looked_at_to_reopen_it(view: View, taken: Picture) -> None:
    assert shown(view, taken, state=OVER_LATELY) == ["i-crash"]
    told = said(lists(view, taken, Filter(state=OVER_LATELY)))
    assert "Closed or resolved in the last 24 hours" in told
    assert "closed 10 minutes ago" in told
    before = picture(view, NOON - timedelta(minutes=15))
    assert shown(view, before, state=OVER_LATELY) == []  # it was not closed yet


@given(
    st.none()
    | st.integers()
    | st.text()
    | st.dictionaries(
        st.sampled_from(["words", "severity", "state", "seen", "x"]),
        st.none() | st.text(max_size=90) | st.integers() | st.lists(st.integers()),
    )
)
def test_whatever_a_browser_keeps_is_read_as_some_filter_and_survives_the_fields(kept: Any) -> None:
    wish = read(kept, {"bbox": None})
    assert set(wish.severities) <= {1, 2, 3, 4}
    words, state, severities, _seen = fields(kept)
    assert read(as_kept(words, state, severities, []), None) == replace(wish, seen=None)


def test_fields_that_ask_for_nothing_are_kept_as_nothing() -> None:
    assert as_kept("  ", "", [], []) is None
    assert as_kept(None, None, None, None) is None
    assert as_kept("fire", WAITING, ["2", "1"], ["1"]) == {
        "words": "fire",
        "state": WAITING,
        "severity": "1,2",
        "seen": "1",
    }


def test_each_open_state_can_be_asked_for_and_each_field_has_its_label() -> None:
    (select,) = found(controls(), "Select")
    asked = {option["value"] for option in select.options}  # type: ignore[attr-defined]  # a Select
    assert asked == {ANY, WAITING, OVER_LATELY, *STATES} - {"resolved", "closed"}
    labels = {label.htmlFor for label in found(controls(), "Label")}  # type: ignore[attr-defined]  # a Label
    assert labels == {"filter-words", "filter-state"}


def test_a_city_without_devices_says_how_one_comes(view: View, taken: Picture) -> None:
    empty = {name: table.where([]) if "interval_s" in table else table for name, table in taken.answers.items()}  # type: ignore[arg-type]  # no rows
    told = said(lists(view, replace(taken, answers=empty, needs=())))
    assert "No device is declared yet" in told
    assert "Every device reports" not in told
    calm = said(lists(view, replace(taken, needs=())))
    assert "No value is past its limit" in calm
    assert parted(view, replace(taken, needs=())) == ([], [])
