"""Streets to look for: a street is mapped in many pieces, and a name may belong to several streets."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import shapely
from msgspec import Struct
from shapely.geometry.base import BaseGeometry

from data_access.metres import Plane
from data_access.records import Place

LINE_DEG = 1e-5  # about a metre: the line says which street is near, and nobody draws it
NEAR_M = 400.0  # pieces of one name this near belong to one street: a square or a bridge without a name may lie between


class Line(Struct, frozen=True):
    """A piece of a street as it is mapped (WGS 84)."""

    id: str
    name: str
    shape: BaseGeometry
    name_en: str | None = None


def streets(
    lines: Iterable[Line],
    plane: Plane,
    context: Callable[[float, float], str | None] = lambda lon, lat: None,
    kind: str = "street",
) -> list[Place]:
    """One place a street, with its bounds, at a point of its longest piece; `context` tells where a point lies.

    A river or a brook is put together in the same way (kind `water`).
    """
    named: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        named[line.name].append(line)
    return [_street(pieces, context, kind) for alike in named.values() for pieces in _together(alike, plane)]


def _together(alike: Sequence[Line], plane: Plane) -> list[list[Line]]:
    """Pieces of one name, those of the same street together."""
    if len(alike) == 1:
        return [list(alike)]
    shapes = plane.metres(shapely.geometrycollections([line.shape for line in alike]))
    known = shapely.get_parts(shapes)
    group = list(range(len(alike)))

    def first(number: int) -> int:
        while group[number] != number:
            group[number] = number = group[group[number]]
        return number

    near = shapely.STRtree(known).query(known, predicate="dwithin", distance=NEAR_M)
    for one, other in near.T.tolist():
        group[first(one)] = first(other)
    found: dict[int, list[Line]] = defaultdict(list)
    for number, line in enumerate(alike):
        found[first(number)].append(line)
    return list(found.values())


def _street(pieces: Sequence[Line], context: Callable[[float, float], str | None], kind: str) -> Place:
    longest = max(
        (part for piece in pieces for part in shapely.get_parts(piece.shape)), key=lambda part: (part.length, part.wkb)
    )
    middle = longest.interpolate(0.5, normalized=True)
    lines = shapely.multilinestrings([part for piece in pieces for part in shapely.get_parts(piece.shape)])
    west, south, east, north = (float(edge) for edge in shapely.total_bounds([piece.shape for piece in pieces]))
    return Place(
        id=f"{kind}/{min((piece.id for piece in pieces), key=_order)}",
        kind=kind,
        name=pieces[0].name,
        lon=middle.x,
        lat=middle.y,
        name_en=next((piece.name_en for piece in pieces if piece.name_en), None),
        context=context(middle.x, middle.y),
        bounds=(west, south, east, north),
        line=shapely.to_wkb(shapely.simplify(lines, LINE_DEG)),
    )


def _order(id: str) -> tuple[int, str]:
    """Shorter ids first, so that of two numbers the lower one comes first."""
    return len(id), id
