"""Answers from tables of their own: buildings, districts, and the history of one thing."""

from typing import Any

from sqlalchemy import Connection

from data_access import incident_rows
from data_access.queries import BuildingCount, Buildings, Districts, IncidentHistory, Incidents, Track
from data_access.records import QUALITIES
from data_access.schema import microseconds
from data_access.table import Table
from data_access.transaction import fetched

OfTables = Incidents | Buildings | BuildingCount | Districts | Track | IncidentHistory

_BUILDING = (
    'SELECT id, name, "use", lon, lat, height_m, height_source, min_height_m, levels, part, built, outline, revision '
    "FROM building WHERE {which} ORDER BY id"
)
_BUILDING_COLUMNS = {
    "id": "s",
    "name": "s",
    "use": "s",
    "lon": "f",
    "lat": "f",
    "height_m": "f",
    "height_source": "s",
    "min_height_m": "f",
    "levels": "f",
    "part": "b",
    "built": "f",
    "outline": "s",
    "revision": "i",
}
_DISTRICT = (
    "SELECT id, name, name_en, kind, population, lon, lat, geometry, revision FROM district WHERE {which} ORDER BY id"
)
_DISTRICT_COLUMNS = {
    "id": "s",
    "name": "s",
    "name_en": "s",
    "kind": "s",
    "population": "f",
    "lon": "f",
    "lat": "f",
    "geometry": "s",
    "revision": "i",
}
_STANDS_NOW = "valid_to IS NULL"
_STOOD = "valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)"
_TOUCHES = "west <= ? AND east >= ? AND south <= ? AND north >= ?"


def answer(question: OfTables, connection: Connection, at: int | None) -> Table:
    if isinstance(question, Incidents):
        return incident_rows.answer(question, connection, at)
    if isinstance(question, Buildings):
        return _buildings(question, connection, at)
    if isinstance(question, BuildingCount):
        return _building_count(connection, at)
    if isinstance(question, Districts):
        return _districts(question, connection, at)
    if isinstance(question, Track):
        return track(question, connection, at)
    return incident_rows.history(question, connection, at)


def _buildings(question: Buildings, connection: Connection, at: int | None, since: int | None = None) -> Table:
    which, bound = _standing(question.id, at, since)
    if question.bbox is not None:
        west, south, east, north = question.bbox
        which.append(_TOUCHES)
        bound += [east, west, north, south]
    return Table.of(fetched(connection, _BUILDING.format(which=" AND ".join(which)), *bound), **_BUILDING_COLUMNS)


def changed_buildings(question: Buildings, connection: Connection, since: int) -> tuple[Table, list[str]]:
    """Buildings that began in a commit after `since`, and the ids of those that ended and stand no more."""
    there = _buildings(question, connection, None, since)
    ended = [found for (found,) in fetched(connection, "SELECT id FROM building WHERE ended > ?", since)]
    return there, sorted({gone for gone in ended if question.id in (None, gone)} - set(there["id"]))


def _districts(question: Districts, connection: Connection, at: int | None, since: int | None = None) -> Table:
    which, bound = _standing(question.id, at, since)
    return Table.of(fetched(connection, _DISTRICT.format(which=" AND ".join(which)), *bound), **_DISTRICT_COLUMNS)


def changed_districts(question: Districts, connection: Connection, since: int) -> tuple[Table, list[str]]:
    """Districts that began in a commit after `since`, and the ids of those that ended and are drawn no more."""
    there = _districts(question, connection, None, since)
    ended = [found for (found,) in fetched(connection, "SELECT id FROM district WHERE ended > ?", since)]
    return there, sorted({gone for gone in ended if question.id in (None, gone)} - set(there["id"]))


def _standing(id: str | None, at: int | None, since: int | None) -> tuple[list[str], list[Any]]:
    """Conditions, and what they bind: versions that hold at this time, of one thing, begun after a revision."""
    bound: list[Any] = [] if at is None else [at, at]
    which = [_STANDS_NOW if at is None else _STOOD]
    if id is not None:
        which.append("id = ?")
        bound.append(id)
    if since is not None:
        which.append("revision > ?")
        bound.append(since)
    return which, bound


def _building_count(connection: Connection, at: int | None) -> Table:
    which, bound = (_STANDS_NOW, ()) if at is None else (_STOOD, (at, at))
    asked = f"SELECT height_source, part, count(*) FROM building WHERE {which} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608  # our own words
    return Table.of(fetched(connection, asked, *bound), height_source="s", part="b", count="i")


def buildings_moved(connection: Connection, since: int) -> bool:
    """Whether any building began or ended in a commit after `since`."""
    asked = (
        "SELECT EXISTS (SELECT 1 FROM building WHERE revision > ?1) OR EXISTS (SELECT 1 FROM building WHERE ended > ?1)"
    )
    return bool(fetched(connection, asked, since)[0][0])


def track(question: Track, connection: Connection, at: int | None, since: int | None = None) -> Table:
    asked = (
        "SELECT observed_at, received_at, value, quality FROM reading WHERE stream_id = "
        "(SELECT id FROM stream WHERE device_id = ? AND metric = ?) AND observed_at >= ? AND observed_at < ?"
    )
    bound: list[Any] = [question.device_id, question.metric, microseconds(question.start), microseconds(question.end)]
    if at is not None:
        asked += " AND observed_at <= ?"
        bound.append(at)
    if since is not None:
        asked += " AND revision > ?"
        bound.append(since)
    rows = fetched(connection, asked + " ORDER BY observed_at", *bound)
    told = [(observed, received, value, QUALITIES[quality]) for observed, received, value, quality in rows]
    return Table.of(told, observed_at="t", received_at="t", value="f", quality="s")
