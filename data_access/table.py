"""An answer: equally long, named columns, the shape in which facts go from store to pixel."""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Table:
    """Columns by name: float64 (NaN: not known), datetime64[us] in UTC (NaT: never), bool, int64, or objects (None).

    A row gives plain Python: None for what is not known, aware datetimes for times.
    """

    def __init__(self, columns: Mapping[str, np.ndarray]) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self._columns = dict(columns)
        self._length = lengths.pop() if lengths else 0

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]], **kinds: str) -> "Table":
        """Rows as columns; `kinds` names each column in order with its numpy kind.

        f float, i integer, b bool, t microseconds since 1970, s anything else, as an object.
        """
        gathered = list(zip(*rows, strict=True)) or [()] * len(kinds)
        return cls({name: _column(kind, cells) for (name, kind), cells in zip(kinds.items(), gathered, strict=True)})

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        """Rows as named tuples of plain Python values."""
        cells = [_plain(column) for column in self._columns.values()]
        row = _row_of(self.columns)
        return (row(*values) for values in zip(*cells, strict=True))

    def where(self, keep: np.ndarray) -> "Table":
        """The rows that a boolean mask or an index array picks."""
        return Table({name: column[keep] for name, column in self._columns.items()})

    def with_columns(self, **columns: np.ndarray) -> "Table":
        return Table({**self._columns, **columns})

    def only(self, *names: str) -> "Table":
        return Table({name: self._columns[name] for name in names})


@lru_cache(256)
def _row_of(columns: tuple[str, ...]) -> Any:
    """Making a class takes longer than most answers; few differ in their columns."""
    return namedtuple("Row", columns)  # the columns are known only now


def instants(microseconds: Iterable[int | None]) -> np.ndarray:
    """Times as datetime64[us]; None becomes NaT."""
    return np.array(
        ["NaT" if moment is None else np.datetime64(moment, "us") for moment in microseconds], dtype="datetime64[us]"
    )


def _column(kind: str, cells: tuple[Any, ...]) -> np.ndarray:
    if kind == "f":
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    if kind == "i":
        return np.array(cells, dtype=np.int64)
    if kind == "b":
        return np.array(cells, dtype=np.bool_)
    if kind == "t":
        return instants(cells)
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column


def _plain(column: np.ndarray) -> list[Any]:
    if column.dtype.kind == "M":
        return [None if moment is None else moment.replace(tzinfo=UTC) for moment in column.tolist()]
    if column.dtype.kind == "f":
        return [None if number != number else number for number in column.tolist()]
    cells: list[Any] = column.tolist()
    return cells
