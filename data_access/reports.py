"""Incidents on their way into the tables: each word about one is an event, and the newest is its state.

Words are ordered by the time they speak of, then by their place in an incident's life, then by their digest, so that
any order of arrival leads to the same state.
"""

from hashlib import sha256

from msgspec import json
from sqlalchemy import Connection

from data_access.incident_rows import standing
from data_access.intake import LARGEST, UnstorableError, storable_text
from data_access.records import OVER, Incident
from data_access.schema import INCIDENT, INCIDENT_EVENT, STATE_PLACES, microseconds
from data_access.transaction import Writing, inserting

_PUT = inserting(INCIDENT_EVENT, unless_there=True)
_NEWEST = (
    inserting(INCIDENT) + " ON CONFLICT (incident_id) DO UPDATE SET opened_at = excluded.opened_at, at = excluded.at, "
    "place = excluded.place, digest = excluded.digest, over = excluded.over, revision = excluded.revision"
)


def report(tx: Writing, incident: Incident, received_at: int) -> str:
    """Put one word in: `new` for a new incident, `changed` for more about a known one, `same` when it is known.

    Raises:
        UnstorableError: a text or number that no database keeps as it is.
    """
    at, place = microseconds(incident.at), STATE_PLACES[incident.state]
    texts = (incident.id, incident.kind, incident.title, incident.source, incident.text)
    for words in texts:
        storable_text(words)
    if not -LARGEST <= incident.severity <= LARGEST:
        raise UnstorableError("a severity is too large")
    lon, lat = (None if number != number else number for number in (incident.lon, incident.lat))
    digest = sha256(json.encode((*texts, at, incident.severity, incident.state, lon, lat))).hexdigest()[:32]
    row = (
        incident.id,
        at,
        place,
        digest,
        received_at,
        incident.kind,
        incident.severity,
        incident.state,
        lon,
        lat,
        incident.title,
        incident.source,
        incident.text,
        tx.revision,
    )
    asked = "SELECT opened_at, at, place, digest, over, worked_at FROM incident WHERE incident_id = ?"
    known = tx.rows(asked, incident.id)
    if not tx.run(_PUT, [row]):
        tx.duplicates += 1
        return "same"
    tx.moved = True
    tx.stored += 1
    tx.observed(at)
    newest, opened, over = (at, place, digest), at, incident.state in OVER
    if known:
        first, *last, was_over, worked_at = known[0]
        opened = min(first, at)
        if tuple(last) > newest:
            newest, over = (last[0], last[1], last[2]), bool(was_over)
        if worked_at is not None:
            over = _worked_on(tx, incident.id)
    tx.run(_NEWEST, [(incident.id, opened, *newest, int(over), tx.revision, None)])
    return "changed" if known else "new"


def _worked_on(tx: Writing, incident_id: str) -> bool:
    """Whether it is hidden after the word just kept; the one that stands for it changes with it."""
    found = standing(tx.connection, incident_id)
    if found is None:
        return False
    if found[0].joined_to is not None:
        tx.once("UPDATE incident SET revision = ? WHERE incident_id = ?", tx.revision, found[0].joined_to)
    return not found[0].listed


def hidden(connection: Connection, incident_id: str) -> bool:
    """Whether an incident that was said something of is not among the open ones: resolved, closed, or joined."""
    found = standing(connection, incident_id)
    return found is not None and not found[0].listed
