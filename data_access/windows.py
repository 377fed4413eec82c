"""A stretch of the past in one piece: what a question was answered at every moment of it.

Scrubbing asks for many moments of the same hour. A window is read once and holds them all: things, and for each thing
the moments from which on it stood otherwise. What one finds in it for a moment is what the store would have answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access import histories
from data_access.answers import (
    Asked,
    camera_rows,
    camera_versions,
    latest_rows,
    latest_streams,
    latest_there,
    latest_versions,
    parking_rows,
    parking_streams,
    parking_versions,
    views_of,
)
from data_access.columns import floats, times
from data_access.keyframes import states_at
from data_access.notes import notes
from data_access.queries import Cameras, CameraViews, Districts, Incidents, Latest, Notes, Parking, Question
from data_access.registers import FOR_EVER, Register
from data_access.schema import GOOD, ONLINE, TRUSTED, instant, microseconds
from data_access.states import States, listed
from data_access.table import Table
from data_access.transaction import fetched

LONGEST, COARSEST = timedelta(hours=1), timedelta(hours=24)  # of a window to the microsecond, and of one in steps
MOST = 300  # moments at which a question is put anew; a window of more ends earlier
MOVING = frozenset(
    ("value", "quality", "observed_at", "received_at", "online", "revision", "occupied_spaces", "total_spaces")
)

_COURSE = (
    "SELECT r.stream_id, r.observed_at, r.received_at, r.value, r.quality, r.revision FROM json_each(?) s "  # noqa: S608  # our own words
    "CROSS JOIN reading r WHERE r.stream_id = s.value AND r.observed_at > ? AND r.observed_at < ? "
    f"AND r.quality < {TRUSTED}"
)
# When the answer to a question may have changed, where few moments do that.
_BETWEEN = "SELECT {column} FROM {table} WHERE {column} > ?1 AND {column} < ?2"


def _changes(*columns: tuple[str, str]) -> str:
    return " UNION ".join(_BETWEEN.format(table=table, column=column) for table, column in columns)


_TOLD = _changes(("incident_event", "at"), ("incident_act", "at"))
_DIVIDED = _changes(("district", "valid_from"), ("district", "valid_to"))
_NOTED = _changes(("note", "valid_from"), ("note", "valid_to"))
_SEEN = _changes(("camera_view", "valid_from"), ("camera_view", "valid_to"))


@dataclass(frozen=True, slots=True)
class Window:
    """What was answered from `start` on and before `until`.

    `things` has a row for each thing and the columns that do not change. `moments` has the others, ordered by thing
    and time: `thing` (its row in things), `since` (from when on it stood so), `there` (false: not in the answer).
    """

    start: datetime
    until: datetime
    things: Table
    moments: Table

    def at(self, moment: datetime) -> Table:
        """The answer at this moment of the window, its rows in the order of things."""
        since = self.moments["since"].astype("datetime64[us]").astype(np.int64)
        known = since <= microseconds(moment)
        thing = self.moments["thing"]
        last = known & np.append((thing[1:] != thing[:-1]) | ~known[1:], True) if len(thing) else known
        found = last & self.moments["there"]
        whose = self.things.where(thing[found])
        moved = self.moments.where(found)
        return whose.with_columns(**{name: moved[name] for name in moved.columns if name not in OWN})


OWN = ("thing", "since", "there")


def window(
    question: Question, connection: Connection, register: Register, start: datetime, end: datetime, step: timedelta
) -> Window | None:
    """All answers to a question from `start` on and before `end`, or until the register changes; None: it keeps none.

    With a `step` it holds at `start`, one step later, and so on, and in between tells what was at the step before.
    """
    span = _Span(connection, register, microseconds(start), microseconds(end), step // timedelta(microseconds=1))
    if isinstance(question, Incidents):
        return span.of_few(lambda at: histories.answer(question, connection, at), _TOLD)
    if isinstance(question, Districts):
        return span.of_few(lambda at: histories.answer(question, connection, at), _DIVIDED)
    if isinstance(question, Notes):
        return span.of_few(lambda at: notes(question, connection, at), _NOTED)
    if isinstance(question, Latest | Parking | Cameras | CameraViews):
        return span.of_devices(question)
    return None


class _Span:
    """The stretch that is asked about; times in microseconds."""

    def __init__(self, connection: Connection, register: Register, start: int, end: int, step: int) -> None:
        self.connection, self.register, self.start, self.step = connection, register, start, step
        cuts = np.concatenate([register.valid_from, register.valid_to[register.valid_to < FOR_EVER]])
        self.end = int(min(cuts[cuts > start], default=end))
        self.end = min(self.end, end)

    def of_few(self, answer: Callable[[int], Table], when: str) -> Window:
        """Of a question whose answer changes seldom: it is put anew at every such moment."""
        moments = sorted(at for (at,) in fetched(self.connection, when, self.start, self.end))
        if self.step:
            moments = sorted({at for at in self._stepped(np.array(moments, dtype=np.int64)).tolist() if at < self.end})
        if len(moments) > MOST:
            self.end = moments[MOST]
            moments = moments[:MOST]
        told = [(at, answer(at)) for at in [self.start, *moments]]
        return self._window(*_differences(told))

    def of_devices(self, question: Latest | Parking | Cameras | CameraViews) -> Window:
        """Of what devices say: the readings of the stretch, and what stood at its beginning."""
        if isinstance(question, Cameras | CameraViews):
            seen = [at for (at,) in fetched(self.connection, _SEEN, self.start, self.end)]
            self.end = min([*seen, self.end])
        asked = Asked(self.connection, self.register, self.start, None)
        found = _VERSIONS[type(question)](question, asked)
        device = self.register.device[found]
        streams = _STREAMS[type(question)](question, self.register, device)
        course = _Course(self.connection, np.concatenate(streams), self.start, self.end)
        row, offset = self._moments(course, streams)
        at = self.start + offset
        of = found[row]
        places = [course.places(each[row], at) for each in streams]
        there = np.ones(len(row), dtype=bool)
        if isinstance(question, Latest):
            there = latest_there(question, self.register, of, places)
            told = latest_rows(question, self.register, of, course.states, places)
        elif isinstance(question, Parking):
            told = parking_rows(self.register, of, course.states, places)
        else:
            told = camera_rows(asked, of, _Signs(self.register, self.register.device[of], course, streams, row, places))
            if isinstance(question, CameraViews):
                sees = np.array([geometry is not None for geometry in told["geometry"]], dtype=bool)
                told, row, at, there = views_of(told), row[sees], at[sees], there[sees]
                _kept, row = np.unique(row, return_inverse=True)
            else:
                told = told.only(*(name for name in told.columns if name != "geometry"))
        moving = MOVING | set(question.beside if isinstance(question, Latest) else ())
        first = np.flatnonzero(np.append(True, row[1:] != row[:-1])) if len(row) else row
        things = told.where(first).only(*(name for name in told.columns if name not in moving))
        moved = told.only(*(name for name in told.columns if name in moving))
        return self._window(things, moved.with_columns(thing=row, since=at.view("datetime64[us]"), there=there))

    def _moments(self, course: "_Course", streams: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The row of each thing and how long after the start it may have changed; each has its start."""
        reach = self.end - self.start + max(1, self.step)
        keys = [np.arange(len(streams[0]), dtype=np.int64) * reach]
        for each in streams:
            whose = np.full(1 + max(course.most, int(each.max(initial=0))), -1, dtype=np.int64)
            whose[each[each > 0]] = np.flatnonzero(each > 0)
            row = whose[course.states.stream]
            new = (row >= 0) & (course.states.observed_at > self.start)
            moment = self._stepped(course.states.observed_at[new]) - self.start
            inside = moment < self.end - self.start
            keys.append((row[new] * reach + moment)[inside])
        whole = np.unique(np.concatenate(keys))
        return whole // reach, whole % reach

    def _stepped(self, at: np.ndarray) -> np.ndarray:
        """The steps at which what happened at these moments is seen first."""
        if not self.step:
            return at
        after: np.ndarray = self.start - ((self.start - at) // self.step) * self.step
        return after

    def _window(self, things: Table, moments: Table) -> Window:
        return Window(instant(self.start), instant(self.end), things, moments)


class _Course:
    """Streams as they went: what stood at the start, and every reading after it, ordered by stream and time."""

    def __init__(self, connection: Connection, streams: np.ndarray, start: int, end: int) -> None:
        wanted = np.unique(streams[streams > 0])
        before = states_at(connection, start, wanted)
        since = States.of(fetched(connection, _COURSE, listed(wanted.tolist()), start, end))
        self.states = before.followed_by(since)
        self.most = int(wanted.max(initial=0))
        self._start, self._reach = start, end - start + 1
        self._keys = self._key(self.states.stream, self.states.observed_at)

    def places(self, streams: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Where the state of each stream at its own moment stands here; -1: it has none."""
        if not len(self._keys):
            return np.full(len(streams), -1, dtype=np.int64)
        found = np.searchsorted(self._keys, self._key(streams, at), side="right") - 1
        return np.where((found >= 0) & (self.states.stream[found] == streams), found, -1)

    def _key(self, streams: np.ndarray, at: np.ndarray) -> np.ndarray:
        """One number for a stream and a moment; what stood at the start stands before all else of its stream."""
        key: np.ndarray = streams * self._reach + np.clip(at - self._start, 0, self._reach - 1)
        return key


class _Signs:
    """The last sign of life of a device at each moment, as data_access/answers.py finds it at one."""

    def __init__(
        self,
        register: Register,
        device: np.ndarray,
        course: _Course,
        streams: Sequence[np.ndarray],
        row: np.ndarray,
        places: Sequence[np.ndarray],
    ) -> None:
        states = course.states
        online = register.stream_of(ONLINE)[device]
        self.states, self.place = states, np.full(len(row), -1, dtype=np.int64)
        self.online = np.full(len(row), np.nan)
        self.revision = np.zeros(len(row), dtype=np.int64)
        observed, received = np.append(states.observed_at, -1), np.append(states.received_at, -1)
        quality, revision = np.append(states.quality, GOOD), np.append(states.revision, 0)
        for each, place in zip(streams, places, strict=True):
            status = (each[row] == online) & (online > 0)
            self.online = np.where(status, floats(states.value, place), self.online)
            self.revision = np.maximum(self.revision, revision[place])
            kept = status & (quality[place] != GOOD)  # by the broker: no sign of life
            later = (observed[place] > observed[self.place]) | (
                (observed[place] == observed[self.place]) & (received[place] > received[self.place])
            )
            self.place = np.where((place >= 0) & ~kept & (later | (self.place < 0)), place, self.place)

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "online": self.online,
            "observed_at": times(self.states.observed_at, self.place),
            "received_at": times(self.states.received_at, self.place),
        }


def _all_streams(question: Question, register: Register, device: np.ndarray) -> list[np.ndarray]:
    """Every stream of each device, the k-th of all of them together; 0: it has fewer."""
    of = [register.streams_of[number] for number in device.tolist()]
    most = max((len(streams) for streams in of), default=0)
    whole = np.array([streams + [0] * (most - len(streams)) for streams in of], dtype=np.int64).reshape(len(of), most)
    return list(whole.T) or [np.zeros(len(of), dtype=np.int64)]


_VERSIONS: dict[type, Callable[[Any, Asked], np.ndarray]] = {
    Latest: latest_versions,
    Parking: lambda question, asked: parking_versions(asked),
    Cameras: lambda question, asked: camera_versions(asked),
    CameraViews: lambda question, asked: camera_versions(asked),
}
_STREAMS: dict[type, Callable[[Any, Register, np.ndarray], list[np.ndarray]]] = {
    Latest: latest_streams,
    Parking: lambda question, register, device: parking_streams(register, device),
    Cameras: _all_streams,
    CameraViews: _all_streams,
}


def _differences(told: Sequence[tuple[int, Table]]) -> tuple[Table, Table]:
    """Things, and the moments at which they came, changed or went, from the answers at some moments in order."""
    stood: dict[str, tuple[object, ...]] = {}
    gone: dict[str, Table] = {}
    pieces: list[tuple[str, int, bool, Table]] = []
    for at, table in told:
        rows = {str(row.id): (n, tuple(row)) for n, row in enumerate(table)}
        for one, (n, row) in rows.items():
            if stood.get(one) != row:
                pieces.append((one, at, True, table.where(np.array([n]))))
                gone[one] = pieces[-1][3]
        pieces += [(one, at, False, gone[one]) for one in stood if one not in rows]
        stood = {one: row for one, (_n, row) in rows.items()}
    pieces.sort(key=lambda piece: piece[:2])
    ids = sorted({piece[0] for piece in pieces})
    number = {one: n for n, one in enumerate(ids)}
    tables = [piece[3] for piece in pieces] or [told[0][1]]
    moments = {name: np.concatenate([table[name] for table in tables]) for name in tables[0].columns if name != "id"}
    things = np.empty(len(ids), dtype=object)
    things[:] = ids
    return Table({"id": things}), Table(moments).with_columns(
        thing=np.array([number[piece[0]] for piece in pieces], dtype=np.int64),
        since=np.array([piece[1] for piece in pieces], dtype=np.int64).view("datetime64[us]"),
        there=np.array([piece[2] for piece in pieces], dtype=bool),
    )
