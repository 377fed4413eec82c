"""What a camera sees of the ground, in two dimensions: its sector, less what stands in the way and all behind that.

All in metres of one plane (data_access.metres). A wall's shadow is the strip from the wall away from the camera; the
sector less all shadows and all footprints is exact up to the arc, which is drawn in steps of two degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

ARC_STEP_DEG = 2.0
FAR = 3.0  # shadows reach this many ranges, so that even a wall at the camera's foot darkens all behind it
CLEAR_OF_WALL_M = 0.05
GRID_M = 0.001  # a tenth of what any register knows; keeps the overlay from stumbling over hair-thin slivers
SLIVER_M2 = 0.25


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera as it looks: metres east and north, degrees clockwise from north, metres of range."""

    east: float
    north: float
    azimuth_deg: float
    field_of_view_deg: float
    range_m: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The ground in view, its area, and the share of the free sector that walls hide."""

    area: MultiPolygon
    area_m2: float
    clipped: float


def seen(eye: Eye, footprints: Sequence[BaseGeometry]) -> Seen:
    """What this camera sees between these buildings.

    A camera that stands within a footprint hangs on that building's wall: it looks out from where its axis leaves
    the building, so its own wall does not blind it, and it does not see through it either.

    Raises:
        ValueError: range or field of view is not above zero, so there is no sector.
    """
    if not (eye.range_m > 0 and 0 < eye.field_of_view_deg <= 360):
        raise ValueError(f"no sector: range {eye.range_m} m, field of view {eye.field_of_view_deg} degrees")
    walls = [shape for shape in footprints if shape.distance(Point(eye.east, eye.north)) <= eye.range_m]
    eye = _on_the_wall(eye, walls)
    free = sector(eye)
    walls = [shape for shape in walls if shape.intersects(free)]
    hidden = shapely.union_all([*walls, *_shadows(eye, walls)], grid_size=GRID_M) if walls else Polygon()
    left = shapely.difference(free, hidden, grid_size=GRID_M)
    pieces = [piece for piece in shapely.get_parts(left) if isinstance(piece, Polygon) and piece.area > SLIVER_M2]
    area = MultiPolygon(pieces)
    return Seen(area, area.area, max(0.0, 1.0 - area.area / free.area))


def sector(eye: Eye) -> Polygon:
    """All that the camera would see if nothing stood around it."""
    half = eye.field_of_view_deg / 2
    steps = max(2, int(np.ceil(eye.field_of_view_deg / ARC_STEP_DEG)) + 1)
    bearings = np.radians(np.linspace(eye.azimuth_deg - half, eye.azimuth_deg + half, steps))
    arc = np.column_stack((np.sin(bearings), np.cos(bearings))) * eye.range_m + (eye.east, eye.north)
    return Polygon(arc if eye.field_of_view_deg >= 360 else [(eye.east, eye.north), *arc])


def _on_the_wall(eye: Eye, walls: Sequence[BaseGeometry]) -> Eye:
    """The same camera, moved along its axis to where that leaves the buildings which hold it."""
    stands = Point(eye.east, eye.north)
    own = [shape for shape in walls if shape.contains(stands)]
    if not own:
        return eye
    bearing = np.radians(eye.azimuth_deg)
    step = np.array((np.sin(bearing), np.cos(bearing)))
    axis = shapely.LineString([stands, Point(*(np.array((eye.east, eye.north)) + step * eye.range_m))])
    within = shapely.union_all(own).intersection(axis)
    first = min(shapely.get_parts(within), key=lambda piece: piece.distance(stands))
    reach = max(stands.distance(Point(end)) for end in first.coords) + CLEAR_OF_WALL_M
    east, north = np.array((eye.east, eye.north)) + step * reach
    return Eye(float(east), float(north), eye.azimuth_deg, eye.field_of_view_deg, max(eye.range_m - reach, 0.1))


def _shadows(eye: Eye, walls: Sequence[BaseGeometry]) -> list[Polygon]:
    """One strip for each wall near enough to matter: from the wall to far behind it."""
    ends = [np.hstack((ring[:-1], ring[1:])) for ring in (shapely.get_coordinates(ring) for ring in _rings(walls))]
    edges = np.vstack(ends).reshape(-1, 2, 2) - np.array((eye.east, eye.north))
    # twice the triangle between the camera and the wall: 0 for a wall seen edge-on, which hides nothing
    span = edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]
    edges = edges[(np.abs(span) > 1e-9) & (_distance(edges) < eye.range_m)]
    if not len(edges):
        return []
    reach = FAR * eye.range_m + np.linalg.norm(edges, axis=2).max()
    # Ends are pushed out along their own rays; a wide wall close by needs a middle corner, or the strip cuts short.
    near, beyond = edges, edges * (reach / np.linalg.norm(edges, axis=2, keepdims=True))
    middle = beyond.sum(axis=1)
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    across = np.column_stack((edges[:, 1, 1] - edges[:, 0, 1], edges[:, 0, 0] - edges[:, 1, 0]))
    across *= np.sign((across * edges[:, 0]).sum(axis=1, keepdims=True))
    apex = np.where(length > 1e-6, middle / np.maximum(length, 1e-6), across / np.linalg.norm(across, axis=1)[:, None])
    corners = np.stack((near[:, 0], beyond[:, 0], apex * reach * FAR, beyond[:, 1], near[:, 1]), axis=1)
    return list(np.atleast_1d(shapely.polygons(corners + np.array((eye.east, eye.north)))))


def _rings(walls: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    polygons = shapely.get_parts(np.array(walls, dtype=object))
    return [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]


def _distance(edges: "np.ndarray") -> "np.ndarray":
    """How far each wall is from the camera at the origin."""
    start, along = edges[:, 0], edges[:, 1] - edges[:, 0]
    share = np.clip(-(start * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0.0, 1.0)
    nearest: np.ndarray = np.linalg.norm(start + along * share[:, None], axis=1)
    return nearest
