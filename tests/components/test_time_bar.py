"""The time bar reaches from the first fact to now, and no further."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dash import no_update
from hypothesis import given
from hypothesis import strategies as st

from components.time_bar import SPANS, SPEEDS, reach, replayed, time_bar, told, wished
from components.time_travel import events_of, time_of, unheard
from components.view import View
from data_access.words import speaking
from tests.components.noon import desk_at_noon, found
from tests.small_city import MINUTE
from tests.small_city import NOON as CITY_NOON

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 3, 2, 5, 0, 30, tzinfo=UTC)
FIRST = datetime(2026, 3, 1, 3, 0, 12, tzinfo=UTC)
ENDS = reach(FIRST, NOW)
EARLY, LATE = datetime(1990, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("noon"))


def test_the_bar_begins_in_the_minute_of_the_first_fact() -> None:
    assert ENDS.first == datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def test_without_a_fact_there_is_only_now() -> None:
    alone = reach(None, NOW)
    assert wished({"at": NOW.isoformat()}, None, alone, HANOI) is None
    assert wished({"at": (NOW - timedelta(days=1)).isoformat()}, None, alone, HANOI) == alone.first


def test_now_and_all_that_is_to_come_is_now() -> None:
    for at in (NOW, NOW + timedelta(days=400)):
        assert wished({"at": at.isoformat()}, FIRST, ENDS, HANOI) is None


def test_a_wish_is_followed_to_the_second_and_never_before_the_first_fact() -> None:
    back = NOW - timedelta(hours=1, seconds=17)
    assert wished({"at": back.isoformat()}, None, ENDS, HANOI) == back
    assert wished({"at": "2001-01-01T00:00:00Z"}, None, ENDS, HANOI) == ENDS.first
    assert wished({"live": True}, back, ENDS, HANOI) is None


def test_a_typed_time_is_of_the_citys_clock() -> None:
    assert wished({"typed": "2026-03-02T09:00"}, None, ENDS, HANOI) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert wished({"typed": "2030-01-01T00:00"}, None, ENDS, HANOI) is None
    assert wished({"typed": "1999-01-01T00:00"}, None, ENDS, HANOI) == ENDS.first


@pytest.mark.parametrize(
    "wish", [None, 3, [], {}, {"at": "far"}, {"at": 7}, {"at": "2026-03-02T09:00"}, {"typed": "soon"}, {"jump": 1e400}]
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
    assert (live["at"], live["first"], live["now"]) == (None, ENDS.first.isoformat(), NOW.isoformat())
    past = told(ENDS.first, ENDS, HANOI)
    assert past["at"] == "2026-03-01T03:00:00+00:00"
    assert past["typed"] == "01/03/2026 10:00"
    assert past["calendar"][:2] == ["2026-03-01T10:00", "2026-03-01T10:00"]


def test_one_plays_from_as_it_was_to_an_hour_a_second() -> None:
    with speaking("en"):
        bar = time_bar(ENDS, None, HANOI)
    speed, span = found(bar, "Select")
    told = [[option.value for option in found(choice, "Option")] for choice in (speed, span)]  # type: ignore[attr-defined]  # Dash sets it
    assert told == [[str(speed) for speed in SPEEDS], [str(span) for span in SPANS]]
    assert (SPEEDS[0], SPEEDS[-1]) == (1, 3600)
    for button in found(bar, "Button"):
        assert getattr(button, "aria-label", None) or getattr(button, "title", None) or button.children  # type: ignore[attr-defined]  # Dash sets it


def test_a_wish_comes_back_with_its_number_and_a_tick_moves_nothing(view: View) -> None:
    at, told = time_of(view, {"at": (CITY_NOON - MINUTE).isoformat(), "mine": 4}, None)
    assert at == (CITY_NOON - MINUTE).isoformat() == told["at"]
    assert told["mine"] == 4
    stays, told = time_of(view, None, CITY_NOON - MINUTE)
    assert stays is no_update
    assert told["tick"] is True
    assert told["at"] == at
    home, told = time_of(view, {"live": True}, CITY_NOON - MINUTE)
    assert (home, told["at"], "tick" in told) == (None, None, False)


def test_a_wish_that_a_tick_of_the_minute_overtook_is_heard_with_the_tick() -> None:
    wish = {"at": (CITY_NOON - MINUTE).isoformat(), "mine": 4}
    assert unheard(wish, None)
    assert unheard(wish, {"wish": {"live": True, "mine": 3}})
    assert not unheard(wish, {"wish": dict(wish)})
    assert not unheard(None, {"wish": wish})
    assert unheard(wish, 7)


def test_a_jump_goes_to_what_happened_before_and_after(view: View) -> None:
    with speaking("en"):
        at, told = time_of(view, {"jump": -1, "from": CITY_NOON.isoformat(), "mine": 1}, None)
    assert at == (CITY_NOON - 2 * MINUTE).isoformat()
    assert (told["event"]["id"], told["event"]["layer"]) == ("i-tree", "incidents")
    assert told["event"]["title"] == "Branch on the path"
    at, told = time_of(view, {"jump": 1, "from": (CITY_NOON - 39 * MINUTE).isoformat()}, CITY_NOON - 39 * MINUTE)
    assert told["event"]["id"] == "i-fire"
    stays, told = time_of(view, {"jump": 1, "from": (CITY_NOON - MINUTE).isoformat()}, CITY_NOON - MINUTE)
    assert stays is no_update
    assert told["event"] is None


def test_a_stretch_tells_its_events_and_what_is_none_tells_nothing(view: View) -> None:
    asked = {"from": (CITY_NOON - 60 * MINUTE).isoformat(), "to": CITY_NOON.isoformat()}
    with speaking("en"):
        told = events_of(view, asked)
    assert [event["id"] for event in told["events"]] == ["i-crash", "i-fire", "i-flood", "i-tree"]
    assert told["events"][1]["why"] == "fire, severity 1, critical"
    assert told["events"][1]["clock"] == "11:48"
    for senseless in (None, 7, {}, {"from": "a", "to": "b"}, {"from": asked["to"], "to": asked["from"]}):
        assert events_of(view, senseless) is no_update
    ahead = {"from": (CITY_NOON + MINUTE).isoformat(), "to": (CITY_NOON + 9 * MINUTE).isoformat()}
    assert events_of(view, ahead)["events"] == []
