"""What every decoder owes, over the whole list: the next one is tested before it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.decoders import DECODERS, Decoder, decoder_for, matches
from data_access.records import Packet
from data_access.words import speaking
from tests.captured import Captured, captured
from tests.sound import outcome, sound


def by_name(decoder: Decoder) -> str:
    return decoder.name


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
