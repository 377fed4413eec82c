"""The public's store: it opens the published snapshot and nothing else, and can only read.

It answers the same questions as the city's store, with what was published. Without a snapshot it knows nothing and
says so: `made_at()` is None and every answer is empty.
"""

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import orjson
import shapely

from data_access import snapshot
from data_access.city import City
from data_access.queries import Buildings, Question, Track
from data_access.table import Table

NOTHING = {"id": "s", "lon": "f", "lat": "f", "revision": "i"}
READING = {"device_id": "s", "metric": "s", "observed_at": "t", "value": "f", "quality": "s"}
UNTOLD = {"received_at": "t", "boot": "s", "seq": "f"}  # columns of the city's own pages, always empty here
EARLIEST, LATEST = -(2**62), 2**62
REMEMBERED = 64  # answers; a crowd asks the same few


class NotPublishedError(LookupError):
    """This is not among what is published."""


@dataclass(frozen=True, slots=True)
class _Filed:
    """One published question as the snapshot holds it."""

    n: int
    key: str
    kinds: Mapping[str, str]
    moving: tuple[str, ...]
    metrics: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """An open snapshot, whose file never changes."""

    inode: tuple[int, int]
    file: sqlite3.Connection
    made_at: datetime
    revision: int
    city: City | None
    questions: Mapping[str, _Filed]
    remembered: dict[Any, Table] = field(default_factory=dict)


class PublicStore:
    """What was published, at any moment of the last day. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / snapshot.FILE
        self._lock = threading.Lock()
        self._open: _Snapshot | None = None

    def answer(self, question: Question, at: datetime | None = None) -> Table:
        """What is published about this question, of the moment `at` or the newest there is.

        Raises:
            NotPublishedError: this question is not published.
        """
        with self._lock:
            now = self._current()
            if now is None:
                return Table.of([], **NOTHING)
            if isinstance(question, Track):
                return self._track(now, question)
            filed = now.questions.get(snapshot.name(question))
            if filed is None:
                raise NotPublishedError(type(question).__name__)
            key = (question, at if filed.moving else None)
            known = now.remembered.get(key)
            if known is None:
                told = _answer(now.file, filed, getattr(question, "id", None), at)
                if len(now.remembered) >= REMEMBERED:
                    now.remembered.clear()
                known = now.remembered[key] = _within(question, told)
            return known

    def made_at(self) -> datetime | None:
        """When the snapshot was made; None while there is none."""
        with self._lock:
            now = self._current()
            return now.made_at if now else None

    def revision(self) -> int:
        """A number that grows with each snapshot; 0 while there is none."""
        with self._lock:
            now = self._current()
            return now.revision if now else 0

    def moved(self) -> int:
        return self.revision()

    def city(self) -> City | None:
        with self._lock:
            now = self._current()
            return now.city if now else None

    def first_fact(self) -> datetime | None:
        """The earliest moment of which a value is published."""
        with self._lock:
            now = self._current()
            if now is None:
                return None
            moving = [filed.n for filed in now.questions.values() if filed.moving]
            firsts = [now.file.execute(f"SELECT min(observed_at) FROM moved_{n}").fetchone()[0] for n in moving]  # noqa: S608  # our own numbers
            return min((snapshot.instant(first) for first in firsts if first is not None), default=None)

    def readings(
        self,
        device: str | None = None,
        metric: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[Table, str | None]:
        """A page of published values, start <= observed_at < end, and the key of the next page.

        The columns are those of the city's own pages; what is not published of a reading is empty.

        Raises:
            ValueError: `after` is no key that a page gave.
        """
        last_metric, *last = _place(after)
        span = (
            EARLIEST if start is None else snapshot.microseconds(start),
            LATEST if end is None else snapshot.microseconds(end),
        )
        rows: list[tuple[Any, ...]] = []
        with self._lock:
            now = self._current()
            for name, column, n in _series(now) if now else []:
                if now is None or name < last_metric or (metric is not None and name != metric):
                    continue
                beyond = last if name == last_metric else ("", EARLIEST)
                found = now.file.execute(
                    f"SELECT id, ?, observed_at, {column}, quality, NULL, NULL, NULL, ? FROM moved_{n}"  # noqa: S608  # our own names
                    " WHERE (id, observed_at) > (?, ?) AND observed_at >= ? AND observed_at < ?"
                    " AND (? IS NULL OR id = ?) ORDER BY id, observed_at LIMIT ?",
                    (name, now.revision, *beyond, *span, device, device, limit + 1 - len(rows)),
                )
                rows.extend(found)
                if len(rows) > limit:
                    break
        key = None
        if len(rows) > limit:
            device_id, name, observed_at, *_ = rows[limit - 1]
            key = orjson.dumps([name, device_id, observed_at]).decode()
        return Table.of(rows[:limit], **READING, **UNTOLD, revision="i"), key

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._open.file.close()
                self._open = None

    def _track(self, now: _Snapshot, track: Track) -> Table:
        kinds = {"observed_at": "t", "received_at": "t", "value": "f", "quality": "s"}
        for name, column, n in _series(now):
            if name == track.metric:
                rows = now.file.execute(
                    f"SELECT observed_at, NULL, {column}, quality FROM moved_{n}"  # noqa: S608  # our own names
                    " WHERE id = ? AND observed_at >= ? AND observed_at < ? ORDER BY observed_at",
                    (track.device_id, snapshot.microseconds(track.start), snapshot.microseconds(track.end)),
                )
                return Table.of(rows.fetchall(), **kinds)
        raise NotPublishedError(track.metric)

    def _current(self) -> _Snapshot | None:
        """The snapshot that is in place now, opened anew when another has replaced it."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return self._open  # what was published stays known
        inode = (found.st_ino, found.st_mtime_ns)
        if self._open is None or self._open.inode != inode:
            fresh = _read(self._path, inode)
            if self._open:
                self._open.file.close()
            self._open = fresh
        return self._open


def _read(path: Path, inode: tuple[int, int]) -> _Snapshot:
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    file.execute("PRAGMA query_only=ON")
    file.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # ATTACH would open, and even make, other files
    at, revision, said = file.execute("SELECT at, revision, city FROM made").fetchone()
    filed = {
        asked: _Filed(n, key, orjson.loads(kinds), tuple(orjson.loads(moving)), orjson.loads(metrics))
        for n, key, asked, kinds, moving, metrics in file.execute("SELECT * FROM question")
    }
    city = None if said is None else msgspec.json.decode(said, type=City)
    return _Snapshot(inode, file, snapshot.instant(at), revision, city, filed)


def _answer(file: sqlite3.Connection, filed: _Filed, id: str | None, at: datetime | None) -> Table:
    columns = ", ".join(f'{"m" if column in filed.moving else "t"}."{column}"' for column in filed.kinds)
    newest = f"SELECT max(observed_at) FROM moved_{filed.n} WHERE id = t.id AND (:at IS NULL OR observed_at <= :at)"  # noqa: S608  # our own names
    joined = f"LEFT JOIN moved_{filed.n} m ON m.id = t.id AND m.observed_at = ({newest})" if filed.moving else ""
    rows = file.execute(
        f"SELECT {columns} FROM thing_{filed.n} t {joined} WHERE :id IS NULL OR t.id = :id ORDER BY t.id",  # noqa: S608  # our own names
        {"id": id, "at": None if at is None else snapshot.microseconds(at)},
    )
    return Table.of(rows, **filed.kinds)


def _within(question: Question, answer: Table) -> Table:
    """Of buildings asked for by a box, those whose own box touches it."""
    if not isinstance(question, Buildings) or question.bbox is None or not len(answer):
        return answer
    west, south, east, north = question.bbox
    boxes = shapely.bounds(shapely.from_wkb(answer["outline"]))
    touching = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return answer.where(touching)


def _series(now: _Snapshot) -> list[tuple[str, str, int]]:
    """Each published metric with the column and the table that hold it, by name."""
    return sorted(
        (metric, column, filed.n) for filed in now.questions.values() for metric, column in filed.metrics.items()
    )


def _place(after: str | None) -> tuple[str, str, int]:
    """The metric, device and moment at which a page ended."""
    if after is None:
        return "", "", EARLIEST
    try:
        metric, device, observed_at = orjson.loads(after)
        if isinstance(metric, str) and isinstance(device, str) and isinstance(observed_at, int):
            return metric, device, observed_at
    except (ValueError, TypeError):
        pass
    raise ValueError("not a key of a page")
