"""The search field: what is called so while one types, and the way there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import dcc, html

from components import ids
from components.link import Camera, Place, place, selection
from components.rail import icon
from components.still import Still
from components.view import View
from data_access.folding import fold
from data_access.queries import Incidents, Search
from data_access.words import N_, Text, _, language, ngettext
from layers.base import Row
from layers.phrases import known, number

SHORTEST = 2  # letters; of one alone too much is called so
MOST, MOST_INCIDENTS = 12, 3
CLOSE_UP = 17.0  # the zoom at which one door is told from the next
FLIGHT_MS = 1600
NEAR = 1e-5  # degrees; an address keeps six digits

GROUPS: Mapping[str, tuple[Text, str]] = {
    "incident": (N_("Incidents"), "siren"),
    "district": (N_("Districts"), "map"),
    "street": (N_("Streets"), "signpost"),
    "address": (N_("Addresses"), "map-pin"),
    "sensor": (N_("Sensors"), "activity"),
    "camera": (N_("Cameras"), "camera"),
    "parking": (N_("Parking"), "square-parking"),
    "building": (N_("Buildings"), "building-2"),
}
PLACES = N_("Places")
SIGNS: Mapping[str, str] = {
    "stop": "bus",
    "station": "train-front",
    "hospital": "hospital",
    "school": "school",
    "university": "graduation-cap",
    "police": "shield",
    "fire_station": "flame",
    "market": "store",
    "park": "trees",
    "bridge": "route",
    "water": "waves",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Where a result leads: what is selected there, what is marked there, and the camera that shows it."""

    selected: tuple[str, str] | None
    marked: Place | None
    camera: dict[str, Any] | None


def field() -> Any:
    """The field and the room for its results; assets/desk/search.js makes a combobox of both."""
    return html.Div(
        [
            icon("search"),
            html.Label(_("Search the city"), htmlFor=ids.SEARCH, className="unseen"),
            dcc.Input(
                id=ids.SEARCH,
                type="text",
                value="",
                placeholder=_("Street, place, device …"),
                autoComplete="off",
                spellCheck="false",
                className="search-text",
            ),
            html.Kbd("/", title=_("Press / to search"), **{"aria-hidden": "true"}),
            html.Button(
                icon("x"),
                id=ids.FORGET,
                n_clicks=0,
                className="button icon-button forget",
                title=_("Clear the search"),
                **{"aria-label": _("Clear the search")},
            ),
            Still([], ids.HITS, {"className": "panel hits"}),
            dcc.Store(id=ids.SOUGHT),
            dcc.Store(id=ids.CHOSEN),
        ],
        className="search",
        role="search",
    )


def hits(view: View, wish: object, at: datetime | None) -> list[Any]:
    """What is called as the wish says, `{"text", "n"}`, in groups, the best first; or what one can search for."""
    text = wish.get("text") if isinstance(wish, Mapping) else None
    if not isinstance(text, str) or len(fold(text.strip())) < SHORTEST:
        return []
    text = text.strip()[:200]
    found = [*_incidents(view, text, at), *view.store.answer(Search(text, MOST), at)]
    count = ngettext("{n} result", "{n} results", len(found)).format(n=number(len(found)))
    question = {"data-question": str(wish["n"])} if isinstance(wish, Mapping) and "n" in wish else {}
    said = html.P(count if found else _("Nothing found"), className="unseen", role="status", **question)
    if not found:
        return [said, html.P(nothing(text), className="empty")]
    groups: dict[tuple[Text, str], list[Row]] = {}
    for row in found:
        groups.setdefault(GROUPS.get(row.kind, (PLACES, "map-pin")), []).append(row)
    lines, n = [], 0
    for g, ((title, sign), rows) in enumerate(groups.items()):
        options = [_option(row, sign, n + i) for i, row in enumerate(rows)]
        n += len(rows)
        heading = html.Div(str(title), id=f"hits-{g}", className="group", role="presentation")
        lines.append(html.Div([heading, *options], role="group", **{"aria-labelledby": f"hits-{g}"}))
    return [said, html.Div(lines, id="hits-list", role="listbox", **{"aria-label": _("Found")})]


def nothing(text: str) -> str:
    """Why there is no result, and what there could be."""
    told = _(
        "Nothing here is called “{text}”. Streets, addresses, districts, stops and other places can be found, and "
        "sensors, cameras, car parks and open incidents; with or without tone marks."
    )
    return told.format(text=text)


def way(view: View, wish: object, seen: Camera | None) -> Way | None:
    """The way to the result that a browser names; None when it names none."""
    if not isinstance(wish, Mapping):
        return None
    chosen = selection(wish, view)
    spot = place(wish)
    if spot is None:
        return Way(chosen, None, None) if chosen else None
    pitch, bearing = (seen.pitch, seen.bearing) if seen else (45.0, 0.0)
    there = Camera(spot.lon, spot.lat, max(seen.zoom, CLOSE_UP) if seen else CLOSE_UP, pitch, bearing)
    flown: dict[str, Any] = dict(there.as_json(FLIGHT_MS))
    box = _box(wish.get("bounds"))
    if box:
        flown |= {"bounds": box, "zoom": CLOSE_UP}
    return Way(chosen, None if chosen else spot, flown)


def confirmed(view: View, spot: Place | None, at: datetime | None) -> dict[str, Any] | None:
    """The spot of a link for the map; named only as the city itself calls it, since anyone can write a link."""
    if spot is None:
        return None
    so_called = any(
        row.lon is not None and abs(row.lon - spot.lon) < NEAR and abs(row.lat - spot.lat) < NEAR
        for row in view.store.answer(Search(spot.name, MOST), at)
    )
    return (spot if so_called else Place(spot.lon, spot.lat, "")).as_json()


def _incidents(view: View, text: str, at: datetime | None) -> list[Any]:
    """Open incidents with these words in their title; the store's names are of what stays."""
    layer = next((layer for layer in view.layers if isinstance(layer.query, Incidents)), None)
    if layer is None:
        return []
    rows = [row for row in view.store.answer(layer.query, at) if fold(text) in fold(row.title)]
    return [_Incident(row, layer.key) for row in rows[:MOST_INCIDENTS]]


class _Incident:
    """An incident in the shape of a search's row."""

    kind, name_en, context = "incident", None, None
    west = south = east = north = None

    def __init__(self, row: Row, layer: str) -> None:
        self.id, self.layer, self.name, self.lon, self.lat = row.id, layer, row.title, row.lon, row.lat


def _option(row: Row, sign: str, n: int) -> Any:
    own, other = names(row)
    told = [html.Span(own, className="name")]
    if other:
        told.append(html.Span(other, className="other"))
    if row.context:
        told.append(html.Span(row.context, className="context"))
    data = {"id": row.id, "layer": row.layer, "name": own, "lon": row.lon, "lat": row.lat, "bounds": bounds(row)}
    return html.Div(
        [icon(SIGNS.get(row.kind, sign)), html.Span(told, className="said")],
        id=f"hit-{n}",
        className="hit",
        role="option",
        **{"aria-selected": "false"},
        **{f"data-{name}": _plain(value) for name, value in data.items() if value is not None},
    )


def names(row: Row) -> tuple[str, str | None]:
    """What a thing is called in the reader's language, and in the other one where that differs."""
    english = known(row, "name_en") if hasattr(row, "name_en") else None
    both = (english, row.name) if language() == "en" and english else (row.name, english)
    return both[0], both[1] if both[1] != both[0] else None


def bounds(row: Row) -> list[float] | None:
    """West, south, east, north of what is larger than a point."""
    box = [row.west, row.south, row.east, row.north]
    return None if any(edge is None for edge in box) else box


def _plain(value: object) -> str:
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _box(wish: object) -> list[float] | None:
    if not isinstance(wish, list) or len(wish) != 4:
        return None
    try:
        west, south, east, north = (float(edge) for edge in wish)
    except (TypeError, ValueError):
        return None
    right = -180 <= west <= east <= 180 and -85 <= south <= north <= 85
    return [west, south, east, north] if right and not math.isnan(west + south + east + north) else None
