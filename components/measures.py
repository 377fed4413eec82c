"""What stands for a layer in one number: which number it is, what it means, and how it was on the days before.

Which one follows from the question that the layer asks, so a new layer has one at once.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from components.ages import speaking
from components.extent import Ground
from components.picture import Picture
from components.sayings import (
    age,
    answers,
    aware,
    basis,
    compared,
    few,
    newest,
    origin,
    past,
    short_age,
    trust,
    usually,
    value_of,
)
from components.usual import DaysBefore
from data_access.queries import Cameras, Incidents, Latest, Parking
from data_access.table import Table
from data_access.words import _, ngettext
from layers.base import Layer
from layers.incidents import SEVERITIES
from layers.phrases import number, share, span

INFORMATION = 4  # the severity that asks nothing of anybody
DEVICES = "devices"  # no layer: all that promised to speak, whatever they measure


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number: what it counts, the number, its unit, what it means, and what one must know to trust it.

    `band` is what it means in a word or two, `note` in a few more. `compared` tells how it differs from what is usual.
    `trust` tells from how many sources it comes and how old it is. `sentences` say all of it, for who wants to know,
    and `origin` who drew the bands. `severity` is that of the worst thing behind the number, 1 to 3; None while
    nothing is wrong.
    """

    key: str
    label: str
    value: str
    unit: str = ""
    band: str = ""
    note: str = ""
    compared: str = ""
    trust: str = ""
    sentences: tuple[str, ...] = ()
    origin: str = ""
    severity: int | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What a figure is made from: a layer and its rows in sight, the picture they are of, and the days before."""

    layer: Layer
    table: Table
    taken: Picture
    before: DaysBefore
    seen: Ground | None = None

    def live(self, *columns: str) -> np.ndarray:
        """Which rows are of things that report, and know these numbers; one marked invalid is no number."""
        live = speaking(self.table, self.layer, self.taken.now)
        if columns:
            live = live & (self.table["quality"] != "invalid")
        for column in columns:
            live = live & ~np.isnan(self.table[column])
        return live

    def past_limits(self, live: np.ndarray) -> tuple[int | None, str]:
        """The severity of the worst value that is past its limit, if any is, and a sentence on where that is."""
        report = set(self.table["id"][live].tolist())
        needs = (item for item in self.taken.needs if item.layer == self.layer.key and item.id in report)
        found = [item for item in needs if item.severity < INFORMATION]
        return (found[0].severity if found else None), past([item.title for item in found])


def measured(of: Material) -> Figure:
    """The median of what the reporting devices measure, which one broken device does not move, or their highest."""
    layer, table, now = of.layer, of.table, of.taken.now
    live = of.live("value")
    title, trusted = str(layer.title), trust(live, table, now)
    unit = layer.unit or ""
    shown = unit or str(layer.things or "")
    highest = layer.stands_for_all == "highest"
    rests_on = basis(_("The highest") if highest else _("The median"), live, table, now)
    if not live.any():
        return Figure(layer.key, title, "–", shown, trust=trusted, sentences=(rests_on,), origin=origin(layer.scale))
    counted = table.where(live)
    if highest:
        counted = counted.where(np.array([counted["value"].argmax()]))
    value = float(np.median(counted["value"]))
    told = value_of(value, unit)
    hours = of.before.hours(layer.metric) if layer.metric else None
    before = hours.median(counted["id"].tolist()) if hours else None
    word = layer.scale.word(value) if layer.scale else ""
    every = _every(counted) if layer.things else ""
    meaning = word or (_("counted in {span}").format(span=every) if every else "")
    how = _("highest: {words}") if highest else _("median: {words}")
    severity, worst = of.past_limits(live)
    return Figure(
        layer.key,
        title,
        told,
        shown,
        band=word.partition(":")[0] or (_("in {span}").format(span=every) if every else ""),
        note=how.format(words=meaning) if meaning else _("highest") if highest else _("median"),
        compared=compared(before, value, unit),
        trust=trusted,
        sentences=(
            _("{value}, {meaning}.").format(value=f"{told} {shown}", meaning=meaning) if meaning else "",
            rests_on,
            _("It is that of {place}.").format(place=counted["name"][0] or counted["id"][0]) if highest else "",
            "" if highest else few(live),
            usually(before, value, unit),
            worst,
        ),
        origin=origin(layer.scale),
        severity=severity,
    )


def _every(counted: Table) -> str:
    """Over how long most of these count what they tell; nothing where none ever said."""
    every = counted["interval_s"][~np.isnan(counted["interval_s"])]
    return span(timedelta(seconds=float(np.median(every)))) if len(every) else ""


def parked(of: Material) -> Figure:
    """Free spaces where somebody counts them; sites that are silent count neither as free nor as taken."""
    layer, table, now = of.layer, of.table, of.taken.now
    known = of.live("occupied_spaces", "total_spaces")
    trusted, rests_on = trust(known, table, now), basis(_("The sum"), known, table, now)
    total, occupied = table["total_spaces"][known], table["occupied_spaces"][known]
    if not total.sum():
        return Figure(
            layer.key, _("Free parking"), "–", trust=trusted, sentences=(rests_on,), origin=origin(layer.scale)
        )
    free = np.clip(total - occupied, 0, None).sum()
    full = float(100 * (1 - free / total.sum()))
    hours = of.before.hours(layer.metric) if layer.metric else None
    before = hours.share(table["id"][known].tolist(), total) if hours else None
    told = _("{share} taken").format(share=share(full / 100))
    word = layer.scale.word(full) if layer.scale else ""
    severity, worst = of.past_limits(known)
    return Figure(
        layer.key,
        _("Free parking"),
        number(free),
        _("/ {n}").format(n=number(total.sum())),
        band=word.partition(":")[0],
        note=told,
        compared=compared(before, full, "%"),
        trust=trusted,
        sentences=(
            _("{value}, {meaning}.").format(value=told, meaning=word) if word else f"{told}.",
            rests_on,
            usually(before, full, "%"),
            worst,
        ),
        origin=origin(layer.scale),
        severity=severity,
    )


def seeing(of: Material) -> Figure:
    """Cameras that see; what is wrong with the others stands in the list of what needs attention."""
    table, live = of.table, of.live()
    dark = int((~live).sum())
    note = ngettext("{n} is dark", "{n} are dark", dark).format(n=number(dark)) if dark else ""
    return Figure(
        of.layer.key,
        _("Cameras that see"),
        number(int(live.sum())),
        _("/ {n}").format(n=number(len(table))),
        band=note,
        note=note,
        trust=age(live, table, of.taken.now),
        sentences=(answers(int(live.sum()), len(table)),),
    )


def opened(of: Material) -> Figure:
    """Open incidents, and how bad the worst of them is."""
    table, now = of.table, of.taken.now
    before = of.before.open_incidents(of.seen)
    told = Figure(
        of.layer.key,
        _("Open incidents"),
        number(len(table)),
        compared=compared(before, len(table), ""),
        sentences=(_("No incident is open."), usually(before, len(table), "")),
    )
    if not len(table):
        return told
    severity = int(table["severity"].min())
    waited = span(now - aware(table["opened_at"].min()))
    new = int((table["state"] == "new").sum())
    unseen = ngettext("{n} was not yet acknowledged.", "{n} were not yet acknowledged.", new)
    worst = _("The worst is of severity {severity}; the oldest has been open for {span}.")
    return replace(
        told,
        band=str(SEVERITIES[min(severity, INFORMATION)]).partition(", ")[2],  # its number is its mark
        note=_("oldest for {span}").format(span=waited),
        trust=short_age(now - newest(table["observed_at"])),
        sentences=(
            worst.format(severity=SEVERITIES[min(severity, INFORMATION)], span=waited),
            unseen.format(n=number(new)) if new else "",
            *told.sentences[1:],
        ),
        severity=severity if severity < INFORMATION else None,
    )


def promised(table: Table) -> Table:
    """The rows of what promised to speak or ever did; a map may know a car park in which nobody counts."""
    return table.where(~(np.isnan(table["interval_s"]) & np.isnat(table["observed_at"])))


def answering(layers: Sequence[Layer], taken: Picture, before: DaysBefore) -> Figure:
    """How many devices report, whatever they measure; one that several layers show counts once."""
    known: dict[str, bool] = {}
    shown_by: dict[str, str] = {}  # of several layers, the one on top
    heard: list[np.datetime64] = []
    for layer in layers:
        table = promised(taken.answers[layer.key])
        live = speaking(table, layer, taken.now)
        ids = table["id"].tolist()
        known |= {name: known.get(name, False) or speaks for name, speaks in zip(ids, live.tolist(), strict=True)}
        shown_by |= dict.fromkeys(ids, str(layer.title))
        heard += [table["observed_at"][live].max()] if live.any() else []
    silent = Counter(shown_by[name] for name, speaks in known.items() if not speaks)
    listed = [_("{layer} {n}").format(layer=title, n=number(count)) for title, count in silent.most_common()]
    answered, of = sum(known.values()), len(known)
    metrics = {layer.metric for layer in layers if layer.metric}
    measuring = sorted({name for layer in layers if layer.metric for name in taken.answers[layer.key]["id"].tolist()})
    measured_before = before.answering(sorted(metrics), measuring)
    now = sum(known.get(name, False) for name in measuring)
    told = _("{share} answer").format(share=share(answered / of)) if of else ""
    return Figure(
        DEVICES,
        _("Devices"),
        number(answered),
        _("/ {n}").format(n=number(of)),
        band=told,
        note=told,
        compared=compared(measured_before, now, ""),
        trust=short_age(taken.now - newest(np.array(heard))) if heard else "",
        sentences=(
            answers(answered, of),
            _("Silent: {list}.").format(list=", ".join(listed)) if listed else "",
            _("{n} of the {of} that measure something answer.").format(n=number(now), of=number(len(measuring))),
            usually(measured_before, now, ""),
        ),
    )


BY_QUESTION: dict[type, Callable[[Material], Figure]] = {
    Latest: measured,
    Parking: parked,
    Cameras: seeing,
    Incidents: opened,
}
