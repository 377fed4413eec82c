"""Saved views: a camera, layers with their looks, filters, a selection and, if one likes, a time, under a name.

A view is kept as the query part of its address, so each is a link, too. Saving one changes nothing in the city, and
can be done in a replay: that is where a time is worth keeping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import ids
from components.clock import moment
from components.link import Link, read, write
from components.rail import PLAIN, icon
from components.search import confirmed
from components.still import still
from components.view import View
from data_access.refusals import CannotDo
from data_access.words import _, ngettext
from layers.phrases import clock, number

FLIGHT_MS = 1200
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a wish: a sentence, and the view that could be put back."""

    words: str = ""
    undo: str | None = None


def tools() -> Any:
    """The two buttons in the rail: saved views, and a note."""
    return html.Div(
        [
            html.Button(
                [icon("bookmark"), html.Span(_("Views"))],
                className="button",
                title=_("Saved views, and the link to what you see"),
                **{"data-saved": "toggle", "aria-expanded": "false", "aria-controls": ids.SAVED},
            ),
            html.Button(
                [icon("sticky-note"), html.Span(_("Pin a note"))],
                className="button",
                title=_("Pin a note to a place and a time"),
                **{"data-note": "begin"},
            ),
        ],
        className="rail-tools",
    )


def card() -> Any:
    """The panel beside the rail: the link to what one sees, a name to keep it under, and the views that were kept."""
    close = _("Close the saved views")
    return html.Section(
        [
            html.Button(
                icon("x"),
                className="button icon-button close",
                title=close,
                **{"aria-label": close, "data-saved": "toggle"},
            ),
            html.H2(_("What you see now")),
            html.Div(
                [
                    html.Button([icon("link"), _("Copy the link")], className="button", **{"data-saved": "copy"}),
                    html.Button(
                        [icon("clock"), _("Copy it with this minute")],
                        className="button",
                        title=_("Whoever opens it sees the city as it is in this minute, whenever that is"),
                        **{"data-saved": "copy-minute"},
                    ),
                ],
                className="row",
            ),
            html.P(
                "",
                className="note copied",
                role="status",
                **{"data-copied": _("Copied."), "data-failed": _("Copy it from here:")},
            ),
            html.Div(
                [
                    html.Label(_("Keep it under a name"), htmlFor=ids.SAVED_NAME),
                    dcc.Input(
                        id=ids.SAVED_NAME,
                        type="text",
                        value="",
                        maxLength=LONGEST_NAME,
                        placeholder=_("Morning round, old quarter …"),
                        autoComplete="off",
                    ),
                    dbc.Checkbox(id=ids.SAVED_MINUTE, label=_("with this minute")),
                    html.Button(_("Save the view"), className="button primary", **{"data-saved": "save"}),
                ],
                className="save-form",
            ),
            html.Div(id=ids.SAVED_LIST, className="saved-list"),
            dcc.Store(id=ids.SAVED_WISH),
        ],
        id=ids.SAVED,
        className="panel saved closed",
        **{"aria-label": _("Saved views")},
    )


def listed(view: View, said: Said) -> list[Any]:
    """The saved views, by name, and what has just been done."""
    now = view.now().astimezone(view.zone())
    kept = view.memory.views() if view.memory else []
    told = [html.Span(said.words)]
    if said.undo:
        undo = {"data-saved": "restore", "data-view": said.undo}
        told.append(html.Button(_("Undo"), className="link", **undo))
    count = html.Span(number(len(kept)), className="tally")
    lines = [_line(view, one, now) for one in kept]
    empty = _("No view is saved yet. Look at the city as you need it every day, give it a name, and save it.")
    return [
        html.P(told, className="said", role="status"),
        html.H2([_("Saved views"), " ", count]),
        html.Ul(lines) if lines else html.P(empty, className="empty"),
    ]


def done(view: View, wish: object) -> Said | None:
    """Do what a browser wishes with the list of views; None: it wishes nothing of the kind.

    A wish is {"do": "save", "name", "query", "minute"} or {"do": "forget" | "restore", "view"} or {"do": "list"}.
    """
    if not isinstance(wish, Mapping) or view.memory is None:
        return None
    what, one = wish.get("do"), wish.get("view")
    if what == "list":
        return Said()
    if what == "save":
        try:
            kept = view.memory.save(str(wish.get("name") or ""), query(view, wish), view.who())
        except CannotDo as refusal:
            return Said(str(refusal))
        return Said(_("Saved: {name}").format(name=kept.name))
    if what == "forget" and isinstance(one, str):
        there = view.memory.forget(one, view.who())
        return Said(_("Taken off the list."), one) if there else Said(_("It is not on the list any more."))
    if what == "restore" and isinstance(one, str):
        return Said(_("It is back on the list.") if view.memory.restore(one) else _("It is on the list already."))
    return None


def query(view: View, wish: Mapping[str, Any]) -> str:
    """The query part of an address, as this view writes it; with the minute that is shown, or open to every minute."""
    link = read(wish.get("query"), view)
    at = (link.at or view.now()).replace(microsecond=0) if wish.get("minute") is True else None
    return write(replace(link, at=at))


def opened(view: View, wish: object, switches: Sequence[str], looks: Sequence[str]) -> tuple[Any, ...] | None:
    """What the page shows for a link that is opened in it.

    Camera, switches, looks, selection (twice), wish for a time, mark (twice), filters of the lists.
    What the link leaves open stays as it is; but without a time it is about now. None: it is no such wish.
    """
    if not isinstance(wish, Mapping) or wish.get("do") != "open":
        return None
    link = read(wish.get("query"), view)
    on: list[Any] = [no_update if link.layers is None else key in link.layers for key in switches]
    worn: list[Any] = [link.looks.get(key, PLAIN) if link.layers is not None else no_update for key in looks]
    selected = {"layer": link.selected[0], "id": link.selected[1]} if link.selected else None
    time = {"at": link.at.isoformat()} if link.at else {"live": True}
    marked = confirmed(view, link.place, link.at)
    seen: Any = link.camera.as_json(FLIGHT_MS) if link.camera else no_update
    sifted = dict(link.filters) or None
    return seen, on, worn, selected, selected, time | {"n": wish.get("n")}, marked, marked, sifted


def register_saved(app: Dash, view: View) -> None:
    """Bind the saved views to this app alone."""

    @app.callback(Output(ids.SAVED_LIST, "children"), Input(ids.SAVED_WISH, "data"), prevent_initial_call=True)
    def keep(wish: Any) -> Any:
        said = done(view, wish)
        if said is None:
            raise PreventUpdate
        return still(listed(view, said))

    @app.callback(
        Output(ids.MAP, "camera", allow_duplicate=True),
        Output({"switch": ALL}, "value"),
        Output({"look": ALL}, "value"),
        Output(ids.SELECTED, "data", allow_duplicate=True),
        Output(ids.MAP, "selected", allow_duplicate=True),
        Output(ids.WISH, "data", allow_duplicate=True),
        Output(ids.PLACE, "data", allow_duplicate=True),
        Output(ids.MAP, "place", allow_duplicate=True),
        Output(ids.FILTER, "data", allow_duplicate=True),
        Input(ids.SAVED_WISH, "data"),
        State({"switch": ALL}, "id"),
        State({"look": ALL}, "id"),
        prevent_initial_call=True,
    )
    def go(wish: Any, switches: Any, looks: Any) -> Any:
        shown = opened(view, wish, [name["switch"] for name in switches], [name["look"] for name in looks])
        if shown is None:
            raise PreventUpdate
        return shown


def _line(view: View, kept: Any, now: datetime) -> Any:
    link = read(kept.query, view)
    about = [holds(view, link), _("{who}, {clock}").format(who=kept.made_by, clock=clock(kept.made_at, now))]
    off = _("Take {name} off the list").format(name=kept.name)
    return html.Li(
        [
            html.A(
                [html.Span(kept.name, className="title"), html.Span(" · ".join(filter(None, about)), className="note")],
                href="/" + kept.query,
                **{"data-saved": "open"},
            ),
            html.Button(
                icon("x"),
                className="button icon-button",
                title=off,
                **{"data-saved": "forget", "data-view": kept.id, "aria-label": off},
            ),
        ]
    )


def holds(view: View, link: Link) -> str:
    """What a link keeps, in a few words: how many layers, and its time."""
    layers = "" if link.layers is None else ngettext("{n} layer", "{n} layers", len(link.layers))
    time = moment(link.at, view.zone()) if link.at else ""
    return " · ".join(filter(None, (layers.format(n=number(len(link.layers or ()))), time)))
