"""The rail of layers: a switch each, how many report, the legend below it, the table beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.legend import legend
from components.picture import Count, Picture, count
from components.still import still
from components.view import View
from data_access.words import Text, _
from layers.base import Layer, Look
from layers.phrases import number

PLAIN = "plain"  # no look: as the layer draws itself


def icon(name: str) -> Any:
    """An icon of the house's one set; what it means always stands beside it in words."""
    where = f"url(/assets/engine/icons/{name}.svg)"
    return html.Span(className="icon", style={"--icon": where}, **{"aria-hidden": "true"})


def told(tally: Count) -> str:
    """How many of how many, short enough for the rail."""
    if tally.of is None:
        return number(tally.n)
    return f"{number(tally.n)}/{number(tally.of)}"


def rail(view: View, taken: Picture, shown: Sequence[str], looks: Mapping[str, str], tools: Any = None) -> Any:
    """All layers of a view in groups that fold; `shown` are on. A group of which nothing is on begins folded.

    `tools`: what else stands at its head.
    """
    groups = [
        html.Details(
            [
                *still(html.Summary(html.H3(str(group)), className="group")),
                html.Ul([_row(layer, taken, layer.key in shown, layer.look(looks.get(layer.key))) for layer in layers]),
            ],
            open=any(layer.key in shown for layer in layers),
            className="layer-group",
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
            tools,
            html.Div([*groups, *still(notes(view))], id="layers", className="rail-body"),
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


def notes(view: View) -> list[Any]:
    """What the city says of its own data: above all, what is not known there."""
    city = view.store.city()
    said = [str(note) for note in city.notes] if city else []
    return [html.Section([html.H3(_("What is not known here")), *map(html.P, said)], className="notes")] if said else []


def _row(layer: Layer, taken: Picture, on: bool, look: Look | None) -> Any:
    title = str(layer.title)
    table = _("Table: {layer}").format(layer=title)
    return html.Li(
        [
            html.Div(
                [
                    icon(layer.icon),
                    dbc.Switch(id=ids.switch(layer.key), value=on, label=title, class_name="switch"),
                    html.Span(told(count(layer, taken)), id=ids.tally(layer.key), className="tally"),
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
            *([_looks(layer, look)] if layer.looks else []),
            *_legend(layer, look),
        ],
        className="layer",
        title=title,
    )


def _legend(layer: Layer, look: Look | None) -> list[Any]:
    """What the colours mean; only where a layer has looks can that ever change."""
    head, told = html.Summary(_("Legend")), legend(layer, look).children
    if not layer.looks:
        return still(html.Details([head, html.Div(told)], className="legend"))
    return [html.Details([*still(head), html.Div(still(told), id=ids.legend_of(layer.key))], className="legend")]


def _looks(layer: Layer, look: Look | None) -> Any:
    """The ways in which a layer can be looked at; the arrow keys walk through them."""
    options: list[Any] = [{"label": _("Plain"), "value": PLAIN}]
    options += [{"label": str(one.title), "value": one.key} for one in layer.looks]
    chosen = dbc.RadioItems(id=ids.look(layer.key), options=options, value=look.key if look else PLAIN)
    return html.Fieldset([html.Legend(_("Coloured by")), chosen], className="looks")
