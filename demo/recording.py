"""A recorded series as a file holds it: the hourly PM2.5 of one station, as AirNow writes it (.csv or .csv.gz).

A row's label is the hour at whose end its mean was complete, by the clock of Vietnam, which never changes: each yearly
file begins at 01:00 on 1 January and ends with 00:00 of the next. -999 and every word of the quality check but Valid
are missing values with a reason. Slightly negative values near zero are the instrument's noise and stay as they are.
"""

import csv
import gzip
import math
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from data_access.words import N_, Text, _

CLOCK = timezone(timedelta(hours=7))
COLUMNS = ("Parameter", "Year", "Month", "Day", "Hour", "Raw Conc.", "Conc. Unit", "Duration", "QC Name")
UNIT, DURATION, SUBJECT = "UG/M3", "1 Hr", "PM2.5"
NO_NUMBER = -999.0
ABSENT = {"Missing": "missing", "Invalid": "invalid", "Suspect": "suspect"}  # the check's word: ours

REASONS = {"missing": N_("missing"), "invalid": N_("invalid"), "suspect": N_("suspect")}
TOO_SHORT = N_("it has too few columns")
NO_TIME = N_("its date and hour are none")
NO_VALUE = N_("its value is no number")
OTHER_KIND = N_("it is not an hourly mean of PM2.5 in µg/m³")
OTHER_CHECK = N_("its quality check says a word that nobody knows")
SAME_HOUR = N_("its hour was there before")


class ReplayFault(Exception):  # noqa: N818  # told to a person in one sentence
    """The recording cannot be replayed; the words say why and what to do."""


class Hour(Struct, frozen=True):
    """The mean of the hour that ended at `at`; where there is none, `absence` says why."""

    at: datetime
    value: float | None
    absence: str | None


class Recording(Struct, frozen=True):
    """Hours in their order, and the rows that nobody could understand (line, why); `rows` counts both."""

    hours: tuple[Hour, ...]
    bad: tuple[tuple[int, Text], ...]
    rows: int

    @property
    def values(self) -> int:
        return sum(hour.value is not None for hour in self.hours)

    @property
    def absent(self) -> Counter[str]:
        """How many hours have no value, by reason."""
        return Counter(hour.absence for hour in self.hours if hour.absence)

    @property
    def gap(self) -> tuple[datetime, datetime] | None:
        """The longest stretch between two hours about which the file says nothing at all."""
        pairs = list(zip(self.hours, self.hours[1:], strict=False))
        before, after = max(pairs, key=lambda pair: pair[1].at - pair[0].at, default=(None, None))
        if before is None or after is None or after.at - before.at <= timedelta(hours=1):
            return None
        return before.at, after.at


class _Unreadable(Exception):  # noqa: N818  # becomes a counted row, no error
    def __init__(self, why: Text) -> None:
        self.why = why


def read(file: Path, year: int | None = None) -> Recording:
    """All hours of the file, or those whose label lies in this year of the station's clock.

    Raises:
        ReplayFault: there is no such file, it is another kind of file, or it has nothing from that year.
    """
    try:
        with _opened(file) as text:
            recording = _read(file, text, year)
    except FileNotFoundError:
        raise ReplayFault(_("There is no file {file}. Check the path.").format(file=file)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as fault:
        raise ReplayFault(
            _("{file} is damaged or is no table of text ({reason}). Fetch it again.").format(file=file, reason=fault)
        ) from fault
    except OSError as fault:
        raise ReplayFault(_("{file} cannot be read: {reason}.").format(file=file, reason=fault.strerror)) from fault
    if not recording.hours:
        words = (
            _("{file} holds no hour that can be replayed.") if year is None else _("{file} holds no hour of {year}.")
        )
        raise ReplayFault(words.format(file=file, year=year))
    return recording


def _opened(file: Path) -> TextIO:
    with file.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _read(file: Path, text: TextIO, year: int | None) -> Recording:
    table = csv.DictReader(text)
    lacking = [column for column in COLUMNS if column not in (table.fieldnames or ())]
    if lacking:
        raise ReplayFault(
            _("{file} is no hourly series of AirNow: it lacks the columns {columns}.").format(
                file=file, columns=", ".join(lacking)
            )
        )
    hours: dict[datetime, Hour] = {}
    bad: list[tuple[int, Text]] = []
    for line, row in _lines(table):
        try:
            label = _label(row)
            if year is not None and label.year != year:
                continue
            if label in hours:
                raise _Unreadable(SAME_HOUR)
            hours[label] = _hour(label, row)
        except _Unreadable as fault:
            bad.append((line, fault.why))
    return Recording(tuple(hours[label] for label in sorted(hours)), tuple(bad), len(hours) + len(bad))


def _lines(table: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    for row in table:
        yield table.line_num, row


def _label(row: dict[str, str]) -> datetime:
    if None in row.values():
        raise _Unreadable(TOO_SHORT)
    try:
        year, month, day, hour = (int(row[column]) for column in ("Year", "Month", "Day", "Hour"))
        return datetime(year, month, day, tzinfo=CLOCK) + timedelta(hours=_within(hour))
    except (ValueError, OverflowError):
        raise _Unreadable(NO_TIME) from None


def _within(hour: int) -> int:
    if not 0 <= hour <= 23:
        raise ValueError(hour)
    return hour


def _hour(label: datetime, row: dict[str, str]) -> Hour:
    if not row["Parameter"].startswith(SUBJECT) or (row["Conc. Unit"], row["Duration"]) != (UNIT, DURATION):
        raise _Unreadable(OTHER_KIND)
    try:
        value = float(row["Raw Conc."])
    except ValueError:
        raise _Unreadable(NO_VALUE) from None
    if not math.isfinite(value):
        raise _Unreadable(NO_VALUE)
    check = row["QC Name"].strip()
    if check != "Valid" and check not in ABSENT:
        raise _Unreadable(OTHER_CHECK)
    absence = ABSENT.get(check) or ("missing" if value == NO_NUMBER else None)
    return Hour(label.astimezone(UTC), None if absence else value, absence)
