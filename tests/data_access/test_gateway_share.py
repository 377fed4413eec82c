"""Behind one gateway: what the city does not confirm of one device keeps no other from being heard."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import gateway as module
from data_access.gateway import Gateway
from data_access.spool import Spool

ROUNDS = 200


class Line:
    """A connection to a city that takes everything and confirms only what it is told to."""

    welcome = True

    def __init__(self) -> None:
        self.said: list[tuple[str, int]] = []

    def publish(self, topic: str, body: bytes) -> int:
        self.said.append((topic.split("/")[1], json.loads(body)["seq"]))
        return len(self.said)

    def acknowledge(self, numbers: list[int]) -> None:
        """It has heard us, too."""


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.db")
    yield spool
    spool.close()


def put(spool: Spool, device: str, first: int, last: int) -> None:
    spool.put((device, {"at": n, "boot": "b", "seq": n, "values": {}}) for n in range(first, last + 1))


def connected(spool: Spool) -> tuple[Gateway, Line]:
    gateway, line = Gateway("mqtt://127.0.0.1:1", spool), Line()
    gateway._reached(line)  # type: ignore[arg-type]  # it stands for a Link
    return gateway, line


def send(gateway: Gateway, line: Line) -> None:
    for _round in range(ROUNDS):
        if not gateway._send_some(line):  # type: ignore[arg-type]
            return
    raise AssertionError("it never ends")


def confirm(gateway: Gateway, line: Line, device: str, upto: int) -> None:
    said = json.dumps({"boot": "b", "seq": upto}).encode()
    gateway._heard(line, f"cityglass/{device}/ack".encode(), 1, said, False)  # type: ignore[arg-type]


def test_one_that_is_never_confirmed_leaves_room_for_the_others(spool: Spool) -> None:
    put(spool, "loud", 1, 9_000)
    put(spool, "quiet", 1, 20)
    gateway, line = connected(spool)
    send(gateway, line)
    assert {n for device, n in line.said if device == "quiet"} == set(range(1, 21))
    assert len(line.said) - 20 <= module.WINDOW / 2


def test_without_a_share_they_would_wait_for_ever(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_share", lambda on_way: 0 if on_way.total() >= module.WINDOW else module.WINDOW)
    put(spool, "loud", 1, 9_000)
    put(spool, "quiet", 1, 20)
    gateway, line = connected(spool)
    send(gateway, line)
    assert {device for device, _n in line.said} == {"loud"}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 40)), min_size=1, max_size=12),
    st.lists(st.sampled_from("abc"), max_size=12),
)
def test_whoever_is_confirmed_in_the_end_everything_was_sent_and_once(
    tmp_path_factory: pytest.TempPathFactory, come: list[tuple[str, int]], confirmed: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", 12)
        patch.setattr(module, "BATCH", 5)
        spool = Spool(tmp_path_factory.mktemp("spool") / "spool.db")
        counts = dict.fromkeys("abc", 0)
        gateway, line = connected(spool)
        for device, n in come:
            put(spool, device, counts[device] + 1, counts[device] + n)
            counts[device] += n
            send(gateway, line)
            if confirmed:
                one = confirmed.pop()
                confirm(gateway, line, one, max((n for device, n in line.said if device == one), default=0))
        for _round in range(sum(counts.values())):
            for device in counts:
                confirm(gateway, line, device, max((n for one, n in line.said if one == device), default=0))
            send(gateway, line)
        spool.close()
    assert sorted(line.said) == [(device, n) for device in "abc" for n in range(1, counts[device] + 1)]
