"""The numbers of a device: whatever comes in whatever order, the ledger tells exactly what is here."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import ledger
from data_access.ledger import Ack, Numbers, joined

numbers = st.integers(-2, 40)
ranges = st.tuples(numbers, numbers)


def spread(told: tuple[tuple[int, int], ...]) -> set[int]:
    return {number for first, last in told for number in range(first, last + 1)}


@given(st.lists(st.tuples(st.lists(numbers, max_size=6), st.lists(ranges, max_size=2)), max_size=12))
def test_the_ledger_knows_exactly_the_numbers_that_came_or_were_given_up(
    told: list[tuple[list[int], list[tuple[int, int]]]],
) -> None:
    known, came, given_up = Numbers(), set[int](), set[int]()
    for come, gone in told:
        known = known.with_(come, gone)
        came |= {number for number in come if number >= 1}
        given_up |= {number for number in spread(tuple(gone)) if number >= 1}
        lost, settled = given_up - came, came | given_up
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
    known = Numbers().with_(range(2, 10_001, 2))
    assert len(known.also) == ledger.MOST_RANGES
    assert (known.watermark, known.untold) == (0, 8_000)
    assert spread(known.missing) == set(range(8_001, 10_000, 2))
    assert known.with_(range(1, 10_000)) == Numbers(10_000)


def test_what_was_told_of_a_boot_and_what_is_told_now_are_told_together() -> None:
    assert Ack("b", 2, ((9, 9),)).after(Ack("b", 1, ((4, 5),))) == Ack("b", 2, ((4, 5), (9, 9)))
    assert Ack("b", 7).after(Ack("b", 1, ((4, 5),))) == Ack("b", 7)


def test_numbers_that_were_given_up_are_counted_however_many_they_are() -> None:
    known = Numbers().with_(range(2, 4_801, 2), [(n, n) for n in range(1, 4_800, 2)])
    assert (known.watermark, len(known.lost), known.more_lost) == (4_800, ledger.MOST_RANGES, 1_400)
    again = known.with_([4_801], [(n, n) for n in range(1, 4_800, 2)])  # a gateway tells it until it is confirmed
    assert (again.watermark, again.more_lost) == (4_801, 1_400)


@given(st.lists(st.lists(st.integers(1, 60), max_size=8), max_size=10), st.integers(1, 4))
def test_a_ledger_that_forgets_says_nothing_false_and_ends_when_all_is_sent_again(
    told: list[list[int]], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "MOST_RANGES", most)
        known, came = Numbers(), set[int]()
        for come in told:
            known = known.with_(come)
            came |= set(come)
            highest = max(came, default=0)
            assert set(range(1, known.watermark + 1)) | spread(known.also) <= came
            assert not spread(known.missing) & came
            exact = set(range(max(known.watermark, known.untold) + 1, highest + 1))
            assert exact - came == spread(known.missing)
            assert len(known.also) <= most
        for number in range(1, highest + 1 if came else 1):  # a sender repeats what is not acknowledged, oldest first
            if number > known.watermark:
                known = known.with_([number])
        assert known == Numbers(max(came, default=0))


def test_what_is_here_is_not_lost_because_its_sender_says_so() -> None:
    assert Numbers().with_([1, 2, 3]).with_([], [(2, 2)]) == Numbers(3)
    assert Numbers().with_([1, 3], [(2, 2)]).with_([2]) == Numbers(3)


def test_a_number_far_away_takes_no_room() -> None:
    assert Numbers().with_([2**62], [(5, 2**61)]) == Numbers(0, ((5, 2**61), (2**62, 2**62)), ((5, 2**61),))
