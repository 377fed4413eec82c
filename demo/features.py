"""What the map draws under the houses: land, water, green, streets, rail, names and house numbers."""

from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data_access.importers.found import Feature
from data_access.metres import Plane
from demo import names
from demo.addresses import Addresses
from demo.globe import placed
from demo.ground import country
from demo.landscape import landscape
from demo.places import Named, named
from demo.quarters import Plan
from demo.shape import bends

Properties = dict[str, str | float]
RAIL = """-15000 -3900, -6000 -2500, -3200 -1900, -2300 -1640, -1500 -1600, -900 -1545, -250 -1640, 900 -1640,
    1500 -1560"""


def features(plan: Plan, addresses: Addresses, spots: Sequence[Named], plane: Plane, seed: int) -> Iterator[Feature]:
    """Every feature of the basemap in (lon, lat)."""
    shapes: list[BaseGeometry] = []
    told: list[tuple[str, Properties]] = []
    for layer, shape, properties in _drawn(plan, addresses, spots, seed):
        shapes.append(shape)
        told.append((layer, properties))
    for shape, (layer, properties) in zip(placed(shapes, plane), told, strict=True):
        sound = shape.normalize() if isinstance(shape, (Polygon, MultiPolygon)) else shape
        yield Feature(layer, sound, properties)


def _drawn(
    plan: Plan, addresses: Addresses, spots: Sequence[Named], seed: int
) -> Iterator[tuple[str, BaseGeometry, Properties]]:
    land = plan.land
    yield "land", country(), {}
    yield "water", land.sea, {"class": "sea", **named(names.SEA)}
    for kind, water in (("river", land.river), ("river", land.tributary), ("canal", land.canals), ("lake", land.lakes)):
        yield "water", water.difference(land.sea), {"class": kind}
    lines = ((land.river_line, names.RIVER), (land.tributary_line, names.TRIBUTARY))
    canals = zip(land.canal_lines, (names.NORTH_CANAL, names.SOUTH_CANAL), strict=True)
    for kind, waters in (("river", lines), ("canal", tuple(canals))):
        for line, name in waters:
            yield "waterway", LineString(line), {"class": kind, **named(name)}
    yield from landscape(plan, seed)
    for green in plan.greens:
        yield (
            "green",
            green.ground.difference(land.lakes),
            {"class": green.kind, **(named(green.name) if green.name else {})},
        )
    for street in plan.streets:
        called = named((street.name, names.english(street.name))) if street.name else {}
        yield "roads", street.line, {"class": street.kind, **called}
    yield "rail", LineString(bends(RAIL)), {"class": "rail"}
    for spot in spots:
        if spot.drawn:
            yield (
                "places",
                shapely.Point(spot.place),
                {"class": spot.drawn, "kind": spot.kind, **named((spot.name, spot.name_en))},
            )
    for address in addresses.all:
        yield (
            "addresses",
            shapely.Point(address.door),
            {"number": str(address.number), "street": plan.streets[address.street].name},
        )
