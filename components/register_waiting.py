"""Messages that could not be taken, looked into; and one change of the registers with what it changed."""

import json
from datetime import datetime
from typing import Any

from dash import html

from components import register_ids as ids
from components.clock import moment
from components.detail import listed
from components.rail import icon
from components.register_lists import ACTS, REGISTERS, reason
from components.view import View
from data_access.queries import Quarantined, RegisterChanges
from data_access.registrar import undoable
from data_access.second_look import outlook
from data_access.words import _
from layers.base import Fact
from layers.phrases import number

MOST_TEXT = 2_000  # characters of a message that are shown
HEXES = 256  # bytes of one that is no text


def message_sheet(view: View, id: str, at: datetime | None) -> list[Any]:
    """A message: where it came from, why it was refused, what it says, and whether it could be taken by now."""
    row = next(iter(view.store.answer(Quarantined(id=id))), None)
    if row is None:
        gone = _("It is in quarantine no longer: it was read again, or put aside. The list of changes tells.")
        return [html.H2(_("Message")), html.P(gone, className="empty")]
    zone = view.zone()
    facts = [
        Fact(_("Why it was not taken"), reason(row.reason)),
        Fact(_("Topic"), row.topic),
        Fact(_("Times"), number(row.count)),
        Fact(_("First"), moment(row.first_at, zone)),
        Fact(_("Newest"), moment(row.last_at, zone)),
        Fact(_("Size"), _("{n} bytes").format(n=number(row.size))),
    ]
    against = outlook(row.source, row.topic, row.raw, row.size)
    told = [html.H2(row.source), html.P(_("Message in quarantine"), className="over"), listed(facts)]
    told += [html.H3(_("What it says")), html.Pre(content(row.raw), className="raw", tabIndex=0)]
    if against is None:
        told.append(
            html.P(_("Its decoder reads it by now: read it again, and what it says is stored."), className="note")
        )
    else:
        told.append(html.P(_("Read again now, it would stay here: {why}.").format(why=against), className="note"))
    if at is None:
        told.append(html.Div(_acts(id), className="acts"))
    return told


def _acts(id: str) -> list[Any]:
    again, aside = _("Read it again"), _("Put it aside")
    return [
        html.Button([icon("refresh-cw"), again], id=ids.act("read", id), n_clicks=0, className="button primary"),
        html.Button([icon("eye-off"), aside], id=ids.act("aside", id), n_clicks=0, className="button outlined"),
    ]


def content(raw: bytes) -> str:
    """A message as a person can read it: JSON in lines, other text as it is, anything else in hexadecimal."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw[:HEXES].hex(" ") + (" …" if len(raw) > HEXES else "")
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)
    return text[:MOST_TEXT] + (" …" if len(text) > MOST_TEXT else "") if text else _("(nothing)")


def change_sheet(view: View, id: str, at: datetime | None) -> list[Any]:
    """One change: who made it, when and why, what it said before and after, and the way back."""
    changes = list(view.store.answer(RegisterChanges(limit=10_000), at))
    change = next((one for one in changes if str(one.id) == id), None)
    if change is None:
        return [html.H2(_("Change")), html.P(_("There is no such change."), className="empty")]
    facts = [
        Fact(_("What"), str(ACTS.get(change.act, change.act))),
        Fact(_("Who"), change.who),
        Fact(_("When"), moment(change.at, view.zone())),
        Fact(_("Why"), change.note or "–"),
    ]
    told = [html.H2(change.thing.partition(" ")[0]), html.P(str(REGISTERS.get(change.register, "")), className="over")]
    told.append(listed(facts))
    if change.register == "quarantine":
        message = json.loads(change.before)
        told.append(
            listed([Fact(_("Topic"), message["topic"]), Fact(_("Why it was not taken"), reason(message["reason"]))])
        )
        backs = change.act == "aside" and not any(other.undoes == change.id for other in changes)
        return told + (_button("back", change.id, _("Put it back")) if backs and at is None else [])
    told.append(
        listed([Fact(_("The desk's word before"), said(change.before)), Fact(_("And after"), said(change.after))])
    )
    log = [
        (one.id, None if one.undoes is None else int(one.undoes))
        for one in reversed(changes)
        if (one.register, one.thing) == (change.register, change.thing)
    ]
    if change.id in undoable(log) and at is None:
        return told + _button("undo", change.id, _("Undo it"))
    return told


def said(word: str) -> str:
    """What the desk says of a thing, in one line; a dash where it says nothing."""
    told: list[str] = []
    for name, value in json.loads(word).items():
        if name == "$gone":
            told.append(_("taken out"))
        elif isinstance(value, dict):
            told += [f"{one}: {'–' if of is None else of}" for one, of in value.items()]
        elif not name.startswith("$"):
            told.append(f"{name}: {'–' if value is None else value}")
    return "; ".join(told) or "–"


def _button(act: str, of: int, words: str) -> list[Any]:
    button = html.Button([icon("rotate-ccw"), words], id=ids.act(act, str(of)), n_clicks=0, className="button outlined")
    return [html.Div([button], className="acts")]
