"""The newest reading of streams, now or at a time: the one thing that most answers are made of.

Now is the table `latest`. The past is found by a seek for each stream, which is the truth, or from a keyframe and the
readings since, which gives the same and costs a tenth when nothing is in memory (`keyframes`).
"""

import json
from collections.abc import Iterable

import numpy as np
from sqlalchemy import Connection

from data_access.schema import TRUSTED
from data_access.transaction import Row, fetched

_NOW = "SELECT stream_id, observed_at, received_at, value, quality, revision FROM latest"
_SOME_NOW = f"{_NOW} WHERE stream_id IN (SELECT value FROM json_each(?))"  # noqa: S608  # our own words
# A cross join keeps its order: without it SQLite looks through all readings for each of their streams.
_SEEK = (
    "SELECT r.stream_id, r.observed_at, r.received_at, r.value, r.quality, r.revision FROM {streams} s "  # noqa: S608  # our own words
    "CROSS JOIN reading r WHERE r.stream_id = s.{id} AND r.observed_at = (SELECT p.observed_at FROM reading p "
    f"WHERE p.stream_id = s.{{id}} AND p.observed_at <= ? AND p.quality < {TRUSTED} "
    "ORDER BY p.observed_at DESC LIMIT 1)"
)
_SEEK_ALL = _SEEK.format(streams="stream", id="id")
_SEEK_SOME = _SEEK.format(streams="json_each(?)", id="value")


class States:
    """The newest readings of streams as columns, ordered by stream; times in microseconds, a missing value is NaN."""

    __slots__ = ("observed_at", "quality", "received_at", "revision", "stream", "value")

    def __init__(
        self,
        stream: np.ndarray,
        observed_at: np.ndarray,
        received_at: np.ndarray,
        value: np.ndarray,
        quality: np.ndarray,
        revision: np.ndarray,
    ) -> None:
        self.stream, self.observed_at, self.received_at = stream, observed_at, received_at
        self.value, self.quality, self.revision = value, quality, revision

    @classmethod
    def of(cls, rows: list[Row]) -> "States":
        """From rows of (stream, observed_at, received_at, value, quality, revision), in any order."""
        rows.sort()
        stream, observed_at, received_at, value, quality, revision = list(zip(*rows, strict=True)) or [()] * 6
        return cls(
            np.array(stream, dtype=np.int64),
            np.array(observed_at, dtype=np.int64),
            np.array(received_at, dtype=np.int64),
            np.array(value, dtype=np.float64),
            np.array(quality, dtype=np.int64),
            np.array(revision, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.stream)

    def where(self, keep: np.ndarray) -> "States":
        """Those that a mask or an index array picks."""
        return States(*(getattr(self, name)[keep] for name in COLUMNS))

    def over(self, older: "States") -> "States":
        """These, and of the streams that are not among them the older ones."""
        rest = older.where(~np.isin(older.stream, self.stream, assume_unique=True))
        joined = (np.concatenate([getattr(rest, name), getattr(self, name)]) for name in COLUMNS)
        whole = States(*joined)
        return whole.where(np.argsort(whole.stream, kind="stable"))

    def followed_by(self, later: "States") -> "States":
        """These and later ones of the same streams, ordered by stream and time."""
        whole = States(*(np.concatenate([getattr(self, name), getattr(later, name)]) for name in COLUMNS))
        return whole.where(np.lexsort((whole.observed_at, whole.stream)))

    def places(self, streams: np.ndarray) -> np.ndarray:
        """Where each of these streams stands here; -1: it has no state."""
        if not len(self.stream):
            return np.full(len(streams), -1, dtype=np.int64)
        found = np.searchsorted(self.stream, streams)
        found[found == len(self.stream)] = 0
        return np.where(self.stream[found] == streams, found, -1)


COLUMNS = ("stream", "observed_at", "received_at", "value", "quality", "revision")


def now(connection: Connection, streams: Iterable[int] | None = None) -> States:
    """The newest trusted reading of these streams, or of all."""
    if streams is None:
        return States.of(fetched(connection, _NOW))
    return States.of(fetched(connection, _SOME_NOW, listed(streams)))


def sought(connection: Connection, at: int, streams: Iterable[int] | None = None) -> States:
    """The newest trusted reading not observed after `at`, found by a seek for each stream."""
    if streams is None:
        return States.of(fetched(connection, _SEEK_ALL, at))
    return States.of(fetched(connection, _SEEK_SOME, listed(streams), at))


def listed(streams: Iterable[int]) -> str:
    """Streams as a statement binds them."""
    return json.dumps([int(stream) for stream in streams])
