"""What a thing of a register was before: its versions, what differed, who said so, and the way back."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from components import register_ids as ids
from components.clock import moment
from components.rail import icon
from components.register_fields import CAMERA, DEVICE, DISTRICT, METRICS, PARKING, THRESHOLD, shown
from components.view import View
from data_access.amendments import DESK
from data_access.queries import RegisterChanges, RegisterVersions
from data_access.registrar import undoable
from data_access.words import N_, Text, _
from layers.base import Row

MOST = 30  # versions; who wants more asks the store
LABELS = {
    "device": (*DEVICE, *CAMERA, *PARKING),
    "district": DISTRICT,
    "threshold": THRESHOLD,
}
OWN: dict[str, Text] = {"mqtt": N_("the device itself"), DESK: N_("the desk")}


def source_of(name: str | None) -> str:
    """Who declares a thing: the device, the desk, or a source by its name."""
    return str(OWN.get(name or "", name or "–"))


def past(view: View, register: str, thing: str, at: datetime | None) -> list[Any]:
    """The versions of a thing, newest first, each with what it changed; and the undoing of the newest change."""
    versions = list(view.store.answer(RegisterVersions(register, thing), at))
    changes = list(view.store.answer(RegisterChanges(register, thing), at))
    if not versions and not changes:
        return []
    zone = view.zone()
    lines = []
    for before, version in zip([None, *versions], versions, strict=False):
        lines.append(_version(before, version, register, zone))
        if version.until is not None and not any(other.since == version.until for other in versions):
            lines.append(_line(moment(version.until, zone), _gone(changes, version), []))
    undo = [] if at else _undo(changes)
    return [html.H3(_("History")), *undo, html.Ol(list(reversed(lines))[:MOST], className="versions")]


def differences(before: Row, after: Row, register: str) -> list[tuple[str, str, str]]:
    """What a version says otherwise than the one before it: the field, as it was, as it is."""
    found = []
    for field in LABELS[register]:
        was, became = shown(before, field), shown(after, field)
        if was != became:
            found.append((str(field.label), _with(was, field.unit), _with(became, field.unit)))
    if register == "device":
        was, became = (", ".join(sorted(json.loads(row.metrics))) for row in (before, after))
        if was != became:
            found.append((str(METRICS.label), was or "–", became or "–"))
        if before.kind != after.kind:
            found.append((_("Kind"), before.kind, after.kind))
        known = {field.name for field in LABELS[register]}
        was_told, told = (json.loads(row.fields) for row in (before, after))
        for name in sorted({*was_told, *told} - known):
            if was_told.get(name) != told.get(name):
                found.append((name, str(was_told.get(name, "–")), str(told.get(name, "–"))))
    return found


def _with(value: str, unit: str) -> str:
    return f"{value} {unit}".strip() if value else "–"


def _version(before: Row | None, version: Row, register: str, zone: Any) -> Any:
    when = moment(version.since, zone) if version.since else _("Since its first declaration")
    by = version.who or source_of(version.source)
    if before is None:
        return _line(when, by, [html.Li(_("declared for the first time"))], version.note)
    told = [
        html.Li([html.Span(name, className="field"), " ", html.S(was), " → ", html.Span(became)])
        for name, was, became in differences(before, version, register)
    ]
    return _line(when, by, told or [html.Li(_("declared again, as it was"))], version.note)


def _gone(changes: Sequence[Row], version: Row) -> str:
    """Who took it out: the desk, else its source."""
    by = next((change.who for change in changes if change.at == version.until), None)
    by = by or source_of(version.source)
    return _("{who}: taken out of the register").format(who=by)


def _line(when: str, by: str, told: Sequence[Any], note: str | None = None) -> Any:
    said = [html.Q(note, className="note")] if note else []
    return html.Li([html.Span(when, className="when"), html.Span(by, className="by"), html.Ul(list(told)), *said])


def _undo(changes: Sequence[Row]) -> list[Any]:
    """The buttons that take the newest change back, or make it again."""
    log = [(change.id, None if change.undoes is None else int(change.undoes)) for change in reversed(changes)]
    newest, again = undoable(log)
    buttons = []
    for number, words, sign in (
        (newest, _("Undo the newest change"), "rotate-ccw"),
        (again, _("Make the undone change again"), "refresh-cw"),
    ):
        if number is not None:
            name = ids.act("undo", str(number))
            buttons.append(html.Button([icon(sign), words], id=name, n_clicks=0, className="button outlined"))
    return [html.Div(buttons, className="acts")] if buttons else []
