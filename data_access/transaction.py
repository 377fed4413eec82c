"""One writing transaction: it has one revision, raised only when it changed what anybody can ask for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from data_access.engine import unavailable
from data_access.schema import microseconds

Row = tuple[Any, ...]


class Writing:
    """What a transaction carries along. Rows go in as plain tuples, in the order of their table's columns."""

    def __init__(self, connection: Connection, revision: int, horizon: int | None, first_fact: int | None) -> None:
        self.connection = connection
        self.revision = revision
        self.horizon = horizon
        self.first_fact = first_fact
        self.moved = False
        self.received = self.stored = self.duplicates = self.quarantined = 0

    def run(self, statement: str, rows: Sequence[Row]) -> int:
        """Execute once a row; how many rows of the table that touched."""
        if not rows:
            return 0
        return self.connection.exec_driver_sql(statement, list(rows)).rowcount

    def once(self, statement: str, *values: Any) -> int:
        return self.connection.exec_driver_sql(statement, values).rowcount

    def rows(self, statement: str, *values: Any) -> list[Row]:
        return fetched(self.connection, statement, *values)

    def observed(self, moment: int) -> None:
        """Something was true then: the city's memory begins no later."""
        if self.first_fact is None or moment < self.first_fact:
            self.first_fact = moment


def fetched(connection: Connection, statement: str, *values: Any) -> list[Row]:
    """Rows as the driver gives them: plain tuples, times in microseconds."""
    cursor = connection.exec_driver_sql(statement, values).cursor
    assert cursor is not None
    return list(cursor.fetchall())


@contextmanager
def writing(engine: Engine, clock: Callable[[], datetime]) -> Iterator[Writing]:
    """A transaction that is committed at the end, whole or not at all.

    Raises:
        StoreUnavailable: nothing was written.
    """
    with unavailable(), engine.begin() as connection:
        ((revision, horizon, first_fact),) = fetched(connection, "SELECT revision, horizon, first_fact FROM counter")
        told = Writing(connection, revision + 1, horizon, first_fact)
        yield told
        connection.exec_driver_sql(
            "UPDATE counter SET revision = ?, horizon = ?, first_fact = ?, received = received + ?, "
            "stored = stored + ?, duplicates = duplicates + ?, quarantined = quarantined + ?, committed_at = ?",
            (
                told.revision if told.moved else revision,
                told.horizon,
                told.first_fact,
                told.received,
                told.stored,
                told.duplicates,
                told.quarantined,
                microseconds(clock()),
            ),
        )


def inserting(table: Table, unless_there: bool = False) -> str:
    """The statement that puts a row into a table, all columns in their order."""
    statement = insert(table).values({column.name: None for column in table.columns})
    if unless_there:
        statement = statement.on_conflict_do_nothing()
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
