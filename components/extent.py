"""What the map shows just now, and the part of a picture that lies in it: what I see is what I count."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import shapely

from components.picture import Picture
from components.table_view import box
from data_access.table import Table

Ground: TypeAlias = shapely.Polygon

CORNERS = (3, 12)  # of the ground that a browser tells of: at least, at most


def ground(view: object) -> Ground | None:
    """The ground that a map says it shows; None when it says nothing that could be true.

    A tilted map sees less than the box around it: `seen` is its own ring of corners, and goes before `bbox`.
    """
    if not isinstance(view, dict):
        return None
    ring = _ring(view.get("seen"))
    if ring is not None:
        return ring
    bounds = box(view.get("bbox"))
    return shapely.box(*bounds) if bounds else None


def within(taken: Picture, seen: Ground) -> Picture:
    """The same picture of this ground alone; what has no place is nowhere in sight."""
    answers = {key: _part(table, seen) for key, table in taken.answers.items()}
    placed = [item for item in taken.needs if item.lon is not None and item.lat is not None]
    inside = _inside([item.lon or 0.0 for item in placed], [item.lat or 0.0 for item in placed], seen)
    needs = tuple(item for item, kept in zip(placed, inside, strict=True) if kept)
    return replace(taken, answers=answers, needs=needs)


def part(table: Table, seen: Ground | None) -> Table:
    """The rows that lie on this ground; all of them where it is None."""
    return table if seen is None else _part(table, seen)


def _part(table: Table, seen: Ground) -> Table:
    return table.where(_inside(table["lon"], table["lat"], seen)) if "lon" in table else table


def _inside(lon: np.ndarray | Sequence[float], lat: np.ndarray | Sequence[float], seen: Ground) -> np.ndarray:
    found: np.ndarray = shapely.intersects_xy(seen, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return found


def _ring(wish: object) -> Ground | None:
    if not isinstance(wish, list) or not CORNERS[0] <= len(wish) <= CORNERS[1]:
        return None
    try:
        corners = [(float(lon), float(lat)) for lon, lat in wish]
    except (TypeError, ValueError):
        return None
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in corners):
        return None
    ring = shapely.Polygon(corners)
    return ring if ring.is_valid and ring.area > 0 else None
