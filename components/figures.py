"""The few numbers that stand for the city: large on the wall, small in the desk's top strip.

Which number stands for a layer follows from the question that the layer asks, so a new layer has one at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from components.ages import speaking
from components.picture import Picture
from components.view import View
from data_access.queries import Cameras, Incidents, Latest, Parking
from data_access.table import Table
from data_access.words import _, ngettext
from layers.base import Layer
from layers.phrases import ago, number, span

INFORMATION = 4  # the severity that asks nothing of anybody
MOST = 7  # more figures than this nobody takes in at a glance


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number: what it counts, the number, its unit, and what one must know to trust it.

    `severity` is that of the worst thing behind the number, 1 to 3; None while nothing is wrong.
    """

    label: str
    value: str
    unit: str = ""
    note: str = ""
    severity: int | None = None


def figures(view: View, taken: Picture) -> list[Figure]:
    """The figures of this view, at most seven."""
    found = [needing(taken)]
    for layer in view.layers:
        tell = BY_QUESTION.get(type(layer.query))
        if tell:
            found.append(tell(layer, taken.answers[layer.key], taken.now))
    return found[:MOST]


def needing(taken: Picture) -> Figure:
    """How many things need a person."""
    severities = [item.severity for item in taken.needs if item.severity < INFORMATION]
    critical = severities.count(1)
    note = ngettext("{n} critical", "{n} critical", critical).format(n=number(critical)) if critical else ""
    return Figure(_("Need attention"), number(len(severities)), "", note, min(severities, default=None))


def _measured(layer: Layer, table: Table, now: datetime) -> Figure:
    """The median of what the reporting devices measure: one broken device does not move it."""
    live = speaking(table, layer, now) & ~np.isnan(table["value"])
    note = _("{n} of {of} report").format(n=number(int(live.sum())), of=number(len(table)))
    if not live.any():
        return Figure(_("{what}, median").format(what=layer.title), "–", layer.unit or "", note)
    median = float(np.median(table["value"][live]))
    notes = [str(layer.scale.words[layer.scale.band(median)])] if layer.scale and layer.scale.words else []
    newest = _aware(table["observed_at"][live].max())
    return Figure(
        _("{what}, median").format(what=layer.title),
        number(median, 1 if abs(median) < 10 else 0),
        layer.unit or "",
        " · ".join([*notes, note, ago(newest, now)]),
    )


def _parked(layer: Layer, table: Table, now: datetime) -> Figure:
    """Free spaces where somebody counts them; sites that are silent count neither as free nor as taken."""
    known = speaking(table, layer, now) & ~np.isnan(table["occupied_spaces"]) & ~np.isnan(table["total_spaces"])
    sites = _("{n} of {of} report").format(n=number(int(known.sum())), of=number(len(table)))
    if not known.any():
        return Figure(_("Free parking spaces"), "–", "", sites)
    total = table["total_spaces"][known].sum()
    free = np.clip(table["total_spaces"][known] - table["occupied_spaces"][known], 0, None).sum()
    newest = _aware(table["observed_at"][known].max())
    return Figure(
        _("Free parking spaces"),
        number(free),
        _("of {n}").format(n=number(total)),
        " · ".join([sites, ago(newest, now)]),
    )


def _seen(layer: Layer, table: Table, now: datetime) -> Figure:
    seeing = int(speaking(table, layer, now).sum())
    dark = len(table) - seeing
    note = ngettext("{n} is dark", "{n} are dark", dark).format(n=number(dark)) if dark else ""
    return Figure(_("Cameras that see"), number(seeing), _("of {n}").format(n=number(len(table))), note)


def _open(layer: Layer, table: Table, now: datetime) -> Figure:
    if not len(table):
        return Figure(_("Open incidents"), number(0))
    worst = int(table["severity"].min())
    oldest = _aware(table["opened_at"].min())
    note = _("oldest for {span}").format(span=span(now - oldest))
    return Figure(_("Open incidents"), number(len(table)), "", note, worst if worst < INFORMATION else None)


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
