"""What every LoRaWAN network server says of an uplink, whatever it calls it; from there on all are read alike.

The envelope is a network server's, the frame in it a device's: an envelope's decoder makes an `Uplink`, and `packet`
lets the codec of the device read its frame. The radio's own figures are readings, too: a device that is heard ever
more faintly is one that somebody should look after.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from data_access.codecs import codec_for
from data_access.codecs.base import FrameError
from data_access.decoders.base import DecodeError
from data_access.decoders.fields import MAX_NUMBER, number, text, whole
from data_access.records import About, Fact, Packet, Reading
from data_access.words import N_

LONGEST_FRAME = 256
PORTS = (0, 255)


class Uplink(NamedTuple):
    """One uplink. `session` changes when the device joins anew, and its `counter` then begins at 0.

    `model` is the one that the server states, `words` what else it says of the device's make; `radio` its figures by
    metric; `place` is (lon, lat) where the server knows where the device stands.
    """

    eui: str
    session: str
    counter: int
    port: int
    frame: bytes
    at: datetime
    model: str
    words: str
    radio: dict[str, float]
    place: tuple[float, float] | None = None


@contextmanager
def bearing(eui: str, session: str, counter: int) -> Iterator[None]:
    """What is refused in here came all the same, and bears this number: the air has not lost it."""
    try:
        yield
    except DecodeError as refused:
        refused.numbered = (f"eui-{eui}", session, counter + 1)
        raise


def packet(uplink: Uplink) -> Packet:
    """The readings of an uplink, numbered by its frame counter, so that what the air lost stands in the gap ledger.

    Raises:
        DecodeError: nobody knows how to read this device's frames, or this one cannot be read.
    """
    with bearing(uplink.eui, uplink.session, uplink.counter):
        return _packet(uplink)


def _packet(uplink: Uplink) -> Packet:
    codec = codec_for(uplink.model, uplink.words, uplink.frame)
    if codec is None:
        about = uplink.model or uplink.words
        raise DecodeError(N_("no codec is known for this device's frames"), f"{uplink.eui} {about}")
    try:
        values = dict(codec.decode(uplink.port, uplink.frame))
    except FrameError as refused:
        raise DecodeError(refused.why, f"{codec.name} {refused.detail}") from None
    device, seq = f"eui-{uplink.eui}", uplink.counter + 1
    told = values | uplink.radio
    facts: list[Fact] = [
        Reading(device, name, value, uplink.at, "good", uplink.session, seq) for name, value in told.items()
    ]
    if uplink.place:
        facts.insert(0, About(device, device, "sensor", *uplink.place, partial=True))
    return Packet(tuple(facts), device, uplink.session, seq)


def eui(said: Any, name: str) -> str:
    """The EUI-64 of a device in hexadecimal, from that or from base64, as older servers write it.

    Raises:
        DecodeError: it is neither.
    """
    if isinstance(said, str):
        for read in (bytes.fromhex, _base64):
            try:
                found = read(said)
            except ValueError:
                continue
            if len(found) == 8:
                return found.hex()
    raise DecodeError(N_("not the EUI of a device"), name)


def frame(said: Any, name: str) -> bytes:
    """The bytes that the device sent.

    Raises:
        DecodeError: it is no base64, or longer than a radio frame can be.
    """
    if not isinstance(said, str):
        raise DecodeError(N_("something is missing") if said is None else N_("not a text"), name)
    try:
        found = _base64(said)
    except ValueError:
        raise DecodeError(N_("it is not base64"), name) from None
    if len(found) > LONGEST_FRAME:
        raise DecodeError(N_("too many at once"), f"{name} {len(found)}")
    return found


def counter(said: Any, name: str) -> int:
    """A frame counter: absent is 0, since servers leave zeros out."""
    return 0 if said is None else whole(said, name, 0, MAX_NUMBER - 1)


def port(said: Any, name: str) -> int:
    """The port of a frame: absent is 0."""
    return 0 if said is None else whole(said, name, *PORTS)


def figures(**said: Any) -> dict[str, float]:
    """Those figures of the radio that are there."""
    return {name: number(value, name, -1e12, 1e12) for name, value in said.items() if value is not None}


def strongest(heard: Any, strength: str) -> dict[str, Any]:
    """Of the gateways that heard it, what the one tells that heard it best; nothing where none is named."""
    those = [one for one in heard if isinstance(one, dict)] if isinstance(heard, list) else []
    loud = [one for one in those if type(one.get(strength)) in (int, float)]
    return max(loud, key=lambda one: float(one[strength]), default=those[0] if those else {})


def spot(said: Any) -> tuple[float, float] | None:
    """(lon, lat) of {"longitude", "latitude"}; None where it says none."""
    if not isinstance(said, dict) or said.get("longitude") is None or said.get("latitude") is None:
        return None
    return number(said["longitude"], "longitude", -180, 180), number(said["latitude"], "latitude", -90, 90)


def words_of(*said: Any) -> str:
    """Those of them that are words, in one line."""
    return " ".join(one for one in said if isinstance(one, str))


def session(said: Any) -> str:
    """What names the session of a device: it changes when the device joins anew."""
    return "lorawan" if said is None else text(said, "session", 64)


def within(said: Any, *names: str) -> Any:
    """What stands there, however deep; None where anything on the way is missing or no object."""
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _base64(said: str) -> bytes:
    try:
        return b64decode(said, validate=True)
    except binascii.Error as fault:
        raise ValueError(str(fault)) from fault
