"""What the map draws, written out for the knife: a line of GeoJSON a thing, a file a layer.

Text is made for whole columns at once; a GeoDataFrame and its writer take four times as long for Leipzig.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from data_access.importers import levels
from data_access.importers.found import Feature
from data_access.records import Building

ENDING = ".geojsonl"
COVERED = 0.9  # of a building by its parts, from which on these are drawn in its place


def ground(folder: Path, features: Sequence[Feature]) -> list[str]:
    """Writes the layers of the basemap into the folder; the names of those that have anything."""
    layers: dict[str, list[tuple[Feature, int]]] = defaultdict(list)
    for feature, zoom in zip(features, levels.zooms(features), strict=True):
        layers[feature.layer].append((feature, zoom))
    for layer, found in layers.items():
        shapes = np.array([feature.shape for feature, _zoom in found], dtype=object)
        _write(folder / f"{layer}{ENDING}", shapes, (one.properties for one, _ in found), (zoom for _, zoom in found))
    return list(layers)


def houses(folder: Path, buildings: Sequence[Building]) -> list[str]:
    """Writes the buildings into the folder; the name of their layer, unless there are none."""
    if not buildings:
        return []
    outlines = np.array(shapely.from_wkb([building.outline for building in buildings]), dtype=object)
    zooms = levels.house_zooms(buildings, outlines).tolist()
    told = [properties(building) for building in buildings]
    for number in _covered(buildings, outlines):
        told[number]["has_parts"] = True
    _write(folder / f"buildings{ENDING}", outlines, told, zooms)
    return ["buildings"]


def properties(building: Building) -> dict[str, Any]:
    """A building as the map knows it; what nobody knows is absent."""
    told = {
        "id": building.id,
        "height": building.height_m,
        "min_height": building.min_height_m or None,
        "height_source": building.height_source,
        "name": building.name,
        "use": building.use,
        "part": True if building.part else None,
        "built": building.built,
    }
    return {name: value for name, value in told.items() if value is not None}


def _covered(buildings: Sequence[Building], outlines: NDArray[np.object_]) -> list[int]:
    """The buildings, by number, that their parts cover."""
    parts = [number for number, building in enumerate(buildings) if building.part]
    whole = np.array([number for number, building in enumerate(buildings) if not building.part], dtype=np.int64)
    if not parts or not whole.size:
        return []
    tree = shapely.STRtree(outlines[parts])
    upon: dict[int, list[int]] = defaultdict(list)
    for one, part in tree.query(outlines[whole], predicate="intersects").T.tolist():
        upon[int(whole[one])].append(parts[part])
    return [number for number, above in upon.items() if _share(outlines[number], outlines[above]) >= COVERED]


def _share(outline: Any, parts: NDArray[np.object_]) -> float:
    return float(shapely.area(shapely.intersection(outline, shapely.union_all(parts))) / shapely.area(outline))


def _write(file: Path, shapes: NDArray[np.object_], properties: Iterable[dict[str, Any]], zooms: Iterable[int]) -> None:
    with file.open("wb") as sheet:
        for shape, told, zoom in zip(shapely.to_geojson(shapes), properties, zooms, strict=True):
            sheet.write(b'{"type":"Feature","tippecanoe":{"minzoom":%d},"properties":' % zoom)
            sheet.write(orjson.dumps(told))
            sheet.write(b',"geometry":%b}\n' % shape.encode())
