"""The edge between city and public: each published question, through its rule, into a new file of its own.

The file begins empty and only rows that passed a rule are written to it, so that no page, index or journal of it
ever held anything else. It replaces the one before in one step; readers keep the old one until they look again.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import orjson

from data_access import snapshot
from data_access.privacy import Counted, OneByOne, Rule, Vehicles
from data_access.queries import Latest, Question
from data_access.table import Table

PAGE = 50_000


class Asked(Protocol):
    """What the publisher needs of a store."""

    def answer(self, question: Question, at: datetime | None = None) -> Table: ...
    def readings(
        self,
        device: str | None,
        metric: str | None,
        start: datetime | None,
        end: datetime | None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[Table, str | None]: ...
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
        if filed.get(name, rule) != rule:
            raise ValueError(f"{name} has two rules: {filed[name]} and {rule}")
        if name in filed:
            continue
        filed[name] = rule
        asked = rule.asked_at(now)
        answer = store.answer(question, asked)
        told = rule.apply(answer, asked)
        things = told.with_columns(revision=np.full(len(told), revision, dtype=np.int64))
        moved = [_kept(table, rule, now) for table in _history(store, question, rule, answer, now)]
        metrics = {question.metric: "value"} if isinstance(question, Latest) and "value" in rule.moving else {}
        if isinstance(rule, Counted):
            metrics = {"occupied_spaces": "occupied_spaces"}
        described = (n, key, name, snapshot.kinds(things), rule.moving, metrics)
        file.execute("INSERT INTO question VALUES (?, ?, ?, ?, ?, ?)", [_said(cell) for cell in described])
        _file(file, n, _kept(things, rule, now), moved, rule.moving)


def _kept(table: Table, rule: Rule, now: datetime) -> Table:
    """This table, now that it has been seen to keep what its rule promises."""
    if not rule.kept_by(table, now):
        raise BrokenPromiseError(f"{rule} is not kept")
    return table


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


def _history(store: Asked, question: Question, rule: Rule, answer: Table, now: datetime) -> Iterator[Table]:
    """What was true within the last day, through the same rule as what is told of now, oldest first."""
    if isinstance(rule, Counted):
        # Each bucket is told against the present whole, beside which it will be read.
        wholes = dict(zip(answer["id"].tolist(), answer["total_spaces"].tolist(), strict=True))
        for end in rule.buckets(now, snapshot.REACH):
            then = store.answer(question, end)
            whole = np.array([wholes.get(site, np.nan) for site in then["id"].tolist()], dtype=np.float64)
            yield rule.apply(then.with_columns(total_spaces=whole), end)
    elif isinstance(rule, Vehicles) and isinstance(question, Latest):
        asked = rule.asked_at(now)
        pages = list(_readings(store, question.metric, answer["id"], asked))
        yield rule.buckets(_joined(pages), asked)
    elif isinstance(rule, OneByOne) and isinstance(question, Latest):
        asked = rule.asked_at(now)
        yield from _readings(store, question.metric, answer["id"], asked)
        yield rule.apply(answer, asked)


def _readings(store: Asked, metric: str, instruments: np.ndarray, asked: datetime) -> Iterator[Table]:
    """Readings of the last day of all published instruments; a doubtful one keeps its mark, a bad one its gap."""
    after, start, end = None, asked - snapshot.REACH, asked + timedelta(microseconds=1)
    while True:
        page, after = store.readings(None, metric, start, end, after, PAGE)
        quality = page["quality"].astype(str)
        ours = np.isin(page["device_id"].astype(str), instruments.astype(str))
        then = ~np.isin(quality, ("future", "ancient"))  # what has such a mark was never the state of anything
        value = np.where(np.isin(quality, ("good", "suspect")), page["value"], np.nan)
        told = page.with_columns(id=page["device_id"], value=value).where(ours & then)
        yield told.only("id", *OneByOne.moving)
        if after is None:
            return


def _joined(pages: list[Table]) -> Table:
    return Table({name: np.concatenate([page[name] for page in pages]) for name in pages[0].columns})


def _flush(path: Path) -> None:
    """Make sure that this file, or this folder's list of files, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
