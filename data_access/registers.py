"""Devices and their streams as a reader knows them: read from the tables once, then only what is new.

An answer about thousands of devices joins their names to their numbers. Done here, in columns, that costs a few
milliseconds; asked of the database row by row it would cost more than finding the numbers.
"""

import json
import threading
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.transaction import Row, fetched

FOR_EVER = np.iinfo(np.int64).max
_VERSIONS = (
    "SELECT device_id, valid_from, valid_to, name, kind, lon, lat, interval_s, metrics, fields, revision, ended "
    "FROM device WHERE revision > ?1 OR ended > ?1"
)


class Register:
    """All versions of all devices, and all streams: one unchanging picture of them."""

    def __init__(self, versions: dict[tuple[str, int], Row], streams: list[Row]) -> None:
        self.versions = versions
        self.streams = streams
        rows = list(versions.values())
        names = {stream[1] for stream in streams} | {row[0] for row in rows}
        self.device_ids = _objects(sorted(names))
        self.number = {device_id: number for number, device_id in enumerate(self.device_ids)}
        self.device = np.array([self.number[row[0]] for row in rows], dtype=np.int64)
        self.valid_from = np.array([row[1] for row in rows], dtype=np.int64)
        self.valid_to = np.array([FOR_EVER if row[2] is None else row[2] for row in rows], dtype=np.int64)
        self.name, self.kind = _objects(row[3] for row in rows), _objects(row[4] for row in rows)
        self.lon, self.lat, self.interval_s = (_floats(row[i] for row in rows) for i in (5, 6, 7))
        self.revision = np.array([row[10] for row in rows], dtype=np.int64)
        self.ended = np.array([row[11] or 0 for row in rows], dtype=np.int64)
        self.stream_device = np.full(1 + max((stream[0] for stream in streams), default=0), -1, dtype=np.int64)
        for number, device_id, _metric in streams:
            self.stream_device[number] = self.number[device_id]
        self._of_metric: dict[str, np.ndarray] = {}
        self._declaring: dict[str, np.ndarray] = {}
        self._fields: dict[str, np.ndarray] = {}

    @cached_property
    def metrics(self) -> list[tuple[str, ...]]:
        """The declared metrics of each version."""
        return [tuple(json.loads(row[8])) for row in self.versions.values()]

    @cached_property
    def _told(self) -> list[dict[str, Any]]:
        return [json.loads(row[9]) for row in self.versions.values()]

    @cached_property
    def streams_of(self) -> list[list[int]]:
        """The streams of each device, by its number."""
        found: list[list[int]] = [[] for _ in self.device_ids]
        for number, device_id, _metric in self.streams:
            found[self.number[device_id]].append(number)
        return found

    @cached_property
    def metric(self) -> dict[int, str]:
        return {number: metric for number, _device_id, metric in self.streams}

    def stream_of(self, metric: str) -> np.ndarray:
        """For each device, by its number, its stream in this metric; 0: it has none."""
        if metric not in self._of_metric:
            found = np.zeros(len(self.device_ids), dtype=np.int64)
            for number, device_id, of in self.streams:
                if of == metric:
                    found[self.number[device_id]] = number
            self._of_metric[metric] = found
        return self._of_metric[metric]

    def declaring(self, metric: str) -> np.ndarray:
        """For each version, whether it says that it measures this."""
        if metric not in self._declaring:
            self._declaring[metric] = np.array([metric in named for named in self.metrics], dtype=bool)
        return self._declaring[metric]

    def field(self, name: str) -> np.ndarray:
        """For each version, a number that it declares of itself; NaN: it does not."""
        if name not in self._fields:
            told = (fields.get(name) for fields in self._told)
            self._fields[name] = _floats(None if isinstance(value, str) else value for value in told)
        return self._fields[name]

    def valid(self, at: int | None) -> np.ndarray:
        """For each version, whether it holds at this time; None is now."""
        if at is None:
            return np.equal(self.valid_to, FOR_EVER)
        return np.logical_and(self.valid_from <= at, at < self.valid_to)

    def changed_after(self, since: int) -> np.ndarray:
        """The devices, by number, of which a version began or ended in a commit after `since`."""
        touched: np.ndarray = np.unique(self.device[(self.revision > since) | (self.ended > since)])
        return touched


class Registers:
    """The newest Register that anyone here has read; safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known = Register({}, [])
        self._revision = -1
        self._stream = 0

    def at_least(self, connection: Connection) -> Register:
        """The register as this connection's transaction sees it, or a newer one."""
        with self._turn:
            ((revision, stream),) = fetched(
                connection, "SELECT revision, (SELECT coalesce(max(id), 0) FROM stream) FROM counter"
            )
            if revision <= self._revision and stream <= self._stream:
                return self._known
            versions = fetched(connection, _VERSIONS, max(self._revision, -1))
            streams = fetched(connection, "SELECT id, device_id, metric FROM stream WHERE id > ?", self._stream)
            if versions or streams:
                merged = self._known.versions | {(row[0], row[1]): row for row in versions}
                self._known = Register(merged, self._known.streams + streams)
            self._revision, self._stream = max(revision, self._revision), max(stream, self._stream)
            return self._known


def _objects(cells: Any) -> np.ndarray:
    listed = list(cells)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def _floats(cells: Any) -> np.ndarray:
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
