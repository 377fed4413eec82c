"""Answers from tables of their own: incidents, buildings, districts, and the history of one thing."""

from typing import Any

from sqlalchemy import Connection

from data_access.queries import BuildingCount, Buildings, Districts, IncidentHistory, Incidents, Track
from data_access.records import QUALITIES
from data_access.schema import microseconds
from data_access.table import Table
from data_access.transaction import fetched

OfTables = Incidents | Buildings | BuildingCount | Districts | Track | IncidentHistory

# Everything an incident's row tells, from its newest event that is not after a time.
_INCIDENT = (
    "SELECT e.incident_id, e.kind, e.severity, e.state, e.lon, e.lat, e.title, e.text, e.source, i.opened_at, e.at, "
    "e.received_at, {revision} FROM incident i CROSS JOIN incident_event e WHERE e.incident_id = i.incident_id "
)
_NOW = _INCIDENT.format(revision="i.revision") + (
    "AND e.at = i.at AND e.place = i.place AND e.digest = i.digest AND {which} ORDER BY e.incident_id"
)
# One that was over by then, and about which nothing was said since, is left out before its events are looked at.
_THEN = _INCIDENT.format(revision="e.revision") + (  # noqa: S608  # our own words
    "AND (e.at, e.place, e.digest) = (SELECT p.at, p.place, p.digest FROM incident_event p "
    "WHERE p.incident_id = i.incident_id AND p.at <= ? ORDER BY p.at DESC, p.place DESC, p.digest DESC LIMIT 1) "
    "AND i.opened_at <= ? AND {which} ORDER BY e.incident_id"
)
_INCIDENT_COLUMNS = {
    "id": "s",
    "kind": "s",
    "severity": "i",
    "state": "s",
    "lon": "f",
    "lat": "f",
    "title": "s",
    "text": "s",
    "source": "s",
    "opened_at": "t",
    "observed_at": "t",
    "received_at": "t",
    "revision": "i",
}
_STILL_OPEN = "e.state NOT IN ('resolved', 'closed')"

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
        return _incidents(question, connection, at)
    if isinstance(question, Buildings):
        return _buildings(question, connection, at)
    if isinstance(question, BuildingCount):
        return _building_count(connection, at)
    if isinstance(question, Districts):
        return _districts(question, connection, at)
    if isinstance(question, Track):
        return track(question, connection, at)
    return incident_history(question, connection, at)


def _incidents(question: Incidents, connection: Connection, at: int | None, since: int | None = None) -> Table:
    which, values = ["TRUE"], []
    if question.id is not None:
        which.append("i.incident_id = ?")
        values.append(question.id)
    if since is not None:
        which.append("i.revision > ?")
        values.append(since)  # type: ignore[arg-type]  # a list of whatever the statement binds
    if at is None:
        if question.open_only:
            which.append("i.over = FALSE")
        rows = fetched(connection, _NOW.format(which=" AND ".join(which)), *values)
        return Table.of(rows, **_INCIDENT_COLUMNS)
    bound: list[Any] = [at, at, *values]
    if question.open_only:
        which += ["NOT (i.over AND i.at <= ?)", _STILL_OPEN]
        bound.append(at)
    return Table.of(fetched(connection, _THEN.format(which=" AND ".join(which)), *bound), **_INCIDENT_COLUMNS)


def changed_incidents(question: Incidents, connection: Connection, since: int) -> tuple[Table, list[str]]:
    """Incidents that a commit after `since` touched: those in the answer now, and the ids of those that are not."""
    there = _incidents(question, connection, None, since)
    touched = "SELECT incident_id FROM incident WHERE revision > ?"
    named = [found for (found,) in fetched(connection, touched, since) if question.id in (None, found)]
    return there, sorted(set(named) - set(there["id"]))


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


def incident_history(
    question: IncidentHistory, connection: Connection, at: int | None, since: int | None = None
) -> Table:
    asked = "SELECT at, received_at, state, severity, title, text, source FROM incident_event WHERE incident_id = ?"
    bound: list[Any] = [question.incident_id]
    if at is not None:
        asked += " AND at <= ?"
        bound.append(at)
    if since is not None:
        asked += " AND revision > ?"
        bound.append(since)
    rows = fetched(connection, asked + " ORDER BY at, place, digest", *bound)
    return Table.of(rows, observed_at="t", received_at="t", state="s", severity="i", title="s", text="s", source="s")
