"""Answers about things with devices behind them: sensors, parking sites, cameras and what they see.

Each question is answered for all devices or for some (`only`, by their number in the register), at a time in
microseconds or now (None).
"""

from collections.abc import Iterable

import numpy as np
from sqlalchemy import Connection

from data_access.keyframes import states_at
from data_access.queries import Cameras, CameraViews, Devices, Latest, Parking
from data_access.records import QUALITIES
from data_access.registers import Register
from data_access.schema import GOOD, ONLINE, SUSPECT
from data_access.states import States, now
from data_access.table import Table
from data_access.transaction import Row, fetched

NEVER = np.iinfo(np.int64).min  # how numpy writes NaT
_QUALITY = np.array([*QUALITIES, None], dtype=object)
# A view that ended changed its camera's row, too.
_LOST = "SELECT camera_id, max(ended) FROM camera_view WHERE ended IS NOT NULL GROUP BY camera_id"
OfDevices = Latest | Parking | Cameras | CameraViews | Devices

_VIEWS = "SELECT camera_id, geometry, area_m2, clipped, revision FROM camera_view WHERE"


class Asked:
    """What an answer is made from: a connection, the register, the time, and the devices that are wanted."""

    def __init__(self, connection: Connection, register: Register, at: int | None, only: Iterable[int] | None) -> None:
        self.connection, self.register, self.at = connection, register, at
        self.only = None if only is None else np.array(sorted(only), dtype=np.int64)

    def versions(self, keep: np.ndarray) -> np.ndarray:
        """The versions that hold at this time, among those to keep, of the devices that are wanted; by device id."""
        held = self.register.valid(self.at) & keep
        if self.only is not None:
            held &= np.isin(self.register.device, self.only)
        found = np.flatnonzero(held)
        return found[np.argsort(self.register.device[found], kind="stable")]

    def states(self, streams: np.ndarray) -> States:
        """The newest readings of these streams; a stream 0 is none."""
        wanted = np.unique(streams[streams > 0])
        if self.at is None:
            return now(self.connection, wanted.tolist())
        return states_at(self.connection, self.at, wanted)


def answer(question: OfDevices, asked: Asked) -> Table:
    if isinstance(question, Latest):
        return _latest(question, asked)
    if isinstance(question, Parking):
        return _parking(asked)
    if isinstance(question, Cameras):
        cameras = _cameras(asked)
        return cameras.only(*(name for name in cameras.columns if name != "geometry"))
    if isinstance(question, CameraViews):
        return _camera_views(asked)
    return _devices(asked)


def _latest(question: Latest, asked: Asked) -> Table:
    register = asked.register
    streams = register.stream_of(question.metric)
    declaring = register.declaring(question.metric)
    found = asked.versions(declaring | (streams[register.device] > 0))
    device = register.device[found]
    online = register.stream_of(ONLINE)[device]
    others = [register.stream_of(metric)[device] for metric in question.beside]
    states = asked.states(np.concatenate([streams[device], online, *others]))
    value = states.places(streams[device])
    # A device that measures more than it declares has its row once it has.
    there = (value >= 0) | declaring[found]
    found, value, online = found[there], value[there], online[there]
    status = states.places(online)
    beside = {metric: states.places(other[there]) for metric, other in zip(question.beside, others, strict=True)}
    return _told(
        register,
        found,
        value=_floats(states.value, value),
        quality=_qualities(states, value),
        observed_at=_times(states.observed_at, value),
        received_at=_times(states.received_at, value),
        online=_floats(states.value, status),
        **{metric: _believed(states, place) for metric, place in beside.items()},
        revision=_revisions(register.revision[found], states, value, status, *beside.values()),
    )


def _parking(asked: Asked) -> Table:
    register = asked.register
    found = asked.versions(register.kind == "parking")
    device = register.device[found]
    streams = [register.stream_of(name)[device] for name in ("occupied_spaces", "total_spaces", ONLINE)]
    states = asked.states(np.concatenate(streams))
    occupied, total, status = (states.places(each) for each in streams)
    reported = _floats(states.value, total)
    return _told(
        register,
        found,
        occupied_spaces=_floats(states.value, occupied),
        total_spaces=np.where(np.isnan(reported), register.field("total_spaces")[found], reported),
        quality=_qualities(states, occupied),
        observed_at=_times(states.observed_at, occupied),
        received_at=_times(states.received_at, occupied),
        online=_floats(states.value, status),
        revision=_revisions(register.revision[found], states, occupied, total, status),
    )


class _Signs:
    """The last sign of life of devices: their newest reading in any metric, or their coming or going.

    What a broker had kept of a status is none: it may be days old.
    """

    def __init__(self, asked: Asked, devices: np.ndarray) -> None:
        register = asked.register
        streams = np.array([stream for number in devices for stream in register.streams_of[number]], dtype=np.int64)
        states = asked.states(streams)
        self.states = states
        online = register.stream_of(ONLINE)[devices]
        self.status = states.places(online)
        self.online = _floats(states.value, self.status)
        kept = np.isin(states.stream, online) & (states.quality != GOOD)
        owner = register.stream_device[states.stream]
        order = np.lexsort((states.received_at, states.observed_at))
        signs = order[~kept[order]]
        newest = np.full(len(register.device_ids), -1, dtype=np.int64)
        newest[owner[signs]] = signs  # the last of several stands
        self.place = newest[devices]
        revisions = np.zeros(len(register.device_ids), dtype=np.int64)
        np.maximum.at(revisions, owner, states.revision)
        self.revision = revisions[devices]

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "online": self.online,
            "observed_at": _times(self.states.observed_at, self.place),
            "received_at": _times(self.states.received_at, self.place),
        }


def _cameras(asked: Asked) -> Table:
    register = asked.register
    found = asked.versions(register.kind == "camera")
    signs = _Signs(asked, register.device[found])
    seen = _seen(asked)
    lost: dict[str, int] = dict(fetched(asked.connection, _LOST)) if asked.at is None else {}
    ids = register.device_ids[register.device[found]]
    rows = [seen.get(camera, (None, np.nan, np.nan, lost.get(camera, 0))) for camera in ids]
    views = Table.of(rows, geometry="s", area_m2="f", clipped="f", revision="i")
    fields = ("mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m")
    return _told(
        register,
        found,
        **{name: register.field(name)[found] for name in fields},
        **{name: views[name] for name in ("geometry", "area_m2", "clipped")},
        **signs.columns(),
        revision=np.maximum.reduce([register.revision[found], signs.revision, views["revision"]]),
    )


def _seen(asked: Asked) -> dict[str, Row]:
    """What cameras see at this time: geometry, area, hidden share, revision."""
    if asked.at is None:
        rows = fetched(asked.connection, f"{_VIEWS} valid_to IS NULL")
    else:
        held = "valid_from <= ?1 AND (valid_to IS NULL OR valid_to > ?1)"
        rows = fetched(asked.connection, f"{_VIEWS} {held}", asked.at)
    return {row[0]: row[1:] for row in rows}


def _camera_views(asked: Asked) -> Table:
    cameras = _cameras(asked)
    seen = np.array([geometry is not None for geometry in cameras["geometry"]], dtype=bool)
    columns = ("geometry", "area_m2", "clipped", "online", "observed_at", "received_at", "interval_s", "revision")
    return cameras.where(seen).only("id", "name", "lon", "lat", *columns)


def _devices(asked: Asked) -> Table:
    register, at = asked.register, asked.at
    everybody = np.arange(len(register.device_ids)) if asked.only is None else asked.only
    held = asked.versions(np.ones(len(register.device), dtype=bool))
    version = np.full(len(register.device_ids), -1, dtype=np.int64)
    version[register.device[held]] = held
    signs = _Signs(asked, everybody)
    observed = (
        np.where(signs.place >= 0, signs.states.observed_at[signs.place], NEVER)
        if len(signs.states)
        else (np.full(len(everybody), NEVER, dtype=np.int64))
    )
    # One that is not declared is listed when it has spoken, and one that was ended when it has spoken since.
    over = np.full(len(register.device_ids), NEVER, dtype=np.int64)
    past = register.valid_to <= (np.iinfo(np.int64).max - 1 if at is None else at)
    np.maximum.at(over, register.device[past], register.valid_to[past])
    ended = np.zeros(len(register.device_ids), dtype=np.int64)
    np.maximum.at(ended, register.device[past], register.ended[past])
    spoken = (signs.place >= 0) | (signs.status >= 0)
    listed = (version[everybody] >= 0) | (spoken & (observed >= over[everybody]))
    place = version[everybody]
    rows = []
    for number, where in zip(everybody[listed].tolist(), place[listed].tolist(), strict=True):
        named = {register.metric[stream] for stream in register.streams_of[number]} - {ONLINE}
        if where < 0:
            rows.append(
                (register.device_ids[number], None, None, None, None, None, ",".join(sorted(named)), ended[number])
            )
            continue
        named |= set(register.metrics[where])
        told = (register.name[where], register.kind[where], register.lon[where], register.lat[where])
        since = register.revision[where]
        rows.append((register.device_ids[number], *told, register.interval_s[where], ",".join(sorted(named)), since))
    table = Table.of(rows, id="s", name="s", kind="s", lon="f", lat="f", interval_s="f", metrics="s", revision="i")
    columns = {name: column[listed] for name, column in signs.columns().items()}
    return table.with_columns(**columns, revision=np.maximum(table["revision"], signs.revision[listed]))


# Columns


def _told(register: Register, found: np.ndarray, **columns: np.ndarray) -> Table:
    """What the register says of these versions, and the columns that a question adds."""
    return Table(
        {
            "id": register.device_ids[register.device[found]],
            "name": register.name[found],
            "kind": register.kind[found],
            "lon": register.lon[found],
            "lat": register.lat[found],
            "interval_s": register.interval_s[found],
            **columns,
        }
    )


def _floats(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.append(values, np.nan)[places]
    return told


def _believed(states: States, places: np.ndarray) -> np.ndarray:
    """Numbers that stand without a word on their quality: NaN for what was found wrong."""
    return _floats(np.where(states.quality <= SUSPECT, states.value, np.nan), places)


def _times(moments: np.ndarray, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.append(moments, NEVER)[places]
    return told.view("datetime64[us]")


def _qualities(states: States, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = _QUALITY[np.append(states.quality, -1)[places]]
    return told


def _revisions(declared: np.ndarray, states: States, *places: np.ndarray) -> np.ndarray:
    padded = np.append(states.revision, 0)
    told: np.ndarray = np.maximum.reduce([declared, *(padded[each] for each in places)])
    return told
