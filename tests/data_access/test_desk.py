"""Links, sessions and tokens: each opens as long as it should, once where it should, and its secret stands nowhere."""

import hmac
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access import desk as room
from data_access.desk import Desk, NewerDesk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    opened = Desk(tmp_path / "var" / "desk.db", clock)
    yield opened
    opened.close()


def test_a_link_signs_in_once(desk: Desk) -> None:
    link = desk.link()
    secret = desk.redeem(link)
    assert secret
    assert desk.session(secret)
    assert desk.redeem(link) is None


def test_a_link_lives_for_a_day(desk: Desk, clock: Clock) -> None:
    early, late = desk.link(), desk.link()
    clock.now += timedelta(hours=23, minutes=59)
    assert desk.redeem(early)
    clock.now += timedelta(minutes=1)
    assert desk.redeem(late) is None


def test_of_many_who_open_one_link_at_once_one_gets_in(desk: Desk) -> None:
    link = desk.link()
    got: list[str | None] = []
    start = threading.Barrier(8)

    def open_it() -> None:
        start.wait()
        got.append(desk.redeem(link))

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([secret for secret in got if secret]) == 1


def test_a_link_is_no_session_and_a_session_no_link(desk: Desk) -> None:
    link = desk.link()
    assert desk.session(link) is None
    secret = desk.redeem(link)
    assert secret
    assert desk.redeem(secret) is None
    assert desk.redeem(desk.token()) is None


@pytest.mark.parametrize("told", ["", ".", "a.b", "é.x", "' OR 1=1 --.x", "\ud800.x", "a" * 10_000, "\0.x"])
def test_nonsense_opens_nothing(desk: Desk, told: str) -> None:
    assert desk.session(told) is None
    assert desk.redeem(told) is None


def test_the_right_name_with_a_wrong_secret_opens_nothing(desk: Desk) -> None:
    name, _, secret = desk.token().partition(".")
    assert desk.session(f"{name}.{secret}")
    assert desk.session(f"{name}.{secret[:-1]}") is None
    assert desk.session(f"{name}.") is None
    assert desk.session(name) is None


def test_secrets_are_compared_in_constant_time_whether_or_not_the_name_exists(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(room, "compare_digest", watched)
    name = desk.token().partition(".")[0]
    desk.session(f"{name}.wrong")
    desk.session("0123456789abcdef.wrong")
    assert compared == [(32, 32), (32, 32)]


def test_a_session_in_use_lives_on_and_an_unused_one_ends(desk: Desk, clock: Clock) -> None:
    used, unused = desk.redeem(desk.link()), desk.redeem(desk.link())
    assert used
    assert unused
    for _ in range(5):
        clock.now += timedelta(days=29)
        assert desk.session(used)
    assert desk.session(unused) is None


def test_a_token_lives_until_it_is_revoked(desk: Desk, clock: Clock) -> None:
    token, short = desk.token("export"), desk.token(days=7)
    clock.now += timedelta(days=400)
    session = desk.session(token)
    assert session
    assert (session.kind, session.label) == ("token", "export")
    assert desk.session(short) is None
    assert desk.revoke(session.name)
    assert desk.session(token) is None
    assert not desk.revoke(session.name)


def test_no_secret_stands_in_the_file(desk: Desk, tmp_path: Path) -> None:
    link, token = desk.link(), desk.token()
    session = desk.redeem(link)
    assert session
    written = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert token.partition(".")[0].encode() in written  # the file was looked at
    for secret in (link, token, session):
        assert secret.partition(".")[2].encode() not in written


def test_the_file_is_for_its_owner_alone(desk: Desk, tmp_path: Path) -> None:
    assert (tmp_path / "var" / "desk.db").stat().st_mode & 0o077 == 0


def test_what_was_known_is_known_after_a_restart_and_to_another_process(tmp_path: Path) -> None:
    first = Desk(tmp_path / "desk.db")
    token = first.token()
    second = Desk(tmp_path / "desk.db")
    assert second.session(token)
    assert first.revoke(token)
    assert second.session(token) is None
    first.close()
    second.close()


def test_a_desk_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Desk(tmp_path / "desk.db").close()
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerDesk, match="version 99"):
        Desk(tmp_path / "desk.db")


def test_a_naive_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no time zone"):
        Desk(tmp_path / "desk.db", lambda: datetime(2026, 3, 1, 12))  # noqa: DTZ001  # that is the point


def test_what_opens_nothing_any_more_is_forgotten_a_day_later(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    def kept() -> set[str]:
        with closing(sqlite3.connect(tmp_path / "var" / "desk.db")) as file:
            return {label for (label,) in file.execute("SELECT label FROM key")}

    session = desk.redeem(desk.link(label="signed in"))
    assert session
    desk.link(label="never opened")
    script = desk.token("for ever")
    revoked = desk.token("revoked")
    desk.revoke(revoked)
    desk.token("two days", days=2)
    clock.now += timedelta(hours=47)
    desk.token("new")
    assert kept() == {"signed in", "never opened", "for ever", "two days", "new"}
    clock.now += timedelta(days=2)
    desk.token("newer")
    assert kept() == {"signed in", "for ever", "new", "newer"}
    assert desk.session(session)
    assert desk.session(script)
    clock.now += timedelta(days=32)
    Desk(tmp_path / "var" / "desk.db", clock).close()  # the same when the program starts
    assert kept() == {"for ever", "new", "newer"}
    assert desk.session(script)
    assert desk.session(session) is None
