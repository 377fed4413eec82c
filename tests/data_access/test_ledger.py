"""The numbers of a device: whatever comes in whatever order, the ledger tells exactly what is here."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from data_access import ledger
from data_access.ledger import Numbers, joined

numbers = st.integers(-2, 40)
ranges = st.tuples(numbers, numbers)


def spread(told: tuple[tuple[int, int], ...]) -> set[int]:
    return {number for first, last in told for number in range(first, last + 1)}


@given(st.lists(st.tuples(st.lists(numbers, max_size=6), st.lists(ranges, max_size=2)), max_size=12))
def test_the_ledger_knows_exactly_the_numbers_that_came_or_were_given_up(
    told: list[tuple[list[int], list[tuple[int, int]]]],
) -> None:
    known, settled, lost = Numbers(), set[int](), set[int]()
    for come, gone in told:
        known = known.with_(come, gone)
        settled |= {number for number in come if number >= 1}
        lost |= {number for number in spread(tuple(gone)) if number >= 1}
        settled |= lost
        assert set(range(1, known.watermark + 1)) | spread(known.also) == settled
        assert known.watermark + 1 not in settled
        assert spread(known.lost) == lost
        assert spread(known.missing) == set(range(1, max(settled, default=0) + 1)) - settled


@given(st.lists(ranges))
def test_joined_ranges_are_in_order_and_never_touch(told: list[tuple[int, int]]) -> None:
    found = joined(told)
    assert spread(found) == spread(tuple(told))
    assert all(first <= last for first, last in found)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


def test_a_device_that_sends_every_other_number_has_no_endless_ledger() -> None:
    known = Numbers().with_(range(2, 10_000, 2))
    assert len(known.also) == ledger.MOST_RANGES
    assert known.watermark == 0
    assert known.with_(range(1, 10_000, 2)).watermark == 2 * ledger.MOST_RANGES + 1


def test_a_number_far_away_takes_no_room() -> None:
    assert Numbers().with_([2**62], [(5, 2**61)]) == Numbers(0, ((5, 2**61), (2**62, 2**62)), ((5, 2**61),))
