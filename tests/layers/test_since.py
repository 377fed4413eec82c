"""What changed between two moments: what matters is not lost, what does not is not told, the worst comes first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.queries import Incidents, Latest, Notes
from data_access.table import Table
from data_access.words import LANGUAGES, speaking
from layers import LAYERS
from layers.attention import Item
from layers.since import Change, of_incidents, of_needs, of_notes, of_peaks, ranked
from tests.layers.rows import NOON, ago, full, table

BY_KEY = {layer.key: layer for layer in LAYERS}
SINCE = NOON - timedelta(hours=8)
HOUR = 60


def need(severity: int = 3, id: str = "air-1", layer: str = "pm25", **other: Any) -> Item:
    told = {"title": "Opera", "why": "fine dust 80 µg/m³", "since": NOON - timedelta(hours=1), "lon": 0.0, "lat": 0.0}
    return Item(severity, layer, id, **(told | other))


def incident(id: str = "i-1", **other: Any) -> dict[str, Any]:
    return full(id=id, opened_at=ago(9 * HOUR), observed_at=ago(HOUR), state="new", severity=2, joined_to=None) | other


def of(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Change]:
    told = (table(Incidents(open_only=False), *rows) for rows in (before, after))
    return of_incidents(BY_KEY["incidents"], *told, SINCE)


def kinds(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.kind, change.id) for change in changes]


def test_what_is_as_it_was_is_not_told() -> None:
    assert of([incident()], [incident()]) == []
    assert of_needs(LAYERS, [need()], [need()], SINCE) == []


def test_an_incident_that_opened_and_stands_open_has_begun() -> None:
    (told,) = of([], [incident(opened_at=ago(HOUR))])
    assert (told.kind, told.severity, told.at) == ("begun", 2, NOON - timedelta(hours=1))
    assert told.what == "fire, now: new"


def test_an_incident_that_opened_and_ended_meanwhile_has_passed() -> None:
    (told,) = of([], [incident(opened_at=ago(3 * HOUR), observed_at=ago(HOUR), state="closed")])
    assert told.kind == "passed"
    assert told.what == "fire, closed after 2 hours"


def test_an_incident_that_ended_is_over_and_one_that_ended_before_is_not_told() -> None:
    (told,) = of([incident()], [incident(state="resolved")])
    assert told.kind == "over"
    assert of([incident(state="closed")], [incident(state="closed")]) == []


def test_an_incident_that_is_open_again_has_begun() -> None:
    assert kinds(of([incident(state="closed")], [incident(state="acknowledged")])) == [("begun", "i-1")]


def test_an_incident_that_moved_on_says_from_where_to_where() -> None:
    (told,) = of([incident()], [incident(state="assigned")])
    assert (told.kind, told.what) == ("moved", "new → assigned")


def test_an_incident_that_became_more_severe_says_so_whatever_its_state() -> None:
    (told,) = of([incident()], [incident(severity=1, state="assigned")])
    assert (told.kind, told.severity) == ("worse", 1)


def test_an_incident_that_was_joined_to_another_is_told_of_by_that_one() -> None:
    (told,) = of([incident(joined_to=None)], [incident(joined_to="i-2")])
    assert (told.kind, told.what) == ("over", "fire, found to be the same as another incident")
    assert of([], [incident(opened_at=ago(HOUR), joined_to="i-2")]) == []
    assert of([incident(joined_to="i-2")], [incident(joined_to="i-2", state="closed")]) == []


def test_needs_begin_become_worse_and_settle() -> None:
    before = [need(id="a"), need(id="b"), need(id="c", severity=4)]
    after = [need(id="a"), need(id="c"), need(id="d")]
    told = of_needs(LAYERS, before, after, SINCE)
    assert sorted(kinds(told)) == [("begun", "d"), ("over", "b"), ("worse", "c")]
    assert next(change for change in told if change.kind == "over").what == "settled; before: fine dust 80 µg/m³"


def test_a_device_that_is_in_trouble_still_has_not_settled_because_another_layer_tells_of_it() -> None:
    told = of_needs(LAYERS, [need(layer="temperature")], [need(layer="pm25")], SINCE)
    assert kinds(told) == [("begun", "air-1")]


def test_what_began_before_one_left_but_was_not_known_then_has_no_hour() -> None:
    (told,) = of_needs(LAYERS, [], [need(since=SINCE - timedelta(hours=1))], SINCE)
    assert told.at is None


def test_the_needs_of_incidents_are_told_by_incidents_alone() -> None:
    assert of_needs(LAYERS, [], [need(layer="incidents")], SINCE) == []


def ends(**row: Any) -> Table:
    told = {"id": "full-1", "highest": 90.0, "highest_at": ago(2 * HOUR), "lowest": 3.0, "lowest_at": ago(HOUR)} | row
    return Table.of([tuple(told.values())], id="s", highest="f", highest_at="t", lowest="f", lowest_at="t")


def peaks(needed: list[tuple[str, str]], **row: Any) -> list[Change]:
    layer = BY_KEY["pm25"]
    return of_peaks(layer, table(Latest("pm25_ug_m3"), full()), ends(**row), needed)


def test_what_went_past_a_limit_and_came_back_is_told_with_its_hour_and_its_number() -> None:
    (told,) = peaks([])
    assert (told.kind, told.severity, told.at) == ("passed", 3, NOON - timedelta(hours=2))
    assert told.what.startswith("fine dust 90 µg/m³")


def test_what_needs_somebody_anyway_is_not_told_of_a_second_time() -> None:
    assert peaks([("pm25", "full-1")]) == []


def test_what_stayed_within_its_limits_is_not_told() -> None:
    assert peaks([], highest=20.0) == []


def test_a_device_that_is_no_more_has_no_peak() -> None:
    assert peaks([], id="gone") == []


def test_ones_own_notes_are_no_news() -> None:
    rows = [full(id="n-1", who="Lan", written_at=ago(HOUR)), full(id="n-2", who="Minh", written_at=ago(HOUR))]
    rows.append(full(id="n-3", who="Minh", written_at=ago(20 * HOUR)))
    told = of_notes(BY_KEY["notes"], table(Notes(), *rows), SINCE, "Lan")
    assert kinds(told) == [("noted", "n-2")]
    assert told[0].what == "Minh pinned a note"


def change(kind: Any = "begun", severity: int = 2, id: str = "x", minutes: float = 10, **other: Any) -> Change:
    told = {"layer": "pm25", "title": id, "what": "…"} | other
    return Change(kind, severity, id=id, at=NOON - timedelta(minutes=minutes), **told)


def test_what_stands_open_goes_before_what_has_passed_and_that_before_what_is_over() -> None:
    told = ranked([change("over", 2, "c"), change("passed", 2, "b"), change("begun", 2, "a")])
    assert [one.id for one in told] == ["a", "b", "c"]


def test_a_critical_matter_goes_first_and_of_equals_the_newest() -> None:
    told = ranked(
        [change("begun", 3, "c"), change("begun", 2, "b", 60), change("begun", 2, "a", 5), change("begun", 1, "z")]
    )
    assert [one.id for one in told] == ["z", "a", "b", "c"]


def test_many_alike_are_one_line_and_urgent_ones_never() -> None:
    quiet = [change("begun", 4, f"q-{n}") for n in range(30)]
    urgent = [change("begun", 2, f"u-{n}") for n in range(6)]
    told = ranked([*quiet, *urgent])
    assert sum(1 for one in told if one.id.startswith("u-")) == 6
    (line,) = [one for one in told if one.id.startswith("q-")]
    assert line.others == 29
    assert line.title.endswith("and 29 others")


CHANGES = st.lists(
    st.builds(
        change,
        st.sampled_from(["begun", "worse", "passed", "moved", "noted", "over"]),
        st.integers(1, 4),
        st.text("abc", min_size=1, max_size=3),
        st.floats(0, 500),
        layer=st.sampled_from(["pm25", "incidents", "cameras"]),
    ),
    max_size=60,
)


@given(CHANGES)
def test_no_change_is_lost_in_the_ranking_and_none_is_told_twice(changes: list[Change]) -> None:
    told = ranked(changes)
    assert sum(1 + line.others for line in told) == len(changes)
    assert ranked(list(reversed(changes))) == told, "the order in which they are told does not matter"


@given(CHANGES)
def test_a_worse_matter_of_the_same_kind_never_stands_below_a_lesser_one(changes: list[Change]) -> None:
    for kind in ("begun", "passed", "over"):
        severities = [line.severity for line in ranked(changes) if line.kind == kind]
        assert severities == sorted(severities)


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_change_is_told_in_the_readers_words(spoken: str) -> None:
    with speaking(spoken):
        told = [
            *of([], [incident(opened_at=ago(HOUR))]),
            *of([incident()], [incident(state="closed")]),
            *of_needs(LAYERS, [need()], [], SINCE),
            *peaks([]),
        ]
        assert all(one.what and "{" not in one.what for one in told)
        assert len({replace(one, at=None).kind for one in told}) == 3


def test_what_nobody_had_heard_of_yet_has_not_settled_since() -> None:
    """Where a city's memory begins every device has never reported: that they all do now is no news."""
    silent, unheard = need(), need(id="air-2", since=None)
    told = of_needs(LAYERS, [silent, unheard], [], ago(HOUR))
    assert [change.id for change in told] == ["air-1"]
