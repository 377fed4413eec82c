"""The lower half of the drawer: the history of what is selected, what stands around it, and how it is known."""

from typing import Any

from dash import Dash, Input, Output, State

from components import history, ids
from components.around import around
from components.clock import instant
from components.link import selection
from components.still import Still, nodes, still
from components.view import View


def drawer_parts(view: View) -> list[Any]:
    """What stands in the drawer below the facts."""
    return [*history.parts(view), Still([], ids.AROUND, {"className": "around"})]


def register_drawer(app: Dash, view: View) -> None:
    """Bind history and surroundings to the selection; the facts themselves go with the live channel."""

    @app.callback(
        Output(ids.HISTORY_METRIC, "options"),
        Output(ids.HISTORY_METRIC, "value"),
        Output(ids.HISTORY_METRIC, "className"),
        Output(ids.HISTORY, "className"),
        Input(ids.MEASURED, "data"),
        State(ids.AT, "data"),
    )
    def offer(selected: Any, at: Any) -> Any:
        choices, first = history.metrics_of(view, selection(selected, view), instant(at))
        hidden = "" if choices else " hidden"
        return choices, first, "metric" if len(choices) > 1 else "metric hidden", "history" + hidden

    @app.callback(
        Output(ids.CHART, "children"),
        Input(ids.HISTORY_METRIC, "value"),
        Input(ids.HISTORY_CHOICE, "value"),
        Input(ids.HISTORY_START, "value"),
        Input(ids.HISTORY_END, "value"),
        Input(ids.MEASURED, "data"),
        Input(ids.MOVED_MEASURED, "data"),
        Input(ids.MAP, "theme"),
        Input(ids.NEW_MINUTE, "data"),
        State(ids.AT, "data"),
    )
    def draw(
        metric: Any, choice: Any, start: Any, end: Any, selected: Any, _moved: Any, shade: Any, _minute: Any, at: Any
    ) -> Any:
        then = instant(at)
        past = history.past_of(view, selection(selected, view), then, history.Asked(metric, choice, start, end))
        return history.chart_of(past, shade, history.band_of(view, past))

    @app.callback(
        Output(ids.RAW, "children"),
        Output(ids.RAW_OPEN, "aria-expanded"),
        Input(ids.RAW_OPEN, "n_clicks"),
        Input(ids.HISTORY_METRIC, "value"),
        Input(ids.HISTORY_CHOICE, "value"),
        Input(ids.HISTORY_START, "value"),
        Input(ids.HISTORY_END, "value"),
        Input(ids.MEASURED, "data"),
        Input(ids.MOVED_MEASURED, "data"),
        State(ids.AT, "data"),
    )
    def list_raw(
        clicks: Any, metric: Any, choice: Any, start: Any, end: Any, selected: Any, _moved: Any, at: Any
    ) -> Any:
        if not isinstance(clicks, int) or clicks % 2 == 0:
            return [], "false"
        asked = history.Asked(metric, choice, start, end)
        past = history.past_of(view, selection(selected, view), instant(at), asked)
        return still(history.raw_of(past)), "true"

    @app.callback(
        Output(ids.AROUND, "inside"),
        Input(ids.OPENED, "data"),
        Input(ids.MOVED_OPENED, "data"),
        Input(ids.NEW_MINUTE, "data"),
        State(ids.AT, "data"),
    )
    def surround(selected: Any, _moved: Any, _minute: Any, at: Any) -> Any:
        return nodes(around(view, selection(selected, view), instant(at)))
