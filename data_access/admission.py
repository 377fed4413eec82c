"""What a gateway takes in: only what it can write again, and what is small enough for the city's broker."""

from typing import Any

import orjson

from data_access.decoders.fields import DEVICE_ID
from data_access.spool import ADDED, LARGEST
from data_access.words import _

RESERVED = "events"  # cityglass/events/… is no device's


def object_in(payload: bytes) -> dict[str, Any]:
    """The JSON object of a reading, with the time at which it was measured.

    Raises:
        ValueError: it is none, is too large, or has no time: the gateway may send it days later.
    """
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise ValueError(_("it is not a JSON object"))
    if said.get("at") is None:
        raise ValueError(_("it does not say when it was measured (at)"))
    try:
        again = orjson.dumps(said)
    except orjson.JSONEncodeError:  # it reads 1,000 levels and writes 254
        raise ValueError(_("it is nested too deep")) from None
    _small_enough(again, LARGEST - ADDED)
    return said


def state_in(payload: bytes) -> bytes:
    """What a device says that it is, or whether it is there.

    Raises:
        ValueError: it is too large.
    """
    _small_enough(payload, LARGEST)
    return payload


def topic_in(topic: bytes) -> tuple[str, str, str]:
    """A topic beside the gateway: its name, whose it is, and what is told there.

    Raises:
        ValueError: no device may be called so.
    """
    name = topic.decode()
    _root, device, what = name.split("/", 2)
    return name, allowed(device), what


def device_in(said: dict[str, Any]) -> str:
    """Whose reading a line of a file is; the name is taken out of it.

    Raises:
        ValueError: it does not say, or no device may be called so.
    """
    device = said.pop("device", None)
    if not isinstance(device, str) or not device:
        raise ValueError(_("it does not say whose reading it is (device)"))
    return allowed(device)


def allowed(device: str) -> str:
    """The name of a device; the city would refuse another, and a longer one would make each message too large.

    Raises:
        ValueError: no device may be called so.
    """
    if not DEVICE_ID.fullmatch(device) or device == RESERVED:
        raise ValueError(_("no device may be called {name}").format(name=ascii(device)[:80]))
    return device


def _small_enough(body: bytes, largest: int) -> None:
    if len(body) > largest:
        raise ValueError(_("it is too large: {n} bytes, {most} are allowed").format(n=len(body), most=largest))
