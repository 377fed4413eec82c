"""The worker's hand on the keyframes: makes those that are missing, rewrites those that late readings touch.

First the horizon moves: from then on a writer notes every reading observed before it as late. Only then are readings
read and keyframes written, so that none can slip between the two; what is late stays noted until its keyframes are
rewritten. Readers are right at any time: outside of keyframes, and for late streams, they seek.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np
from msgspec import Struct
from sqlalchemy import Connection, Engine

from data_access.keyframes import newest, packed
from data_access.schema import KEYFRAME, TRUSTED
from data_access.states import States, sought
from data_access.transaction import Writing, fetched, inserting

STEP_US = 300_000_000  # keyframes begin at full five minutes
GRACE_US = 60_000_000  # readings that are younger still come in without being late
LEAST = 500  # with fewer readings, or fewer than there are streams, a keyframe grows longer instead
MOST_ROWS = 50_000  # read at once
REST = 0.5  # of the time that keyframes took, before the next ones: a week that was brought in must not fill a core
MANY_LATE = 20_000  # so many late readings are a history that was brought in: all is made anew from their first

_PUT = inserting(KEYFRAME)
_BETWEEN = (
    "SELECT r.stream_id, r.observed_at, r.received_at, r.value, r.quality, r.revision FROM stream s "  # noqa: S608  # a number
    "CROSS JOIN reading r WHERE r.stream_id = s.id AND r.observed_at > ? AND r.observed_at <= ? "
    f"AND r.quality < {TRUSTED}"
)
_NEXT = f"SELECT min(observed_at) FROM reading WHERE stream_id = ? AND observed_at > ? AND quality < {TRUSTED}"  # noqa: S608  # a number

Begin = Callable[[], AbstractContextManager[Writing]]


class Made(Struct, frozen=True):
    """A keyframe that is there: from, until, and how many readings lie between."""

    at: int
    until: int
    changes: int


def keep(begin: Begin, reader: Engine, now: int) -> int:
    """Bring the keyframes up to `now`, as far as readings are expected to be in; how many were written."""
    limit = (now - GRACE_US) // STEP_US * STEP_US
    with begin() as tx:
        if tx.first_fact is None:
            return 0
        start = tx.first_fact // STEP_US * STEP_US - STEP_US
        tx.horizon = limit = max(limit, tx.horizon or limit)
        known = tx.revision - 1
        made = [Made(*row) for row in tx.rows("SELECT at, until, changes FROM keyframe ORDER BY at")]
        enough = max(LEAST, tx.rows("SELECT count(*) FROM stream")[0][0])
    with reader.begin() as connection:
        runs = [*_gaps(made, start, limit, enough), *_touched(connection, made, known, limit)]
    written = sum(_make(begin, reader, first, last, enough) for first, last in _joined(runs))
    with begin() as tx:
        tx.once("DELETE FROM late WHERE revision <= ?", known)
    return written


def _gaps(made: list[Made], start: int, limit: int, enough: int) -> Iterator[tuple[int, int]]:
    """The times of which no keyframe tells; a last one that is short still grows."""
    at = start
    for frame in made:
        if frame.at > at:
            yield at, frame.at
        at = max(at, frame.until)
    if at < limit:
        growing = made and made[-1].changes < enough
        yield (made[-1].at if growing else at), limit


def _touched(connection: Connection, made: list[Made], known: int, limit: int) -> Iterator[tuple[int, int]]:
    """The times of the keyframes that late readings change: from each on, until its stream spoke again."""
    asked = "SELECT stream_id, observed_at, coalesce(until, observed_at) FROM late WHERE revision <= ?"
    late = fetched(connection, asked, known)
    if len(late) > MANY_LATE:
        yield min(observed for _stream, observed, _until in late) // STEP_US * STEP_US - STEP_US, limit
        return
    begins, ends = [frame.at for frame in made], [frame.until for frame in made]
    for stream, observed, until in late:
        following = fetched(connection, _NEXT, stream, until)[0][0]
        first = bisect_left(ends, observed)
        last = len(made) if following is None else bisect_left(begins, following)
        if first < last:
            yield begins[first], ends[last - 1]


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _make(begin: Begin, reader: Engine, first: int, last: int, enough: int) -> int:
    """Write the keyframes from `first` to `last` anew, in place of those that begin there."""
    written, at, span = 0, first, 3 * STEP_US
    state: States | None = None
    while at < last:
        begun = time.perf_counter()
        until = min(last, at + span)
        with reader.begin() as connection:
            if state is None:
                state = sought(connection, at)
            changes = States.of(fetched(connection, _BETWEEN, at, until))
        if len(changes) < enough and until < last:
            span *= 4
            continue
        if len(changes) > MOST_ROWS:
            span = max(STEP_US, span // 2)
        rows = []
        for end in _ends(changes, at, until, enough, until == last):
            between = changes.where((changes.observed_at > at) & (changes.observed_at <= end))
            rows.append((at, end, len(between), packed(state, between, at)))
            state, at = newest(between).over(state), end
        with begin() as tx:
            tx.once("DELETE FROM keyframe WHERE at >= ? AND at < ?", rows[0][0], at)
            tx.run(_PUT, rows)
        written += len(rows)
        time.sleep(REST * (time.perf_counter() - begun))
    return written


def _ends(changes: States, at: int, until: int, enough: int, whole: bool) -> Iterator[int]:
    """Where keyframes end, at full steps: as soon as there are enough readings in one; `whole`: the rest is one too."""
    steps = -(-(until - at) // STEP_US)
    counted = np.cumsum(np.bincount((changes.observed_at - at - 1) // STEP_US, minlength=steps))
    ended = told = 0
    for step in np.flatnonzero(np.diff(counted, prepend=0)).tolist():
        if counted[step] - told >= enough:
            ended, told = step + 1, counted[step]
            yield min(until, at + ended * STEP_US)
    if whole and at + ended * STEP_US < until:
        yield until
