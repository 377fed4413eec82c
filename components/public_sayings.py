"""What each layer of the public page comes to, said aloud: one sentence, one number, and what that rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from components.ages import speaking
from components.view import View
from data_access.queries import Buildings, Cameras, Districts, Latest, Parking
from data_access.table import Table
from data_access.words import _, ngettext
from layers.base import Layer
from layers.parking import taken
from layers.phrases import number, quantity, share, span


@dataclass(frozen=True, slots=True)
class Saying:
    """What a layer comes to: in a sentence and one number, and what that rests on."""

    sentence: str
    figure: str
    coverage: str
    newest: datetime | None = None


def say(layer: Layer, view: View, now: datetime) -> Saying:
    """What this layer comes to at this moment."""
    return SAYINGS[type(layer.query)](layer, view.store.answer(layer.query), view, now)


def _measured(layer: Layer, answer: Table, view: View, now: datetime) -> Saying:
    if not len(answer):
        return Saying("", "–", _("no instrument has been declared"))
    live = speaking(answer, layer, now) & ~np.isnan(answer["value"])
    heard, of = int(live.sum()), len(answer)
    coverage = _("{n} of {of} instruments reported in time").format(n=number(heard), of=number(of))
    newest, oldest = _ends(answer, np.asarray(~np.isnat(answer["observed_at"]))), _ends(answer, live)
    if not oldest:
        words = _("{what} is not known at present: no instrument reported in time.").format(what=layer.title)
        return Saying(words, "–", coverage, newest[1] if newest else None)
    median = float(np.median(answer["value"][live]))
    value = quantity(median, layer.unit or "", 0 if abs(median) >= 100 or layer.key == "pm25" else 1)
    how = str(layer.sentence or layer.title).format(
        city=view.place(), meaning=layer.scale.word(median) if layer.scale else ""
    )
    rest = _("median {value} at {n} of {of} sensors, none older than {span}.").format(
        value=value, n=number(heard), of=number(of), span=span(now - oldest[0])
    )
    return Saying(f"{how} – {rest}", value, coverage, oldest[1])


def _parked(layer: Layer, answer: Table, view: View, now: datetime) -> Saying:
    if not len(answer):
        return Saying("", "–", _("no car park has been declared"))
    live = speaking(answer, layer, now)
    rows = [row for row in answer.where(live) if taken(row) and row.total_spaces is not None]
    coverage = _("{n} of {of} car parks are told").format(n=number(len(rows)), of=number(len(answer)))
    newest = _ends(answer, np.asarray(~np.isnat(answer["observed_at"])))
    if not rows or not newest:
        words = _("How full the car parks are is not known at present.")
        return Saying(words, "–", coverage, newest[1] if newest else None)
    total = sum(row.total_spaces for row in rows)
    free = [sum(max(0, row.total_spaces - (taken(row) or (0, 0))[end]) for row in rows) for end in (1, 0)]
    figure = _("{least} to {most} of {total}").format(least=number(free[0]), most=number(free[1]), total=number(total))
    words = _("{figure} parking spaces are free at {n} of {of} car parks, {span} ago.").format(
        figure=figure, n=number(len(rows)), of=number(len(answer)), span=span(now - newest[1])
    )
    return Saying(words, figure, coverage, newest[1])


def _counted(layer: Layer, answer: Table, view: View, now: datetime) -> Saying:
    n = int(answer["count"].sum()) if "count" in answer else 0
    coverage = _("all that the register holds, in {n} squares").format(n=number(len(answer)))
    return Saying("", ngettext("{n} camera", "{n} cameras", n).format(n=number(n)), coverage)


def _built(layer: Layer, answer: Table, view: View, now: datetime) -> Saying:
    if "part" not in answer or not len(answer):
        return Saying("", "–", _("no map has been imported"))
    whole = ~answer["part"].astype(bool)
    n = int(whole.sum())
    known = int((whole & ~np.isnan(answer["height_m"])).sum())
    coverage = _("height known or estimated of {share}").format(share=share(known / n if n else 0))
    return Saying("", ngettext("{n} building", "{n} buildings", n).format(n=number(n)), coverage)


def _divided(layer: Layer, answer: Table, view: View, now: datetime) -> Saying:
    n = len(answer)
    if not n:
        return Saying("", "–", _("no borders have been imported"))
    known = int((~np.isnan(answer["population"])).sum())
    coverage = _("number of people known of {n} of {of}").format(n=number(known), of=number(n))
    return Saying("", ngettext("{n} district", "{n} districts", n).format(n=number(n)), coverage)


def _ends(answer: Table, which: np.ndarray) -> tuple[datetime, datetime] | None:
    """The oldest and the newest moment of these rows; None when there is none."""
    moments = [row.observed_at for row in answer.only("observed_at").where(which) if row.observed_at]
    return (min(moments), max(moments)) if moments else None


SAYINGS: dict[type, Callable[[Layer, Table, View, datetime], Saying]] = {
    Latest: _measured,
    Parking: _parked,
    Cameras: _counted,
    Buildings: _built,
    Districts: _divided,
}
