"""Night and day of a page, and where the sun stands over its map, at the time that is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from components import ids
from components.clock import instant
from components.sun import light, theme
from components.view import View

LEAST = 0.5  # degrees that the sun must have moved before the buildings are lit anew: two minutes of its way


def shone(view: View, wish: object, at: datetime | None, shade: object, lit: object) -> tuple[Any, Any]:
    """The theme and the sun for this time, or now; what need not change stays as it is.

    By the sun, a night that is looked back at is dark, and its day is light. Who chose day or night by hand keeps it.
    """
    lon, lat = view.centre()
    then = at or view.now()
    tone = theme(wish, lon, lat, then)
    sun = light(lon, lat, then, tone)
    return no_update if tone == shade else tone, sun if tone != shade or _moved(lit, sun) else no_update


def _moved(old: object, new: Mapping[str, float]) -> bool:
    """Whether the sun stands elsewhere than what a browser says it was told last."""
    if not isinstance(old, Mapping):
        return True
    try:
        return any(not abs(float(old[name]) - told) < LEAST for name, told in new.items())
    except (KeyError, TypeError, ValueError):
        return True


def register_sky(app: Dash, view: View, map_id: str, theme_id: str, minute_id: str, replays: bool) -> None:
    """Bind the light of a page to the time it shows; one that never replays shows now."""

    @app.callback(
        Output(map_id, "theme"),
        Output(map_id, "light"),
        Input(theme_id, "data"),
        Input(minute_id, "n_intervals"),
        *([Input(ids.AT, "data")] if replays else []),
        State(map_id, "theme"),
        State(map_id, "light"),
    )
    def shine(wish: Any, _minute: Any, *more: Any) -> Any:
        return shone(view, wish, instant(more[0]) if replays else None, *more[-2:])

    app.clientside_callback(ClientsideFunction("desk", "shade"), Input(map_id, "theme"))
