"""A spool that is full is fair, and tells what it gave up, as far as the city's broker lets it."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.spool import Spool
from tests.devices import SECOND

LARGEST = 65_536 - 256  # of a message: what deploy/mosquitto.conf lets through, without the head of its packet


def reading(number: int, **more: object) -> dict[str, object]:
    return {"at": SECOND + number, "values": {"pm25_ug_m3": number / 10}, **more}


def sized(size: int, **more: object) -> str:
    """A reading of so many bytes."""
    begun = json.dumps(reading(1, **more, pad=""), separators=(",", ":"))
    return begun[:-2] + "x" * (size - len(begun)) + begun[-2:]


def devices(spool: Spool) -> list[str]:
    return [key.device for _place, key, _body in spool.waiting(0, 9_999)]


def full(path: Path, most: int) -> Spool:
    spool = Spool(path, most)
    spool.put([("loud", reading(number)) for number in range(most)])
    return spool


def test_who_fills_a_spool_gives_way_to_the_quiet_ones(tmp_path: Path) -> None:
    with closing(full(tmp_path / "small.db", 100)) as spool:
        for number in range(5):
            spool.put([("quiet", reading(number))])
        spool.put([(f"other-{number}", reading(1)) for number in range(20)])
        held = devices(spool)
        assert (held.count("quiet"), sum(one.startswith("other") for one in held)) == (5, 20)
        assert json.loads(spool.waiting(0, 1)[0][2])["lost"] == [[1, 25]]
    with closing(Spool(tmp_path / "small.db", 100)) as again:  # it still knows whose they are
        again.put([("quiet", reading(9))])
        assert devices(again).count("quiet") == 6
        assert len(again) == 100


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(1, 4)),
            st.tuples(st.just("fail"), st.sampled_from("abc"), st.integers(1, 4)),
            st.tuples(st.just("confirm"), st.sampled_from("abc"), st.integers(0, 20)),
        ),
        max_size=30,
    )
)
def test_the_oldest_of_those_who_have_most_goes_whatever_happened_before(steps: list[tuple[str, str, int]]) -> None:
    def put(device: str, numbers: range, *more: tuple[str, Mapping[str, Any]]) -> None:
        spool.put([*((device, reading(number, boot="b", seq=number)) for number in numbers), *more])

    with closing(Spool(Path(":memory:"), most=6)) as spool:
        model: list[tuple[str, int]] = []
        last = dict.fromkeys("abc", 0)
        for what, device, n in steps:
            numbers = range(last[device] + 1, last[device] + n + 1)
            if what == "confirm":
                spool.confirmed(device, "b", n)
                model = [one for one in model if one[0] != device or one[1] > n]
            elif what == "fail":
                with pytest.raises(TypeError):
                    put(device, numbers, ("x", {"at": object()}))
            else:
                put(device, numbers)
                last[device] += n
                model += [(device, number) for number in numbers]
            held = [(key.device, key.seq) for _place, key, _body in spool.waiting(0, 99)]
            assert len(spool) == len(held) == min(6, len(model))
            gone = [one for one in model if one not in held]
            assert held == [one for one in model if one not in gone]
            for one, number in gone:  # an older one than any that is left; and nobody who has less than another
                assert all(number < left for name, left in held if name == one)
                counts = [sum(other == name for other, _n in held) for name in "abc"]
                assert sum(other == one for other, _n in held) >= max(counts) - 1
            model = held


@pytest.mark.parametrize("room", [0, 300, 6_000])
def test_what_is_lost_is_told_as_far_as_there_is_room(room: int) -> None:
    small = Spool(Path(":memory:"), most=200)
    odd = [("a", reading(number, boot="b", seq=number)) for number in range(1, 400, 2)]
    small.put(odd)
    small.put([("a", reading(number, boot="b", seq=number)) for number in range(1_001, 1_200)])
    small.put([("a", json.loads(sized(LARGEST - 128 - room, boot="b", seq=2_000)))])
    large = small.waiting(0, 999)[-1][2]
    assert len(large) <= LARGEST
    lost = json.loads(large).get("lost", [])
    assert lost == [[number, number] for number in range(1, 400, 2)][: len(lost)]
    assert len(lost) == 100 if room > 5_000 else len(lost) < 100
    small.close()


def test_what_a_sender_itself_has_lost_is_told_as_it_said(tmp_path: Path) -> None:
    with closing(full(tmp_path / "small.db", 2)) as spool:
        boot = spool.waiting(0, 1)[0][1].boot
        spool.put([("loud", reading(3, boot=boot, seq=9, lost=[[3, 8]]))])
        told = [json.loads(body)["lost"] for _place, _key, body in spool.waiting(0, 9)]
        assert told == [[[1, 1]], [[3, 8]]]
