"""What became of a city between two moments, what matters most first: a pure function of answers.

Incidents tell it themselves. Of everything else, what needed a person then is held against what needs one now, and
what rose in between and came back is found by its highest and lowest number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from data_access.queries import Incidents, Latest
from data_access.records import OVER
from data_access.table import Table
from data_access.words import _, ngettext
from layers.attention import Item
from layers.base import Layer, Need, Row
from layers.incidents import KINDS, STATES, word
from layers.phrases import known, number, span

Kind = Literal["begun", "worse", "passed", "moved", "noted", "over"]

# How much less something matters than what has begun and still needs a person, in steps of severity: what has come
# and gone cannot be helped any more, what is over is good news.
LESS: Mapping[Kind, float] = {"begun": 0, "worse": 0, "moved": 1.25, "passed": 1.5, "noted": 0, "over": 2.5}
NOTED = 3  # a colleague's note stands beside things of this severity
ALIKE = 3  # so many of a layer with the same to tell keep a line each


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was. `at` is when that happened, as far as anyone knows."""

    kind: Kind
    severity: int
    layer: str
    id: str
    title: str
    what: str
    at: datetime | None
    others: int = 0  # how many more this line stands for


def ranked(changes: Iterable[Change]) -> list[Change]:
    """What matters most first, of equals the newest; many alike in one line, the urgent ones never."""
    grouped: dict[tuple[str, str, int], list[Change]] = {}
    for change in sorted(changes, key=_rank):
        good_news = change.kind == "over" and change.severity > 2
        grouped.setdefault((change.kind, "" if good_news else change.layer, change.severity), []).append(change)
    lines: list[Change] = []
    for alike in grouped.values():
        urgent = alike[0].severity <= 2 and alike[0].kind in ("begun", "worse")
        if len(alike) <= ALIKE or urgent or alike[0].kind == "noted":
            lines.extend(alike)
            continue
        others = len(alike) - 1
        title = ngettext("{title} and {n} other", "{title} and {n} others", others)
        lines.append(replace(alike[0], title=title.format(title=alike[0].title, n=number(others)), others=others))
    return sorted(lines, key=_rank)


def of_incidents(layer: Layer, before: Table, after: Table, since: datetime) -> list[Change]:
    """What incidents did: opened, moved on, ended. Both tables hold those that are over, too."""
    then = {row.id: row for row in before}
    told = (_incident(layer, then.get(row.id), row, since) for row in after)
    return [change for change in told if change is not None]


def of_needs(layers: Sequence[Layer], before: Sequence[Item], after: Sequence[Item], since: datetime) -> list[Change]:
    """What needs a person since then, needs one more than before, or needs one no longer; incidents are left out."""
    skipped = {layer.key for layer in layers if isinstance(layer.query, Incidents)}
    then = {(item.layer, item.id): item for item in before if item.layer not in skipped}
    today = {(item.layer, item.id): item for item in after if item.layer not in skipped}
    changes = []
    for key, item in today.items():
        earlier = then.get(key)
        if earlier is None:
            at = item.since if item.since and item.since > since else None
            changes.append(Change("begun", item.severity, *key, item.title, item.why, at))
        elif item.severity < earlier.severity:
            changes.append(Change("worse", item.severity, *key, item.title, item.why, None))
    troubled = {thing for _layer, thing in today}
    for key, item in then.items():
        if item.since is None:  # nobody had heard of it yet: where a city's memory begins, that is everything
            continue
        if key[1] not in troubled:  # one layer may tell now what another one told then
            what = _("settled; before: {why}").format(why=item.why)
            changes.append(Change("over", item.severity, *key, item.title, what, None))
    return changes


def of_peaks(layer: Layer, answer: Table, ends: Table, needed: Iterable[tuple[str, str]]) -> list[Change]:
    """What went past a limit of this layer and came back: things that needed nobody then and need nobody now.

    `ends` answers Extremes in the layer's metric; `needed` are the things, by layer and id, that are told of already.
    """
    told = set(needed)
    rows = {row.id: row for row in answer} if isinstance(layer.query, Latest) else {}
    changes = []
    for end in ends:
        row = rows.get(end.id)
        if row is None or (layer.key, end.id) in told:
            continue
        found = [
            (need, at)
            for value, at in ((end.highest, end.highest_at), (end.lowest, end.lowest_at))
            if (need := _need(layer, row, value, at)) is not None
        ]
        if found:
            need, at = min(found, key=lambda pair: pair[0].severity)
            what = _("{why}; by now back").format(why=need.words)
            changes.append(Change("passed", need.severity, layer.key, end.id, known(row, "name") or end.id, what, at))
    return changes


def of_notes(layer: Layer, notes: Table, since: datetime, me: str) -> list[Change]:
    """What others have noted."""
    return [
        Change(
            "noted", NOTED, layer.key, row.id, row.title, _("{who} pinned a note").format(who=row.who), row.written_at
        )
        for row in notes
        if row.written_at > since and row.who != me
    ]


def _rank(change: Change) -> tuple[float, float, str, str, str]:
    newest = -change.at.timestamp() if change.at else 0.0
    return change.severity + LESS[change.kind], newest, change.kind, change.layer, change.id


def _incident(layer: Layer, then: Row | None, row: Row, since: datetime) -> Change | None:
    severity, over = int(row.severity), row.state in OVER
    kind, state = word(KINDS, row.kind), word(STATES, row.state)
    lasted = span(row.observed_at - row.opened_at)
    same = (severity, layer.key, row.id, row.title)
    if known(row, "joined_to") is not None:  # the other one tells whatever there is to tell
        if then is None or then.state in OVER or known(then, "joined_to") is not None:
            return None
        return Change("over", *same, _("{kind}, found to be the same as another incident").format(kind=kind), None)
    if then is None or row.opened_at > since:
        if not over:
            return Change("begun", *same, _("{kind}, now: {state}").format(kind=kind, state=state), row.opened_at)
        return Change(
            "passed",
            *same,
            _("{kind}, {state} after {span}").format(kind=kind, state=state, span=lasted),
            row.opened_at,
        )
    if then.state in OVER:
        if over:
            return None
        return Change("begun", *same, _("{kind}, open again").format(kind=kind), row.observed_at)
    if over:
        told = _("{kind}, {state} after {span}").format(kind=kind, state=state, span=lasted)
        return Change("over", *same, told, row.observed_at)
    if severity < int(then.severity):
        return Change("worse", *same, _("{kind}, more severe than before").format(kind=kind), row.observed_at)
    if row.state != then.state:
        told = _("{before} → {state}").format(before=word(STATES, then.state), state=state)
        return Change("moved", *same, told, row.observed_at)
    return None


def _need(layer: Layer, row: Row, value: float | None, at: datetime | None) -> Need | None:
    """What the layer would have said of this row with that value, at that time."""
    if value is None or at is None:
        return None
    return layer.attention(row._replace(value=value, quality="good", observed_at=at), at)
