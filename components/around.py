"""What stands around the thing that is selected: neighbours to compare it with, and the cameras that see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from dash import html
from shapely.geometry.base import BaseGeometry

from components import notes
from components.ages import WORDS, speaking
from components.detail import listed, row_of, times
from components.extent import part
from components.figures import figures
from components.known_by import coordinates, metres, origin
from components.measures import Figure
from components.picture import picture
from components.rows import Rows
from components.sight import BESIDE_M, seeing, unaimed_near
from components.view import View
from data_access.metres import Plane
from data_access.queries import Cameras, CameraViews, Districts, Incidents, Latest, Notes, Parking
from data_access.table import Table
from data_access.words import _, ngettext
from layers.base import Fact, Layer, Row
from layers.phrases import ago, known, number

NOTHING = "–"  # a figure of which nobody knows the value
MOST_SEEN = 10
MOST = 5  # neighbours that one compares with at a glance
FAR_M = 5_000.0  # what is farther away tells nothing of this place
EACH_M = 1_000.0  # one of each kind, for what has no neighbours of its own kind

Selection = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Near:
    """A thing of a layer and how far it is."""

    layer: Layer
    row: Row
    distance_m: float


def around(view: View, chosen: Selection, at: datetime | None) -> list[Any]:
    """Neighbours and cameras of what is selected, where it has a place of its own, and how the city knows of it."""
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], at) if chosen and layer else None
    if layer is None or row is None:
        return []
    now = (at or view.now()).astimezone(view.zone())
    told = notes.near(view, row, layer.key, at)
    if row.lon is not None and not isinstance(layer.query, Districts | Notes):
        if isinstance(layer.query, Cameras | CameraViews):
            told.append(in_view(view, row, at, now))
        told += [neighbourhood(view, layer, row, at, now), cameras(view, layer, row, at, now)]
    if isinstance(layer.query, Districts):
        told.append(within(view, row, at))
    facts = [*origin(view, layer, row, at, now), *times(row, layer, now)]
    if row.lon is not None and not isinstance(layer.query, Districts):
        facts.append(Fact(_("Coordinates"), coordinates(row.lon, row.lat)))
    return [*told, html.Section([html.H3(_("How it is known")), listed(facts)])]


def within(view: View, row: Row, at: datetime | None) -> Any:
    """The city's figures counted within this area alone."""
    ground = shapely.from_geojson(row.geometry)
    told = figures(view, picture(view, at), ground)
    facts = [Fact(figure.label, _in_a_line(figure)) for figure in told if figure.value != NOTHING]
    if lacking := [figure.label for figure in told if figure.value == NOTHING]:
        facts.append(Fact(_("Nothing reports"), ", ".join(lacking)))
    return html.Section([html.H3(_("Within it")), listed(facts)])


def _in_a_line(figure: Figure) -> str:
    value = f"{figure.value} {figure.unit}".strip()
    return " · ".join(filter(None, (value, figure.band or figure.note, figure.compared, figure.trust)))


def neighbourhood(view: View, layer: Layer, row: Row, at: datetime | None, now: datetime) -> Any:
    """The nearest of the same kind, or of each kind for what has no such neighbours, to judge the thing by."""
    alike = isinstance(layer.query, Latest) or layer.metric is not None
    near = nearest(view, layer, row, at, now) if alike else of_each_kind(view, layer, row, at, now)
    head = html.H3(_("Neighbours") if alike else _("Nearby"))
    if not near:
        told = _("No other within {n} km.") if alike else _("Nothing that reports stands within {n} km.")
        reach = FAR_M if alike else EACH_M
        return html.Section([head, html.P(told.format(n=number(reach / 1000)), className="empty")])
    titles = [_("Name"), _("Says"), _("Away")]
    lines = [[called(one.row), says(one, now, alike), metres(one.distance_m)] for one in near]
    picks = [(one.layer.key, one.row.id) for one in near]
    judged = compared(layer, row, near) if alike else ""
    words = [html.P(judged, className="note")] if judged else []
    return html.Section([head, *words, Rows(_("The nearest first"), titles, lines, picks)])


def nearest(view: View, layer: Layer, row: Row, at: datetime | None, now: datetime) -> list[Near]:
    """The nearest others of a layer that report at present."""
    table = view.store.answer(layer.query, at)
    table = table.where(speaking(table, layer, now) & (table["id"] != row.id))
    return _by_distance(layer, row, table, FAR_M)[:MOST]


def of_each_kind(view: View, layer: Layer, row: Row, at: datetime | None, now: datetime) -> list[Near]:
    """Of each layer of devices and incidents the nearest one, except of those that are told elsewhere."""
    found = []
    for one in _pointed(view):
        if one.key == layer.key:
            continue
        table = view.store.answer(one.query, at)
        found += _by_distance(one, row, table.where(speaking(table, one, now)), EACH_M)[:1]
    return sorted(found, key=lambda near: near.distance_m)


def _pointed(view: View) -> list[Layer]:
    """The layers of devices and incidents: each row of theirs stands at a spot, and says something."""
    return [one for one in view.layers if isinstance(one.query, Latest | Parking | Incidents)]


def compared(layer: Layer, row: Row, near: Sequence[Near]) -> str:
    """How the value stands among those of its neighbours; nothing where there is nothing to compare."""
    value = known(row, "value")
    others = [other for one in near if (other := known(one.row, "value")) is not None]
    if value is None or len(others) < 2:
        return ""
    unit, digits = layer.unit or "", 1 if max(abs(value), *map(abs, others)) < 10 else 0
    least, most = number(min(others), digits), number(max(others), digits)
    if value > max(others):
        told = _("Higher than all {n} neighbours: they measure {least} to {most} {unit}.")
    elif value < min(others):
        told = _("Lower than all {n} neighbours: they measure {least} to {most} {unit}.")
    else:
        told = _("Among its {n} neighbours: they measure {least} to {most} {unit}.")
    return told.format(n=number(len(others)), least=least, most=most, unit=unit).replace(" .", ".")


def called(row: Row) -> str:
    """What a thing is called."""
    return str(known(row, "title") or known(row, "name") or row.id)


def says(one: Near, now: datetime, alike: bool) -> str:
    """What a neighbour says, with the age of it."""
    columns = one.layer.columns
    told = columns[1].cell(one.row, now) if len(columns) > 1 else ""
    age = ago(one.row.observed_at, now) if known(one.row, "observed_at") else str(WORDS["unknown"])
    said = told if alike else f"{one.layer.title}: {told}"
    return _("{said}, {age}").format(said=said, age=age)


def cameras(view: View, layer: Layer, row: Row, at: datetime | None, now: datetime) -> Any:
    """The cameras that have it in view, dark ones last, and what one must know of them."""
    place = place_of(row)
    own = row.id if isinstance(layer.query, Cameras | CameraViews) else None
    shown = next((one for one in view.layers if isinstance(one.query, Cameras)), None)
    if shown is None:
        return None
    able = seeing(view, place, at, without=own)
    live = speaking(able, shown, now)  # a dark camera helps nobody just now
    found = [*able.where(live), *able.where(~live)]
    head = html.H3(_("Other cameras that see it") if own else _("Cameras that see it"))
    blind = unaimed_near(view, place, at, without=own)
    unaimed = []
    if blind:
        told = ngettext(
            "{n} more camera stands near, but nobody knows where it looks.",
            "{n} more cameras stand near, but nobody knows where they look.",
            blind,
        )
        unaimed = [html.P(told.format(n=number(blind)), className="note")]
    if not found:
        empty = _("No camera has this place in view, as far as directions and walls are known.")
        return html.Section([head, html.P(empty, className="empty"), *unaimed])
    lines = [[one.name or one.id, str(WORDS[shown.status(one, now)]), metres(one.distance_m)] for one in found]
    picks = [(shown.key, one.id) for one in found]
    titles = [_("Camera"), _("Status"), _("Away")]
    return html.Section([head, Rows(_("By what each sees between the walls"), titles, lines, picks), *unaimed])


def in_view(view: View, row: Row, at: datetime | None, now: datetime) -> Any:
    """What stands in a camera's view, the nearest first; None where its view is not known."""
    seen = next(iter(view.store.answer(CameraViews(row.id), at)), None)
    if seen is None:
        return None
    plane = Plane.near(row.lon, row.lat)
    around_it = plane.degrees(plane.metres(shapely.from_geojson(seen.geometry)).buffer(BESIDE_M))
    found = []
    for one in _pointed(view):
        found += _by_distance(one, row, part(view.store.answer(one.query, at), around_it), FAR_M)
    head = html.H3(_("In its view"))
    if not found:
        return html.Section([head, html.P(_("No device and no incident stands in its view."), className="empty")])
    shown = sorted(found, key=lambda near: near.distance_m)[:MOST_SEEN]
    lines = [[called(one.row), says(one, now, alike=False), metres(one.distance_m)] for one in shown]
    caption = _("The nearest first") if len(found) <= MOST_SEEN else _("The nearest {n} of {of}")
    told = caption.format(n=number(len(shown)), of=number(len(found)))
    picks = [(one.layer.key, one.row.id) for one in shown]
    return html.Section([head, Rows(told, [_("Name"), _("Says"), _("Away")], lines, picks)])


def place_of(row: Row) -> BaseGeometry:
    """The ground that a thing takes: its outline where it has one, else its spot."""
    outline = known(row, "outline")
    return shapely.from_wkb(outline) if outline else shapely.Point(row.lon, row.lat)


def _by_distance(layer: Layer, row: Row, table: Table, within_m: float) -> list[Near]:
    """The rows of a table that lie within this distance, the nearest first."""
    plane = Plane.near(row.lon, row.lat)
    there = table.where(~np.isnan(table["lon"]))
    spots = shapely.get_coordinates(plane.metres(shapely.MultiPoint(np.column_stack((there["lon"], there["lat"])))))
    away = np.linalg.norm(spots - plane.point(row.lon, row.lat), axis=1)
    order = np.argsort(away, kind="stable")
    return [Near(layer, one, float(m)) for one, m in zip(there.where(order), away[order], strict=True) if m <= within_m]
