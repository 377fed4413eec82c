"""Answers about things with devices behind them: sensors, parking sites, cameras and what they see.

Each question is answered for all devices or for some (`only`, by their number in the register), at a time in
microseconds or now (None).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from sqlalchemy import Connection

from data_access.columns import NEVER, believed, floats, qualities, revisions, times, told
from data_access.keyframes import states_at
from data_access.queries import Cameras, CameraViews, Devices, Latest, Parking
from data_access.registers import Register
from data_access.schema import GOOD, ONLINE
from data_access.states import States, now
from data_access.table import Table
from data_access.transaction import Row, fetched

# A view that ended changed its camera's row, too.
_LOST = "SELECT camera_id, max(ended) FROM camera_view WHERE ended IS NOT NULL GROUP BY camera_id"
OfDevices = Latest | Parking | Cameras | CameraViews | Devices
Places = Sequence[np.ndarray]  # for each row the place of a stream's state; -1: it has none

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
    found = latest_versions(question, asked)
    streams = latest_streams(question, register, register.device[found])
    states = asked.states(np.concatenate(streams))
    places = [states.places(each) for each in streams]
    return latest_rows(question, register, found, states, places).where(latest_there(question, register, found, places))


def latest_versions(question: Latest, asked: Asked) -> np.ndarray:
    """The versions of the devices that measure this, by their own word or by what they did."""
    register = asked.register
    return asked.versions(
        register.declaring(question.metric) | (register.stream_of(question.metric)[register.device] > 0)
    )


def latest_streams(question: Latest, register: Register, device: np.ndarray) -> list[np.ndarray]:
    """What a row is made of: for each device its stream in the metric, in being connected, and in each one beside."""
    return [register.stream_of(metric)[device] for metric in (question.metric, ONLINE, *question.beside)]


def latest_there(question: Latest, register: Register, found: np.ndarray, places: Places) -> np.ndarray:
    """Whether each has its row: a device that measures more than it declares has it once it has."""
    there: np.ndarray = (places[0] >= 0) | register.declaring(question.metric)[found]
    return there


def latest_rows(question: Latest, register: Register, found: np.ndarray, states: States, places: Places) -> Table:
    """The rows of these versions, from the places of their streams among the states."""
    value, status, *others = places
    return told(
        register,
        found,
        value=floats(states.value, value),
        quality=qualities(states, value),
        observed_at=times(states.observed_at, value),
        received_at=times(states.received_at, value),
        online=floats(states.value, status),
        **{metric: believed(states, place) for metric, place in zip(question.beside, others, strict=True)},
        revision=revisions(register.revision[found], states, value, status, *others),
    )


def _parking(asked: Asked) -> Table:
    register = asked.register
    found = parking_versions(asked)
    streams = parking_streams(register, register.device[found])
    states = asked.states(np.concatenate(streams))
    return parking_rows(register, found, states, [states.places(each) for each in streams])


def parking_versions(asked: Asked) -> np.ndarray:
    """The versions of the car parks."""
    return asked.versions(asked.register.kind == "parking")


def parking_streams(register: Register, device: np.ndarray) -> list[np.ndarray]:
    """What a row is made of: for each car park its streams in what is taken, what there is, and being connected."""
    return [register.stream_of(name)[device] for name in ("occupied_spaces", "total_spaces", ONLINE)]


def parking_rows(register: Register, found: np.ndarray, states: States, places: Places) -> Table:
    """The rows of these versions, from the places of their streams among the states."""
    occupied, total, status = places
    reported = floats(states.value, total)
    return told(
        register,
        found,
        occupied_spaces=floats(states.value, occupied),
        total_spaces=np.where(np.isnan(reported), register.field("total_spaces")[found], reported),
        quality=qualities(states, occupied),
        observed_at=times(states.observed_at, occupied),
        received_at=times(states.received_at, occupied),
        online=floats(states.value, status),
        revision=revisions(register.revision[found], states, occupied, total, status),
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
        self.online = floats(states.value, self.status)
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
            "observed_at": times(self.states.observed_at, self.place),
            "received_at": times(self.states.received_at, self.place),
        }


class Signs(Protocol):
    """The last signs of life, one for each row."""

    revision: np.ndarray

    def columns(self) -> dict[str, np.ndarray]: ...


def _cameras(asked: Asked) -> Table:
    found = camera_versions(asked)
    return camera_rows(asked, found, _Signs(asked, asked.register.device[found]))


def camera_versions(asked: Asked) -> np.ndarray:
    """The versions of the cameras."""
    return asked.versions(asked.register.kind == "camera")


def camera_rows(asked: Asked, found: np.ndarray, signs: Signs) -> Table:
    """The rows of these versions with what they see, and its `geometry`, from their last signs of life."""
    register = asked.register
    seen = _seen(asked)
    lost: dict[str, int] = dict(fetched(asked.connection, _LOST)) if asked.at is None else {}
    ids = register.device_ids[register.device[found]]
    rows = [seen.get(camera, (None, np.nan, np.nan, lost.get(camera, 0))) for camera in ids]
    views = Table.of(rows, geometry="s", area_m2="f", clipped="f", revision="i")
    fields = ("mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m")
    return told(
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
    return views_of(_cameras(asked))


def views_of(cameras: Table) -> Table:
    """Of cameras with their geometry those that see something, as what they see."""
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
        about = (register.name[where], register.kind[where], register.lon[where], register.lat[where])
        since = register.revision[where]
        rows.append((register.device_ids[number], *about, register.interval_s[where], ",".join(sorted(named)), since))
    table = Table.of(rows, id="s", name="s", kind="s", lon="f", lat="f", interval_s="f", metrics="s", revision="i")
    columns = {name: column[listed] for name, column in signs.columns().items()}
    return table.with_columns(**columns, revision=np.maximum(table["revision"], signs.revision[listed]))
