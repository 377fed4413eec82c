"""The desk's deeds on their way into the tables: checked against where the incident stands, and kept for ever.

Everything happens within the writing transaction, so that of two people who do the same at once the second is told
what the first one did. No two deeds of a city have the same time: the newest is always known.
"""

from secrets import token_hex

from msgspec import structs

from data_access.incident_life import (
    LEADS,
    LONGEST,
    LONGEST_NAME,
    LONGEST_TITLE,
    Deed,
    Standing,
    possible,
    standing_deeds,
)
from data_access.incident_rows import deeds_of, standing
from data_access.intake import UnstorableError, storable_text
from data_access.records import INCIDENT_KINDS, OVER, Incident
from data_access.refusals import CannotDo
from data_access.reports import hidden, report
from data_access.schema import INCIDENT_ACT, instant
from data_access.transaction import Writing, inserting
from data_access.words import _

SOURCE = "desk"

_PUT = inserting(INCIDENT_ACT)
_MOVED = "UPDATE incident SET over = ?, worked_at = ?, revision = ? WHERE incident_id = ?"


def open_incident(tx: Writing, told: Incident, who: str, now: int) -> str:
    """Open an incident in the desk's own name; gives the id under which it goes from now on.

    Raises:
        CannotDo: what was told is no incident.
    """
    title = _words(told.title, LONGEST_TITLE)
    if not title:
        raise CannotDo(_("Say in a few words what has happened."))
    if told.kind not in INCIDENT_KINDS or told.severity not in (1, 2, 3, 4):
        raise CannotDo(_("Choose what kind of incident it is, and how urgent."))
    if not (-180 <= told.lon <= 180 and -90 <= told.lat <= 90):
        raise CannotDo(_("Choose where it is: click on the map, or take its middle."))
    at = _moment(tx, now)
    name = f"{SOURCE}-{instant(at):%y%m%d}-{token_hex(4)}"
    text = _words(told.text, LONGEST) or None
    begun = structs.replace(
        told, id=name, at=instant(at), state="new", title=title, source=SOURCE, text=text, severity=int(told.severity)
    )
    try:
        report(tx, begun, at)
    except UnstorableError as fault:
        raise _unstorable(fault) from fault
    _keep(tx, Deed(name, at, who, "open"))
    return name


def work(tx: Writing, deed: Deed, now: int) -> Deed:
    """Keep what somebody did about an incident (`deed.at` is set here); the deed as it was kept.

    Raises:
        CannotDo: the incident is not known, its state does not allow it, or what was said does not suffice.
    """
    stands, members = _found(tx, deed.incident_id)
    if deed.act not in possible(stands.state, stands.joined_to, len(members)):
        raise CannotDo(_why_not(deed.act, stands, len(members)))
    kept = structs.replace(deed, at=_moment(tx, now), undoes=None, other=None, assignee=None)
    kept = structs.replace(kept, text=_words(deed.text, LONGEST) or None)
    if deed.act == "assign":
        kept = structs.replace(kept, assignee=_words(deed.assignee, LONGEST_NAME))
        if not kept.assignee:
            raise CannotDo(_("Say which unit or department has it from now on."))
        if kept.assignee == stands.assignee and stands.state == "assigned":
            raise CannotDo(_("{unit} has it already.").format(unit=kept.assignee))
    elif deed.act == "join":
        kept = structs.replace(kept, other=_root(tx, deed))
    elif deed.act == "part":
        kept = structs.replace(kept, other=stands.joined_to)
    elif deed.act in ("close", "note") and not kept.text:
        raise CannotDo(_("Say why it is closed.") if deed.act == "close" else _("There is nothing in the note."))
    _keep(tx, kept)
    return kept


def take_back(tx: Writing, incident_id: str, undoes: int, who: str, now: int) -> Deed:
    """Take back the newest deed about an incident, which was done at this time; it stays in the history.

    Raises:
        CannotDo: it is not the newest that stands, or opened the incident, or cannot be undone as things are now.
    """
    _found(tx, incident_id)
    done = standing_deeds(deeds_of(tx.connection, [incident_id]).get(incident_id, ()))
    newest = done[-1] if done else None
    if newest is None or newest.at != undoes:
        raise CannotDo(_("Somebody has done something since: look at the history, then decide anew."))
    if newest.act == "open":
        raise CannotDo(_("An incident that was opened stays in the history: close it, and say that it was a mistake."))
    kept = Deed(incident_id, _moment(tx, now), who, "take_back", other=newest.other, undoes=undoes)
    _keep(tx, kept)
    stands, members = _found(tx, incident_id)
    if stands.joined_to is not None and (members or _found(tx, stands.joined_to)[0].joined_to is not None):
        raise CannotDo(_("What it was joined to is joined elsewhere by now; join it anew where it belongs."))
    return kept


def _found(tx: Writing, incident_id: str) -> tuple[Standing, list[str]]:
    found = standing(tx.connection, incident_id)
    if found is None:
        raise CannotDo(_("There is no incident {id}.").format(id=incident_id[:60]))
    return found


def _root(tx: Writing, deed: Deed) -> str:
    """The incident that this one is to be joined to: that which the named one itself is joined to, if it is."""
    if not deed.other:
        raise CannotDo(_("Choose the incident that it is the same as."))
    stands, _members = _found(tx, deed.other)
    root = stands.joined_to or deed.other
    if _found(tx, root)[0].state in OVER:
        raise CannotDo(_("The other one is over: reopen it first, or it would hide this one."))
    if root == deed.incident_id:
        raise CannotDo(_("An incident cannot be joined to itself."))
    return root


def _why_not(act: str, stands: Standing, members: int) -> str:
    """Why this deed cannot be done where the incident stands now."""
    if stands.joined_to is not None:
        return _("It was found to be the same as another incident: work on that one, or part them first.")
    if act == "join" and members:
        return _("Others are joined to it: part them first, or join the other one to this one.")
    if act in LEADS or act in ("join", "part"):
        return _("That cannot be done any more: somebody was faster. Look at the state as it is now.")
    return _("Nobody knows how to do that.")


def _keep(tx: Writing, deed: Deed) -> None:
    """Put the deed in, and let every incident that it concerns say so."""
    told = (deed.assignee, deed.text, deed.other, deed.undoes, tx.revision)
    try:
        tx.run(_PUT, [(deed.incident_id, deed.at, storable_text(deed.who), deed.act, *map(_storable, told))])
    except UnstorableError as fault:
        raise _unstorable(fault) from fault
    tx.moved = True
    for concerned in filter(None, (deed.incident_id, deed.other)):
        over = int(hidden(tx.connection, concerned))
        tx.once(_MOVED, over, deed.at, tx.revision, concerned)


def _unstorable(fault: UnstorableError) -> CannotDo:
    return CannotDo(_("This text cannot be kept: {why}.").format(why=fault))


def _storable(told: str | int | None) -> str | int | None:
    return storable_text(told) if isinstance(told, str) else told


def _moment(tx: Writing, now: int) -> int:
    """Now, or just after the newest deed where the clock has gone back."""
    newest = tx.rows("SELECT max(at) FROM incident_act")[0][0]
    return now if newest is None else max(now, newest + 1)


def _words(told: str | None, longest: int) -> str:
    """What somebody wrote, without the space around it.

    Raises:
        CannotDo: it is too long.
    """
    words = (told or "").strip()
    if len(words) > longest:
        raise CannotDo(_("That is too long: {n} letters at most.").format(n=longest))
    return words
