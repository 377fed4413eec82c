"""The hourly PM2.5 of one station, as AirNow writes it: of the embassy of the United States in Hanoi.

A row's label is the hour at whose end its mean was complete, by the clock of Vietnam, which never changes: each yearly
file begins at 01:00 on 1 January and ends with 00:00 of the next. -999 and every word of the quality check but Valid
are missing values with a reason. Slightly negative values near zero are the instrument's noise and stay as they are.
"""

import csv
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TextIO

from data_access.words import N_, Text
from demo.recording import NO_TIME, NO_VALUE, TOO_SHORT, Kind, Measured, Recording, Unreadable, columns, lacking

STATION, METRIC = "us-embassy-hanoi", "pm25_ug_m3"
ABOUT = {
    "name": "Đại sứ quán Hoa Kỳ, Hà Nội (AirNow)",
    "kind": "sensor",
    "lon": 105.8190,
    "lat": 21.0215,
    "metrics": {METRIC: "µg/m³"},
    "interval_s": 3600,
}
CLOCK = timezone(timedelta(hours=7))
COLUMNS = ("Parameter", "Year", "Month", "Day", "Hour", "Raw Conc.", "Conc. Unit", "Duration", "QC Name")
UNIT, DURATION, SUBJECT = "UG/M3", "1 Hr", "PM2.5"
NO_NUMBER = -999.0
ABSENT = {"Missing": "missing", "Invalid": "invalid", "Suspect": "suspect"}  # the check's word: ours

NAME = N_("hourly PM2.5 of AirNow")
OTHER_KIND = N_("it is not an hourly mean of PM2.5 in µg/m³")
OTHER_CHECK = N_("its quality check says a word that nobody knows")
SAME_HOUR = N_("its hour was there before")


def read(file: Path, text: TextIO, year: int | None) -> Recording:
    """The hours of a table, all or those of a year."""
    table = csv.DictReader(text)
    lacking(file, NAME, COLUMNS, table.fieldnames)
    hours: dict[datetime, Measured] = {}
    bad: list[tuple[int, Text | str]] = []
    for row in table:
        try:
            label = _label(row)
            if year is not None and label.year != year:
                continue
            if label in hours:
                raise Unreadable(SAME_HOUR)
            hours[label] = _hour(label, row)
        except Unreadable as fault:
            bad.append((table.line_num, fault.why))
    said = tuple(hours[label] for label in sorted(hours))
    return Recording(said, tuple(bad), len(hours) + len(bad), {STATION: ABOUT})


def _label(row: dict[str, str]) -> datetime:
    if None in row.values():
        raise Unreadable(TOO_SHORT)
    try:
        year, month, day, hour = (int(row[column]) for column in ("Year", "Month", "Day", "Hour"))
        return datetime(year, month, day, hour, tzinfo=CLOCK)
    except (ValueError, OverflowError):
        raise Unreadable(NO_TIME) from None


def _hour(label: datetime, row: dict[str, str]) -> Measured:
    if not row["Parameter"].startswith(SUBJECT) or (row["Conc. Unit"], row["Duration"]) != (UNIT, DURATION):
        raise Unreadable(OTHER_KIND)
    try:
        value = float(row["Raw Conc."])
    except ValueError:
        raise Unreadable(NO_VALUE) from None
    if not math.isfinite(value):
        raise Unreadable(NO_VALUE)
    check = row["QC Name"].strip()
    if check != "Valid" and check not in ABSENT:
        raise Unreadable(OTHER_CHECK)
    absence = ABSENT.get(check) or ("missing" if value == NO_NUMBER else None)
    at = label.astimezone(UTC)
    if absence:
        return Measured(at, STATION, {METRIC: None}, {METRIC: absence})
    return Measured(at, STATION, {METRIC: value})


KIND = Kind(NAME, lambda head: {"QC Name", "Raw Conc."} <= columns(head), read)
