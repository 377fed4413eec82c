"""The few numbers that stand for the city: large on the wall, small in the desk's top strip.

Which number stands for a layer follows from the question that the layer asks, so a new layer has one at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from babel.dates import format_timedelta

from components.ages import has_age, speaking
from components.picture import Picture
from components.view import View
from data_access.queries import Cameras, Incidents, Latest, Parking
from data_access.table import Table
from data_access.words import _, language, ngettext
from layers.base import Layer
from layers.phrases import number, span

INFORMATION = 4  # the severity that asks nothing of anybody
MOST = 7  # more figures than this nobody takes in at a glance


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number: what it counts, the number, its unit, what it means, and what one must know to trust it.

    `trust` tells from how many sources it comes and how old it is. `severity` is that of the worst thing behind the
    number, 1 to 3; None while nothing is wrong.
    """

    label: str
    value: str
    unit: str = ""
    note: str = ""
    trust: str = ""
    severity: int | None = None


def figures(view: View, taken: Picture) -> list[Figure]:
    """The figures of this view, at most seven: what lies on top of the map first, and what is on before what is not.

    A quantity that nothing in the city measures has no figure.
    """
    able = [layer for layer in reversed(view.layers) if type(layer.query) in BY_QUESTION]
    there = [layer for layer in able if len(taken.answers[layer.key]) or not isinstance(layer.query, Latest)]
    chosen = sorted(there, key=lambda layer: not layer.shown)[: MOST - 1]
    return [
        needing(taken),
        *(BY_QUESTION[type(layer.query)](layer, taken.answers[layer.key], taken.now) for layer in chosen),
    ]


def needing(taken: Picture) -> Figure:
    """How many things need a person."""
    severities = [item.severity for item in taken.needs if item.severity < INFORMATION]
    critical = severities.count(1)
    note = ngettext("{n} critical", "{n} critical", critical).format(n=number(critical)) if critical else ""
    return Figure(_("Need attention"), number(len(severities)), note=note, severity=min(severities, default=None))


def _measured(layer: Layer, table: Table, now: datetime) -> Figure:
    """The median of what the reporting devices measure: one broken device does not move it."""
    live = speaking(table, layer, now) & ~np.isnan(table["value"])
    if not live.any():
        return Figure(str(layer.title), "–", layer.unit or "", trust=_trust(live, table, now))
    median = float(np.median(table["value"][live]))
    words = str(layer.scale.words[layer.scale.band(median)]) if layer.scale and layer.scale.words else ""
    value = number(median, 1 if abs(median) < 10 else 0)
    note = _("median: {words}").format(words=words) if words else _("median")
    return Figure(str(layer.title), value, layer.unit or "", note, _trust(live, table, now))


def _parked(layer: Layer, table: Table, now: datetime) -> Figure:
    """Free spaces where somebody counts them; sites that are silent count neither as free nor as taken."""
    known = speaking(table, layer, now) & ~np.isnan(table["occupied_spaces"]) & ~np.isnan(table["total_spaces"])
    if not known.any():
        return Figure(_("Free parking"), "–", trust=_trust(known, table, now))
    total = table["total_spaces"][known].sum()
    free = np.clip(table["total_spaces"][known] - table["occupied_spaces"][known], 0, None).sum()
    return Figure(_("Free parking"), number(free), _("/ {n}").format(n=number(total)), trust=_trust(known, table, now))


def _seen(layer: Layer, table: Table, now: datetime) -> Figure:
    live = speaking(table, layer, now)
    dark = int((~live).sum())
    note = ngettext("{n} is dark", "{n} are dark", dark).format(n=number(dark)) if dark else ""
    unit = _("/ {n}").format(n=number(len(table)))
    return Figure(_("Cameras that see"), number(int(live.sum())), unit, note, _age(live, table, now))


def _open(layer: Layer, table: Table, now: datetime) -> Figure:
    if not len(table):
        return Figure(_("Open incidents"), number(0))
    worst = int(table["severity"].min())
    oldest = _aware(table["opened_at"].min())
    note = _("oldest for {span}").format(span=span(now - oldest))
    return Figure(_("Open incidents"), number(len(table)), note=note, severity=worst if worst < INFORMATION else None)


def _trust(live: np.ndarray, table: Table, now: datetime) -> str:
    """How many of how many are behind a number, and how old its newest part is."""
    coverage = _("{n} of {of}").format(n=number(int(live.sum())), of=number(len(table)))
    return " · ".join(filter(None, [coverage, _age(live, table, now)]))


def _age(live: np.ndarray, table: Table, now: datetime) -> str:
    if not live.any():
        return ""
    length = max(now - _aware(table["observed_at"][live].max()), timedelta(seconds=1))
    return str(format_timedelta(length, threshold=1.5, format="narrow", locale=language()))


def _aware(moment: np.datetime64) -> datetime:
    return next(iter(Table({"at": np.array([moment], dtype="datetime64[us]")}))).at  # type: ignore[no-any-return]


BY_QUESTION: dict[type, Callable[[Layer, Table, datetime], Figure]] = {
    Latest: _measured,
    Parking: _parked,
    Cameras: _seen,
    Incidents: _open,
}


def state_of_the_city(view: View, taken: Picture) -> str:
    """One sentence that says how the city stands; what needs a person goes first."""
    needs = [item for item in taken.needs if item.severity < INFORMATION]
    if not any(len(table) for table in taken.answers.values()):
        return _("Nothing is known of {city} yet: no device has been declared and no map was imported.").format(
            city=view.place()
        )
    promised = [layer for layer in view.layers if has_age(taken.answers[layer.key])]
    if promised and not any(speaking(taken.answers[layer.key], layer, taken.now).any() for layer in promised):
        return _("No device reports: how the city stands is not known.")
    if not needs:
        return _("{city} is calm: nothing needs attention.").format(city=view.place())
    critical = [item for item in needs if item.severity == 1]
    if critical:
        return ngettext(
            "{n} critical matter: {first}.",
            "{n} critical matters, the first: {first}.",
            len(critical),
        ).format(n=number(len(critical)), first=critical[0].title)
    return ngettext(
        "{n} matter needs attention, none is critical.",
        "{n} matters need attention, none is critical.",
        len(needs),
    ).format(n=number(len(needs)))
