"""The wiring of the tiles: of which time they are, and of which ground."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from components import ids
from components.clock import instant
from components.extent import ground
from components.figures import figures
from components.picture import picture
from components.tiles import told
from components.view import View


def register_numbers(app: Dash, view: View) -> None:
    """Bind the desk's tiles to this app alone."""

    @app.callback(
        Output(ids.FIGURES, "figures"),
        Input(ids.AT, "data"),
        Input(ids.COUNTED, "data"),
        Input(ids.NEWS, "data"),
        Input(ids.COUNTED_SIGHT, "data"),
        State(ids.MAP, "view"),
        prevent_initial_call=True,
    )
    def count(at: Any, here: Any, _news: Any, _moved: Any, seen: Any) -> Any:
        taken = picture(view, instant(at))
        return [told(figure) for figure in figures(view, taken, ground(seen) if here is True else None)]

    # Only while the tiles count what the map shows does its movement concern them.
    app.clientside_callback(
        ClientsideFunction("numbers", "moved"),  # of assets/desk/numbers.js
        Output(ids.COUNTED_SIGHT, "data"),
        Input(ids.MAP, "view"),
        State(ids.COUNTED, "data"),
        prevent_initial_call=True,
    )
