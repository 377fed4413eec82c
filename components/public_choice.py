"""One thing of the public page chosen from a list or on the map: its facts and its last 24 hours."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Dash, Input, Output, ctx, html, no_update

from components.ages import WORDS
from components.detail import heading, row_of
from components.history import last_day
from components.link import selection
from components.plain_html import aria
from components.view import View
from data_access.words import _
from layers.base import Fact
from layers.phrases import ago, clock

SELECT, CHOSEN = "thing", "chosen"


def choice(view: View) -> Any:
    """A native list of all that has a history, and room for what is told of the one chosen."""
    options: list[Any] = [
        {"label": f"{layer.title}: {row.name or row.id}", "value": f"{layer.key}/{row.id}"}
        for layer in view.layers
        if layer.metric
        for row in view.store.answer(layer.query)
    ]
    return html.Div(
        [
            html.Label(_("One place and its last 24 hours"), htmlFor=SELECT),
            dbc.Select(id=SELECT, options=options, placeholder=_("Choose a place, or click it on the map")),
            html.Div(id=CHOSEN, className="chosen", **aria(live="polite")),
        ],
        className="choice",
    )


def register_choice(app: Dash, view: View, map_id: str) -> None:
    """Bind list and map click to the facts, on this app alone."""

    @app.callback(
        Output(CHOSEN, "children"),
        Output(map_id, "selected"),
        Input(SELECT, "value"),
        Input(map_id, "clicked"),
        Input(map_id, "theme"),
        prevent_initial_call=True,
    )
    def choose(listed: Any, clicked: Any, shade: Any) -> Any:
        if ctx.triggered_id == map_id and "clicked" not in str(ctx.triggered_prop_ids):
            return no_update, no_update
        key, _slash, one = str(listed or "").partition("/")
        wish = clicked if ctx.triggered_id == map_id else {"layer": key, "id": one}
        chosen = selection(wish, view)
        return told(view, chosen, shade), {"layer": chosen[0], "id": chosen[1]} if chosen else None


def told(view: View, chosen: tuple[str, str] | None, shade: object) -> list[Any]:
    """What is published of this thing; nothing for nothing."""
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], None) if chosen and layer else None
    if not chosen or not layer or row is None:
        return []
    now = view.now().astimezone(view.zone())
    facts = layer.detail(row, now)
    if getattr(row, "observed_at", None):
        measured = f"{clock(row.observed_at, now)} ({ago(row.observed_at, now)}, {WORDS[layer.status(row, now)]})"
        facts.append(Fact(_("Measured"), measured))
    lines = [html.Div([html.Dt(fact.name), html.Dd(fact.value)]) for fact in facts]
    drawn = last_day(view, chosen, shade)
    return [*heading(row, layer, chosen[1]), html.Dl(lines, className="facts"), *([drawn] if drawn else [])]
