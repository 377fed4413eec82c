"""The life of an incident: what can be done, where it leads, and that no order of arrival matters."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.incident_life import DEEDS, LEADS, Deed, Standing, Word, fold, joined_to, possible
from data_access.records import INCIDENT_STATES, OVER

PLACES = {state: place for place, state in enumerate(INCIDENT_STATES)}


def word(at: int, state: str, received_at: int | None = None) -> Word:
    return Word(at, PLACES[state], state, at if received_at is None else received_at, state)  # type: ignore[arg-type]  # a state's word


def deed(at: int, act: str, **told: object) -> Deed:
    return Deed("i", at, "Lan", act, **told)  # type: ignore[arg-type]  # what the test says


words = st.builds(word, st.integers(0, 30), st.sampled_from(INCIDENT_STATES), st.none() | st.integers(0, 60))


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Word], list[Deed]]:
    said = draw(st.lists(words, min_size=1, max_size=6, unique_by=lambda each: (each.at, each.digest)))
    done: list[Deed] = []
    for at in draw(st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted)):
        act = draw(st.sampled_from(DEEDS[1:]))
        told = {"assign": {"assignee": f"unit {at}"}, "join": {"other": "j"}, "part": {"other": "j"}}.get(act, {})
        if act == "take_back":
            told = {"undoes": draw(st.sampled_from([each.at for each in done]))} if done else {"undoes": -1}
        done.append(deed(at, act, **told))
    return said, done


@given(lives(), st.randoms())
def test_any_order_of_arrival_leads_to_the_same_standing(life: tuple[list[Word], list[Deed]], luck: object) -> None:
    said, done = life
    stands = fold(said, done)
    luck.shuffle(said), luck.shuffle(done)  # type: ignore[attr-defined]  # it is a Random
    assert fold(said, done) == stands


@given(lives())
def test_without_deeds_the_newest_word_is_the_state(life: tuple[list[Word], list[Deed]]) -> None:
    said, _done = life
    newest = max(said, key=lambda each: (each.at, each.place, each.digest))
    assert fold(said, []) == Standing(newest.state)


@given(lives())
def test_a_deed_that_is_taken_back_leaves_everything_as_it_was(life: tuple[list[Word], list[Deed]]) -> None:
    said, done = life
    for act in DEEDS[1:-1]:
        mistake = deed(100, act, assignee="unit", other="k")
        assert fold(said, [*done, mistake, deed(101, "take_back", undoes=100)]) == fold(said, done)


@given(lives(), st.sampled_from(sorted(LEADS)))
def test_a_deed_holds_until_a_source_says_another_state_than_before(
    life: tuple[list[Word], list[Deed]], act: str
) -> None:
    said, done = life
    after = [*done, deed(100, act, assignee="unit")]
    assert fold(said, after).state == LEADS[act][1]
    newest = fold(said, []).state
    for state in INCIDENT_STATES:
        told = fold([*said, word(200, state)], after).state
        assert told == (LEADS[act][1] if state == newest else state)


@pytest.mark.parametrize("state", INCIDENT_STATES)
def test_every_possible_deed_leads_where_the_machine_says_and_the_others_are_not_offered(state: str) -> None:
    offered = possible(state)
    for act, (states, goal) in LEADS.items():
        assert (act in offered) == (state in states)
        if act in offered:
            assert fold([word(1, state)], [deed(2, act, assignee="u")]).state == goal
    assert "note" in offered
    assert ("reopen" in offered) == (state in OVER)


def test_every_state_is_reached_from_every_other() -> None:
    ways = {state: {LEADS[act][1] for act in possible(state) if act in LEADS} for state in INCIDENT_STATES}
    for start, goal in permutations(INCIDENT_STATES, 2):
        if goal == "new":  # nobody can make it unseen
            continue
        reached = {start}
        while not reached >= (more := {to for state in reached for to in ways[state]}):
            reached |= more
        assert goal in reached


def test_an_update_of_a_title_does_not_undo_what_the_desk_did_and_real_news_does() -> None:
    said, done = [word(1, "new")], [deed(5, "acknowledge")]
    assert fold([*said, word(9, "new")], done).state == "acknowledged"
    assert fold([*said, word(9, "new"), word(12, "on_scene")], done).state == "on_scene"


def test_a_dispatch_clock_that_runs_ahead_cannot_outrun_the_desk() -> None:
    ahead = word(1000, "assigned", received_at=10)
    assert fold([word(1, "new"), ahead], [deed(20, "close", text="a mistake")]).state == "closed"


def test_a_late_word_of_earlier_does_not_undo_a_later_deed() -> None:
    late = word(10, "acknowledged", received_at=90)
    assert fold([word(1, "new"), late], [deed(20, "assign", assignee="Fire 3")]) == Standing("assigned", "Fire 3")


def test_reopening_takes_it_from_whoever_had_it() -> None:
    done = [deed(2, "assign", assignee="Fire 3"), deed(3, "close", text="out"), deed(4, "reopen")]
    assert fold([word(1, "new")], done[:2]) == Standing("closed", "Fire 3")
    assert fold([word(1, "new")], done) == Standing("acknowledged", None)


def test_what_is_joined_is_worked_through_the_other_and_parts_again() -> None:
    join, part = deed(2, "join", other="j"), deed(3, "part", other="j")
    assert joined_to([join]) == "j"
    assert not fold([word(1, "new")], [join]).listed
    assert possible("new", joined_to="j") == ("note", "part")
    assert fold([word(1, "new")], [join, part]) == Standing("new")
    assert "join" not in possible("new", joined=1)
    assert "close" in possible("new", joined=1)
