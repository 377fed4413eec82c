"""The one map of a page: every layer as the engine draws it, where it begins, in which light."""

from typing import Any

from components.city_map import CityMap
from components.clock import instant
from components.link import Camera
from components.sun import light, theme
from components.view import View
from data_access.city import City
from data_access.queries import CameraViews


def at_first(view: View) -> tuple[str, ...]:
    """The layers that are on when nobody has chosen any."""
    return tuple(layer.key for layer in view.layers if layer.shown)


def city_map(id: str, view: View, shown: tuple[str, ...], chosen: str, camera: Camera | None, **more: Any) -> Any:
    """The one map of a page, seen from the link's camera or the city's own first view."""
    city = view.store.city()
    first = (camera or first_view(city)).as_json()
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


def first_view(city: City | None) -> Camera:
    """How one looks at a city before anything else is asked for; at the whole earth where there is none."""
    return Camera(city.lon, city.lat, city.zoom, city.pitch, city.bearing) if city else Camera(0, 0, 1)
