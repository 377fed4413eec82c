"""Reading the fields of a packet strictly: what is not exactly what it should be is refused, with the reason."""

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import orjson

from data_access.decoders.base import DecodeError
from data_access.words import N_

MAX_PAYLOAD = 65_536  # bytes; what deploy/mosquitto.conf lets through at most
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS_ABOVE = 1e11  # as seconds that would be the year 5138
_LAST_S = 253_402_300_799  # the end of the year 9999
MAX_NUMBER = 2**53  # beyond it, JSON's readers disagree about integers

DEVICE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:)([0-9]{2})(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Control characters, what ends a line, half characters, and the marks by which text runs backwards over other text.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_FORBIDDEN_IN_LINES = re.compile(_FORBIDDEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def json_value(payload: bytes) -> Any:
    """The JSON that these bytes are.

    Raises:
        DecodeError: empty, too large, not JSON (NaN, endless numbers and half characters are not), or a name stands
            twice in one object, so that nobody can say which value is meant.
    """
    if not payload:
        raise DecodeError(N_("the payload is empty"))
    if len(payload) > MAX_PAYLOAD:
        raise DecodeError(N_("the payload is too large"), f"{len(payload)} bytes, {MAX_PAYLOAD} are allowed")
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError as fault:
        raise DecodeError(N_("it is not JSON"), fault) from None
    # Every name has its colon: were there more colons than these, a name stands twice. An escape could hide one.
    try:
        if payload.count(b":") != _colons(said) or b"\\" in payload:
            _refuse_doubles(payload)
    except RecursionError:
        raise DecodeError(N_("it is not JSON"), "nested too deep") from None
    return said


def json_object(payload: bytes) -> dict[str, Any]:
    """The JSON object that these bytes are.

    Raises:
        DecodeError: it is no JSON (as in `json_value`), or not an object.
    """
    said = json_value(payload)
    if type(said) is not dict:
        raise DecodeError(N_("it is not a JSON object"))
    return said


def _colons(said: Any) -> int:
    kind = type(said)
    if kind is str:
        return int(said.count(":"))
    if kind is list:
        return sum(map(_colons, said))
    if kind is not dict:
        return 0
    colons = len(said)
    for name, value in said.items():
        if ":" in name:
            colons += name.count(":")
        if type(value) is not float and type(value) is not int:  # a call for each number would be most of the work
            colons += _colons(value)
    return colons


def _refuse_doubles(payload: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names: dict[str, Any] = {}
        for name, value in pairs:
            if name in names:
                raise DecodeError(N_("a name stands in it twice"), name)
            names[name] = value
        return names

    json.loads(payload, object_pairs_hook=once)


def instant(said: Any) -> datetime:
    """A time in UTC from RFC 3339, epoch seconds, or milliseconds above 1e11.

    Raises:
        DecodeError: it is none of these, lacks its time zone, or lies outside the years 1970 to 9999.
    """
    if type(said) is str:
        found = _RFC_3339.fullmatch(said)
        if not found:
            raise DecodeError(N_("the time is neither RFC 3339 with its time zone nor a number"), said)
        day, clock, second, fraction, zone = found.groups()
        leap = second == "60"  # a leap second: the calendar here has none, so it is the moment after 59
        try:
            clock += ("59" if leap else second) + (fraction or "")
            at = datetime.fromisoformat(f"{day}T{clock}{zone.upper()}").astimezone(UTC)
        except (ValueError, OverflowError):
            raise DecodeError(N_("there is no such time"), said) from None
        if at < EPOCH:
            raise DecodeError(N_("the time lies before 1970"), said)
        return at + timedelta(seconds=1) if leap else at
    seconds = number(said, "at")
    if seconds > MILLISECONDS_ABOVE:
        seconds /= 1000
    if seconds < 0:
        raise DecodeError(N_("the time lies before 1970"), said)
    if seconds > _LAST_S:
        raise DecodeError(N_("there is no such time"), said)
    return EPOCH + timedelta(microseconds=round(seconds * 1e6))


def number(said: Any, name: str, lowest: float | None = None, highest: float | None = None) -> float:
    """A finite number, `lowest <= number <= highest`.

    Raises:
        DecodeError: it is something else; true and false are no numbers.
    """
    if (type(said) is not float and type(said) is not int) or not isfinite(said):
        raise DecodeError(N_("not a finite number"), name)
    if (lowest is not None and said < lowest) or (highest is not None and said > highest):
        raise DecodeError(N_("a number outside its range"), f"{name} {said}")
    return float(said)


def whole(said: object, name: str, lowest: int, highest: int = MAX_NUMBER) -> int:
    """A whole number, `lowest <= number <= highest`.

    Raises:
        DecodeError: it is something else.
    """
    if not isinstance(said, int) or isinstance(said, bool):
        raise DecodeError(N_("not a whole number"), name)
    if not lowest <= said <= highest:
        raise DecodeError(N_("a number outside its range"), f"{name} {said}")
    return said


def text(said: object, name: str, longest: int, lines: bool = False) -> str:
    """Text that a person may read as it is, in composed characters; `lines` allows several lines.

    Raises:
        DecodeError: not text, empty, too long, or with characters that control or turn round what stands beside it.
    """
    if not isinstance(said, str):
        raise DecodeError(N_("not a text"), name)
    if not said or said.isspace():
        raise DecodeError(N_("an empty text"), name)
    if len(said) > longest:
        raise DecodeError(N_("a text too long"), f"{name} {len(said)}")
    if not (said.isascii() and said.isprintable()):
        if found := (_FORBIDDEN_IN_LINES if lines else _FORBIDDEN).search(said):
            raise DecodeError(N_("a character that must not stand in text"), f"{name} U+{ord(found[0]):04X}")
        said = unicodedata.normalize("NFC", said)
    return said


def one_of(said: Any, name: str, allowed: tuple[Any, ...]) -> Any:
    """One of the values allowed here.

    Raises:
        DecodeError: it is another.
    """
    if type(said) not in (str, int) or said not in allowed:
        raise DecodeError(N_("not one of the values allowed"), f"{name} {said}")
    return said


def required(said: dict[str, Any], name: str) -> Any:
    """The value of this name; null counts as absent.

    Raises:
        DecodeError: there is none.
    """
    value = said.get(name)
    if value is None:
        raise DecodeError(N_("something is missing"), name)
    return value


def place(said: dict[str, Any]) -> tuple[float, float]:
    """(lon, lat) in WGS 84.

    Raises:
        DecodeError: they are absent or outside the world.
    """
    return (
        number(required(said, "lon"), "lon", -180, 180),
        number(required(said, "lat"), "lat", -90, 90),
    )
