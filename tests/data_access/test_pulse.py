from pathlib import Path

from data_access.pulse import ONE_OUTAGE_S, QUIET_S, Pulse
from data_access.words import Text


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


def test_a_listener_that_is_away_keeps_its_last_word(tmp_path: Path) -> None:
    Pulse(100.0, connected=True).write(tmp_path)
    assert Pulse.last(tmp_path) == Pulse(100.0, connected=True)
    assert not Pulse(100.0, True).absent(100.0 + QUIET_S)
    assert Pulse(100.0, True).absent(100.0 + QUIET_S + 0.1)


def told(*words: tuple[float, bool], first: Pulse | None = None) -> Pulse:
    pulse = first or Pulse(0, True)
    for at, connected in words:
        pulse = pulse.following(at, connected)
    return pulse


def test_an_outage_lasts_from_the_last_word_with_a_broker_until_the_next() -> None:
    assert told((1, True), (2, True), (3, False), (90, False)).deaf_since == 3
    back = told((1, True), (3, False), (90, False), (91, True), (92, True))
    assert (back.deaf_since, back.outage) == (None, (3, 91))


def test_a_listener_that_was_not_there_heard_nobody_either() -> None:
    before = Pulse(100.0, connected=True)
    assert told((100 + QUIET_S, True), first=before).outage is None  # started anew at once
    assert told((400, True), first=before).outage == (100, 400)
    assert told((400, False), (401, False), first=before).deaf_since == 100


def test_two_outages_close_together_are_one_and_far_apart_are_two() -> None:
    far = 100 + ONE_OUTAGE_S + 1
    assert told((1, True), (10, False), (100, True), (108, False), (110, True)).outage == (10, 110)
    flapping = [(at, at % 540 > 2) for at in range(10, 40_000)]  # two seconds without a broker every nine minutes
    pulse = told((1, True), *flapping)
    assert pulse.outage is not None
    assert pulse.at - pulse.outage[0] < 2 * ONE_OUTAGE_S
    steady = [(at, True) for at in range(100, int(far), 5)]
    assert told((1, True), (10, False), *steady, (far, False), (far + 2, True)).outage == (far, far + 2)


def test_of_the_past_it_is_known_whether_anybody_could_be_heard() -> None:
    here = Pulse(1000.0, True)
    assert here.then(500.0, None, now=1000.0) == Pulse(500.0, True, remembered=True)
    assert here.then(500.0, (400.0, None), now=1000.0) == Pulse(500.0, False, deaf_since=400.0, remembered=True)
    assert here.then(500.0, (300.0, 400.0), now=1000.0) == Pulse(500.0, True, outage=(300.0, 400.0), remembered=True)


def test_an_outage_that_is_not_over_is_known_by_the_listeners_last_word() -> None:
    lost = Pulse(1000.0, False, deaf_since=600.0)
    assert lost.then(700.0, (300.0, 400.0), now=1000.0).deaf_since == 600.0
    assert lost.then(500.0, (300.0, 400.0), now=1000.0).outage == (300.0, 400.0)
    away = Pulse(600.0, True)
    assert away.then(700.0, None, now=1000.0).deaf_since == 600.0
    assert away.then(500.0, None, now=1000.0).connected


def test_a_listener_that_goes_right_after_an_outage_is_part_of_it() -> None:
    back = told((1, True), (10, False), (200, True), (260, True))
    assert told((275, True), first=back).outage == (10, 275)  # started anew
    assert told((275, False), (290, True), first=back).outage == (10, 290)
    late = told(*((at, True) for at in range(265, 1_000, 5)), first=back)
    assert told((1_020, True), first=late).outage == (995, 1_020)


def test_an_outage_by_a_clock_that_was_wrong_is_forgotten() -> None:
    ahead = told((1, True), (2, False), (1e6, False), (1e6 + 1, True), (4, True))
    assert ahead.outage is None
    assert told((1, True), (1e6, False), (3, False)).deaf_since == 1


def test_what_is_wrong_and_what_was_counted_is_told_too(tmp_path: Path) -> None:
    told = Pulse(
        100.0,
        True,
        fault=Text("The disk is full {n}", {"n": 1}),
        started=40.0,
        stored_at=99.0,
        counts={"stored": 7, "held": 1},
    )
    told.write(tmp_path)
    assert Pulse.read(tmp_path, now=101.0) == told
