"""The desk: the city fills the window, everything else floats over it."""

from collections.abc import Mapping
from typing import Any

from dash import html

from components import ids, incident_filter, incident_new, incident_work, note_card, saved, since
from components.changing import outcome
from components.desk_panels import described
from components.drawer import drawer_parts
from components.flight import looking_at
from components.incident_filter import read
from components.incidents import lists
from components.link import Link
from components.picture import Picture, picture
from components.rail import icon, rail
from components.search import confirmed
from components.stage import at_first, city_map
from components.still import Still
from components.strip import stores, strip
from components.time_bar import reach, replayed, time_bar
from components.tour import tour
from components.view import View
from data_access.words import _


def desk(view: View, link: Link, chosen: str) -> list[Any]:
    """The whole desk as this link asks for it; `chosen` is the light: one of THEMES."""
    zone, now = view.zone(), view.now()
    ends = reach(view.store.first_fact(), now)
    at = ends.within(link.at)
    told = at.isoformat() if at else None
    shown = link.layers if link.layers is not None else at_first(view)
    looks = dict(link.looks)
    marked = confirmed(view, link.place, at)
    seen = link.camera or looking_at(view, link.selected, at)
    selected = {"layer": link.selected[0], "id": link.selected[1]} if link.selected else None
    taken = picture(view, at)
    return [
        html.A(_("Skip to the content"), href="#drawer", className="skip"),
        *stores(told, selected, shown, chosen, looks, marked),
        html.Section(
            city_map(ids.MAP, view, shown, chosen, seen, at=told, selected=selected, looks=looks, place=marked),
            className="stage",
            **{"aria-label": _("Map")},
        ),
        html.P(replayed(at, zone), id=ids.BANNER, className="replay-banner", role="status"),
        strip(view, taken, chosen, link.counted),
        html.Div(
            [
                rail(view, taken, shown, looks, saved.tools()),
                html.Main([drawer(view, taken, link.filters, described(view, link.selected, at)), sheet()]),
            ],
            className="sheets",
        ),
        time_bar(ends, at, zone),
        saved.card(),
        note_card.card(),
        *incident_new.card(view),
        outcome(),
        tour([layer.key for layer in view.layers if layer.metric and layer.key in shown]),
    ]


def drawer(view: View, taken: Picture, filters: Mapping[str, str], opened: tuple[Any, str]) -> Any:
    """The one drawer: what needs attention, or the thing that is selected; never both.

    `opened`: the words of what is selected, and the drawer's class, as `described` tells them.
    """
    detail, name = opened
    needs = lists(view, taken, read(filters or None, None))
    close = _("Close and go back to the list")
    return html.Aside(
        [
            html.Div(
                [*since.place(view), lists_head(view, filters), Still(needs, ids.NEEDS, {"data-steady": ""})],
                className="needs-lists",
            ),
            html.Div(
                [
                    html.Button(
                        icon("x"),
                        id=ids.CLOSE,
                        n_clicks=0,
                        className="button icon-button close",
                        title=close,
                        **{"aria-label": close},
                    ),
                    Still(detail, ids.DETAIL, {"tabIndex": -1}),
                    *incident_work.place(),
                    *drawer_parts(view),
                ],
                className="selected",
            ),
        ],
        id=ids.DRAWER,
        className=name,
        tabIndex=-1,
        **{"aria-label": _("What needs attention, or what is selected")},
    )


def lists_head(view: View, filters: Mapping[str, str]) -> Any:
    """Above the lists: what opens an incident, and the filter as a link asks for it."""
    return html.Div([*incident_new.opener(view), incident_filter.controls(filters)], className="lists-head")


def sheet() -> Any:
    """Where the table of a layer opens."""
    close = _("Close the table")
    return html.Section(
        [
            html.Button(
                icon("x"),
                id=ids.SHEET_CLOSE,
                n_clicks=0,
                className="button icon-button close",
                title=close,
                **{"aria-label": close},
            ),
            html.Div(id=ids.SHEET, className="sheet-body", tabIndex=0, role="region", **{"aria-label": _("Table")}),
        ],
        className="panel sheet closed",
        id=ids.SHEET_FRAME,
    )
