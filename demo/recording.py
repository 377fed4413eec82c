"""What a recorded series is once it is read: what its devices said and when, and the rows that nobody understood.

A kind of recording is one file in demo/recordings; which one a file is, its first line says, not its name.
"""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from msgspec import Struct

from data_access.words import N_, Text, _

HEAD = 65_536  # characters in which a file shows what it is
FEW = 5  # things that are named one by one
REASONS = {"missing": N_("missing"), "invalid": N_("invalid"), "suspect": N_("suspect")}
TOO_SHORT = N_("it has too few columns")
NO_TIME = N_("its date and hour are none")
NO_VALUE = N_("its value is no number")


class ReplayFault(Exception):  # noqa: N818  # told to a person in one sentence
    """The recording cannot be replayed; the words say why and what to do."""


class Unreadable(Exception):  # noqa: N818  # becomes a counted row, no error
    """A row that nobody understands."""

    def __init__(self, why: Text | str) -> None:
        self.why = why


class Measured(Struct, frozen=True):
    """One row of a table: what a device measured at a moment; None: nothing, and `quality` says why."""

    at: datetime
    device: str
    values: Mapping[str, float | None]
    quality: Mapping[str, str] = {}

    @property
    def absence(self) -> str | None:
        """Why there is no value at all; None: there is one."""
        if any(value is not None for value in self.values.values()):
            return None
        return next(iter(self.quality.values()), "missing")


class Entity(Struct, frozen=True):
    """An NGSI-LD entity as it was recorded, and the moment that it speaks of."""

    at: datetime
    device: str
    said: dict[str, Any]


class Recording(Struct, frozen=True):
    """What was said, in the order of its times.

    `rows` counts these, the rows that nobody understood (line, why), and the `silent` ones, which measure nothing and
    are not played. `about` declares its devices, as far as the recording knows them. `notes` are what else a person
    should know.
    """

    said: tuple[Measured | Entity, ...]
    bad: tuple[tuple[int, Text | str], ...]
    rows: int
    about: Mapping[str, Mapping[str, Any]] = {}
    notes: tuple[str, ...] = ()
    silent: int = 0

    @property
    def values(self) -> int:
        """How many rows hold a value."""
        return sum(not (isinstance(word, Measured) and word.absence) for word in self.said)

    @property
    def absent(self) -> Counter[str]:
        """How many rows have no value, by reason."""
        return Counter(word.absence for word in self.said if isinstance(word, Measured) and word.absence)

    @property
    def suspect(self) -> int:
        """How many rows hold a value that is not believed."""
        marked = (word for word in self.said if isinstance(word, Measured) and not word.absence)
        return sum("suspect" in word.quality.values() for word in marked)

    @property
    def gap(self) -> tuple[datetime, datetime] | None:
        """The longest stretch about which nobody said anything at all, when it is far longer than usual."""
        moments = sorted({word.at for word in self.said})
        steps = [(later - earlier, earlier, later) for earlier, later in pairwise(moments)]
        if not steps:
            return None
        longest, before, after = max(steps)
        usual = sorted(step for step, _before, _after in steps)[len(steps) // 2]
        return (before, after) if longest > max(2 * usual, timedelta(minutes=90)) else None


class Kind(Struct, frozen=True):
    """One kind of recording: what it is called, how its head shows it, and how a file of it is read."""

    name: Text
    fits: Callable[[str], bool]
    read: Callable[[Path, TextIO, int | None], Recording]


def read(file: Path, kinds: Sequence[Kind], year: int | None = None) -> Recording:
    """All that the file says, or what it says about this year of its station's clock.

    Raises:
        ReplayFault: there is no such file, it is of no kind that is known, or it has nothing from that year.
    """
    try:
        with opened(file) as text:
            head = text.read(HEAD)
        kind = next((kind for kind in kinds if kind.fits(head)), None)
        if kind is None:
            raise ReplayFault(
                _("{file} is no recording that can be replayed. Its beginning fits none of: {kinds}.").format(
                    file=file, kinds="; ".join(str(kind.name) for kind in kinds)
                )
            )
        with opened(file) as text:
            recording = kind.read(file, text, year)
    except FileNotFoundError:
        raise ReplayFault(_("There is no file {file}. Check the path.").format(file=file)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as fault:
        raise ReplayFault(
            _("{file} is damaged or is no table of text ({reason}). Fetch it again.").format(file=file, reason=fault)
        ) from fault
    except OSError as fault:
        raise ReplayFault(_("{file} cannot be read: {reason}.").format(file=file, reason=fault.strerror)) from fault
    if not recording.said:
        words = _("{file} holds no row that can be replayed.") if year is None else _("{file} holds no row of {year}.")
        raise ReplayFault(words.format(file=file, year=year))
    return recording


def opened(file: Path) -> TextIO:
    """The text of a file, packed or not."""
    with file.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def columns(head: str) -> set[str]:
    """The names in the first line of a table."""
    return {name.strip() for name in next(csv.reader(head.splitlines()[:1]), [])}


def lacking(file: Path, kind: Text, wanted: Sequence[str], there: Sequence[str] | None) -> None:
    """Check that a table has the columns it needs.

    Raises:
        ReplayFault: it lacks some.
    """
    missing = [column for column in wanted if column not in (there or ())]
    if missing:
        raise ReplayFault(
            _("{file} looks like this: {kind}. But it lacks the columns {columns}.").format(
                file=file, kind=kind, columns=", ".join(missing)
            )
        )
