from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from components.clock import for_input, instant, moment, typed
from data_access.words import speaking

HANOI, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")


def test_a_browser_names_an_instant_in_any_zone() -> None:
    assert instant("2026-03-02T12:00:00+07:00") == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert instant("2026-03-02T05:00:00Z") == datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "wish", [None, 7, "", "yesterday", "2026-03-02T05:00:00", "9" * 60, {"at": 1}, "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_instant_is_none(wish: object) -> None:
    assert instant(wish) is None


def test_a_typed_time_is_of_the_citys_own_clocks() -> None:
    assert typed("2026-03-02T12:00", HANOI) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert typed("2026-07-01T12:00", BERLIN) == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_of_an_hour_told_twice_a_typed_time_is_the_first() -> None:
    assert typed("2026-10-25T02:30", BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("wish", [None, "", "noon", "2026-03-02T12:00:00Z", ["2026-03-02T12:00"]])
def test_what_is_no_typed_time_is_none(wish: object) -> None:
    assert typed(wish, HANOI) is None


def test_a_typed_time_comes_back_as_it_was_typed() -> None:
    at = typed("2026-03-02T12:00", HANOI)
    assert at is not None
    assert for_input(at, HANOI) == "2026-03-02T12:00"


def test_a_moment_is_told_in_the_readers_language_by_the_citys_clock() -> None:
    noon = datetime(2026, 3, 2, 5, tzinfo=UTC)
    with speaking("en"):
        assert moment(noon, HANOI) == "Monday 2 March 2026, 12:00"
    with speaking("vi"):
        assert moment(noon, HANOI) == "12:00, Thứ Hai, ngày 2 tháng 3 năm 2026"
