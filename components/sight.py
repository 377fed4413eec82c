"""Which cameras have a place in view: by what each sees between the walls, never by how near it stands."""

from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from components.view import View
from data_access.metres import Plane
from data_access.queries import Cameras, CameraViews
from data_access.table import Table

# A box on a facade stands just inside a wall, which no view reaches: what is seen of it is the ground before it.
BESIDE_M = 2.0


def seeing(view: View, place: BaseGeometry, at: datetime | None, without: str | None = None) -> Table:
    """The cameras that have some of this place (WGS 84) in view, the nearest first.

    Columns: those of CameraViews, and distance_m from the camera to the place.
    """
    views = view.store.answer(CameraViews(), at)
    middle = place.representative_point()
    plane = Plane.near(middle.x, middle.y)
    around = plane.degrees(plane.metres(place).buffer(BESIDE_M))
    seen = np.array(
        [row.id != without and shapely.intersects(_ground(row.geometry), around) for row in views], dtype=bool
    )
    there = views.where(seen)
    here = plane.metres(place)
    distance_m = np.array([here.distance(shapely.Point(plane.point(row.lon, row.lat))) for row in there], dtype=float)
    order = np.argsort(distance_m, kind="stable")
    return there.with_columns(distance_m=distance_m).where(order)


def unaimed_near(view: View, place: BaseGeometry, at: datetime | None, without: str | None = None) -> int:
    """How many cameras stand near enough to see this place, if only anyone knew where they look."""
    cameras = view.store.answer(Cameras(), at)
    middle = place.representative_point()
    plane = Plane.near(middle.x, middle.y)
    here = plane.metres(place)
    blind = [row for row in cameras if row.azimuth_deg is None and row.range_m and row.lon and row.id != without]
    return sum(here.distance(shapely.Point(plane.point(row.lon, row.lat))) <= row.range_m for row in blind)


def _ground(geometry: str) -> BaseGeometry:
    return shapely.from_geojson(geometry)
