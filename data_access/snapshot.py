"""The shape of a snapshot: what the publisher writes and the public store reads, and nothing else beside it.

`made` says when and of which city. Each row of `question` is one published question: its rows stand in
`thing_<n>`, and those of its columns that change with time stand in `moved_<n>`, one row for each id and moment.
`kinds`, `moving` and `metrics` are JSON: the kind of each column, which of them move, and which hold which metric.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data_access.queries import Buildings, Latest, Question
from data_access.table import EPOCH, Table

FILE = "public.db"
REACH = timedelta(hours=24)  # how far back published history goes

SCHEMA = """
CREATE TABLE made (at INTEGER NOT NULL, revision INTEGER NOT NULL, city TEXT);
CREATE TABLE question (
    n INTEGER PRIMARY KEY, key TEXT NOT NULL, asked TEXT NOT NULL UNIQUE,
    kinds TEXT NOT NULL, moving TEXT NOT NULL, metrics TEXT NOT NULL
);
"""


def name(question: Question) -> str:
    """A question as the snapshot files it, whichever thing or stretch of land it is put about."""
    about_all = question.one(None) if hasattr(question, "one") else question  # type: ignore[arg-type]  # None is all
    if isinstance(about_all, Buildings):
        about_all = replace(about_all, bbox=None)
    if isinstance(about_all, Latest):
        about_all = replace(about_all, beside=())  # a rule tells of one metric, whatever stands beside it
    return repr(about_all)


def kinds(table: Table) -> dict[str, str]:
    """The kind of each column, as Table.of wants it."""
    letters = {"f": "f", "i": "i", "u": "i", "b": "b", "M": "t"}
    return {column: letters.get(table[column].dtype.kind, "s") for column in table.columns}


def cells(table: Table) -> list[tuple[Any, ...]]:
    """Rows as SQLite keeps them: times as microseconds, what is not known as NULL."""
    columns = [_plain(table[column]) for column in table.columns]
    return list(zip(*columns, strict=True))


def columns(kinds: Mapping[str, str]) -> str:
    """The columns of a table in SQL."""
    affinity = {"f": "REAL", "i": "INTEGER", "b": "INTEGER", "t": "INTEGER"}
    return ", ".join(f'"{column}" {affinity.get(kind, "")}'.rstrip() for column, kind in kinds.items())


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def _plain(column: np.ndarray) -> list[Any]:
    if column.dtype.kind == "M":
        numbers = column.astype("datetime64[us]").astype(np.int64).tolist()
        return [None if never else number for number, never in zip(numbers, np.isnat(column).tolist(), strict=True)]
    if column.dtype.kind == "f":
        return [None if number != number else number for number in column.tolist()]
    plain: list[Any] = column.tolist()
    return plain
