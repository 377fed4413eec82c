"""How numbers, directions and instants are said aloud in the reader's language; the same in every layer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isnan
from typing import Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal

from data_access.words import N_, Text, _, language

COMPASS: tuple[Text, ...] = (
    N_("north"),
    N_("north-east"),
    N_("east"),
    N_("south-east"),
    N_("south"),
    N_("south-west"),
    N_("west"),
    N_("north-west"),
)
QUALITY: Mapping[str, Text] = {
    "good": N_("good"),
    "suspect": N_("doubtful: marked so by the device or its operator"),
    "invalid": N_("invalid: marked so by the device or its operator"),
    "missing": N_("missing: the device says that it could not measure"),
    "future": N_("doubtful: its clock runs ahead"),
    "ancient": N_("doubtful: older than what is kept"),
}


def known(row: Any, column: str) -> Any:
    """What the row says in this column; None where it does not know, or where a published row has no such column."""
    value = getattr(row, column, None)
    return None if isinstance(value, float) and isnan(value) else value


def number(value: float, digits: int = 0) -> str:
    """A number as the reader writes it: 1,234.5 in English and 1.234,5 in Vietnamese."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    # -0.04 to one place is 0.0, not -0.0.
    return str(format_decimal(round(value, digits) + 0.0, pattern, locale=language()))


def quantity(value: float | None, unit: str, digits: int = 0) -> str:
    """A number with its unit; of one that is not known, that it is not."""
    return _("not known") if value is None else f"{number(value, digits)} {unit}"


def share(part: float) -> str:
    """A share of 1 in per cent."""
    return f"{number(part * 100)} %"


def direction(azimuth_deg: float) -> str:
    """Where something faces, as a point of the compass and in degrees clockwise from north."""
    point = COMPASS[round(azimuth_deg / 45) % 8]
    return _("{point}, {degrees}°").format(point=point, degrees=number(azimuth_deg % 360))


def clock(at: datetime, now: datetime) -> str:
    """The minute on the reader's clock, whose zone is that of `now`; with its day unless that is today."""
    here = at.astimezone(now.tzinfo)
    pattern = "HH:mm" if here.date() == now.date() else _("d MMM y, HH:mm")
    return str(format_datetime(here, pattern, locale=language()))


def span(length: timedelta) -> str:
    """How long this is, in its largest unit."""
    return str(format_timedelta(max(length, timedelta(seconds=1)), threshold=1.5, locale=language()))


def ago(at: datetime, now: datetime) -> str:
    """How long before now this was."""
    return _("{span} ago").format(span=span(now - at))


def missing(row: Any) -> str:
    """Why a row has no value: nothing came yet, or what came said so."""
    if known(row, "observed_at") is None:
        return _("not known: it never reported")
    return str(QUALITY[row.quality]) if known(row, "quality") in ("missing", "invalid") else _("not known")
