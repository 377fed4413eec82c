"""The wiring of the tiles: of which time they are, and of which ground."""

from typing import Any

from dash import Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from components import ids
from components.clock import instant
from components.extent import ground
from components.figures import figures
from components.picture import picture
from components.tiles import told
from components.view import View

TICK, MOVE = f"{ids.MAP}.pulse", f"{ids.MAP}.view"


def register_numbers(app: Dash, view: View) -> None:
    """Bind the desk's tiles to this app alone."""

    @app.callback(
        Output(ids.FIGURES, "figures"),
        Input(ids.AT, "data"),
        Input(ids.COUNTED, "data"),
        Input(ids.MAP, "pulse"),
        Input(ids.MAP, "view"),
    )
    def count(at: Any, here: Any, _pulse: Any, seen: Any) -> Any:
        causes = {cause["prop_id"] for cause in ctx.triggered}
        idle = {TICK} if at else set()  # the past does not go on
        if here is not True:
            idle.add(MOVE)
        if causes and causes <= idle:
            raise PreventUpdate
        taken = picture(view, instant(at))
        return [told(figure) for figure in figures(view, taken, ground(seen) if here is True else None)]
