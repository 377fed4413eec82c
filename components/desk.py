"""The desk: the city fills the window, everything else floats over it."""

from collections.abc import Mapping
from typing import Any

from dash import html

from components import ids, incident_filter, incident_new, incident_work, note_card, saved, since
from components.changing import outcome
from components.city_map import CityMap
from components.clock import instant
from components.drawer import drawer_parts
from components.link import Camera, Link
from components.rail import icon, rail
from components.search import confirmed
from components.strip import stores, strip
from components.sun import light, theme
from components.time_bar import reach, replayed, time_bar
from components.tour import tour
from components.view import View
from data_access.queries import CameraViews
from data_access.words import _


def desk(view: View, link: Link, chosen: str) -> list[Any]:
    """The whole desk as this link asks for it; `chosen` is the light: one of THEMES."""
    zone, now = view.zone(), view.now()
    ends = reach(view.store.first_fact(), now)
    at = ends.within(link.at)
    told = at.isoformat() if at else None
    shown = link.layers if link.layers is not None else at_first(view)
    looks = dict(link.looks)
    marked = confirmed(view, link.place, at)
    selected = {"layer": link.selected[0], "id": link.selected[1]} if link.selected else None
    return [
        html.A(_("Skip to the content"), href="#drawer", className="skip"),
        *stores(told, selected, shown, chosen, looks, marked),
        html.Section(
            city_map(
                ids.MAP, view, shown, chosen, camera=link.camera, at=told, selected=selected, looks=looks, place=marked
            ),
            className="stage",
            **{"aria-label": _("Map")},
        ),
        html.P(replayed(at, zone), id=ids.BANNER, className="replay-banner", role="status"),
        strip(view, chosen, link.counted),
        html.Div(
            [rail(view, shown, looks, saved.tools()), html.Main([drawer(view, link.filters), sheet()])],
            className="sheets",
        ),
        time_bar(ends, at, zone),
        saved.card(),
        note_card.card(),
        *incident_new.card(view),
        outcome(),
        tour([layer.key for layer in view.layers if layer.metric and layer.key in shown]),
    ]


def at_first(view: View) -> tuple[str, ...]:
    """The layers that are on when nobody has chosen any."""
    return tuple(layer.key for layer in view.layers if layer.shown)


def drawer(view: View, filters: Mapping[str, str]) -> Any:
    """The one drawer: what needs attention, or the thing that is selected; never both."""
    close = _("Close and go back to the list")
    return html.Aside(
        [
            html.Div([*since.place(), lists_head(view, filters), html.Div(id=ids.NEEDS)], className="needs-lists"),
            html.Div(
                [
                    html.Button(
                        icon("x"),
                        id=ids.CLOSE,
                        n_clicks=0,
                        className="button icon-button close",
                        title=close,
                        **{"aria-label": close},
                    ),
                    html.Div(id=ids.DETAIL, tabIndex=-1),
                    *incident_work.place(),
                    *drawer_parts(view),
                ],
                className="selected",
            ),
        ],
        id=ids.DRAWER,
        className="panel drawer",
        tabIndex=-1,
        **{"aria-label": _("What needs attention, or what is selected")},
    )


def lists_head(view: View, filters: Mapping[str, str]) -> Any:
    """Above the lists: what opens an incident, and the filter as a link asks for it."""
    return html.Div([*incident_new.opener(view), incident_filter.controls(filters)], className="lists-head")


def sheet() -> Any:
    """Where the table of a layer opens."""
    close = _("Close the table")
    return html.Section(
        [
            html.Button(
                icon("x"),
                id=ids.SHEET_CLOSE,
                n_clicks=0,
                className="button icon-button close",
                title=close,
                **{"aria-label": close},
            ),
            html.Div(id=ids.SHEET, className="sheet-body", tabIndex=0, role="region", **{"aria-label": _("Table")}),
        ],
        className="panel sheet closed",
        id=ids.SHEET_FRAME,
    )


def city_map(id: str, view: View, shown: tuple[str, ...], chosen: str, camera: Camera | None, **more: Any) -> Any:
    """The one map of a page, seen from the link's camera or the city's own first view."""
    city = view.store.city()
    first = camera.as_json() if camera else _first_view(city)
    lon, lat = view.centre()
    now = instant(more.get("at")) or view.now()
    shade = theme(chosen, lon, lat, now)
    settings = {
        "live": view.live,
        "columns": view.columns,
        "windows": view.windows,
        "interactive": True,
        "still": False,
    } | more
    return CityMap(
        id=id,
        layers=[
            {
                "key": layer.key,
                "title": str(layer.title),
                "stale_after_s": layer.stale_after.total_seconds(),
                "parts": [part.as_json() for part in layer.draw()],
                "looks": {look.key: [part.as_json() for part in look.draw()] for look in layer.looks},
                "pick": not isinstance(layer.query, CameraViews),
                "gathers": layer.gathers,
                "worst": layer.worst,
            }
            for layer in view.layers
        ],
        visible=list(shown),
        camera=first,
        theme=shade,
        light=light(lon, lat, now, shade),
        tiles={
            "version": city.tiles if city else "",
            "attribution": city.attribution if city else "",
            "bounds": list(city.bounds) if city else [-180, -85, 180, 85],
        },
        **settings,
    )


def _first_view(city: Any) -> dict[str, float]:
    if not city:
        return Camera(0, 0, 1).as_json()
    return Camera(city.lon, city.lat, city.zoom, city.pitch, city.bearing).as_json()
