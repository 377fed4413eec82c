"""Notes of the desk: each holds from the minute it is about until it is taken off, and its past is never rewritten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import notes
from data_access.queries import Changed, Notes
from data_access.records import Note
from data_access.refusals import CannotDo
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import LAT, LON, NOON, url_of

MINUTE = timedelta(minutes=1)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """A store and its writer, whose clock the test turns."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.writer = CityWriter.open(url_of(folder), self.clock)
        self.store = CityStore.open(url_of(folder))

    def pin(self, text: str = "Road closed", at: datetime | None = None, who: str = "Lan", **more: Any) -> str:
        return self.writer.act(notes.pin, Note(text, LON, LAT, at or self.clock.now, **more), who)

    def texts(self, at: datetime | None = None) -> list[str]:
        return [row.text for row in self.store.answer(Notes(), at)]

    def close(self) -> None:
        self.store.close()
        self.writer.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path)
    yield opened
    opened.close()


def test_a_note_says_what_where_when_and_who(desk: Desk) -> None:
    pinned = desk.pin("Road closed\nuntil six", who="Lan", about_layer="incidents", about_id="i-1")
    (row,) = desk.store.answer(Notes())
    assert (row.id, row.title, row.text, row.who) == (pinned, "Road closed", "Road closed\nuntil six", "Lan")
    assert (row.lon, row.lat, row.pinned_at, row.written_at) == (LON, LAT, NOON, NOON)
    assert (row.about_layer, row.about_id) == ("incidents", "i-1")


def test_a_replay_shows_a_note_from_the_minute_it_is_about(desk: Desk) -> None:
    desk.pin("Water came over the quay", at=NOON - 60 * MINUTE)
    assert desk.texts(NOON - 61 * MINUTE) == []
    assert desk.texts(NOON - 60 * MINUTE) == ["Water came over the quay"]
    (row,) = desk.store.answer(Notes(), NOON - 10 * MINUTE)
    assert row.written_at == NOON, "it says that it was written later"


def test_a_note_that_was_taken_off_stands_in_the_past(desk: Desk) -> None:
    pinned = desk.pin()
    desk.clock.now = NOON + 10 * MINUTE
    desk.writer.act(notes.take_off, pinned, "Minh")
    assert desk.texts() == []
    assert desk.texts(NOON + 9 * MINUTE) == ["Road closed"]
    assert desk.texts(NOON + 10 * MINUTE) == []


def test_a_note_that_is_put_back_leaves_its_gap_in_the_past(desk: Desk) -> None:
    pinned = desk.pin()
    for minutes, change in ((10, notes.take_off), (20, notes.put_back)):
        desk.clock.now = NOON + minutes * MINUTE
        desk.writer.act(change, pinned, "Minh")
    assert desk.texts() == ["Road closed"]
    assert [len(desk.texts(NOON + minutes * MINUTE)) for minutes in (5, 15, 25)] == [1, 0, 1]


def test_a_new_wording_leaves_what_it_said_before_in_the_past(desk: Desk) -> None:
    pinned = desk.pin()
    desk.clock.now = NOON + 10 * MINUTE
    desk.writer.act(notes.amend, pinned, "Road open again", "Minh")
    assert desk.texts(NOON + 5 * MINUTE) == ["Road closed"]
    (row,) = desk.store.answer(Notes())
    assert (row.text, row.title, row.who, row.pinned_at) == ("Road open again", "Road open again", "Minh", NOON)


def test_the_same_wording_again_changes_nothing(desk: Desk) -> None:
    pinned = desk.pin()
    before = desk.store.revision()
    desk.writer.act(notes.amend, pinned, " Road closed ", "Minh")
    assert desk.store.revision() == before


def test_others_hear_of_a_note_that_comes_and_goes(desk: Desk) -> None:
    start = desk.store.revision()
    pinned = desk.pin()
    (come,) = desk.store.answer(Changed(Notes(), start))
    assert (come.id, come.gone) == (pinned, False)
    middle = desk.store.revision()
    desk.writer.act(notes.take_off, pinned, "Lan")
    (left,) = desk.store.answer(Changed(Notes(), middle))
    assert (left.id, left.gone) == (pinned, True)
    assert len(desk.store.answer(Changed(Notes(), desk.store.revision()))) == 0


@pytest.mark.parametrize(
    ("text", "lon", "at"),
    [
        ("  ", LON, NOON),
        ("x" * 1001, LON, NOON),
        ("half \ud800 a letter", LON, NOON),
        ("nul \0", LON, NOON),
        ("nowhere", float("nan"), NOON),
        ("off the earth", 181.0, NOON),
        ("tomorrow", LON, NOON + timedelta(days=1)),
    ],
)
def test_what_is_no_note_is_refused_with_a_sentence(desk: Desk, text: str, lon: float, at: datetime) -> None:
    before = desk.store.revision()
    with pytest.raises(CannotDo, match=r"\.$"):
        desk.writer.act(notes.pin, Note(text, lon, LAT, at), "Lan")
    assert desk.store.revision() == before


def test_what_is_not_there_cannot_be_changed(desk: Desk) -> None:
    pinned = desk.pin()
    with pytest.raises(CannotDo, match="not taken off"):
        desk.writer.act(notes.put_back, pinned, "Lan")
    desk.writer.act(notes.take_off, pinned, "Lan")
    for change, told in ((notes.take_off, ()), (notes.amend, ("New words",))):
        with pytest.raises(CannotDo, match="not there any more"):
            desk.writer.act(change, pinned, *told, "Lan")


def test_a_long_first_line_is_cut_for_lists(desk: Desk) -> None:
    desk.pin("word " * 40)
    (row,) = desk.store.answer(Notes())
    assert len(row.title) <= notes.TITLE
    assert row.title.endswith("…")


STEPS = st.lists(st.sampled_from(["amend", "take_off", "put_back"]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_to_a_note_its_past_stays_as_it_was(desk: Desk, steps: list[str]) -> None:
    """What every past minute showed when it was new, it shows for ever."""
    pinned = desk.pin(at=desk.clock.now)
    seen: dict[datetime, list[tuple[str, str]]] = {}
    for step in steps:
        seen[desk.clock.now] = shown(desk, pinned, None)
        desk.clock.now += MINUTE
        told = (f"Words of {desk.clock.now.isoformat()}",) if step == "amend" else ()
        try:
            desk.writer.act(getattr(notes, step), pinned, *told, "Lan")
        except CannotDo:
            seen[desk.clock.now] = shown(desk, pinned, None)
    assert {at: shown(desk, pinned, at) for at in seen} == seen
    desk.clock.now += MINUTE


def shown(desk: Desk, pinned: str, at: datetime | None) -> list[tuple[str, str]]:
    return [(row.text, row.who) for row in desk.store.answer(Notes(id=pinned), at)]
