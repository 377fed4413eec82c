"""How full the car parks of Aarhus were, every half an hour: the counts that the city published in 2014.

Times are those of a clock on a Danish wall, in two spellings (with and without fractions of a second). In the hour
that the end of summer time brings twice, the recorder's own running number tells which one is meant. A garage with
more cars than spaces keeps its count and is flagged as suspect. Where the garages stand, a register beside the file
says; one that it does not place is declared without a place.
"""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from zoneinfo import ZoneInfo

from data_access.words import N_, Text, _, ngettext
from demo.recording import (
    NO_TIME,
    NO_VALUE,
    TOO_SHORT,
    Kind,
    Measured,
    Recording,
    Unreadable,
    columns,
    lacking,
    opened,
)

CLOCK = ZoneInfo("Europe/Copenhagen")
COLUMNS = ("vehiclecount", "updatetime", "_id", "totalspaces", "garagecode")
REGISTER = {"garagecode", "lat", "lon"}
TAKEN, ALL = "occupied_spaces", "total_spaces"
INTERVAL_S = 1800

NAME = N_("counts of cars in the garages of Aarhus")
NO_CODE = N_("its garage has no code that a device may bear")
SAME_MOMENT = N_("its garage was counted at that moment before")
NO_SUCH_TIME = N_("its clock was put forward over that time")
NO_NUMBER = N_("the recorder's number of the row is none")

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
_CODE = re.compile("[A-Za-z0-9-]{1,48}")


class _Row(NamedTuple):
    line: int
    number: int
    garage: str
    clock: datetime  # as the wall said, without a zone
    cars: int
    spaces: int


def read(file: Path, text: TextIO, year: int | None) -> Recording:
    """The counts of a table, all or those of a year."""
    table = csv.DictReader(text)
    lacking(file, NAME, COLUMNS, table.fieldnames)
    rows: list[_Row] = []
    bad: list[tuple[int, Text | str]] = []
    for cells in table:
        try:
            row = _row(table.line_num, cells)
            if year is None or row.clock.year == year:
                rows.append(row)
        except Unreadable as fault:
            bad.append((table.line_num, fault.why))
    said: dict[tuple[str, datetime], Measured] = {}
    spaces: dict[str, int] = {}
    for row, at in _in_time(sorted(rows, key=lambda row: (row.garage, row.clock.date(), row.number))):
        if at is None or (row.garage, at) in said:
            bad.append((row.line, NO_SUCH_TIME if at is None else SAME_MOMENT))
            continue
        said[row.garage, at] = _counted(row, at, spaces.setdefault(row.garage, row.spaces))
    about = {_device(garage): _about(garage, total, _register(file)) for garage, total in spaces.items()}
    ordered = tuple(sorted(said.values(), key=lambda word: (word.at, word.device)))
    return Recording(ordered, tuple(sorted(bad)), len(said) + len(bad), about, tuple(_notes(ordered, about)))


def _row(line: int, cells: dict[str, str]) -> _Row:
    if any(cells[column] is None for column in COLUMNS):
        raise Unreadable(TOO_SHORT)
    garage, said = cells["garagecode"].strip(), cells["updatetime"].strip()
    if not _CODE.fullmatch(garage):
        raise Unreadable(NO_CODE)
    if not _TIME.fullmatch(said):
        raise Unreadable(NO_TIME)
    try:
        clock = datetime.fromisoformat(said)
    except ValueError:
        raise Unreadable(NO_TIME) from None
    return _Row(
        line,
        _whole(cells["_id"], NO_NUMBER),
        garage,
        clock,
        _whole(cells["vehiclecount"], NO_VALUE),
        _whole(cells["totalspaces"], NO_VALUE),
    )


def _whole(cell: str, why: Text) -> int:
    if not cell.isascii() or not cell.isdigit() or len(cell) > 9:
        raise Unreadable(why)
    return int(cell)


def _in_time(rows: list[_Row]) -> Iterator[tuple[_Row, datetime | None]]:
    """Each row with its moment, the rows of a garage's day in the order in which they were recorded.

    In the hour that comes twice the clock is seen to go back once; before that it was summer. None: no such time.
    """
    before, winter = None, False
    for row in rows:
        if before is None or row.garage != before.garage or row.clock.date() != before.clock.date():
            winter = False
        elif row.clock <= before.clock and _twice(row.clock) and _twice(before.clock):
            winter = True
        before = row
        local = row.clock.replace(tzinfo=CLOCK, fold=int(winter))
        at = local.astimezone(UTC)
        yield row, at if at.astimezone(CLOCK).replace(tzinfo=None) == row.clock else None


def _twice(clock: datetime) -> bool:
    first, second = (clock.replace(tzinfo=CLOCK, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


def _counted(row: _Row, at: datetime, declared: int) -> Measured:
    values: dict[str, float | None] = {TAKEN: float(row.cars)}
    if row.spaces != declared:
        values[ALL] = float(row.spaces)
    return Measured(at, _device(row.garage), values, {TAKEN: "suspect"} if row.cars > row.spaces else {})


def _device(garage: str) -> str:
    return f"aarhus-{garage.lower()}"


def _about(garage: str, spaces: int, register: dict[str, dict[str, str]]) -> dict[str, Any]:
    known = register.get(garage, {})
    said: dict[str, Any] = {
        "name": known.get("name") or garage,
        "kind": "parking",
        "metrics": {TAKEN: "1"},
        "interval_s": INTERVAL_S,
        "total_spaces": spaces,
    }
    try:
        return said | {"lon": float(known["lon"]), "lat": float(known["lat"])}
    except (KeyError, ValueError):
        return said  # nobody published where it stands


def _register(file: Path) -> dict[str, dict[str, str]]:
    """The garages by their code, from the table beside this file that places them; nothing where there is none."""
    for beside in sorted(file.parent.glob("*.csv*")):
        if beside == file:
            continue
        try:
            with opened(beside) as text:
                table = csv.DictReader(text)
                if set(table.fieldnames or ()) >= REGISTER:
                    return {row["garagecode"]: row for row in table}
        except (OSError, EOFError, UnicodeDecodeError, csv.Error):
            continue  # somebody else's file
    return {}


def _notes(said: tuple[Measured, ...], about: dict[str, dict[str, Any]]) -> Iterator[str]:
    over = [word.device for word in said if "suspect" in word.quality.values()]
    if over:
        garages = len(set(over))
        words = ngettext(
            "{rows} rows of one garage have more cars than spaces: their counts are kept, and flagged as suspect.",
            "{rows} rows of {n} garages have more cars than spaces: their counts are kept, and flagged as suspect.",
            garages,
        )
        yield words.format(rows=len(over), n=garages)
    placeless = sorted(str(told["name"]) for told in about.values() if "lon" not in told)
    if placeless:
        yield _("Nobody published where these stand, so they are listed and not drawn: {names}.").format(
            names=", ".join(placeless)
        )


KIND = Kind(NAME, lambda head: {"garagecode", "vehiclecount"} <= columns(head), read)
