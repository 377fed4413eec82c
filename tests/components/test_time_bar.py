"""The time bar reaches from the first fact to now, and no further."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.time_bar import Reach, reach, replayed, told, wished
from data_access.words import speaking

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 3, 2, 5, 0, 30, tzinfo=UTC)
FIRST = datetime(2026, 3, 1, 3, 0, 12, tzinfo=UTC)
ENDS = reach(FIRST, NOW)
EARLY, LATE = datetime(1990, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone


def test_the_slider_begins_in_the_minute_of_the_first_fact() -> None:
    assert ENDS.first == datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    assert ENDS.minutes == 26 * 60


def test_without_a_fact_there_is_only_now() -> None:
    alone = reach(None, NOW)
    assert alone.minutes == 0
    assert wished({"place": 0}, None, alone, HANOI) is None
    assert wished({"step": -60}, None, alone, HANOI) in (None, alone.first)


def test_the_right_end_is_now_and_stays_now() -> None:
    assert wished({"place": ENDS.minutes}, None, ENDS, HANOI) is None
    assert wished({"place": 10**9}, None, ENDS, HANOI) is None


@given(st.integers(0, 26 * 60 - 1))
def test_every_place_of_the_slider_is_a_minute_and_back(place: int) -> None:
    at = wished({"place": place}, None, ENDS, HANOI)
    if at is not None:
        assert ENDS.place(at) == place
        assert at.second == 0


def test_a_step_back_from_now_is_a_replay_and_a_step_too_far_on_is_live() -> None:
    back = wished({"step": -60}, None, ENDS, HANOI)
    assert back == NOW - timedelta(hours=1)
    assert wished({"step": 60}, back, ENDS, HANOI) is None
    assert wished({"step": -(10**6)}, None, ENDS, HANOI) == ENDS.first


def test_a_typed_time_is_of_the_citys_clock() -> None:
    assert wished({"typed": "2026-03-02T09:00"}, None, ENDS, HANOI) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert wished({"typed": "2030-01-01T00:00"}, None, ENDS, HANOI) is None
    assert wished({"typed": "1999-01-01T00:00"}, None, ENDS, HANOI) == ENDS.first


@pytest.mark.parametrize(
    "wish", [None, 3, [], {}, {"step": "far"}, {"place": None}, {"place": "x"}, {"typed": "soon"}, {"step": 1e400}]
)
def test_a_senseless_wish_leaves_the_time_as_it_is(wish: object) -> None:
    at = NOW - timedelta(hours=2)
    assert wished(wish, at, ENDS, HANOI) == at


@given(st.datetimes(EARLY, LATE, timezones=st.just(UTC)))
def test_no_time_lies_outside_the_reach(at: datetime) -> None:
    within = ENDS.within(at)
    assert within is None or ENDS.first <= within <= ENDS.now


def test_a_replay_says_so_with_day_and_minute_and_live_says_nothing() -> None:
    at = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    with speaking("en"):
        assert replayed(at, HANOI) == "REPLAY · Monday 2 March 2026, 09:00"
    with speaking("vi"):
        assert replayed(at, HANOI).startswith("XEM LẠI · 09:00")
    assert replayed(None, HANOI) == ""


def test_the_bar_is_told_where_it_stands() -> None:
    live = told(None, ENDS, HANOI)
    assert (live["at"], live["place"], live["places"]) == (None, ENDS.minutes, ENDS.minutes)
    past = told(ENDS.first, ENDS, HANOI)
    assert past["at"] == "2026-03-01T03:00:00+00:00"
    assert past["place"] == 0
    assert past["typed"] == "01/03/2026 10:00"
    assert past["calendar"][:2] == ["2026-03-01T10:00", "2026-03-01T10:00"]


def test_a_reach_of_no_length_has_one_place() -> None:
    assert Reach(NOW, NOW).place(None) == 0
