from pathlib import Path

from data_access.pulse import QUIET_S, Pulse


def test_the_newest_word_of_the_listener_is_read_back(tmp_path: Path) -> None:
    Pulse(100.0, connected=False, deaf_since=90.0).write(tmp_path)
    Pulse(101.0, connected=True, lag_s=0.5).write(tmp_path)
    assert Pulse.read(tmp_path, now=102.0) == Pulse(101.0, connected=True, lag_s=0.5)


def test_a_listener_that_fell_silent_is_not_there(tmp_path: Path) -> None:
    assert Pulse.read(tmp_path) is None
    Pulse(100.0, connected=True).write(tmp_path)
    assert Pulse.read(tmp_path, now=100.0 + QUIET_S) is not None
    assert Pulse.read(tmp_path, now=100.0 + QUIET_S + 0.1) is None


def test_half_a_word_is_no_word(tmp_path: Path) -> None:
    (tmp_path / "listener.json").write_text('{"at": 1')
    assert Pulse.read(tmp_path, now=1.0) is None


def test_what_is_wrong_and_what_was_counted_is_told_too(tmp_path: Path) -> None:
    told = Pulse(100.0, True, fault="The disk is full.", started=40.0, stored_at=99.0, counts={"stored": 7, "held": 1})
    told.write(tmp_path)
    assert Pulse.read(tmp_path, now=101.0) == told
