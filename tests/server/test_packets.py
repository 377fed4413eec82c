"""MQTT 3.1.1 on the wire."""

from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import packets
from server.packets import ProtocolError, Publish

TOPICS = st.text(st.characters(codec="utf-8", exclude_characters="+#\0"), min_size=1, max_size=40)
MESSAGES = st.builds(Publish, TOPICS, st.binary(max_size=300), st.integers(0, 2), st.booleans(), st.integers(1, 65_535))


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_packets_come_out_as_they_went_in_however_the_network_cuts_them(
    messages: list[Publish], cuts: list[int]
) -> None:
    sent = b"".join(packets.publish(message, message.qos, message.retain, message.number) for message in messages)
    buffer, found, at, turn = bytearray(), [], 0, 0
    while at < len(sent):
        step = cuts[turn % len(cuts)]
        buffer += sent[at : at + step]
        at, turn = at + step, turn + 1
        found += [packets.read_publish(first, body) for first, body in packets.split(buffer)]
    assert not buffer
    assert found == [message if message.qos else message._replace(number=0) for message in messages]


@given(st.binary(max_size=120))
def test_any_bytes_are_packets_or_an_error_of_the_protocol(noise: bytes) -> None:
    readers = (packets.read_connect, packets.read_subscribe, packets.read_unsubscribe, packets.number)
    with suppress(ProtocolError):
        for first, body in packets.split(bytearray(noise)):
            for reader in (*readers, partial(packets.read_publish, first)):
                with suppress(ProtocolError):
                    repr(reader(body)).encode()


@pytest.mark.parametrize(
    ("wanted", "good"),
    [
        ("a/b", True),
        ("+", True),
        ("#", True),
        ("a/+/b/#", True),
        ("/", True),
        ("", False),
        ("a#", False),
        ("#/a", False),
    ],
)
def test_a_filter_is_told_from_nonsense(wanted: str, good: bool) -> None:
    assert packets.valid(wanted) is good
