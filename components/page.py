"""The frame that desk and wall share: one Dash app, one document, words and light of the one who reads."""

import logging
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html
from fastapi import FastAPI

from components import health, ids, registers
from components.callbacks import register_desk, register_wall
from components.clock import instant
from components.desk import desk
from components.link import read
from components.sun import theme, wished
from components.time_bar import reach
from components.view import View
from components.wall import wall
from data_access.words import _, language

log = logging.getLogger(__name__)

DOCUMENT = """<!DOCTYPE html>
<html lang="{language}" data-theme="{theme}">
  <head>
    {metas}
    <title>{title}</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    {css}
  </head>
  <body>
    {app_entry}
    <noscript>{noscript}</noscript>
    <footer>{config}{scripts}{renderer}</footer>
  </body>
</html>"""


class Page(Dash):
    """A Dash app whose document speaks the reader's language and has the reader's light from its first byte."""

    views: tuple[View, ...] = ()

    def _config(self) -> dict[str, Any]:
        """Dash's own settings for the browser, without its websocket: told its address, it knocks there for ever."""
        return {name: value for name, value in super()._config().items() if name != "websocket"}

    def interpolate_index(self, **parts: str) -> str:
        request = self.backend.request_adapter()
        view = shown_at(request.path, self.views)
        parts["title"] = escape(title(view))
        parts["app_entry"] = parts["app_entry"].replace("Loading...", escape(_("Loading …")))
        noscript = escape(_("This page needs JavaScript. The public page has tables that work without it."))
        shade = shade_of(request.cookies.get("theme"), view, self.views, instant(request.args.get("at")))
        return DOCUMENT.format(language=language(), theme=shade, noscript=noscript, **parts)


def dash_app(server: FastAPI, desk_view: View, wall_view: View, assets: Path) -> Dash:
    """The Dash app of the desk (at /) and the wall (at /wall), on this server."""
    app = Page(
        __name__,
        server=server,  # type: ignore[arg-type]  # Dash takes a FastAPI as well
        assets_folder=str(assets.resolve()),
        assets_ignore=r"^public\.",
        assets_path_ignore=[r"^engine$"],
        enable_mcp=False,
        websocket_callbacks=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title="",
        title="Cityglass",
        on_error=told_in_the_log,
    )
    app.views = (desk_view, wall_view)
    app.layout = layout
    register_frame(app, desk_view, wall_view)
    register_desk(app, desk_view)
    register_wall(app, wall_view)
    health.register_health(app, desk_view)
    # Dash gets ready at the first question for / or for its own paths: a wall opened before would lack all its assets.
    app._setup_server()
    return app


def layout() -> Any:
    """What stands before anyone knows which page is asked for."""
    return html.Div([dcc.Location(id=ids.URL, refresh=False), html.Div(html.P(_("Loading …")), id=ids.FRAME)])


def register_frame(app: Dash, desk_view: View, wall_view: View) -> None:
    """Fill the frame once, for the life of the page: the map in it is never mounted again."""

    @app.callback(
        Output(ids.FRAME, "children"),
        Output(ids.FRAME, "className"),
        Input(ids.URL, "pathname"),
        State(ids.URL, "search"),
    )
    def open_page(path: Any, search: Any) -> Any:
        return page(path, search, ctx.cookies.get("theme"), desk_view, wall_view)


def page(path: object, search: object, chosen: object, desk_view: View, wall_view: View) -> tuple[list[Any], str]:
    """The page at this path and the name of its kind."""
    place = path.rstrip("/") if isinstance(path, str) else ""
    if place == "":
        return desk(desk_view, read(search, desk_view), wished(chosen, first_light(desk_view))), "desk"
    if place == registers.PATH:
        wish = wished(chosen, first_light(desk_view))
        return registers.page(desk_view, search, wish), "registers"
    if place == health.PATH:
        return health.page(desk_view), "health"
    if place == "/wall":
        wish = wished(chosen, first_light(wall_view), wall=True)
        return wall(wall_view, wish, read(search, wall_view).camera), "wall"
    return [
        html.Main(
            [
                html.H1(_("There is no page at this address")),
                html.P([html.A(_("To the desk"), href="/"), " · ", html.A(_("To the wall"), href="/wall")]),
            ],
            className="panel nowhere",
        )
    ], "nowhere"


def shown_at(path: object, views: tuple[View, ...]) -> View | None:
    """The view whose page lies at this path."""
    if not views:
        return None
    return views[1] if isinstance(path, str) and path.rstrip("/") == "/wall" else views[0]


def title(view: View | None) -> str:
    """What the browser's tab says."""
    return f"{view.place()} · {view.title}" if view else "Cityglass"


def first_light(view: View) -> str:
    """The light in which the city wants to be seen first."""
    city = view.store.city()
    return str(city.light) if city else "sun"


def shade_of(wish: object, view: View | None, views: tuple[View, ...], at: datetime | None = None) -> str:
    """Night, dusk or day, as the reader chose, the city begins, or the sun stands, or stood at the time of a link."""
    city = view.store.city() if view else None
    if not view or not city:
        return "day" if wish == "day" else "night"
    wall = view in views[1:]
    now = view.now()
    then = (
        None if wall else reach(view.store.first_fact(), now).within(at)
    )  # a wall shows now, whatever its address says
    return theme(wished(wish, first_light(view), wall=wall), city.lon, city.lat, then or now)


def told_in_the_log(fault: Exception) -> None:
    """Dash tells the browser only that something failed; what it was goes to the log.

    Raises:
        Exception: the same fault, so that the panel is not filled with nothing.
    """
    log.exception("a callback failed", exc_info=fault)
    raise fault
