"""From the ground plan onto the globe: many shapes at once, on a grid of about a centimetre."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from data_access.metres import Plane
from demo.shape import Points

GRID = 1e-7  # degrees


def placed(shapes: Sequence[shapely.Geometry], plane: Plane, exact: bool = True) -> np.ndarray:
    """The shapes in (lon, lat); `exact` keeps them sound on the grid, else only their corners are rounded."""
    moved: Any = plane.degrees(cast(BaseGeometry, np.array(shapes)))  # an array of shapes moves like one shape
    if exact:
        found: np.ndarray = shapely.set_precision(moved, GRID)
        return found
    rounded: np.ndarray = shapely.transform(moved, lambda points: np.round(points, 7))
    return rounded


def lon_lat(places: Points, plane: Plane) -> Points:
    """Places in (lon, lat), to a tenth of a metre."""
    found: Points = np.round(shapely.get_coordinates(plane.degrees(MultiPoint(places))), 6)
    return found
