"""The rail of layers: a switch each, how many report, the legend below it, the table beside it."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.legend import legend
from components.picture import Count
from components.view import View
from data_access.words import Text, _
from layers.base import Layer
from layers.phrases import number


def icon(name: str) -> Any:
    """An icon of the house's one set; what it means always stands beside it in words."""
    where = f"url(/assets/engine/icons/{name}.svg)"
    return html.Span(className="icon", style={"--icon": where}, **{"aria-hidden": "true"})


def told(count: Count) -> str:
    """How many of how many, short enough for the rail."""
    if count.of is None:
        return number(count.n)
    return _("{n} of {of}").format(n=number(count.n), of=number(count.of))


def rail(view: View, shown: Sequence[str]) -> Any:
    """All layers of a view in their groups; `shown` are on."""
    groups = [
        html.Section(
            [html.H3(str(group), className="group"), html.Ul([_row(layer, layer.key in shown) for layer in layers])]
        )
        for group, layers in grouped(view).items()
    ]
    fold = html.Button(
        icon("chevron-left"),
        id=ids.FOLD,
        n_clicks=0,
        className="button icon-button",
        title=_("Fold the layers"),
        **{"aria-label": _("Fold the layers"), "aria-expanded": "true", "aria-controls": "layers"},
    )
    return html.Nav(
        [
            html.Div([html.H2(_("Layers")), fold], className="rail-head"),
            html.Div(groups, id="layers", className="rail-body"),
        ],
        id=ids.RAIL,
        className="panel rail",
        **{"aria-label": _("Layers")},
    )


def grouped(view: View) -> dict[Text, list[Layer]]:
    """The layers by their group, what lies on top of the map first."""
    groups: dict[Text, list[Layer]] = {}
    for layer in reversed(view.layers):
        groups.setdefault(layer.group, []).append(layer)
    return groups


def _row(layer: Layer, on: bool) -> Any:
    title = str(layer.title)
    table = _("Table: {layer}").format(layer=title)
    return html.Li(
        [
            html.Div(
                [
                    icon(layer.icon),
                    dbc.Switch(id=ids.switch(layer.key), value=on, label=title, class_name="switch"),
                    html.Span("", id=ids.tally(layer.key), className="tally"),
                    html.Button(
                        icon("table"),
                        id=ids.table_of(layer.key),
                        n_clicks=0,
                        className="button icon-button",
                        title=table,
                        **{"aria-label": table},
                    ),
                ],
                className="layer-head",
            ),
            html.Details([html.Summary(_("Legend")), legend(layer)], className="legend"),
        ],
        className="layer",
        title=title,
    )
