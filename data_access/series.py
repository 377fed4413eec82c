"""Recorded series on their way into the tables: what intake does reading by reading, done in columns.

A week of a city is millions of readings. They go in by pieces of one stream, each compared as a whole with what is
there: a key that is taken counts as a duplicate, or goes to quarantine when another value stands there.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np
from msgspec import Struct

from data_access import quarantine
from data_access.intake import AHEAD_US, FIRST_BELIEVED_US, NEWER, Names, UnstorableError
from data_access.schema import ANCIENT, EVER, FUTURE, GOOD, LATE, MISSING, TRUSTED, instant, microseconds
from data_access.transaction import Writing, inserting

PIECE = 2000  # readings of one stream that go in together
TOPIC = "series"

_PUT = "INSERT INTO reading (stream_id, observed_at, received_at, value, quality, revision) VALUES (?, ?, ?, ?, ?, ?)"
_THERE = "SELECT observed_at, value, quality FROM reading WHERE stream_id = ? AND observed_at BETWEEN ? AND ?"
_LATE = inserting(LATE)
_FIRST, _LAST = microseconds(EVER), 253_402_300_800_000_000  # the year 10000


class Series(Struct, frozen=True):
    """What one device recorded in one metric, by time: columns of equal length, times in microseconds since 1970.

    A value of NaN is missing; without `quality` (codes of schema.QUALITY_CODES) every other one is good.
    """

    device_id: str
    metric: str
    observed_at: np.ndarray
    received_at: np.ndarray
    value: np.ndarray
    quality: np.ndarray | None = None


def pieces(many: Iterable[Series]) -> Iterator[Series]:
    """The same in order of time and in short pieces, the quality of every reading told.

    Raises:
        ValueError: columns of different lengths, or a time that is none.
    """
    for series in many:
        observed, received = (np.asarray(column, dtype=np.int64) for column in (series.observed_at, series.received_at))
        value = np.asarray(series.value, dtype=np.float64)
        told = np.full(len(value), GOOD) if series.quality is None else np.asarray(series.quality, dtype=np.int64)
        if len({len(column) for column in (observed, received, value, told)}) > 1:
            raise ValueError(f"{series.device_id} {series.metric}: columns of different lengths")
        if len(value) and not (
            _FIRST <= min(observed.min(), received.min()) <= max(observed.max(), received.max()) < _LAST
        ):
            raise ValueError(f"{series.device_id} {series.metric}: a time is not in microseconds since 1970")
        quality = np.where(np.isnan(value) & (told == GOOD), MISSING, told)
        quality = np.where(observed < FIRST_BELIEVED_US, ANCIENT, quality)
        quality = np.where(observed > received + AHEAD_US, FUTURE, quality)
        if len(value) > 1 and (np.diff(observed) < 0).any():
            order = np.argsort(observed, kind="stable")
            observed, received, value, quality = observed[order], received[order], value[order], quality[order]
        for start in range(0, len(value), PIECE):
            cut = slice(start, start + PIECE)
            yield Series(series.device_id, series.metric, observed[cut], received[cut], value[cut], quality[cut])


def put(tx: Writing, names: Names, piece: Series) -> int:
    """Store one of the `pieces`; how many readings are new."""
    try:
        if piece.metric.startswith("$"):
            raise UnstorableError("a metric begins with a dollar sign")
        stream = names.stream(tx, piece.device_id, piece.metric)
    except UnstorableError as fault:
        told = f"{len(piece.value)} readings of {piece.device_id!r} in {piece.metric!r}"
        quarantine.put(tx, TOPIC, told.encode(), str(fault), int(piece.received_at[-1]))
        return 0
    assert piece.quality is not None
    endless = np.isinf(piece.value)
    for place in np.flatnonzero(endless).tolist():
        _refuse(tx, piece, place, "a value is not a finite number")
    fresh = ~endless & ~_known(tx, stream, piece, np.flatnonzero(~endless))
    observed, received = piece.observed_at[fresh], piece.received_at[fresh]
    value, quality = piece.value[fresh], piece.quality[fresh]
    if not len(value):
        return 0
    values = [None if one != one else one for one in value.tolist()]
    columns = (observed.tolist(), received.tolist(), values, quality.tolist())
    tx.run(_PUT, list(zip(repeat(stream), *columns, repeat(tx.revision))))
    tx.moved = True
    tx.stored += len(values)
    trusted = np.flatnonzero(quality < TRUSTED)
    if len(trusted):
        newest = trusted[-1]
        row = (stream, *(column[newest] for column in columns), tx.revision)
        tx.once(NEWER, *row)
        tx.observed(int(observed[trusted[0]]))
        late = trusted if tx.horizon is None else trusted[observed[trusted] <= tx.horizon]
        if tx.horizon is not None and len(late):
            tx.once(_LATE, stream, columns[0][late[0]], tx.revision, columns[0][late[-1]])
    return len(values)


def _known(tx: Writing, stream: int, piece: Series, places: np.ndarray) -> np.ndarray:
    """For each reading of a piece whether its key is taken; among those at `places`, the others are left out."""
    assert piece.quality is not None
    known = np.zeros(len(piece.value), dtype=bool)
    if not len(places):
        return known
    observed = piece.observed_at[places]
    there = tx.rows(_THERE, stream, int(observed[0]), int(observed[-1]))
    first = places[np.searchsorted(observed, observed)]  # of several readings of one moment the first stands
    known[places] = first != places
    if not there and not known.any():
        return known
    stands_at, value, quality = (np.array(column) for column in zip(*there, strict=True)) if there else (_NONE,) * 3
    found = np.searchsorted(stands_at, observed)
    taken = np.isin(observed, stands_at)
    known[places] |= taken
    standing = np.where(
        taken, np.append(value.astype(np.float64), np.nan)[np.where(taken, found, -1)], piece.value[first]
    )
    marked = np.where(taken, np.append(quality.astype(np.int64), 0)[np.where(taken, found, -1)], piece.quality[first])
    again = np.flatnonzero(known[places])
    told, mark = piece.value[places][again], piece.quality[places][again]
    same = (told == standing[again]) | (np.isnan(told) & np.isnan(standing[again]))
    same &= (mark == marked[again]) | (np.maximum(mark, marked[again]) >= TRUSTED)
    tx.duplicates += int(same.sum())
    for place in places[again[~same]].tolist():
        moment = instant(int(piece.observed_at[place])).isoformat()
        _refuse(tx, piece, place, f"another value stands at {moment}")
    return known


_NONE = np.zeros(0, dtype=np.int64)


def _refuse(tx: Writing, piece: Series, place: int, reason: str) -> None:
    moment = instant(int(piece.observed_at[place])).isoformat()
    told = {"device": piece.device_id, "metric": piece.metric, "observed_at": moment, "value": repr(piece.value[place])}
    raw = json.dumps(told).encode()
    quarantine.put(tx, TOPIC, raw, reason, int(piece.received_at[place]))
