"""Where the map goes when a thing of a register is opened, and what is marked there."""

from datetime import datetime
from typing import Any

import shapely

from components.link import Camera
from components.register_sheet import opened
from components.view import View
from data_access.queries import Cameras, Districts, Parking, Registered

CLOSE_UP, FLIGHT_MS = 17.0, 1200


def flown_to(view: View, wish: object, seen: Camera | None, at: datetime | None) -> tuple[dict[str, Any] | None, Any]:
    """A camera that looks straight down at the thing that was opened, and the thing as the map marks it.

    Straight down, since a place and a direction are set most surely on a plan. None where it has no place.
    """
    asked = opened(wish)
    if asked is None or not asked[0].register:
        return None, None
    chosen, thing = asked
    if chosen.register == "district":
        row = next(iter(view.store.answer(Districts(thing), at)), None)
        if row is None:
            return None, None
        west, south, east, north = shapely.bounds(shapely.from_geojson(row.geometry)).tolist()
        there = Camera(row.lon, row.lat, 15.0).as_json(FLIGHT_MS)
        return {**there, "bounds": [west, south, east, north]}, {"layer": "districts", "id": thing}
    row = next(iter(view.store.answer(Registered("device", thing), at)), None) if chosen.register == "device" else None
    if row is None or row.lon is None or row.lat is None:
        return None, None
    zoom = max(seen.zoom, CLOSE_UP) if seen else CLOSE_UP
    marked = next((layer.key for layer in view.layers if _shows(layer.query, row.kind)), None)
    return Camera(row.lon, row.lat, zoom).as_json(FLIGHT_MS), {"layer": marked, "id": thing} if marked else None


def _shows(query: Any, kind: str) -> bool:
    return isinstance(query, {"camera": Cameras, "parking": Parking}.get(kind, ()))
