"""What every decoder owes, over the whole list: the next one is tested before it is written."""

from math import isfinite, isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.decoders import DECODERS, DecodeError, Decoder, decoder_for, matches
from data_access.records import About, Incident, Online, Packet, Reading
from data_access.words import speaking
from tests.captured import Captured, captured


def by_name(decoder: Decoder) -> str:
    return decoder.name


def outcome(decoder: Decoder, topic: str, payload: bytes) -> Packet | str:
    """The packet, or the reason why there is none; anything else that is raised fails the test."""
    try:
        return decoder.decode(topic, payload)
    except DecodeError as refused:
        return refused.reason


def sound(packet: Packet) -> bool:
    """Whether a packet holds only what the store may trust."""
    for fact in packet.facts:
        match fact:
            case Reading():
                assert fact.value is None or isfinite(fact.value)
                assert (fact.value is None) <= (fact.quality != "good")
                assert fact.observed_at.utcoffset() is not None
                assert packet.device_id in (fact.device_id, None)
                assert (fact.boot, fact.seq) == (packet.boot, packet.seq)
            case Online() | About():
                assert packet.device_id in (fact.device_id, None)
            case Incident():
                assert fact.at.utcoffset() is not None
        if isinstance(fact, About | Incident) and not (isinstance(fact, About) and isnan(fact.lon) and isnan(fact.lat)):
            assert -180 <= fact.lon <= 180
            assert -90 <= fact.lat <= 90
    assert packet.seq is None or packet.seq >= 1
    repr(packet).encode()  # no half characters anywhere
    assert "\0" not in repr(packet)
    return True


@pytest.mark.parametrize("decoder", DECODERS, ids=by_name)
def test_a_decoder_has_captured_packets_both_good_and_bad(decoder: Decoder) -> None:
    outcomes = [outcome(decoder, packet.topic, packet.payload) for packet in captured(decoder.name)]
    assert sum(isinstance(told, Packet) for told in outcomes) >= 3
    assert sum(isinstance(told, str) for told in outcomes) >= 1


@pytest.mark.parametrize("packet", captured(), ids=lambda packet: f"{packet.decoder}-{packet.name}")
def test_a_captured_packet_reaches_its_decoder_and_is_taken_or_refused(packet: Captured) -> None:
    decoder = decoder_for(packet.topic)
    assert decoder is not None
    assert decoder.name == packet.decoder
    told = outcome(decoder, packet.topic, packet.payload)
    assert told == outcome(decoder, packet.topic, packet.payload)
    assert sound(told) if isinstance(told, Packet) else told


@pytest.mark.parametrize("decoder", DECODERS, ids=by_name)
def test_a_packet_cut_off_anywhere_or_with_any_byte_flipped_never_crashes(decoder: Decoder) -> None:
    for packet in captured(decoder.name):
        for end in range(len(packet.payload)):
            changed = bytearray(packet.payload)
            changed[end] ^= 0x15
            for payload in (packet.payload[:end], bytes(changed)):
                told = outcome(decoder, packet.topic, payload)
                assert sound(told) if isinstance(told, Packet) else told


@pytest.mark.parametrize("decoder", DECODERS, ids=by_name)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_bytes_on_any_topic_of_its_own_are_taken_or_refused(decoder: Decoder, data: st.DataObject) -> None:
    level = st.text(st.characters(exclude_characters="/+#"), max_size=70)
    wanted = data.draw(st.sampled_from(decoder.topics))
    topic = "/".join(data.draw(level) if part in ("+", "#") else part for part in wanted.split("/"))
    assert decoder.reads(topic)
    payload = data.draw(
        st.binary(max_size=200) | st.sampled_from([packet.payload for packet in captured(decoder.name)])
    )
    told = outcome(decoder, topic, payload)
    assert sound(told) if isinstance(told, Packet) else told


@pytest.mark.parametrize("decoder", DECODERS, ids=by_name)
def test_a_reason_is_kept_in_one_language_whoever_listens(decoder: Decoder) -> None:
    with speaking("vi"):
        in_vietnamese = outcome(decoder, decoder.topics[0].replace("+", "x"), b"")
    assert in_vietnamese == outcome(decoder, decoder.topics[0].replace("+", "x"), b"")


def test_no_decoder_listens_to_what_we_say_ourselves() -> None:
    assert decoder_for("cityglass/box-7/ack") is None
    assert decoder_for("$SYS/broker/load") is None


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("cityglass/+/readings", "cityglass/box-7/readings", True),
        ("cityglass/+/readings", "cityglass//readings", True),
        ("cityglass/+/readings", "cityglass/a/b/readings", False),
        ("cityglass/+/readings", "cityglass/box-7/readings/", False),
        ("cityglass/#", "cityglass", True),
        ("cityglass/#", "cityglass/a/b", True),
        ("cityglass/+", "cityglass", False),
        ("#", "anything/at/all", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("Cityglass/#", "cityglass/a", False),
    ],
)
def test_a_filter_fits_as_mqtt_says(wanted: str, topic: str, fits: bool) -> None:
    assert matches(wanted, topic) is fits
