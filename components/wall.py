"""The wall: the same city for people who stand ten metres away. Nothing on it asks for a hand."""

from typing import Any

from dash import dcc, html

from components import ids
from components.link import Camera
from components.silence import clock, data_age
from components.stage import at_first, city_map
from components.view import View
from data_access.words import _

LINES = 6  # of the attention list; more nobody reads from afar, and the rest is counted below it


def wall(view: View, chosen: str, camera: Camera | None = None) -> list[Any]:
    """The whole wall; `chosen` is the theme: night, day or sun."""
    shown = at_first(view)
    return [
        dcc.Store(id=ids.WALL_THEME, data=chosen),
        dcc.Interval(id=ids.WALL_MINUTE, interval=60_000),
        html.Section(
            city_map(ids.WALL_MAP, view, shown, chosen, camera=camera, interactive=False, still=True),
            className="stage",
            **{"aria-label": _("Map")},
        ),
        html.Header(
            [
                html.Div(
                    [
                        html.H1(view.place(), className="city"),
                        html.P("", id=ids.WALL_STATE, className="state"),
                    ]
                ),
                html.Div([clock(view.zone().key), data_age()], className="times"),
            ],
            className="panel strip",
        ),
        html.Main(
            [html.H2(_("Needs attention")), html.Div(id=ids.WALL_NEEDS)],
            className="panel drawer",
        ),
        html.Section(
            html.Dl(id=ids.WALL_FIGURES, className="figures"),
            className="panel",
            **{"aria-label": _("The city in numbers")},
        ),
    ]
