"""Decentlab DL-PM: fine dust by mass, number and size, with temperature, humidity and pressure.

Frames of the maker's protocol 2 (Decentlab's data sheet of the DL-PM): a byte 2, the device's number and the flags of
the groups that follow, all in big-endian words of 16 bits. Each group is there whole or not at all:

    bit 0   battery, millivolts
    bit 1   PM1, PM2.5, PM4, PM10 (tenths of µg/m³); typical particle size (nm); particles up to 0.5, 1, 2.5, 4, 10 µm
            (tenths per cm³)
    bit 2   temperature and relative humidity, as the SHT21 counts them
    bit 3   air pressure, in steps of 2 Pa
"""

from collections.abc import Callable, Mapping
from struct import unpack

from data_access.codecs.base import Codec, FrameError
from data_access.words import N_

VERSION, HEAD = 2, 5
_TENTH: Callable[[int], float] = lambda word: word / 10  # noqa: E731
_MASS = ("pm1_ug_m3", "pm25_ug_m3", "pm4_ug_m3", "pm10_ug_m3")
_NUMBER = ("pm05_per_cm3", "pm1_per_cm3", "pm25_per_cm3", "pm4_per_cm3", "pm10_per_cm3")

GROUPS: tuple[tuple[tuple[str, Callable[[int], float]], ...], ...] = (
    (("battery_v", lambda word: word / 1000),),
    (
        *((name, _TENTH) for name in _MASS),
        ("particle_size_nm", float),
        *((name, _TENTH) for name in _NUMBER),
    ),
    (
        ("temperature_c", lambda word: 175.72 * word / 65536 - 46.85),
        ("humidity_pct", lambda word: 125 * word / 65536 - 6),
    ),
    (("pressure_hpa", lambda word: word * 2 / 100),),
)


def decode(_port: int, frame: bytes) -> Mapping[str, float]:
    """The values of one frame, by metric.

    Raises:
        FrameError: it is none of this protocol, has groups that this model does not have, or is of another length.
    """
    if len(frame) < HEAD:
        raise FrameError(N_("the frame is too short").words, len(frame))
    if frame[0] != VERSION:
        raise FrameError(N_("the frame is of another version of the protocol").words, frame[0])
    flags = int.from_bytes(frame[3:HEAD])
    if flags >> len(GROUPS):
        raise FrameError(N_("the frame has values that this model does not measure").words, f"flags {flags:#06x}")
    values = [value for bit, group in enumerate(GROUPS) if flags >> bit & 1 for value in group]
    if len(frame) != HEAD + 2 * len(values):
        raise FrameError(N_("the frame is of another length than it says").words, len(frame))
    words = unpack(f">{len(values)}H", frame[HEAD:])
    return {name: value(word) for (name, value), word in zip(values, words, strict=True)}


def fits(frame: bytes) -> bool:
    """Whether this may be a frame of this model: its version, its groups and its length agree."""
    try:
        decode(0, frame)
    except FrameError:
        return False
    return len(frame) > HEAD


DL_PM = Codec("dl-pm", decode, fits)
