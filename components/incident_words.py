"""What was said of an incident and done about it, as sentences; and which others may be the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from data_access.words import N_, Text, _
from layers.base import Row
from layers.incidents import KINDS, STATES, word
from layers.phrases import known, number, span

METRES = 111_320.0  # of a degree of latitude
NEAR_M, WITHIN = 600.0, timedelta(hours=6)
MOST = 4

DONE: Mapping[str, Text] = {
    "open": N_("Opened at the desk"),
    "acknowledge": N_("Acknowledged"),
    "arrive": N_("On the scene"),
    "resolve": N_("Resolved"),
    "close": N_("Closed"),
    "reopen": N_("Reopened"),
    "note": N_("Note"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history: when, who said or did it, what, and whether it was taken back later.

    `undoes` names a deed for who wants to take it back, in microseconds since 1970; None: it cannot be.
    """

    at: datetime
    who: str
    what: str
    text: str = ""
    undone: bool = False
    by_desk: bool = False
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """Another incident that may be the same, and why one might think so."""

    id: str
    title: str
    why: str


def entries(told: Iterable[Row], id: str, titles: Mapping[str, str]) -> list[Entry]:
    """The history of one incident from the rows of its IncidentHistory, oldest first.

    `titles` names the incidents that are joined to it. The newest of its own deeds that stands can be taken back.
    """
    rows = list(told)
    standing = [row for row in rows if row.act and row.id == id and row.act != "take_back" and not row.undone]
    newest = standing[-1] if standing and standing[-1].act != "open" else None
    found, before = [], dict[str, tuple[str, str]]()
    for row in rows:
        if row.act:
            what, text = _done(row, id, titles), known(row, "text") or ""
            undoes = _microseconds(row.observed_at) if newest is not None and row is newest else None
            found.append(Entry(row.observed_at, row.who, what, text, row.undone, True, undoes))
            continue
        state, title = before.get(row.id, ("", ""))
        changed = [word(STATES, row.state)] if row.state != state else []
        what = ", ".join([*changed, *([row.title] if row.title != title else [])])
        before[row.id] = (row.state, row.title)
        found.append(Entry(row.observed_at, row.source, what or _("said again"), known(row, "text") or ""))
    return found


def likes(row: Row, others: Iterable[Row], now: datetime) -> list[Like]:
    """Open incidents that may be the same, the likeliest first: near in place and in time, and of the same kind."""
    if known(row, "lon") is None:
        return []
    found = []
    for other in others:
        if other.id == row.id or known(other, "lon") is None:
            continue
        away_m, apart = distance_m(row, other), abs(row.opened_at - other.opened_at)
        if away_m > NEAR_M or apart > WITHIN:
            continue
        same = other.kind == row.kind
        found.append((away_m / NEAR_M + apart / WITHIN - (1.0 if same else 0.0), other, away_m, apart, same))
    found.sort(key=lambda each: (each[0], each[1].id))
    return [Like(other.id, other.title, _why(other, *why)) for _score, other, *why in found[:MOST]]


def distance_m(one: Row, other: Row) -> float:
    """How far apart two things are on the ground, near enough for a neighbourhood."""
    return METRES * hypot((one.lon - other.lon) * cos(radians(one.lat)), one.lat - other.lat)


def _why(other: Row, away_m: float, apart: timedelta, same: bool) -> str:
    kind = _("same kind") if same else word(KINDS, other.kind)
    told = _("{metres} m away, {span} apart, {kind}, {source}")
    return told.format(metres=number(round(away_m)), span=span(apart), kind=kind, source=other.source)


def _done(row: Row, id: str, titles: Mapping[str, str]) -> str:
    if row.act == "assign":
        return _("Assigned to {unit}").format(unit=row.assigned_to)
    if row.act in ("join", "part"):
        other = row.other if row.id == id else row.id
        title = titles.get(other, other)
        return (_("Joined with: {title}") if row.act == "join" else _("Parted from: {title}")).format(title=title)
    if row.act == "take_back":
        return _("Took back what was done last")
    return str(DONE[row.act])


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
