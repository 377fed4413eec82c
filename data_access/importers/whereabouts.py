"""Whether things lie where their city is: what is far away is refused with its distance, exchanged axes are told."""

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from data_access.city import City
from data_access.importers.found import ImportFault
from data_access.importers.rows import NO_SHAPE, NOWHERE, Column
from data_access.words import N_, _

EARTH = Geod(ellps="WGS84")
AROUND = 1.0  # how far beyond its bounds things still belong to a city, in its own widths and heights
AT_LEAST_DEG = 0.02  # and for the smallest of cities

EXCHANGED = N_("latitude and longitude are exchanged")


def frame(city: City) -> tuple[float, float, float, float]:
    """West, south, east and north of what may belong to this city."""
    west, south, east, north = city.bounds
    wide, high = (max(AROUND * edge, AT_LEAST_DEG) for edge in (east - west, north - south))
    return west - wide, south - high, east + wide, north + high


def judge(city: City, path: Path, shapes: Column) -> list[str | None]:
    """For each shape why it cannot belong to this city, or None.

    Raises:
        ImportFault: none of them does: their coordinates are exchanged, or the file is another city's.
    """
    west, south, east, north = frame(city)
    edges = shapely.bounds(shapes)
    finite = np.isfinite(edges).all(axis=1)
    middle = np.column_stack([edges[:, [0, 2]].mean(axis=1), edges[:, [1, 3]].mean(axis=1)])
    inside = finite & (edges[:, 0] <= east) & (edges[:, 2] >= west) & (edges[:, 1] <= north) & (edges[:, 3] >= south)
    turned = finite & ~inside & _within(middle[:, ::-1], (west, south, east, north))
    far = finite & ~inside & ~turned
    if turned.sum() > inside.sum() and turned.sum() >= far.sum():
        raise ImportFault(
            _(
                "{count} of {all} places in {file} lie in {city} only when latitude and longitude are exchanged. "
                "Exchange the columns of lon and lat, or write latitude_first = true."
            ).format(count=int(turned.sum()), all=len(shapes), file=path.name, city=city.name)
        )
    distances = _kilometres(middle, city.bounds, far)
    if not inside.any() and not np.isnan(distances).all():
        raise ImportFault(
            _(
                "Nothing in {file} lies in {city}: the nearest of {all} is {km} km away. "
                "Choose another file, or correct crs or the city's bounds."
            ).format(file=path.name, city=city.name, all=len(shapes), km=_told(np.nanmin(distances)))
        )
    reasons: list[str | None] = [None] * len(shapes)
    there = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    earthly = finite & (np.abs(middle[:, 0]) <= 180) & (np.abs(middle[:, 1]) <= 90)
    for row in np.flatnonzero(~inside):
        if there[row]:
            reasons[row] = str(NO_SHAPE)
        elif turned[row]:
            reasons[row] = str(EXCHANGED)
        elif not earthly[row]:
            reasons[row] = str(NOWHERE)
        else:
            reasons[row] = _("{km} km from the city").format(km=_told(distances[row]))
    return reasons


def cut(city: City, shapes: Column) -> Column:
    """Shapes without what reaches far beyond the city: a river may be mapped to its sea."""
    edge = shapely.box(*frame(city))
    shapely.prepare(edge)
    beyond = ~shapely.covers(edge, shapes)
    if beyond.any():
        shapes = shapes.copy()
        shapes[beyond] = shapely.intersection(shapes[beyond], edge)
    return shapes


def _within(points: NDArray[np.float64], box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    return np.array(((points >= box[:2]) & (points <= box[2:])).all(axis=1), dtype=bool)


def _kilometres(
    points: NDArray[np.float64], bounds: tuple[float, float, float, float], which: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How far the points in question are from the city's bounds; NaN for the others and for what is nowhere."""
    found = np.full(len(points), np.nan)
    asked: NDArray[np.bool_] = np.array(which & (np.abs(points) <= (180, 90)).all(axis=1), dtype=bool)
    if asked.any():
        near = np.clip(points[asked], bounds[:2], bounds[2:])
        _there, _back, metres = EARTH.inv(*points[asked].T, *near.T)
        found[asked] = metres / 1000
    return found


def _told(km: float) -> str:
    """A distance in a few digits, so that things in one far place are counted together."""
    return f"{float(f'{km:.2g}'):.0f}" if km >= 1 else f"{km:.1f}"
