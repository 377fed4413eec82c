"""Metres in a city: one projected plane around its centre, named here and nowhere else.

Azimuthal equidistant on WGS 84: at 20 km from the centre a distance across is too long by less than 2 in a million.
"""

from functools import cache
from typing import Self, TypeVar

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound=BaseGeometry)


class Plane:
    """Metres east and north of a place."""

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self._there, self._back = _transformers(round(lon, 6), round(lat, 6))

    @classmethod
    def near(cls, lon: float, lat: float) -> Self:
        """A plane about a place: its centre is some kilometres off, so that all places of a city share a few planes."""
        return cls(round(lon, 1), round(lat, 1))

    def metres(self, shape: Shape) -> Shape:
        """This shape of (lon, lat) in metres east and north of the centre."""
        return _moved(shape, self._there)

    def degrees(self, shape: Shape) -> Shape:
        """This shape of metres in (lon, lat)."""
        return _moved(shape, self._back)

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Metres east and north of the centre."""
        east, north = self._there.transform(lon, lat)
        return float(east), float(north)

    def place(self, east: float, north: float) -> tuple[float, float]:
        """The (lon, lat) that lies this many metres east and north of the centre."""
        lon, lat = self._back.transform(east, north)
        return float(lon), float(lat)


def _moved(shape: Shape, transformer: Transformer) -> Shape:
    moved: Shape = shapely.transform(shape, lambda points: np.column_stack(transformer.transform(*points.T)))
    return moved


@cache
def _transformers(lon: float, lat: float) -> tuple[Transformer, Transformer]:
    plane = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
    return (
        Transformer.from_crs("EPSG:4326", plane, always_xy=True),
        Transformer.from_crs(plane, "EPSG:4326", always_xy=True),
    )
