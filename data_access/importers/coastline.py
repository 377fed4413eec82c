"""The sea, which nobody maps as an area: it lies to the right of every coastline. Pure geometry.

OpenStreetMap draws the coast as lines with the land on their left. Cut by the box of the city, they divide it into
faces; which side of its coasts a face lies on says whether it is sea.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

ASIDE = 1e-7  # degrees, about a centimetre: from a coast into the face beside it
AGREED = 0.98  # of the length of a face's coasts, from which on its side is taken as known


class Sea(Struct, frozen=True):
    """The sea within the box, and the lines that could not be used, by their numbers in the order given."""

    areas: tuple[Polygon, ...]
    outside: frozenset[int] = frozenset()  # they lie beyond the box
    unclear: frozenset[int] = frozenset()  # their faces have the sea on both sides: a coast that ends, or runs wrongly


def sea(coasts: Sequence[LineString], bounds: tuple[float, float, float, float]) -> Sea:
    """The sea in this box. Where a face is land by one coast and sea by another, nothing is drawn."""
    frame = box(*bounds)
    lines = np.array([*coasts, None], dtype=object)[:-1]
    inside = shapely.intersects(lines, frame)
    within = np.flatnonzero(inside)
    outside = frozenset(np.flatnonzero(~inside).tolist())
    if not within.size:
        return Sea((), outside)
    noded = shapely.union_all([frame.exterior, *shapely.intersection(lines[within], frame)])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    right, owner, length = _right_of(lines, within, frame)
    left, _owner, _length = _right_of(lines, within, frame, -1.0)
    tree = shapely.STRtree(faces)
    wet, dry = (_weights(tree, points, length, len(faces)) for points in (right, left))
    known = wet + dry
    sides = np.divide(wet, known, out=np.full(len(faces), 0.5), where=known > 0)
    clear = (sides >= AGREED) | (sides <= 1 - AGREED)
    touched = tree.query(np.concatenate([right, left]), predicate="within")
    doubted = np.unique(np.concatenate([owner, owner])[touched[0][~clear[touched[1]]]])
    return Sea(tuple(faces[sides >= AGREED]), outside, frozenset(int(number) for number in doubted))


def _right_of(
    lines: NDArray[np.object_], within: NDArray[np.intp], frame: BaseGeometry, side: float = 1.0
) -> tuple[NDArray[np.object_], NDArray[np.intp], NDArray[np.float64]]:
    """A point beside the middle of each piece of coast in the frame, whose line it is, and how long the piece."""
    places, of = shapely.get_coordinates(lines[within], return_index=True)
    along = of[1:] == of[:-1]
    begin, end, owner = places[:-1][along], places[1:][along], within[of[1:][along]]
    straight = np.array(shapely.linestrings(np.stack([begin, end], axis=1)), dtype=object)
    pieces = np.array(shapely.intersection(straight, frame), dtype=object)
    length = np.array(shapely.length(pieces))
    real = length > 0
    ahead = (end - begin)[real]
    ahead /= np.linalg.norm(ahead, axis=1)[:, None]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(pieces[real], 0.5, normalized=True))
    beside = middle + side * ASIDE * np.column_stack([ahead[:, 1], -ahead[:, 0]])
    return np.array(shapely.points(beside), dtype=object), owner[real], length[real]


def _weights(
    tree: shapely.STRtree, points: NDArray[np.object_], length: NDArray[np.float64], faces: int
) -> NDArray[np.float64]:
    """How much coast has this side of it in each face."""
    point, face = tree.query(points, predicate="within")
    return np.bincount(face, weights=length[point], minlength=faces).astype(np.float64)
