"""Keeping a form, undoing a change, having a message read again: each ends in one sentence that says how it went."""

import json
from collections.abc import Mapping
from typing import Any

from components.changing import changed
from components.register_fields import KINDS, MOST_LEVELS, columns, device_id, fields_of, metrics
from components.view import View
from data_access.decoders import DecodeError
from data_access.decoders.fields import text
from data_access.metric_units import unit_of
from data_access.queries import Quarantined, Registered
from data_access.refusals import CannotDo
from data_access.registrar import Declare, Edit, Remove, Undo, make
from data_access.second_look import Again, put_back, set_aside
from data_access.words import _, ngettext
from layers.base import Layer, Row
from layers.phrases import number

LONGEST_NOTE = 500


def kept(view: View, at: object, upon: object, typed: Mapping[str, object], note: object) -> tuple[bool, str, str]:
    """Keep what was typed into a form; whether that was done, the sentence that tells of it, and the thing's id."""
    told = _upon(upon)
    thing = [str(told.get("id") or "")]

    def change(writer: Any, who: str) -> str:
        wanted = _wanted(view, told, typed, _note(note))
        thing[0] = wanted.thing
        if told["register"] == "threshold":
            _can_be_drawn(view, wanted)
        writer.act(make, wanted, who)
        if told["register"] == "threshold":
            return _("Saved. Lists and figures go by it from now on, a map once its page is opened anew.")
        if isinstance(wanted, Declare):
            return _("{id} is declared. It is drawn and counted from now on.").format(id=wanted.thing)
        return _("Saved. It holds from now on; the past stays as it was.")

    made, words = changed(view, at, change)
    return made, words, thing[0]


def acted(view: View, at: object, act: object, of: object, upon: object, note: object) -> tuple[bool, str]:
    """Do what a button says; whether it was done, and the sentence that tells of it."""

    def change(writer: Any, who: str) -> str:
        if act == "read":
            return _reading(writer.read_again([str(of)], who))
        if act == "read-all":
            return _reading(writer.read_again(list(view.store.answer(Quarantined(limit=10_000))["id"]), who))
        if act == "aside":
            if not writer.act(set_aside, [str(of)], who, _note(note)):
                raise CannotDo(_("It is in quarantine no longer."))
            return _("Put aside. The list of changes keeps it, and can put it back.")
        if act == "back":
            writer.act(put_back, _number(of), who)
            return _("Put back into quarantine.")
        if act == "undo":
            writer.act(make, Undo(_number(of), _note(note)), who)
            return _("Undone. What was changed meanwhile by others stays.")
        if act == "remove":
            told = _upon(upon)
            writer.act(make, Remove(told["register"], told["id"], _revision(told), _note(note)), who)
            return _("{id} is taken out of the register. Its readings and its history stay.").format(id=told["id"])
        raise CannotDo(_("Nobody knows how to do that."))

    return changed(view, at, change)


def _wanted(view: View, told: Mapping[str, Any], typed: Mapping[str, object], note: str) -> Edit | Declare:
    """The change that a form asks for.

    Raises:
        CannotDo: a field cannot be as it was typed.
    """
    register, thing = told["register"], str(told.get("id") or "")
    if told.get("revision") is None:
        if register == "threshold":
            fresh = columns(register, fields_of(register, None), typed, None)
            return Declare(register, thing, fresh | {"unit": _unit(view, thing)}, note)
        return Declare(register, thing or device_id(typed.get("id")), _device(typed), note)
    row: Row | None = next(iter(view.store.answer(Registered(register, thing))), None)
    if row is None:
        raise CannotDo(_("{id} stands in the register no longer.").format(id=thing))
    differing = columns(register, fields_of(register, getattr(row, "kind", None)), typed, row)
    if not differing:
        raise CannotDo(_("Nothing differs from what the register says already."))
    return Edit(register, thing, differing, _revision(told), note)


def _device(typed: Mapping[str, object]) -> dict[str, Any]:
    """A device as it is declared: every column, and of the fields those of its kind."""
    kind = typed.get("kind")
    if kind not in KINDS:
        raise CannotDo(_("Choose what kind of device it is."))
    told = columns("device", fields_of("device", str(kind)), typed, None)
    fields = {name: value for name, value in told.pop("fields", {}).items() if value is not None}
    return told | {"kind": kind, "metrics": metrics(typed.get("metrics")), "fields": fields}


def _layer(view: View, metric: str) -> Layer | None:
    """The layer that shows this metric by a scale that a city can state for itself."""
    return next((layer for layer in view.layers if layer.metric == metric and layer.with_scale), None)


def _unit(view: View, metric: str) -> str:
    layer = _layer(view, metric)
    return (layer.scale.unit if layer and layer.scale else "") or unit_of(metric)


def _can_be_drawn(view: View, wanted: Edit | Declare) -> None:
    """No more bands than the colours of the layer can tell apart."""
    layer, levels = _layer(view, wanted.thing), json.loads(wanted.columns.get("levels", "[]"))
    most = len(layer.scale.ramp) - 1 if layer and layer.scale else MOST_LEVELS
    if len(levels) > most:
        raise CannotDo(_("The colours of this layer tell {n} levels apart, not more.").format(n=most))


def _reading(again: Again) -> str:
    """How reading again went.

    Raises:
        CannotDo: no message could be taken; the sentence says why the most of them could not.
    """
    left = sum(again.kept.values())
    why = max(again.kept, key=lambda reason: again.kept[reason], default="")
    if not again.taken:
        raise CannotDo(_("None could be taken: {why}.").format(why=why) if left else _("Nothing waits in quarantine."))
    done = ngettext("{n} message was taken.", "{n} messages were taken.", again.taken).format(n=number(again.taken))
    if not left:
        return done
    return done + " " + _("{n} stay, most of them because: {why}.").format(n=number(left), why=why)


def _upon(wish: object) -> dict[str, Any]:
    """What a form was made from, as a browser says it.

    Raises:
        CannotDo: it names no register.
    """
    told = dict(wish) if isinstance(wish, Mapping) else {}
    if told.get("register") not in ("device", "district", "threshold"):
        return {"register": "", "id": ""}
    return told


def _note(note: object) -> str:
    words = note.strip() if isinstance(note, str) else ""
    if not words:
        return ""
    try:
        return text(words, _("Why"), LONGEST_NOTE)
    except DecodeError as fault:
        raise CannotDo(_("{field}: {why}.").format(field=_("Why"), why=_(fault.why))) from fault


def _number(of: object) -> int:
    try:
        return int(str(of))
    except ValueError:
        raise CannotDo(_("There is no such change.")) from None


def _revision(told: Mapping[str, Any]) -> int:
    revision = told.get("revision")
    return revision if isinstance(revision, int) else -1
