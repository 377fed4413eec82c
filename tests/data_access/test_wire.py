"""Messages are taken off the wire whole, however the network cuts them, and all else is left for paho."""

import socket
import struct
from collections.abc import Iterator, Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.wire import MOST_WAITING, Buffered, Published, number_at

SUBACK = b"\x90\x04\x00\x01\x00\x01"
MESSAGES = st.lists(
    st.tuples(
        st.binary(min_size=1, max_size=40),
        st.integers(0, 65_535),
        st.one_of(st.binary(max_size=300), st.just(b"x" * 20_000)),
        st.booleans(),
    ),
    max_size=8,
)


def length(n: int) -> bytes:
    """A number as MQTT writes it."""
    told = b""
    while True:
        n, byte = n >> 7, n & 127
        told += bytes([byte | 128 * bool(n)])
        if not n:
            return told


def packet(message: Published, properties: bytes | None) -> bytes:
    topic, number, payload, retained = message
    body = struct.pack(">H", len(topic)) + topic + (struct.pack(">H", number) if number else b"")
    body += b"" if properties is None else length(len(properties)) + properties
    body += payload
    return bytes([0x30 | 2 * bool(number) | retained]) + length(len(body)) + body


@pytest.fixture(scope="module")
def ends() -> Iterator[tuple[Buffered, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        yield Buffered(ours), theirs
    ours.close()


def through(
    ends: tuple[Buffered, socket.socket], sent: bytes, cuts: Sequence[int], properties: bool
) -> list[Published]:
    """What is taken while this arrives in pieces."""
    wire, theirs = ends
    found, at = [], 0
    for cut in [*sorted(min(cut, len(sent)) for cut in cuts), len(sent)]:
        while at < cut:
            at += theirs.send(sent[at : min(cut, at + 10_000)])
            assert wire.fill()
            found += wire.messages(properties)
    return found


@given(MESSAGES, st.lists(st.integers(0, 30_000), max_size=6), st.sampled_from([None, b"", b"\x01\x01", b"\x26" * 200]))
def test_however_it_is_cut_every_message_comes_once_and_whole(
    ends: tuple[Buffered, socket.socket], messages: list[Published], cuts: list[int], properties: bytes | None
) -> None:
    sent = b"".join(packet(message, properties) for message in messages)
    assert through(ends, sent, cuts, properties is not None) == messages
    assert ends[0].pending() == 0


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(1, 65_535), st.sampled_from([0x00, 0x10, 0x97]), st.sampled_from([2, 3, 4, 40])),
            st.just((b"cityglass/a/status", 7, b"online", False)),
        ),
        max_size=9,
    ),
    st.lists(st.integers(0, 300), max_size=9),
)
def test_answers_to_our_messages_come_once_between_others_however_they_are_cut(
    ends: tuple[Buffered, socket.socket], said: list[tuple[int, int, int] | Published], cuts: list[int]
) -> None:
    sent, wanted = b"", []
    for one in said:
        if isinstance(one[0], bytes):
            sent += packet(one, b"")
            wanted.append(one)
        else:
            number, code, long = one
            sent += b"\x40" + bytes([long]) + (struct.pack(">HBB", number, code, max(0, long - 4)) + b"x" * long)[:long]
            wanted.append((number, code if long > 2 else 0))
    wire, theirs = ends
    found, at = [], 0
    for cut in [*sorted(min(cut, len(sent)) for cut in cuts), len(sent)]:
        if cut > at:
            theirs.sendall(sent[at:cut])
            at = cut
            assert wire.fill()
        while taken := [*wire.messages(True), *wire.answers()]:
            found += taken
    assert found == wanted
    assert wire.pending() == 0


def test_what_is_no_message_is_left_where_it_is(ends: tuple[Buffered, socket.socket]) -> None:
    wire, _theirs = ends
    first, second = (b"a", 1, b"one", False), (b"a", 2, b"two", True)
    assert through(ends, packet(first, b"") + SUBACK + packet(second, b""), [], True) == [first]
    assert wire.pending()
    assert wire.recv(len(SUBACK)) == SUBACK
    assert list(wire.messages(True)) == [second]


def test_a_part_of_a_message_keeps_nobody_busy(ends: tuple[Buffered, socket.socket]) -> None:
    wire, theirs = ends
    message = (b"a", 1, b"x" * 300, False)
    sent = packet(message, b"")
    for cut in (1, 2, 3, 200):
        theirs.sendall(sent[:cut])
        assert wire.fill()
        assert list(wire.messages(True)) == []
        assert wire.pending() == 0
        assert not wire.fill()
        theirs.sendall(sent[cut:])
        assert wire.fill()
        assert list(wire.messages(True)) == [message]


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x34\x05\x00\x01a\x00\x01",  # QoS 2
        b"\x32\x05\x00\x01a\x00\x00",  # nothing to acknowledge it by
        b"\x30\x03\x00\x09a",  # a topic longer than the packet
        b"\x30\x00",
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x30\x04\x00\x01a\x7f",  # properties longer than the packet
    ],
)
@pytest.mark.parametrize("behind", [b"", b"y" * 300])
def test_a_message_that_is_none_is_left_for_paho_to_refuse(wrong: bytes, behind: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        wire = Buffered(ours)
        theirs.sendall(wrong + behind)
        assert wire.fill()
        assert list(wire.messages(True)) == []
        assert wire.pending() == len(wrong + behind)


def test_what_is_not_taken_waits(ends: tuple[Buffered, socket.socket]) -> None:
    wire, theirs = ends
    sent = [(b"a", number, b"", False) for number in range(1, 8)]
    theirs.sendall(b"".join(packet(message, b"") for message in sent))
    assert wire.fill()
    assert list(islice(wire.messages(True), 3)) == sent[:3]
    assert wire.pending()
    assert list(wire.messages(True)) == sent[3:]
    assert not wire.pending()


def test_what_is_very_long_is_paho_s(ends: tuple[Buffered, socket.socket]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        wire = Buffered(ours)
        theirs.sendall(b"\x30" + length(4 * MOST_WAITING))
        came = 0
        while came < MOST_WAITING:
            theirs.sendall(bytes(50_000))
            while wire.fill():
                assert list(wire.messages(False)) == []
            came += 50_000
        assert wire.pending() > MOST_WAITING


@given(st.integers(0, 2**28 - 1))
def test_a_number_is_read_as_it_was_written(n: int) -> None:
    told = length(n)
    assert number_at(told + b"\xff", 0) == (n, len(told))
    with pytest.raises(IndexError):
        number_at(told[:-1], 0)
