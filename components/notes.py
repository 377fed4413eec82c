"""Notes in the drawer: those near what is selected, and what can be done with the one that is."""

from collections.abc import Mapping
from datetime import datetime
from math import cos, hypot, radians
from typing import Any

from dash import html

from components.changing import changed
from components.detail import row_of
from components.rail import icon
from components.view import View
from data_access import notes as kept
from data_access.queries import Notes
from data_access.words import _
from layers.base import Row
from layers.phrases import clock, known, number

KEY = "notes"
NEAR_M = 75.0  # what is farther away is about another place
MOST = 5
METRES = 111_320.0  # of a degree of latitude


def near(view: View, row: Row, key: str, at: datetime | None) -> list[Any]:
    """The notes about a thing or close to it, in the drawer; and the button that pins one to it."""
    if view.layer(KEY) is None or known(row, "lon") is None or known(row, "lat") is None:
        return []
    if key == KEY:
        return worked(view, row, at)
    now = (at or view.now()).astimezone(view.zone())
    lines = [html.Li(_short(note, away_m, now)) for away_m, note in about(view, row, key, at)[:MOST]]
    told: list[Any] = [html.Ul(lines, className="needs")] if lines else []
    if at is None and view.acts is not None:
        told.append(
            html.Button(
                [icon("sticky-note"), _("Pin a note here")],
                className="button",
                **{"data-note": "here", "data-about": key, "data-thing": row.id},
            )
        )
    return [html.Section([html.H3(_("Notes here")), *told], className="notes-here")] if told else []


def about(view: View, row: Row, key: str, at: datetime | None) -> list[tuple[float, Row]]:
    """The notes that were pinned to this thing (0 m away) or stand near it, nearest first, with their distance."""
    found = [
        (0.0 if (note.about_layer, note.about_id) == (key, row.id) else distance_m(row, note), note)
        for note in view.store.answer(Notes(), at)
    ]
    return sorted((pair for pair in found if pair[0] <= NEAR_M), key=lambda pair: (pair[0], pair[1].id))


def worked(view: View, row: Row, at: datetime | None) -> list[Any]:
    """What can be done with a note: see its minute and what it is about, word it anew, take it off."""
    see = html.Button(
        [icon("history"), _("Show the city in that minute")],
        className="button",
        **{"data-at": row.pinned_at.isoformat()},
    )
    told: list[Any] = [*_thing(view, row, at), see]
    if at is None and view.acts is not None:
        told += [
            html.Button(words, className="button", **{"data-note": do, "data-thing": row.id})
            for do, words in (("anew", _("Word it anew")), ("off", _("Take it off the map")))
        ]
    return [html.Section(told, className="notes-here worked")]


def reworked(view: View, wish: object, at: object) -> tuple[bool, str, str | None]:
    """Do what was asked of a note: whether it was done, the sentence that tells, and the note one may put back.

    `wish` is {"do": "off" | "back", "id"}.
    """
    told = wish if isinstance(wish, Mapping) else {}
    name, back = str(told.get("id")), told.get("do") == "back"

    def change(writer: Any, who: str) -> str:
        writer.act(kept.put_back if back else kept.take_off, name, who)
        return _("The note is back.") if back else _("The note is off the map. A replay still shows it as it stood.")

    made, sentence = changed(view, at, change)
    return made, sentence, name if made and not back else None


def distance_m(one: Row, other: Row) -> float:
    """How far apart two things are on the ground, near enough for a neighbourhood."""
    east = (one.lon - other.lon) * cos(radians(one.lat))
    return METRES * hypot(east, one.lat - other.lat)


def _thing(view: View, row: Row, at: datetime | None) -> list[Any]:
    """The way to what a note was pinned to, as long as that is there."""
    layer = view.layer(row.about_layer)
    found = row_of(view, layer, row.about_id, at) if layer else None
    if not layer or found is None:
        return []
    name = known(found, "title") or known(found, "name") or row.about_id
    words = _("Pinned to: {thing}").format(thing=name)
    return [html.Button(words, className="link", **{"data-layer": layer.key, "data-id": row.about_id})]


def _short(note: Row, away_m: float, now: datetime) -> Any:
    """One note as a line that picks it."""
    where = _("{n} m away").format(n=number(away_m)) if away_m >= 1 else _("here")
    line = [
        icon("sticky-note"),
        html.Span(note.title, className="title"),
        html.Span(clock(note.pinned_at, now), className="since"),
        html.Span(f"{note.who} · {where}", className="why"),
    ]
    return html.Button(line, className="need", **{"data-layer": KEY, "data-id": note.id})
