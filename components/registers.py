"""The page of the registers: what stands in them beside the map, and what was opened in a sheet of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import register_ids as ids
from components.clock import instant
from components.rail import icon
from components.register_lists import ALL, SHELVES, Shelf, shelf, tallies
from components.register_sheet import SHUT
from components.silence import clock, data_age
from components.stage import city_map
from components.strip import languages, themes, to_health
from components.time_bar import reach, replayed
from components.view import View
from data_access.words import _
from layers.phrases import number

PATH = "/registers"
FRESH_S = 30  # seconds between two looks at the lists by themselves


def page(view: View, search: object, chosen: str) -> list[Any]:
    """The whole page as this address asks for it; `chosen` is the light: one of THEMES."""
    asked = read(search)
    at = reach(view.store.first_fact(), view.now()).within(asked.at)
    told = at.isoformat() if at else None
    opened = {"shelf": asked.shelf, "id": asked.id} if asked.id else None
    return [
        html.A(_("Skip to the content"), href=f"#{ids.LIST}", className="skip"),
        dcc.Store(id=ids.AT, data=told),
        dcc.Store(id=ids.THEME, data=chosen),
        dcc.Store(id=ids.SHELF, data=asked.shelf),
        dcc.Store(id=ids.PICKED),
        dcc.Store(id=ids.CHOSEN, data=opened),
        dcc.Store(id=ids.MADE, data=0),
        dcc.Store(id=ids.UPON),
        dcc.Store(id=ids.ADDRESS),
        dcc.Interval(id=ids.MINUTE, interval=FRESH_S * 1000),
        html.Section(
            city_map(ids.MAP, view, shown(view, asked.shelf), chosen, None, at=told, draft=None),
            className="stage",
            **{"aria-label": _("Map")},
        ),
        html.P(replayed(at, view.zone()), id=ids.BANNER, className="replay-banner", role="status"),
        strip(view, chosen),
        html.Main([lists(asked.shelf), sheet()], className="register-panels"),
    ]


def strip(view: View, chosen: str) -> Any:
    """Which city, the way back to its desk, language and light."""
    back = html.A([icon("map"), _("To the desk")], href="/", className="button outlined")
    return html.Header(
        [
            html.Div(
                [html.H1([view.place(), " · ", _("Registers")], className="city"), html.P(_about(), className="state")]
            ),
            back,
            to_health(),
            html.Div(
                [
                    html.Div([clock(view.zone().key), data_age()], className="times"),
                    html.Div([themes(chosen), languages()], className="choices"),
                ],
                className="about-page",
            ),
        ],
        className="panel strip",
    )


def _about() -> str:
    return _("What stands where in the city, who says so, and what it was before.")


def lists(key: object) -> Any:
    """The names of the lists, the search, and the list."""
    find = dcc.Input(
        id=ids.FIND, type="text", value="", placeholder=_("Search this list"), autoComplete="off", debounce=0.25
    )
    return html.Section(
        [
            html.Nav(id=ids.NAV, className="register-nav", **{"aria-label": _("Registers")}),
            html.Div(
                [
                    html.Label(_("Search this list"), htmlFor=ids.FIND, className="unseen"),
                    html.Div([icon("search"), find], className="register-find"),
                    html.Label(_("Only those"), htmlFor=ids.FILTER, className="unseen"),
                    dbc.Select(id=ids.FILTER, options=filters(key), value=ALL),
                    html.Button([icon("plus"), _("Add a device")], id=ids.ADD, n_clicks=0, className="button outlined"),
                    html.Button(
                        [icon("refresh-cw"), _("Read all again")],
                        id=ids.act("read-all"),
                        n_clicks=0,
                        className="button outlined read-all",
                    ),
                ],
                className="register-tools",
            ),
            html.Div(id=ids.LIST, className="register-list", tabIndex=0, role="region", **{"aria-label": _("List")}),
        ],
        className="panel register-lists",
    )


def sheet() -> Any:
    """Where the thing that was opened stands."""
    close = _("Close")
    return html.Aside(
        [
            html.Button(
                icon("x"),
                id=ids.CLOSE,
                n_clicks=0,
                className="button icon-button close",
                title=close,
                **{"aria-label": close},
            ),
            html.Div(html.Div("", id=ids.SAID, role="status"), className="register-said"),
            html.Div(id=ids.SHEET, className="register-body", tabIndex=-1),
        ],
        id=ids.FRAME,
        className=SHUT,
        **{"aria-label": _("What is opened")},
    )


def nav(view: View, key: object, at: datetime | None) -> list[Any]:
    """A button for each list with how many stand in it; what waits for a person is marked."""
    counts = tallies(view, at)
    return [_tab(one, counts.get(one.key), one is shelf(key)) for one in SHELVES]


def _tab(one: Shelf, count: int | None, here: bool) -> Any:
    waits = one.key in ("unknown", "quarantine") and bool(count)
    tally = [html.Span(number(count), className="tally waits" if waits else "tally")] if count is not None else []
    current = {"aria-current": "page"} if here else {}
    return html.Button([str(one.title), *tally], id=ids.tab(one.key), n_clicks=0, className="button", **current)


def filters(key: object) -> list[dict[str, str]]:
    """What a list can be narrowed to; all of it first."""
    return [{"label": _("All"), "value": ALL}] + [
        {"label": str(words), "value": mark} for mark, words in shelf(key).filters.items()
    ]


def shown(view: View, key: object) -> tuple[str, ...]:
    """The layers that show the things of this list."""
    beside = {
        "cameras": ("cameras", "camera-views"),
        "parking": ("parking",),
        "districts": ("districts",),
    }.get(shelf(key).key)
    if beside is None:
        return tuple(layer.key for layer in view.layers if layer.shown)
    return tuple(layer.key for layer in view.layers if layer.key in ("buildings", *beside))


def shelf_of_layer(view: View, key: object) -> str | None:
    """The list that holds what was clicked on the map; None: none does."""
    own = {"cameras": "cameras", "camera-views": "cameras", "parking": "parking", "districts": "districts"}
    layer = view.layer(key)
    return own.get(str(key)) or ("devices" if layer and layer.metric else None)


class Asked:
    """What an address asks for."""

    def __init__(self, shelf: str, id: str, at: datetime | None) -> None:
        self.shelf, self.id, self.at = shelf, id, at


def read(search: object) -> Asked:
    """What this address asks of the page; whatever it cannot show is left out."""
    said = parse_qs(search.removeprefix("?")) if isinstance(search, str) and len(search) < 4000 else {}
    first = {name: values[0] for name, values in said.items()}
    at = first.get("at", "").replace("Z", "+00:00").replace(" ", "+")
    return Asked(shelf(first.get("list")).key, first.get("id", "")[:400], instant(at))


def write(key: object, opened: object, at: object) -> str:
    """The query part of the address that opens the page as it stands."""
    parts = [f"list={shelf(key).key}"]
    if isinstance(opened, Mapping) and opened.get("shelf") == shelf(key).key:
        parts.append(f"id={quote(str(opened.get('id')), safe='')}")
    told = instant(at)
    if told:
        parts.append("at=" + quote(told.isoformat().replace("+00:00", "Z"), safe=":"))
    return "?" + "&".join(parts)
