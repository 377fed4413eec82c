"""What changed since a revision: by index, so that asking ten times a second costs nothing while little moves."""

import numpy as np
from sqlalchemy import Connection

from data_access import answers, histories, incident_rows
from data_access.answers import Asked, OfDevices
from data_access.notes import changed_notes
from data_access.queries import (
    BuildingCount,
    Buildings,
    Cameras,
    CameraViews,
    Districts,
    IncidentHistory,
    Incidents,
    Notes,
    Question,
    SameHour,
    Search,
    Track,
    Usual,
)
from data_access.registers import Register
from data_access.search import search
from data_access.table import Table
from data_access.transaction import fetched

_MOVED = "SELECT stream_id FROM latest WHERE revision > ?"
_SEEN = "SELECT camera_id FROM camera_view WHERE revision > ?1 OR ended > ?1"


def changed(question: Question, since: int, connection: Connection, register: Register) -> Table:
    """The rows of a question's present answer that changed after `since`, and the ids of those that left it."""
    if isinstance(question, OfDevices):
        return _of_devices(question, since, connection, register)
    if isinstance(question, Incidents):
        return _with_gone(*incident_rows.changed(question, connection, since))
    if isinstance(question, Buildings):
        return _with_gone(*histories.changed_buildings(question, connection, since))
    if isinstance(question, Districts):
        return _with_gone(*histories.changed_districts(question, connection, since))
    if isinstance(question, Notes):
        return _with_gone(*changed_notes(question, connection, since))
    if isinstance(question, Search):
        found = search(question, connection, None)
        return _with_gone(found.where(found["revision"] > since), [])
    if isinstance(question, BuildingCount):
        counted = histories.answer(question, connection, None)
        moved = histories.buildings_moved(connection, since)
        return _with_gone(counted if moved else counted.where(np.zeros(len(counted), dtype=bool)), [])
    if isinstance(question, Track):
        return _with_gone(histories.track(question, connection, None, since), [])
    if isinstance(question, IncidentHistory):
        return _with_gone(incident_rows.history(question, connection, None, since), [])
    if isinstance(question, Usual | SameHour):
        raise TypeError("what is usual moves with the hour, not with a commit")
    raise TypeError("what changed in a change is not a question")


def _of_devices(question: OfDevices, since: int, connection: Connection, register: Register) -> Table:
    moved = [stream for (stream,) in fetched(connection, _MOVED, since)]
    touched = {int(register.stream_device[stream]) for stream in moved if stream < len(register.stream_device)}
    touched |= set(register.changed_after(since).tolist())
    if isinstance(question, Cameras | CameraViews):
        seen = {camera for (camera,) in fetched(connection, _SEEN, since)}
        touched |= {register.number[camera] for camera in seen if camera in register.number}
    if question.id is not None:
        touched &= {register.number.get(question.id, -1)}
    there = answers.answer(question, Asked(connection, register, None, touched))
    there = there.where(there["revision"] > since)
    # Only a register can take a row away: a device that still speaks does not leave an answer.
    ended = set(register.device[register.ended > since].tolist())
    left = {str(register.device_ids[number]) for number in touched & ended}
    if isinstance(question, CameraViews):
        left |= {camera for (camera,) in fetched(connection, _SEEN, since) if question.id in (None, camera)}
    return _with_gone(there, sorted(left - set(there["id"])))


def _with_gone(there: Table, gone: list[str]) -> Table:
    """The rows that are there, and a row with nothing but its id for each that is gone."""
    count = len(there)
    columns = {}
    for name in there.columns:
        column = there[name]
        if name == "id":
            rest = np.array(gone, dtype=object)
        elif column.dtype.kind == "M":
            rest = np.full(len(gone), "NaT", dtype=column.dtype)
        elif column.dtype.kind == "f":
            rest = np.full(len(gone), np.nan)
        elif column.dtype.kind == "O":
            rest = np.full(len(gone), None, dtype=object)
        else:
            rest = np.zeros(len(gone), dtype=column.dtype)
        columns[name] = np.concatenate([column, rest])
    columns["gone"] = np.arange(count + len(gone)) >= count
    return Table(columns)
