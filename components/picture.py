"""The whole city at one time, asked once: what every panel of a page tells is read from the same picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from components.ages import speaking
from components.kept import Kept
from components.view import View
from data_access.pulse import Pulse
from data_access.queries import BuildingCount, Buildings, Outages
from data_access.table import Table
from layers.attention import Item, attention
from layers.base import Layer
from layers.phrases import known


@dataclass(frozen=True, slots=True)
class Picture:
    """Each layer's answer at `now`, on the city's own clock; in a replay that is a past minute, and `live` is false.

    Buildings are counted and not listed: nobody reads three thousand outlines for their number.
    """

    now: datetime
    live: bool
    answers: Mapping[str, Table]
    needs: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a layer's things report; `of` None where they never promised to, as incidents."""

    n: int
    of: int | None = None


def picture(view: View, at: datetime | None) -> Picture:
    """The city as this view sees it at that time, or now."""
    now = (at or view.now()).astimezone(view.zone())
    answers = _answers(view, at)
    listed = tuple(layer for layer in view.layers if not isinstance(layer.query, Buildings))
    found = attention({layer.key: answers[layer.key] for layer in listed}, listed, now, _pulse(view, at))
    return Picture(now, at is None, answers, tuple(found))


def _pulse(view: View, at: datetime | None) -> Pulse | None:
    """How the listener fared then, for whoever is told."""
    pulse = view.pulse()
    if at is None or pulse is None:
        return pulse
    outages = view.store.answer(Outages(), at)
    ends = [(row.begun.timestamp(), row.over.timestamp() if known(row, "over") else None) for row in outages]
    return pulse.then(at.timestamp(), ends[0] if ends else None, view.now().timestamp())


_ANSWERS: Kept[Mapping[str, Table]] = Kept(most=4)


def _answers(view: View, at: datetime | None) -> Mapping[str, Table]:
    """Each layer's answer, asked once for each commit, however many panels and pages want it."""
    asked = {layer.key: BuildingCount() if isinstance(layer.query, Buildings) else layer.query for layer in view.layers}
    key = (view.store.revision(), at, tuple(asked.items()))
    return _ANSWERS.get(
        view.store, key, lambda: {name: view.store.answer(question, at) for name, question in asked.items()}
    )


def count(layer: Layer, taken: Picture) -> Count:
    """How many things of this layer there are, and how many of them report."""
    table = taken.answers[layer.key]
    if isinstance(layer.query, Buildings):
        return Count(int(table["count"][~table["part"].astype(bool)].sum()))
    if "interval_s" not in table:
        return Count(len(table))
    return Count(int(speaking(table, layer, taken.now).sum()), len(table))
