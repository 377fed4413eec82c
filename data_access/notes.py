"""Notes pinned to a place and a time: what people at the desk write down about the city, and who did.

A note holds from the minute it is about until somebody takes it off; a new wording is a new version. Nothing is ever
deleted, so a replay shows each note as it stood.
"""

import math
import secrets
from typing import Any

from sqlalchemy import Connection

from data_access.intake import UnstorableError, storable_text
from data_access.queries import Notes
from data_access.records import Note
from data_access.refusals import CannotDo
from data_access.schema import NOTE, microseconds
from data_access.table import Table
from data_access.transaction import Writing, fetched, inserting
from data_access.words import _

LONGEST = 1000  # letters of a note: it is read beside the map
TITLE = 60  # letters of its first line that stand for it in lists and on the map

_COLUMNS = {
    "id": "s",
    "title": "s",
    "text": "s",
    "lon": "f",
    "lat": "f",
    "pinned_at": "t",
    "who": "s",
    "written_at": "t",
    "about_layer": "s",
    "about_id": "s",
    "revision": "i",
}
_ASKED = (
    "SELECT id, title, text, lon, lat, pinned_at, who, written_at, about_layer, about_id, revision FROM note "
    "WHERE {which} ORDER BY id"
)
_PRESENT = "SELECT valid_from, valid_to, {columns} FROM note WHERE id = ? ORDER BY valid_from DESC LIMIT 1"
_TOLD = ("title", "text", "lon", "lat", "pinned_at", "about_layer", "about_id")


def pin(tx: Writing, now: int, note: Note, who: str) -> str:
    """Pin a note; its id. `now` is when it is written, in microseconds, here and below.

    Raises:
        CannotDo: it says nothing, says too much, has no place, or is about a time to come.
    """
    text = _worded(note.text)
    if not (math.isfinite(note.lon) and math.isfinite(note.lat) and abs(note.lon) <= 180 and abs(note.lat) <= 90):
        raise CannotDo(_("Choose the place of the note first."))
    pinned_at = microseconds(note.at)
    if pinned_at > now:
        raise CannotDo(_("A note is about what is or was; this time is still to come."))
    told = {"text": text, "title": _title(text), "lon": float(note.lon), "lat": float(note.lat), "pinned_at": pinned_at}
    about = {"about_layer": storable_text(note.about_layer), "about_id": storable_text(note.about_id)}
    name = f"note-{secrets.token_hex(6)}"
    _open(tx, name, pinned_at, told | about, who, now)
    tx.observed(pinned_at)
    return name


def amend(tx: Writing, now: int, id: str, text: str, who: str) -> None:
    """Word a note anew from now on; before, it said what it said.

    Raises:
        CannotDo: there is no such note any more, or it would say nothing.
    """
    since, told = _standing(tx, id)
    worded = _worded(text)
    if worded == told["text"]:
        return
    at = max(now, since + 1)
    _close(tx, id, since, at, who, now)
    _open(tx, id, at, told | {"text": worded, "title": _title(worded)}, who, now)


def take_off(tx: Writing, now: int, id: str, who: str) -> None:
    """Take a note off the map from now on.

    Raises:
        CannotDo: somebody has already.
    """
    since, _told = _standing(tx, id)
    _close(tx, id, since, max(now, since + 1), who, now)


def put_back(tx: Writing, now: int, id: str, who: str) -> None:
    """Put a note back that was taken off, worded as it was; the time between stays as it happened.

    Raises:
        CannotDo: it is there, or never was.
    """
    found = tx.rows(_PRESENT.format(columns=", ".join(_TOLD)), id)
    if not found or found[0][1] is None:
        raise CannotDo(_("This note was not taken off."))
    _open(tx, id, max(now, found[0][1]), dict(zip(_TOLD, found[0][2:], strict=True)), who, now)


def notes(question: Notes, connection: Connection, at: int | None, since: int | None = None) -> Table:
    """The notes that hold, as a Table with the columns of the question."""
    which: list[str] = ["valid_to IS NULL" if at is None else "valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)"]
    bound: list[Any] = [] if at is None else [at, at]
    if question.id is not None:
        which.append("id = ?")
        bound.append(question.id)
    if since is not None:
        which.append("revision > ?")
        bound.append(since)
    return Table.of(fetched(connection, _ASKED.format(which=" AND ".join(which)), *bound), **_COLUMNS)


def changed_notes(question: Notes, connection: Connection, since: int) -> tuple[Table, list[str]]:
    """Notes that a commit after `since` pinned or worded anew, and the ids of those it took off."""
    there = notes(question, connection, None, since)
    ended = [found for (found,) in fetched(connection, "SELECT id FROM note WHERE ended > ?", since)]
    return there, sorted({gone for gone in ended if question.id in (None, gone)} - set(there["id"]))


def _worded(text: str) -> str:
    try:
        worded = (storable_text(text) or "").strip()
    except UnstorableError as fault:
        raise CannotDo(_("The note holds signs that cannot be kept.")) from fault
    if not worded:
        raise CannotDo(_("Write what there is to note."))
    if len(worded) > LONGEST:
        raise CannotDo(_("The note is too long: {n} letters at most.").format(n=LONGEST))
    return worded


def _title(text: str) -> str:
    first = text.splitlines()[0].strip()
    return first if len(first) <= TITLE else first[: TITLE - 1].rstrip() + "…"


def _standing(tx: Writing, id: str) -> tuple[int, dict[str, Any]]:
    """Since when the present version holds, and what it tells."""
    found = tx.rows(_PRESENT.format(columns=", ".join(_TOLD)), id)
    if not found or found[0][1] is not None:
        raise CannotDo(_("This note is not there any more: somebody took it off."))
    return found[0][0], dict(zip(_TOLD, found[0][2:], strict=True))


def _open(tx: Writing, id: str, since: int, told: dict[str, Any], who: str, now: int) -> None:
    row = told | {"id": id, "valid_from": since, "valid_to": None, "who": storable_text(who), "written_at": now}
    row |= {"taken_by": None, "taken_at": None, "revision": tx.revision, "ended": None}
    tx.run(inserting(NOTE), [tuple(row[column.name] for column in NOTE.columns)])
    tx.moved = True


def _close(tx: Writing, id: str, since: int, until: int, who: str, now: int) -> None:
    statement = "UPDATE note SET valid_to = ?, taken_by = ?, taken_at = ?, ended = ? WHERE id = ? AND valid_from = ?"
    tx.once(statement, until, storable_text(who), now, tx.revision, id, since)
    tx.moved = True
