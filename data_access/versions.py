"""Registers: what stands in the city and since when. A change closes the old version and opens a new one.

The first declaration of a thing is valid since ever: it stood there before anyone told us. Every later version is
valid from the moment in which we heard of it, and never from before the one it follows. Where the desk says something
else than a source, the desk's word stands (`amendments`).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from msgspec import Struct
from sqlalchemy import Table

from data_access.amendments import DESK, named_no_longer, under_the_desks_word
from data_access.names import Name, rename
from data_access.schema import EVER, microseconds
from data_access.transaction import Row, Writing, inserting

SINCE_EVER = microseconds(EVER)


class Counts(Struct, frozen=True):
    """What became of the things that were told."""

    new: int = 0
    changed: int = 0
    same: int = 0
    ended: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.ended + other.ended
        )


class Versions(Struct, frozen=True):
    """How one table of versions is kept.

    `told` is what makes a version differ, and `row` gives it of a thing, with its key; `derived` adds to rows that
    become versions what follows from the rest; `names` gives the names by which one is found. One that is `amendable`
    heeds the desk's word.
    """

    table: Table
    key: str
    told: Sequence[str]
    row: Callable[[Any], dict[str, Any]]
    derived: Callable[[list[dict[str, Any]]], None] = lambda rows: None
    names: Callable[[dict[str, Any]], frozenset[Name]] | None = None
    amendable: bool = False

    def write(self, tx: Writing, things: Iterable[Any], source: str | None, at: int, adopt: bool = False) -> Counts:
        """Open a version for every thing that a source tells and that is new or differs from its present one.

        `adopt`: what is told unchanged, and came from another source before, belongs to this one from now on.
        """
        rows: dict[str, dict[str, Any]] = {}
        for thing in things:
            row = self.row(thing) | {"source": source}
            rows[row[self.key]] = row  # told twice at once: the last word stands
        if self.amendable:
            rows = under_the_desks_word(tx, self.table.name, self.told, rows, source, adopt)
        return self.stand(tx, rows, at, source if adopt else None)

    def stand(self, tx: Writing, rows: dict[str, dict[str, Any]], at: int, adopt: str | None = None) -> Counts:
        """Open a version for every row, by its key, that is new or differs from the present one."""
        present = self._present(tx, list(rows))
        told = itemgetter(*self.told)
        fresh = [key for key, row in rows.items() if key not in present or present[key][1:] != told(row)]
        ever = self._ever(tx, fresh)
        since = {key: SINCE_EVER if key not in ever else max(at, ever[key] + 1) for key in fresh}
        closed = [(since[key], tx.revision, key, present[key][0]) for key in fresh if key in present]
        for key in fresh:
            rows[key] |= {"valid_from": since[key], "valid_to": None, "revision": tx.revision, "ended": None}
        opened = [rows[key] for key in fresh]
        self.derived(opened)
        self._close(tx, closed)
        tx.run(inserting(self.table), list(map(itemgetter(*(column.name for column in self.table.columns)), opened)))
        if self.names is not None:
            called = {key: self.names(rows[key]) for key in fresh}
            before = {key for key in fresh if key in present}
            rename(tx, self.table.name, {key: since[key] for key in fresh if called[key] or key in before}, called)
        if adopt is not None:
            self._adopt(tx, [key for key in rows if key not in since], adopt)
        tx.moved = tx.moved or bool(opened)
        return Counts(len(fresh) - len(closed), len(closed), len(rows) - len(fresh))

    def end(self, tx: Writing, keys: Iterable[str], at: int) -> Counts:
        """Its source names each of these no longer: close the present version, where the desk does not vouch for it."""
        gone = list(keys)
        if not self.amendable:
            return self.close(tx, gone, at)
        gone, held = named_no_longer(tx, self.table.name, gone)
        rows = {key: row | {self.key: key, "source": DESK} for key, row in held.items()}
        return self.close(tx, gone, at) + self.stand(tx, rows, at, DESK)

    def close(self, tx: Writing, keys: Iterable[str], at: int) -> Counts:
        """Close the present version of each of these."""
        since = {key: told[0] for key, told in self._present(tx, list(keys)).items()}
        until = {key: max(at, moment + 1) for key, moment in since.items()}
        self._close(tx, [(until[key], tx.revision, key, moment) for key, moment in since.items()])
        if self.names is not None and until:
            rename(tx, self.table.name, until, {})
        tx.moved = tx.moved or bool(until)
        return Counts(ended=len(until))

    def now(self, tx: Writing, key: str) -> tuple[dict[str, Any], str, int] | None:
        """What the present version of a thing tells, its source and its revision; None: it has none."""
        columns = ", ".join(f'"{name}"' for name in self.told)
        asked = f"SELECT source, revision, {columns} FROM {self.table.name} WHERE {self.key} = ? AND valid_to IS NULL"  # noqa: S608  # our own names
        for source, revision, *told in tx.rows(asked, key):
            return dict(zip(self.told, told, strict=True)), source, revision
        return None

    def standing(self, tx: Writing, source: str) -> set[str]:
        """What this source has declared and not ended."""
        asked = (
            f"SELECT {self.key} FROM {self.table.name} WHERE valid_to IS NULL AND source = ?1 "  # noqa: S608  # our own names
            "UNION SELECT thing FROM amended WHERE register = ?2 AND source = ?1 AND beneath IS NOT NULL"
        )
        return {key for (key,) in tx.rows(asked, source, self.table.name)}

    def _close(self, tx: Writing, closed: list[Row]) -> None:
        statement = f"UPDATE {self.table.name} SET valid_to = ?, ended = ? WHERE {self.key} = ? AND valid_from = ?"  # noqa: S608  # our own names
        tx.run(statement, closed)

    def _adopt(self, tx: Writing, keys: list[str], source: str | None) -> None:
        statement = (
            f"UPDATE {self.table.name} SET source = ? WHERE valid_to IS NULL AND source <> ? "  # noqa: S608  # our own names
            f"AND {self.key} IN (SELECT value FROM json_each(?))"
        )
        tx.once(statement, source, source, json.dumps(keys))

    def _present(self, tx: Writing, keys: list[str]) -> dict[str, Row]:
        """The version of each that is valid now: since when, and what it tells."""
        columns = ", ".join(f'"{name}"' for name in self.told)
        asked = (
            f"SELECT {self.key}, valid_from, {columns} FROM {self.table.name} "  # noqa: S608  # our own names
            f"WHERE {self.key} IN (SELECT value FROM json_each(?)) AND valid_to IS NULL"
        )
        return {key: tuple(told) for key, *told in tx.rows(asked, json.dumps(keys))}

    def _ever(self, tx: Writing, keys: list[str]) -> dict[str, int]:
        """The newest moment in the history of each: its last beginning, or its end."""
        asked = (
            f"SELECT {self.key}, max(coalesce(valid_to, valid_from)) FROM {self.table.name} "  # noqa: S608  # our own names
            f"WHERE {self.key} IN (SELECT value FROM json_each(?)) GROUP BY {self.key}"
        )
        return dict(tx.rows(asked, json.dumps(keys)))
