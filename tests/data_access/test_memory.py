"""What the desk remembers of its people: when each was last here, and the views they saved."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_access.desk import Desk
from data_access.memory import AWAY, LONGEST_NAME, Memory, Visit
from data_access.refusals import CannotDo

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(tmp_path: Path, clock: Clock) -> Iterator[Memory]:
    desk = Desk(tmp_path / "desk.db", clock)
    yield desk.memory
    desk.close()


def test_who_was_never_here_has_no_visit_before(memory: Memory) -> None:
    assert memory.here("s1", "Lan") == Visit(None, False)


def test_a_visit_goes_on_as_long_as_somebody_gives_signs(memory: Memory, clock: Clock) -> None:
    for _ in range(10):
        visit = memory.here("s1", "Lan")
        clock.now += AWAY
    assert visit == Visit(None, False)


def test_who_comes_back_hears_when_he_left(memory: Memory, clock: Clock) -> None:
    memory.here("s1", "Lan")
    clock.now = left = NOON + 20 * MINUTE
    memory.here("s1", "Lan")
    clock.now = left + timedelta(hours=9)
    assert memory.here("s1", "Lan") == Visit(left, False)
    clock.now += MINUTE
    assert memory.here("s1", "Lan") == Visit(left, False), (
        "a page that is opened again in the same visit tells the same"
    )


def test_what_was_read_stays_read_until_the_next_visit(memory: Memory, clock: Clock) -> None:
    memory.here("s1", "Lan")
    memory.read("s1")
    assert memory.here("s1", "Lan").read
    clock.now += AWAY + MINUTE
    assert memory.here("s1", "Lan") == Visit(NOON, False)


def test_a_new_session_of_the_same_label_goes_on_from_the_last_one(memory: Memory, clock: Clock) -> None:
    memory.here("s1", "Lan")
    clock.now += timedelta(hours=3)
    assert memory.here("s2", "Lan") == Visit(NOON, False)
    assert memory.here("s3", "Minh") == Visit(None, False)


def test_sessions_without_a_label_are_not_taken_for_one_person(memory: Memory, clock: Clock) -> None:
    memory.here("s1", "")
    clock.now += timedelta(hours=3)
    assert memory.here("s2", "") == Visit(None, False)


def test_views_are_kept_under_their_names_and_told_by_them(memory: Memory) -> None:
    memory.save("River", "?camera=1,2,3,4,5", "Lan")
    memory.save("  Air   in the morning ", "?layers=pm25", "Minh")
    assert [(view.name, view.query, view.made_by) for view in memory.views()] == [
        ("Air in the morning", "?layers=pm25", "Minh"),
        ("River", "?camera=1,2,3,4,5", "Lan"),
    ]


def test_a_view_that_was_taken_off_can_be_put_back(memory: Memory) -> None:
    kept = memory.save("River", "", "Lan")
    assert memory.forget(kept.id, "Minh")
    assert memory.views() == []
    assert not memory.forget(kept.id, "Minh"), "it is gone already"
    assert memory.restore(kept.id)
    assert memory.views() == [kept]
    assert not memory.restore(kept.id)
    assert not memory.restore("nobody made it")


@pytest.mark.parametrize(
    ("name", "query"), [("", ""), ("  \n ", ""), ("x" * (LONGEST_NAME + 1), ""), ("River", "?" * 5000)]
)
def test_a_view_that_nobody_could_find_again_is_refused_with_a_sentence(memory: Memory, name: str, query: str) -> None:
    with pytest.raises(CannotDo, match=r"\.$"):
        memory.save(name, query, "Lan")
    assert memory.views() == []


def test_a_desk_of_before_learns_to_remember_and_keeps_its_sessions(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "desk.db"
    desk = Desk(path, clock)
    secret = desk.redeem(desk.link())
    desk.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE presence; DROP TABLE saved_view; PRAGMA user_version = 1;")
    again = Desk(path, clock)
    assert secret
    assert again.session(secret)
    assert again.memory.here("s1", "Lan") == Visit(None, False)
    again.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
