"""The sheet beside the list: one thing of a register with its form and its history, or one that is to be declared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from dash import html

from components.clock import moment
from components.detail import listed
from components.register_fields import KINDS, fields_of
from components.register_form import declaring, editing
from components.register_lists import Shelf, shelf
from components.register_past import past, source_of
from components.register_waiting import change_sheet, message_sheet
from components.view import View
from data_access.queries import Devices, Registered
from data_access.words import LANGUAGES, _, speaking
from layers.base import Fact, Layer, Row

NEW = "+"  # the thing that is declared from nothing
SHUT, OPEN = "panel register-sheet closed", "panel register-sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet shows, and what its form was made from: the register, the thing, its kind and its revision.

    A revision of None: what does not stand in the register yet.
    """

    told: list[Any]
    upon: dict[str, Any] | None = None
    shut: bool = False


def opened(wish: object) -> tuple[Shelf, str] | None:
    """The list and the thing that a browser says were opened; None where it names none."""
    if not isinstance(wish, Mapping):
        return None
    thing = wish.get("id")
    chosen = shelf(wish.get("shelf"))
    return (chosen, thing) if isinstance(thing, str) and 0 < len(thing) <= 400 else None


def sheet(view: View, wish: object, at: datetime | None) -> Sheet:
    """What the sheet shows of this thing; shut where nothing is opened."""
    asked = opened(wish)
    if asked is None:
        return Sheet([], shut=True)
    chosen, thing = asked
    if chosen.key == "quarantine":
        return Sheet(message_sheet(view, thing, at))
    if chosen.key == "changes":
        return Sheet(change_sheet(view, thing, at))
    if chosen.key == "unknown":
        return _stranger(view, "" if thing == NEW else thing, at)
    return _thing(view, chosen.register or "device", thing, at)


def _thing(view: View, register: str, thing: str, at: datetime | None) -> Sheet:
    """One thing of a register: what it is, its form, and what it was before."""
    row = next(iter(view.store.answer(Registered(register, thing), at)), None)
    layer = next((layer for layer in view.layers if layer.metric == thing and layer.with_scale), None)
    before = past(view, register, thing, at)
    if row is None and register == "threshold" and layer:
        return _brought(layer, before, at)
    if row is None:
        gone = _("{id} does not stand in this register now.").format(id=thing)
        return Sheet([*_heading(thing, ""), html.P(gone, className="empty"), *before])
    name = str(layer.title) if layer else getattr(row, "name", thing)
    told = [*_heading(name, thing), listed(_facts(view, register, row))]
    if at is not None:
        return Sheet(
            [*told, html.P(_("This is a replay: the register is shown as it was then."), className="note"), *before]
        )
    kind = getattr(row, "kind", None)
    form = editing(fields_of(register, kind), row, _("Save"), register == "device", register != "district")
    return Sheet([*told, form, *before], {"register": register, "id": thing, "kind": kind, "revision": row.revision})


def _heading(name: str, under: str) -> list[Any]:
    return [html.H2(name), html.P(under, className="over")]


def _facts(view: View, register: str, row: Row) -> list[Fact]:
    """What the register says of a thing beside what can be written here."""
    zone = view.zone()
    facts = []
    if register == "device":
        facts.append(Fact(_("Kind"), str(KINDS.get(row.kind, row.kind))))
        facts.append(Fact(_("Measures"), ", ".join(json.loads(row.metrics)) or "–"))
        written = {field.name for field in fields_of(register, row.kind)}
        told = json.loads(row.fields)
        facts += [Fact(name, str(told[name])) for name in sorted(told) if name not in written]
    if register == "threshold":
        facts.append(Fact(_("Unit"), row.unit))
    facts.append(Fact(_("Declared by"), source_of(row.source)))
    if row.amended:
        facts.append(Fact(_("By hand"), _("the desk's word stands over what its source says")))
    facts.append(Fact(_("So since"), moment(row.since, zone) if row.since else _("its first declaration")))
    return facts


def _brought(layer: Layer, before: list[Any], at: datetime | None) -> Sheet:
    """A quantity for which the city states nothing: what Cityglass brings, to be stated otherwise."""
    scale, metric = layer.scale, layer.metric
    assert scale is not None
    why = _("The city states no threshold of its own here. State one, and it is used instead of this:")
    told = [*_heading(str(layer.title), metric or ""), html.P(why, className="note")]
    row = SimpleNamespace(
        levels=json.dumps(list(scale.breaks)),
        said=json.dumps(_in_each(scale.source)),
        words=json.dumps([_in_each(word) for word in scale.words]),
    )
    if at is None:
        told.append(editing(fields_of("threshold", None), row, _("State it")))
    return Sheet([*told, *before], {"register": "threshold", "id": metric, "kind": None, "revision": None})


def _in_each(words: object) -> dict[str, str]:
    """The same words in each language."""
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = str(words)
    return told


def _stranger(view: View, id: str, at: datetime | None) -> Sheet:
    """A device that speaks and that nobody has declared, or one that is yet to come."""
    row = next(iter(view.store.answer(Devices(id), at)), None) if id else None
    if id and (row is None or row.kind is not None):
        return Sheet([*_heading(id, ""), html.P(_("It is declared by now, or was never heard."), className="empty")])
    if not id:
        why = _("Declare it before it speaks, and it is drawn as soon as it does.")
    else:
        why = _("It sends readings, and nobody has said what it is and where. They are kept; declare it to see them.")
    told = [*_heading(id or _("A new device"), _("Unknown device") if id else ""), html.P(why, className="note")]
    if at is not None:
        return Sheet(told)
    values = {"name": id, "metrics": ", ".join((row.metrics or "").split(",")) if row else ""}
    upon = {"register": "device", "id": id, "kind": None, "revision": None}
    return Sheet([*told, declaring(id, values)], upon)
