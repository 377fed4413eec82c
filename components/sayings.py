"""What is said beside a number: how it compares with the days before, what it rests on, and who drew its bands."""

from datetime import datetime, timedelta

import numpy as np
from babel.dates import format_timedelta

from components.usual import FEWEST_DAYS, Before
from data_access.table import Table
from data_access.words import _, language, ngettext
from layers.phrases import number, share, span
from layers.scale import Scale

FEW = 20  # of fewer devices one alone can move the number that stands for all
NAMED = 3  # places that a sentence names; the others it counts


def digits(value: float, unit: str) -> int:
    """How many decimals say enough and not too much: of water a centimetre counts, and whole things have none."""
    if unit == "m":
        return 2
    whole = not unit and abs(value - round(value)) < 0.05
    return 0 if whole or abs(value) >= 10 else 1


def value_of(value: float, unit: str) -> str:
    """A number as short as it can be without saying too little."""
    return number(value, digits(value, unit))


def with_unit(value: float, unit: str) -> str:
    return f"{value_of(value, unit)} {unit}".rstrip()


def compared(before: Before | None, now: float, unit: str) -> str:
    """How a number differs from what is usual, in few words; nothing where nobody can say what is usual.

    In the number's own unit, which stands beside it; a count, which has none, in per cent of what is usual.
    """
    if before is None or not before.known():
        return ""
    away = now - before.usual
    low, value, high = (round(each, digits(now, unit)) for each in (before.low, now, before.high))
    if low <= value <= high:  # as they are told: nobody should read that 31 is more than the usual 28 to 31
        return _("as usual")
    if unit == "%":  # of what can be filled: a share of a share says nothing to anybody
        return _("fuller than usual") if away > 0 else _("emptier than usual")
    told = value_of(abs(away), unit) if unit or not before.usual else share(abs(away / before.usual))
    return (_("{n} above usual") if away > 0 else _("{n} below usual")).format(n=told)


def usually(before: Before | None, now: float, unit: str) -> str:
    """The same in a whole sentence, with what it rests on."""
    if before is None:
        return ""
    if not before.known():
        told = ngettext(
            "What is usual is not known yet: {n} day is remembered, and it takes {fewest}.",
            "What is usual is not known yet: {n} days are remembered, and it takes {fewest}.",
            before.days,
        )
        return told.format(n=number(before.days), fewest=number(FEWEST_DAYS))
    words = compared(before, now, unit)
    low, high, usual = value_of(before.low, unit), with_unit(before.high, unit), with_unit(before.usual, unit)
    if low == value_of(before.high, unit):
        told = _("{compared}: around this hour of the {n} days before it was mostly {high}.")
    else:
        told = _("{compared}: around this hour of the {n} days before it was mostly {low} to {high}, usually {usual}.")
    return told.format(compared=words[:1].upper() + words[1:], n=number(before.days), low=low, high=high, usual=usual)


def basis(what: str, live: np.ndarray, table: Table, now: datetime) -> str:
    """What a number is and how many of how many devices are behind it, and how old the newest word is."""
    count, of = int(live.sum()), len(table)
    told = _("{what} of {n} of {of} devices that should report ({share}).").format(
        what=what, n=number(count), of=number(of), share=share(count / of) if of else share(0)
    )
    if not count:
        return told
    return told + " " + _("The newest value is {age} old.").format(age=span(now - newest(table["observed_at"][live])))


def answers(count: int, of: int) -> str:
    """How many of how many answer, and what that means."""
    told = _("{n} of {of} answer: each counts as long as its newest word is not stale.")
    return told.format(n=number(count), of=number(of))


def few(live: np.ndarray) -> str:
    """A warning where a middle rests on so few that one of them can move it."""
    return _("So few that a single device can move it.") if 0 < int(live.sum()) < FEW else ""


def past(places: list[str]) -> str:
    """Where a value is past its limit; the middle of many hides the worst."""
    if not places:
        return ""
    told = ngettext("{n} is past its limit: {places}.", "{n} are past their limits: {places}.", len(places))
    more = len(places) - NAMED
    named = ", ".join(places[:NAMED]) + (" …" if more > 0 else "")
    return told.format(n=number(len(places)), places=named)


def origin(scale: Scale | None) -> str:
    """Who says where the bands begin."""
    return _("Bands: {source}").format(source=scale.source) if scale else ""


def trust(live: np.ndarray, table: Table, now: datetime) -> str:
    """How many of how many are behind a number, and how old its newest part is: as short as a tile."""
    told = _("{n} of {of}").format(n=number(int(live.sum())), of=number(len(table)))
    return " · ".join(filter(None, [told, age(live, table, now)]))


def age(live: np.ndarray, table: Table, now: datetime) -> str:
    """How old the newest of these rows is, as short as a tile; nothing where there is none."""
    return short_age(now - newest(table["observed_at"][live])) if live.any() else ""


def short_age(length: timedelta) -> str:
    least = max(length, timedelta(seconds=1))
    return str(format_timedelta(least, threshold=1.5, format="narrow", locale=language()))


def newest(moments: np.ndarray) -> datetime:
    """The newest of these instants; there is at least one."""
    return aware(moments.max())


def aware(moment: np.datetime64) -> datetime:
    """An instant of a table as Python has it."""
    return next(iter(Table({"at": np.array([moment], dtype="datetime64[us]")}))).at  # type: ignore[no-any-return]
