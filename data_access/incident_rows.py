"""Incidents as the tables hold them: what was said and done of each, and the rows that follow from it at a time."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from data_access.incident_life import LEADS, Deed, Standing, Word, fold, joined_to, standing_deeds
from data_access.queries import IncidentHistory, Incidents
from data_access.table import Table
from data_access.transaction import Row, fetched

# Everything an incident's row tells, from its newest event that is not after a time.
_INCIDENT = (
    "SELECT e.incident_id, e.kind, e.severity, e.state, e.lon, e.lat, e.title, e.text, e.source, i.opened_at, e.at, "
    "e.received_at, {revision}, i.worked_at FROM incident i CROSS JOIN incident_event e "
    "WHERE e.incident_id = i.incident_id "
)
_NOW = _INCIDENT.format(revision="i.revision") + (
    "AND e.at = i.at AND e.place = i.place AND e.digest = i.digest AND {which} ORDER BY e.incident_id"
)
# One that was over by then, and of which nothing was said or done since, is left out before its events are looked at.
_THEN = _INCIDENT.format(revision="e.revision") + (  # noqa: S608  # our own words
    "AND (e.at, e.place, e.digest) = (SELECT p.at, p.place, p.digest FROM incident_event p "
    "WHERE p.incident_id = i.incident_id AND p.at <= ? ORDER BY p.at DESC, p.place DESC, p.digest DESC LIMIT 1) "
    "AND i.opened_at <= ? AND {which} ORDER BY e.incident_id"
)
_COLUMNS = {
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
    "assigned_to": "s",
    "joined_to": "s",
    "joined": "i",
}
_SAID_AND_DONE = {
    "observed_at": "t",
    "received_at": "t",
    "state": "s",
    "severity": "f",
    "title": "s",
    "text": "s",
    "source": "s",
    "id": "s",
    "who": "s",
    "act": "s",
    "assigned_to": "s",
    "other": "s",
    "undone": "b",
}
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_SEVERITY, _STATE, _OPENED, _NEWEST, _REVISION = (
    _PLACES[name] for name in ("severity", "state", "opened_at", "observed_at", "revision")
)
_AMONG = "(SELECT value FROM json_each(?))"
_EVER = 2**63 - 1  # later than any moment


class Told:
    """One incident's row while it is put together: its newest word, and what its deeds and its like make of it."""

    __slots__ = ("cells", "joined", "standing")

    def __init__(self, row: Row) -> None:
        self.cells: list[Any] = list(row[:13])
        self.standing = Standing(row[_STATE])
        self.joined = 0

    def work_in(self, deeds: Iterable[Deed]) -> None:
        for deed in deeds:
            self.cells[_NEWEST] = max(self.cells[_NEWEST], deed.at)
            self.cells[_REVISION] = max(self.cells[_REVISION], deed.revision)

    def take_in(self, other: "Told") -> None:
        """Stand for another that was found to be the same: as urgent as the worse, as old as the older."""
        self.joined += 1
        for place, choice in ((_SEVERITY, min), (_OPENED, min), (_NEWEST, max), (_REVISION, max)):
            self.cells[place] = choice(self.cells[place], other.cells[place])

    def row(self) -> Row:
        self.cells[_STATE] = self.standing.state
        return (*self.cells, self.standing.assignee, self.standing.joined_to, self.joined)


def answer(question: Incidents, connection: Connection, at: int | None, since: int | None = None) -> Table:
    """The rows of this question; with `since`, those that a later commit touched."""
    rows = _rows(connection, at, None if question.id is None else [question.id], question.open_only, since)
    told = {row[0]: Told(row) for row in rows}
    worked = [row[0] for row in rows if row[-1] is not None]
    if worked:
        _work_in(connection, told, worked, at)
    kept = [one.row() for one in told.values() if one.standing.listed or not question.open_only]
    return Table.of(kept, **_COLUMNS)


def changed(question: Incidents, connection: Connection, since: int) -> tuple[Table, list[str]]:
    """Incidents that a commit after `since` touched: those in the answer now, and the ids of those that are not."""
    there = answer(question, connection, None, since)
    touched = "SELECT incident_id FROM incident WHERE revision > ?"
    named = [found for (found,) in fetched(connection, touched, since) if question.id in (None, found)]
    return there, sorted(set(named) - set(there["id"]))


def standing(connection: Connection, id: str) -> tuple[Standing, list[str]] | None:
    """Where this incident stands now, and the ids of those that are joined to it; None: nobody knows it."""
    words = _words(connection, [id]).get(id)
    if not words:
        return None
    deeds = deeds_of(connection, [id])
    return fold(words, deeds.get(id, ())), _members(id, deeds)


def deeds_of(connection: Connection, ids: Sequence[str], at: int | None = None) -> dict[str, list[Deed]]:
    """What was done about each of these up to a time, oldest first; also of those that were ever joined to them."""
    asked = (
        "SELECT incident_id, at, who, act, assignee, text, other, undoes, revision FROM incident_act "  # noqa: S608  # our own words
        f"WHERE (incident_id IN {_AMONG} OR incident_id IN "
        f"(SELECT incident_id FROM incident_act WHERE other IN {_AMONG})) AND at <= ? ORDER BY at"
    )
    named = json.dumps(ids)
    found: dict[str, list[Deed]] = {}
    for row in fetched(connection, asked, named, named, _EVER if at is None else at):
        found.setdefault(row[0], []).append(Deed(*row))
    return found


def history(question: IncidentHistory, connection: Connection, at: int | None, since: int | None = None) -> Table:
    """All that was said and done, with that of the incidents that are joined to this one."""
    deeds = deeds_of(connection, [question.incident_id], at)
    ids = [question.incident_id, *_members(question.incident_id, deeds)]
    asked = (
        "SELECT at, received_at, state, severity, title, text, source, incident_id, revision FROM incident_event "  # noqa: S608  # our own words
        f"WHERE incident_id IN {_AMONG} AND at <= ? ORDER BY at, place, digest"
    )
    said = fetched(connection, asked, json.dumps(ids), _EVER if at is None else at)
    rows = [(*row[:8], None, None, None, None, False, row[8]) for row in said]
    for done in deeds.values():
        stands = {deed.at for deed in standing_deeds(done)}
        rows += [_done(deed, stands) for deed in done if deed.incident_id in ids or deed.other == question.incident_id]
    rows.sort(key=lambda row: row[0])  # stable: what was said comes before what was done about it
    return Table.of([row[:-1] for row in rows if since is None or row[-1] > since], **_SAID_AND_DONE)


def _done(deed: Deed, stands: Container[int]) -> Row:
    led = LEADS[deed.act][1] if deed.act in LEADS else None
    undone = deed.act != "take_back" and deed.at not in stands
    told = (deed.incident_id, deed.who, deed.act, deed.assignee, deed.other, undone, deed.revision)
    return (deed.at, deed.at, led, None, None, deed.text, None, *told)


def _work_in(connection: Connection, told: dict[str, Told], worked: Sequence[str], at: int | None) -> None:
    """Let these rows say what the desk made of them, and stand for those that are joined to them."""
    words, deeds = _words(connection, worked, at), deeds_of(connection, worked, at)
    joined = {each: _members(each, deeds) for each in worked}
    others = [member for members in joined.values() for member in members]
    beside = {row[0]: Told(row) for row in _rows(connection, at, others, open_only=False)} if others else {}
    for member, one in beside.items():
        one.work_in(deeds[member])
    for each in worked:
        told[each].standing = fold(words[each], deeds.get(each, ()))
        told[each].work_in(deeds.get(each, ()))
        for member in joined[each]:
            told[each].take_in(beside[member])


def _members(id: str, deeds: Mapping[str, Sequence[Deed]]) -> list[str]:
    """Those that are joined to this one, after these deeds."""
    return sorted(one for one, done in deeds.items() if one != id and joined_to(done) == id)


def _words(connection: Connection, ids: Sequence[str], at: int | None = None) -> dict[str, list[Word]]:
    """What was said of each of these, up to a time."""
    asked = (
        "SELECT incident_id, at, place, digest, received_at, state FROM incident_event "  # noqa: S608  # our own words
        f"WHERE incident_id IN {_AMONG} AND at <= ?"
    )
    found: dict[str, list[Word]] = {}
    for each, *word in fetched(connection, asked, json.dumps(ids), _EVER if at is None else at):
        found.setdefault(each, []).append(Word(*word))
    return found


def _rows(
    connection: Connection, at: int | None, ids: Sequence[str] | None, open_only: bool, since: int | None = None
) -> list[Row]:
    """The newest word about each, as the tables hold it; with `open_only` those that the desk worked on come too."""
    which, values = ["TRUE"], list[Any]()
    if ids is not None:
        which.append(f"i.incident_id IN {_AMONG}")
        values.append(json.dumps(ids))
    if since is not None:
        which.append("i.revision > ?")
        values.append(since)
    if at is None:
        which += ["i.over = FALSE"] if open_only else []
        return fetched(connection, _NOW.format(which=" AND ".join(which)), *values)
    if open_only:
        which.append("NOT (i.over AND i.at <= ? AND coalesce(i.worked_at, i.at) <= ?)")
        which.append("(e.state NOT IN ('resolved', 'closed') OR i.worked_at IS NOT NULL)")
        values += [at, at]
    return fetched(connection, _THEN.format(which=" AND ".join(which)), at, at, *values)
