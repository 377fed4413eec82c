"""Keyframes: the state of all streams every few minutes, and the readings in between, each packed into one row.

They are derived, and say nothing that the readings do not. A seek for each stream touches as many places on disk as
there are streams; a keyframe is read in one piece. Streams of which a late reading has come since are sought until
the worker has rewritten the keyframes that it touches (`keeper`).
"""

import struct
import zlib

import numpy as np
from sqlalchemy import Connection

from data_access.states import COLUMNS, States, sought
from data_access.transaction import fetched

FEW = 64  # so many streams are sought faster than a keyframe is unpacked
_LENGTHS = struct.Struct("<II")
_FRAME = "SELECT at, until, frame FROM keyframe WHERE at <= ? ORDER BY at DESC LIMIT 1"
_LATE = "SELECT DISTINCT stream_id FROM late WHERE observed_at <= ?"


def states_at(connection: Connection, at: int, streams: np.ndarray) -> States:
    """The newest trusted readings of these streams (ordered, each once) that were not observed after `at`."""
    if len(streams) <= FEW:
        return sought(connection, at, streams.tolist())
    found = fetched(connection, _FRAME, at)
    if not found or at > found[0][1]:
        return sought(connection, at, streams.tolist())
    since, _until, frame = found[0]
    state, changes = unpacked(frame, since)
    whole = newest(changes.where(changes.observed_at <= at)).over(state)
    late = np.array(sorted({stream for (stream,) in fetched(connection, _LATE, at)}), dtype=np.int64)
    told = whole.where(np.isin(whole.stream, np.setdiff1d(streams, late), assume_unique=True))
    again = np.intersect1d(streams, late)
    return sought(connection, at, again.tolist()).over(told) if len(again) else told


def newest(changes: States) -> States:
    """The last reading of each stream, of readings ordered by stream and time."""
    if not len(changes):
        return changes
    return changes.where(np.append(changes.stream[1:] != changes.stream[:-1], True))


def packed(state: States, changes: States, at: int) -> bytes:
    """A state at `at` and the readings after it, both ordered by stream and time, as one row holds them."""
    parts = [_LENGTHS.pack(len(state), len(changes))]
    for states in (state, changes):
        parts += [_shuffled(column) for column in _differences(states, at)]
    return zlib.compress(b"".join(parts), 1)


def unpacked(frame: bytes, at: int) -> tuple[States, States]:
    """What `packed` was given."""
    content = zlib.decompress(frame)
    lengths = _LENGTHS.unpack_from(content)
    place = _LENGTHS.size
    found = []
    for length in lengths:
        columns = []
        for _ in COLUMNS:
            columns.append(_ordered(content, place, length))
            place += 8 * length
        found.append(_summed(columns, at))
    return found[0], found[1]


def _differences(states: States, at: int) -> tuple[np.ndarray, ...]:
    """Columns of small numbers, which pack well."""
    return (
        np.diff(states.stream, prepend=0),
        states.observed_at - at,
        states.received_at - states.observed_at,
        states.value.view(np.int64),
        states.quality,
        states.revision,
    )


def _summed(columns: list[np.ndarray], at: int) -> States:
    stream, observed_at, delay, value, quality, revision = columns
    observed_at = observed_at + at
    return States(np.cumsum(stream), observed_at, observed_at + delay, value.view(np.float64), quality, revision)


def _shuffled(column: np.ndarray) -> bytes:
    """All first bytes, then all second bytes, and so on: like stands beside like, and packs better."""
    return np.ascontiguousarray(column.astype("<i8").view(np.uint8).reshape(-1, 8).T).tobytes()


def _ordered(content: bytes, place: int, length: int) -> np.ndarray:
    shuffled = np.frombuffer(content, np.uint8, 8 * length, place).reshape(8, length)
    return np.ascontiguousarray(shuffled.T).reshape(-1).view("<i8").astype(np.int64, copy=False)
