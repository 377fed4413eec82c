"""What the drawer tells of the one thing that is selected: its facts, its age, how it stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from components.ages import WORDS
from components.clock import moment
from components.view import View
from data_access.words import _
from layers.base import Fact, Layer, Row
from layers.phrases import ago, known, span


def row_of(view: View, layer: Layer, id: str, at: datetime | None) -> Row | None:
    """The one thing with this id as it was then; None when this layer knew none."""
    one = getattr(layer.query, "one", None)
    return next(iter(view.store.answer(one(id), at)), None) if one else None


def heading(row: Row | None, layer: Layer, id: str) -> list[Any]:
    """The name of what is selected, and the layer it belongs to."""
    name = known(row, "title") or known(row, "name") or id
    return [html.P(str(layer.title), className="over"), html.H2(name)]


def detail(row: Row, layer: Layer, now: datetime, place: Sequence[Fact] = ()) -> list[Any]:
    """The drawer's text; `place` tells where the thing is. What few ask for stands below, in `times`."""
    facts = [*layer.detail(row, now), *place, *_lateness(row)]
    told = [listed(facts)]
    if hasattr(row, "interval_s"):
        told.insert(0, _standing(row, layer, now))
    return told


def nothing_there(layer: Layer, id: str, at: datetime | None, zone: ZoneInfo) -> Any:
    """Why there is nothing to tell, and what one can do."""
    if at:
        told = _("{id} was not yet known to this layer, or no longer, at {moment}. Choose another time, or LIVE.")
        return html.P(told.format(id=id, moment=moment(at, zone)), className="empty")
    told = _("{id} is not in this layer: it has been taken away, or the link is of another city.")
    return html.P(told.format(id=id), className="empty")


def listed(facts: Sequence[Fact]) -> Any:
    """Facts as a list of names and values."""
    return html.Dl([html.Div([html.Dt(fact.name), html.Dd(fact.value)]) for fact in facts], className="facts")


def _standing(row: Row, layer: Layer, now: datetime) -> Any:
    band = layer.status(row, now)
    words = str(WORDS[band])
    if row.observed_at:
        words = _("{status}, {age}").format(status=words, age=ago(row.observed_at, now))
    return html.P([html.Span(className=f"age-mark {band}"), words], className=f"badge {band}")


def _lateness(row: Row) -> list[Fact]:
    """That its place is not known, and that the city heard of it much later than it was measured."""
    if not hasattr(row, "interval_s"):
        return []
    facts = [Fact(_("Place"), _("not known, so it is not on the map"))] if row.lon is None else []
    received = known(row, "received_at")
    if row.observed_at and received and (received - row.observed_at).total_seconds() > 60:
        facts.append(Fact(_("Came late by"), span(received - row.observed_at)))
    return facts


def times(row: Row, layer: Layer, now: datetime) -> list[Fact]:
    """When it was measured, how often it speaks, and by which name its register knows it."""
    if not hasattr(row, "interval_s"):
        return [Fact(_("Known as"), row.id)]
    facts = []
    if row.observed_at:
        said = moment(row.observed_at, now.tzinfo)
        facts.append(Fact(_("Measured") if layer.metric else _("Last heard of"), said))
    if row.interval_s:
        facts.append(Fact(_("Reports every"), _every(row.interval_s)))
    facts.append(Fact(_("Known as"), row.id))
    return facts


def _every(interval_s: float) -> str:
    return span(timedelta(seconds=interval_s))
