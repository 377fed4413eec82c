"""What a request's query string asks for, read strictly: a value, or a sentence that says what is wrong with it."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Query

from data_access.words import _
from server.problems import Problem

Box = tuple[float, float, float, float]
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=1)


def named(name: str) -> Any:
    """A parameter of the query string whose name is a word of Python's own."""
    return Query(default=None, alias=name)


def instant(told: str | None, name: str, now: datetime) -> datetime | None:
    """A moment in RFC 3339; None when nothing was said.

    Raises:
        Problem: it is no moment, has no time zone, or nothing can be known of it yet.
    """
    if not told:
        return None
    whole = re.sub(r" (\d\d:\d\d)$", r"+\1", told)  # a "+" that nobody escaped arrives as a space
    try:
        at = datetime.fromisoformat(whole)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or len(told) > 40:
        raise Problem(
            400,
            _("“{name}” needs a moment with its time zone, as in 2026-03-01T08:00:00Z; got “{told}”.").format(
                name=name, told=told[:60]
            ),
        )
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = EARLIEST - SKEW
    if at < EARLIEST or at > now + SKEW:
        raise Problem(400, _("“{name}” must lie between 1970 and now; got “{told}”.").format(name=name, told=told[:60]))
    return at


def box(told: str | None) -> Box | None:
    """`west,south,east,north` in degrees; None when nothing was said.

    Raises:
        Problem: these are not four numbers in that order and on this earth.
    """
    if not told:
        return None
    try:
        west, south, east, north = (float(part) for part in told.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Problem(
            400,
            _(
                "“bbox” needs west,south,east,north in degrees, west below east and south below north, as in "
                "105.8,21.0,105.9,21.1; got “{told}”."
            ).format(told=told[:80]),
        )
    return west, south, east, north


def number(told: str | None, name: str, default: int, largest: int) -> int:
    """A whole number from 1 to the largest allowed.

    Raises:
        Problem: it is none.
    """
    if told is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", told) or not 1 <= int(told) <= largest:
        raise Problem(
            400,
            _("“{name}” needs a whole number from 1 to {largest}; got “{told}”.").format(
                name=name, largest=largest, told=told[:60]
            ),
        )
    return int(told)


def choice(told: str | None, name: str, *choices: str) -> str:
    """One of the choices; the first when nothing was said.

    Raises:
        Problem: it is none of them.
    """
    if told is None:
        return choices[0]
    if told not in choices:
        raise Problem(
            400,
            _("“{name}” is one of {choices}; got “{told}”.").format(
                name=name, choices=", ".join(choices), told=told[:60]
            ),
        )
    return told
