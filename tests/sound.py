"""What every decoder owes, whatever it is given: a packet that the store may trust, or a reason."""

from math import isfinite, isnan

from data_access.decoders import DecodeError, Decoder
from data_access.records import About, Incident, Online, Packet, Reading


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
