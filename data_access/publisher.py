"""The edge between city and public: each published question, through its rule, into a new file of its own.

The file begins empty and only rows that passed a rule are written to it, so that no page, index or journal of it
ever held anything else. It replaces the one before in one step; readers keep the old one until they look again.
"""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import orjson

from data_access import snapshot
from data_access.privacy import Counted, OneByOne, Rule
from data_access.queries import Latest, Question
from data_access.table import Table

PAGE = 50_000


class Asked(Protocol):
    """What the publisher needs of a store."""

    def answer(self, question: Question, at: datetime | None = None) -> Table: ...
    def readings(
        self, device: str | None, metric: str | None, start: datetime, end: datetime, after: Any, limit: int
    ) -> tuple[Table, Any]: ...
    def city(self) -> Any: ...


class BrokenPromiseError(AssertionError):
    """A table that a rule made does not keep what the rule promises; nothing of it was published."""


def publish(
    store: Asked, questions: Iterable[tuple[str, Question, Rule | None]], folder: Path, now: datetime | None = None
) -> Path:
    """Write what the public may know at `now` to `public.db` in this folder; the file's path.

    `questions` are (layer, question, rule); a question without a rule is not even asked.

    Raises:
        BrokenPromiseError: a rule did not keep its promise; the snapshot before stays in place.
        ValueError: one question came with two rules, whose answers could be subtracted.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / f"{snapshot.FILE}.{os.getpid()}.new"
    for left in folder.glob(f"{snapshot.FILE}.*.new"):  # by a publisher that was killed
        left.unlink()
    try:
        with closing(sqlite3.connect(building, isolation_level=None)) as file:
            file.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;" + snapshot.SCHEMA)
            _write(file, store, [(key, asked, rule) for key, asked, rule in questions if rule is not None], now)
            file.execute("COMMIT")
        _flush(building)
        building.replace(folder / snapshot.FILE)
        _flush(folder)
    finally:
        building.unlink(missing_ok=True)
    return folder / snapshot.FILE


def _write(file: sqlite3.Connection, store: Asked, questions: list[tuple[str, Question, Rule]], now: datetime) -> None:
    city = store.city()
    said = None if city is None else msgspec.json.encode(city).decode()
    revision = int(now.timestamp())  # the city's own would tell how much goes on in it
    file.execute("INSERT INTO made VALUES (?, ?, ?)", (snapshot.microseconds(now), revision, said))
    filed: dict[str, Rule] = {}
    for n, (key, question, rule) in enumerate(questions):
        name = snapshot.name(question)
        if filed.setdefault(name, rule) != rule:
            raise ValueError(f"{name} has two rules: {filed[name]} and {rule}")
        asked = rule.asked_at(now)
        told = rule.apply(store.answer(question, asked), asked)
        things = told.with_columns(revision=np.full(len(told), revision, dtype=np.int64))
        moved = _moved(store, question, rule, told, asked, now)
        for table in (things, *moved):
            if not rule.kept_by(table, now):
                raise BrokenPromiseError(f"{key}: {rule} is not kept")
        metrics = {question.metric: "value"} if isinstance(question, Latest) else {}
        if isinstance(rule, Counted):
            metrics = {metric: metric for metric in ("occupied_spaces", "total_spaces")}
        described = (n, key, name, snapshot.kinds(things), rule.moving, metrics)
        file.execute("INSERT INTO question VALUES (?, ?, ?, ?, ?, ?)", [_said(cell) for cell in described])
        _file(file, n, things, moved, rule.moving)


def _file(file: sqlite3.Connection, n: int, things: Table, moved: list[Table], moving: tuple[str, ...]) -> None:
    """One question's rows: what stands still, and what moves, by id and moment."""
    kinds = snapshot.kinds(things)
    still = {column: kind for column, kind in kinds.items() if column not in moving}
    moves = {"id": "s"} | {column: kinds[column] for column in moving}
    file.execute(f"CREATE TABLE thing_{n} ({snapshot.columns(still)}, PRIMARY KEY (id)) WITHOUT ROWID")
    _insert(file, f"thing_{n}", things.only(*still))
    if moving:
        file.execute(f"CREATE TABLE moved_{n} ({snapshot.columns(moves)}, PRIMARY KEY (id, observed_at)) WITHOUT ROWID")
        for table in moved:
            known = table.where(~np.isnat(table["observed_at"]))
            _insert(file, f"moved_{n}", known.only(*moves))


def _said(cell: Any) -> Any:
    return cell if isinstance(cell, (int, str)) else orjson.dumps(cell).decode()


def _insert(file: sqlite3.Connection, name: str, table: Table) -> None:
    marks = ", ".join("?" * len(table.columns))
    file.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", snapshot.cells(table))  # noqa: S608  # ours


def _moved(store: Asked, question: Question, rule: Rule, told: Table, asked: datetime, now: datetime) -> list[Table]:
    """What changed with time, through the same rule as what is told of now: oldest first."""
    if isinstance(rule, Counted):
        ends = rule.buckets(now, snapshot.REACH)
        return [rule.apply(store.answer(question, end), end).only("id", *rule.moving) for end in ends]
    if isinstance(rule, OneByOne) and isinstance(question, Latest):
        history = _history(store, question.metric, told, asked)
        return [*(table.only("id", *rule.moving) for table in history), told.only("id", *rule.moving)]
    return [told.only("id", *rule.moving)] if rule.moving else []


def _history(store: Asked, metric: str, told: Table, asked: datetime) -> Iterable[Table]:
    """Readings of the last day of all published instruments; a doubtful one keeps its mark, a bad one its gap."""
    after = None
    while True:
        page, after = store.readings(
            None, metric, asked - snapshot.REACH, asked + timedelta(microseconds=1), after, PAGE
        )
        ours = page.where(np.isin(page["device_id"].astype(str), told["id"].astype(str)))
        bad = ~np.isin(ours["quality"].astype(str), ("good", "suspect"))
        yield ours.with_columns(id=ours["device_id"], value=np.where(bad, np.nan, ours["value"])).where(
            ~np.isin(ours["quality"].astype(str), ("future", "ancient"))
        )
        if after is None:
            return


def _flush(path: Path) -> None:
    """Make sure that this file, or this folder's list of files, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
