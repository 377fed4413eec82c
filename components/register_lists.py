"""What stands in each register, as a table that can be searched and narrowed; and what waits to be let in."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dash import html

from components.ages import WORDS
from components.register_fields import KINDS
from components.rows import Rows
from components.view import View
from data_access.city import Said
from data_access.folding import fold
from data_access.queries import Devices, Quarantined, RegisterChanges, Registered
from data_access.records import status
from data_access.words import N_, Text, _
from layers.base import Row
from layers.phrases import ago, clock, direction, known, number

ALL = "all"  # the filter that keeps every line
MOST = 300  # rows that a person still reads, and a browser still draws at once
UNSAID = timedelta(minutes=5)  # how often one speaks that never said so


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: what it picks, its cells, and by which filters it is kept."""

    id: str
    cells: tuple[str, ...]
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One list of the page: its name, its columns, its filters, and where its lines come from.

    `register` and `kind` say whose things they are; a shelf without a register is none of things that can be edited.
    """

    key: str
    title: Text
    titles: tuple[Text, ...]
    lines: Callable[[View, datetime | None], list[Line]]
    filters: Mapping[str, Text]
    empty: Text
    register: str | None = None
    kind: str | None = None


def devices(view: View, at: datetime | None, kind: str | None) -> list[Line]:
    """The devices of a register: all, or those of a kind."""
    now = at or view.now()
    heard = {row.id: row for row in view.store.answer(Devices(), at)}
    lines = []
    for row in view.store.answer(Registered("device"), at):
        if kind is not None and row.kind != kind:
            continue
        band = _standing(heard.get(row.id), now)
        marks = {"edited"} if row.amended else set()
        marks |= {"no-place"} if row.lon is None else set()
        marks |= {"silent"} if band in ("stale", "dead", "unknown") else set()
        fields = json.loads(row.fields)
        if kind == "camera" and fields.get("azimuth_deg") is None:
            marks.add("no-direction")
        if kind == "parking" and not fields.get("total_spaces"):
            marks.add("no-spaces")
        lines.append(Line(row.id, (row.name, row.id, _about(row, fields, kind), str(WORDS[band])), frozenset(marks)))
    return lines


def _about(row: Row, fields: Mapping[str, Any], kind: str | None) -> str:
    """What matters most of a device of this kind."""
    if kind == "camera":
        azimuth = fields.get("azimuth_deg")
        return "–" if azimuth is None else direction(float(azimuth))
    if kind == "parking":
        spaces = fields.get("total_spaces")
        return "–" if spaces is None else number(float(spaces))
    return str(KINDS.get(row.kind, row.kind))


def _standing(heard: Row | None, now: datetime) -> Any:
    if heard is None or heard.observed_at is None:
        return "unknown"
    every = UNSAID if heard.interval_s is None else timedelta(seconds=heard.interval_s)
    return status(now - heard.observed_at, every)


def districts(view: View, at: datetime | None) -> list[Line]:
    return [
        Line(
            row.id,
            (
                row.name,
                row.name_en or "–",
                row.kind or "–",
                "–" if row.population is None else number(row.population),
            ),
            frozenset({"edited"} if row.amended else ()),
        )
        for row in view.store.answer(Registered("district"), at)
    ]


def thresholds(view: View, at: datetime | None) -> list[Line]:
    """Where quantities change their meaning: by the city's own thresholds, else by those that a layer brings."""
    own = {row.id: row for row in view.store.answer(Registered("threshold"), at)}
    brings = {layer.metric: layer for layer in view.layers if layer.metric and layer.with_scale}
    titles = {metric: str(layer.title) for metric, layer in brings.items()}
    lines = []
    for metric in sorted({*own, *titles}, key=lambda metric: titles.get(metric, metric)):
        row = own.get(metric)
        layer = brings.get(metric)
        if row:
            said = json.loads(row.said)
            source = str(Said(said))
            levels, unit = json.loads(row.levels), row.unit
        elif layer and layer.scale:
            source, levels, unit = str(layer.scale.source), list(layer.scale.breaks), layer.scale.unit
        else:
            continue
        told = "; ".join(f"{level:g}" for level in levels)
        marks = {"edited"} if row and row.amended else set()
        marks |= {"own"} if row else {"brought"}
        lines.append(Line(metric, (titles.get(metric, metric), f"{told} {unit}", source), frozenset(marks)))
    return lines


def strangers(view: View, at: datetime | None) -> list[Line]:
    """Devices that speak and that nobody has declared."""
    now = (at or view.now()).astimezone(view.zone())
    found = [row for row in view.store.answer(Devices(), at) if row.kind is None]
    return [
        Line(
            row.id,
            (row.id, row.metrics.replace(",", ", ") or "–", ago(row.observed_at, now) if row.observed_at else "–"),
        )
        for row in found
    ]


def waiting(view: View, at: datetime | None) -> list[Line]:
    """Messages that could not be taken, the newest first."""
    now = (at or view.now()).astimezone(view.zone())
    return [
        Line(row.id, (row.source, reason(row.reason), number(row.count), clock(row.last_at, now)))
        for row in view.store.answer(Quarantined(), at)
    ]


def reason(kept: str) -> str:
    """Why a message was refused, in the reader's words, as far as they are ours."""
    why, colon, detail = kept.partition(": ")
    return f"{_(why)}{colon}{detail}"


ACTS: Mapping[str, Text] = {
    "edit": N_("edited"),
    "declare": N_("declared"),
    "remove": N_("taken out"),
    "undo": N_("undone"),
    "taken": N_("read again and taken"),
    "aside": N_("put aside"),
    "back": N_("put back"),
}
REGISTERS: Mapping[str, Text] = {
    "device": N_("Device"),
    "district": N_("District"),
    "threshold": N_("Threshold"),
    "quarantine": N_("Message"),
}


def changes(view: View, at: datetime | None) -> list[Line]:
    """What was changed by hand, the newest first."""
    now = (at or view.now()).astimezone(view.zone())
    return [
        Line(
            str(row.id),
            (
                clock(row.at, now),
                row.who,
                str(ACTS.get(row.act, row.act)),
                f"{REGISTERS.get(row.register, row.register)} {row.thing.partition(' ')[0]}",
                known(row, "note") or "–",
            ),
            frozenset({row.act}),
        )
        for row in view.store.answer(RegisterChanges(), at)
    ]


EDITED = N_("Edited by hand")
NO_PLACE, SILENT = N_("Place not known"), N_("Silent")
OF_DEVICES = {"edited": EDITED, "no-place": NO_PLACE, "silent": SILENT}
NONE_YET = N_("None yet. It fills when a device declares itself, a register is imported, or you declare one here.")
STATUS = N_("Status")

SHELVES: tuple[Shelf, ...] = (
    Shelf(
        "devices",
        N_("Devices"),
        (N_("Name"), N_("Known as"), N_("Kind"), STATUS),
        lambda view, at: devices(view, at, None),
        OF_DEVICES,
        NONE_YET,
        "device",
    ),
    Shelf(
        "cameras",
        N_("Cameras"),
        (N_("Name"), N_("Known as"), N_("Looks"), STATUS),
        lambda view, at: devices(view, at, "camera"),
        {**OF_DEVICES, "no-direction": N_("Direction not known")},
        NONE_YET,
        "device",
        "camera",
    ),
    Shelf(
        "parking",
        N_("Parking sites"),
        (N_("Name"), N_("Known as"), N_("Spaces"), STATUS),
        lambda view, at: devices(view, at, "parking"),
        {**OF_DEVICES, "no-spaces": N_("Size not known")},
        NONE_YET,
        "device",
        "parking",
    ),
    Shelf(
        "districts",
        N_("Districts"),
        (N_("Name"), N_("Name in English"), N_("Kind"), N_("Population")),
        districts,
        {"edited": EDITED},
        N_("No district. They come with a map: name their source in the city's description."),
        "district",
    ),
    Shelf(
        "thresholds",
        N_("Thresholds"),
        (N_("Quantity"), N_("Levels"), N_("Who says so")),
        thresholds,
        {"edited": EDITED, "own": N_("The city's own"), "brought": N_("As Cityglass brings them")},
        N_("No quantity has a threshold."),
        "threshold",
    ),
    Shelf(
        "unknown",
        N_("Unknown devices"),
        (N_("Known as"), N_("Measures"), N_("Last heard of")),
        strangers,
        {},
        N_("Every device that speaks is declared."),
    ),
    Shelf(
        "quarantine",
        N_("Quarantine"),
        (N_("From"), N_("Why it was not taken"), N_("Times"), N_("Newest")),
        waiting,
        {},
        N_("Nothing waits here: every message could be read and stored."),
    ),
    Shelf(
        "changes",
        N_("Changes"),
        (N_("When"), N_("Who"), N_("What"), N_("Of which"), N_("Why")),
        changes,
        {act: ACTS[act] for act in ("edit", "declare", "remove", "undo", "aside")},
        N_("Nobody has changed a register by hand yet."),
    ),
)


def tallies(view: View, at: datetime | None) -> dict[str, int]:
    """How many stand in each list, but for the list of changes: that only grows."""
    kinds = [row.kind for row in view.store.answer(Devices(), at)]
    declared = [kind for kind in kinds if kind is not None]
    return {
        "devices": len(declared),
        "cameras": declared.count("camera"),
        "parking": declared.count("parking"),
        "districts": len(view.store.answer(Registered("district"), at)),
        "thresholds": len(thresholds(view, at)),
        "unknown": len(kinds) - len(declared),
        "quarantine": len(view.store.answer(Quarantined(), at)),
    }


def shelf(key: object) -> Shelf:
    """The list of this name; the first one for any other."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])


def narrowed(lines: Sequence[Line], wanted: object, mark: object) -> list[Line]:
    """The lines in which every word that is typed stands, without regard to tone marks, and which bear this mark."""
    words = fold(wanted).split() if isinstance(wanted, str) else []
    named = mark if isinstance(mark, str) and mark != ALL else ""
    kept = [line for line in lines if not named or named in line.marks]
    return [line for line in kept if all(word in fold(" ".join((line.id, *line.cells))) for word in words)]


def table(view: View, key: object, wanted: object, mark: object, at: datetime | None) -> Any:
    """The list as a table, or why it is empty."""
    chosen = shelf(key)
    lines = chosen.lines(view, at)
    found = narrowed(lines, wanted, mark)
    if not lines:
        return html.P(str(chosen.empty), className="empty")
    if not found:
        told = _("None of {n} is so. Clear the search or the filter to see them all.")
        return html.P(told.format(n=number(len(lines))), className="empty")
    picks = [(chosen.key, line.id) for line in found[:MOST]]
    titles = [str(title) for title in chosen.titles]
    return Rows(caption(chosen, len(found), len(lines)), titles, [line.cells for line in found[:MOST]], picks)


def caption(chosen: Shelf, n: int, of: int) -> str:
    """What the table holds."""
    words = f"{chosen.title}: {number(of)}."
    if n < of:
        words = _("{title}: {n} of {of}.").format(title=chosen.title, n=number(n), of=number(of))
    if n > MOST:
        words += " " + _("The first {most} are listed; search to see others.").format(most=number(MOST))
    return words
