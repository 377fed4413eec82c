"""The way to what was picked from a list: close to a thing, and so far from a place that all of it is seen."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely

from components.detail import row_of
from components.link import Camera
from components.stage import first_view
from components.view import View
from layers.base import Row
from layers.phrases import known

CLOSE_UP = 16.5  # the zoom at which one thing fills the eye and its street is still seen
FLIGHT_MS = 1200


def flown_to(
    view: View, chosen: tuple[str, str] | None, at: datetime | None, seen: Camera | None
) -> dict[str, Any] | None:
    """A camera for the thing that was picked, turned as one looks now; None where its place is not known."""
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], at) if chosen and layer else None
    if row is None or row.lon is None or row.lat is None:
        return None
    zoom = max(seen.zoom, CLOSE_UP) if seen else CLOSE_UP
    pitch, bearing = (seen.pitch, seen.bearing) if seen else (45.0, 0.0)
    there: dict[str, Any] = dict(Camera(row.lon, row.lat, zoom, pitch, bearing).as_json(FLIGHT_MS))
    whole = bounds(row)
    return there | {"bounds": whole, "zoom": CLOSE_UP} if whole else there


def looking_at(view: View, chosen: tuple[str, str] | None, at: datetime | None) -> Camera | None:
    """A camera for a link that names a thing and not from where it is seen; None where its place is not known."""
    first = first_view(view.store.city())
    there = flown_to(view, chosen, at, first)
    if there is None:
        return None
    return replace(first, lon=there["lon"], lat=there["lat"], zoom=first.zoom if "bounds" in there else there["zoom"])


def bounds(row: Row) -> list[float] | None:
    """West, south, east and north of what has an area, as a district has; None for a thing at a place."""
    try:
        area = shapely.from_geojson(known(row, "geometry") or "")
    except shapely.errors.GEOSException:
        return None
    return [float(side) for side in area.bounds] if area.area > 0 else None
