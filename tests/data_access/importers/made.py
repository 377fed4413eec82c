"""A small described city of a test's own, and files in all the kinds in which a city may have them."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio.raw
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from data_access import description
from data_access.importers import described
from data_access.importers.found import Found

LON, LAT = 12.37, 51.34  # a place in the middle of the town
HEAD = """\
key = "town"
name = "Town"
time_zone = "Europe/Berlin"
languages = ["en"]
bounds = [12.3, 51.3, 12.44, 51.38]
attribution = "nobody"
[view]
centre = [12.37, 51.34]
"""


def house(east: float = 0.0, north: float = 0.0, size: float = 0.0002) -> BaseGeometry:
    """A square with its south-western corner so many degrees from the middle of the town."""
    return shapely.box(LON + east, LAT + north, LON + east + size, LAT + north + size)


def geojson(path: Path, things: Sequence[tuple[BaseGeometry | None, dict[str, Any]]], crs: str | None = None) -> Path:
    """Things written as GeoJSON; packed where the name says so. `crs` is where coordinates are turned to, unsaid."""
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else orjson.loads(shapely.to_geojson(turned(shape, crs))),
        }
        for shape, properties in things
    ]
    text = orjson.dumps({"type": "FeatureCollection", "features": features})
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def turned(shape: BaseGeometry, crs: str | None) -> BaseGeometry:
    if crs is None:
        return shape
    turn = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return shapely.transform(shape, lambda points: np.column_stack(turn.transform(*points.T)))


def layer(
    path: Path,
    things: Sequence[tuple[BaseGeometry, dict[str, Any]]],
    crs: str | None,
    says: bool = True,
    sheet: str | None = None,
    append: bool = False,
) -> Path:
    """Things written as GeoPackage or Shapefile, in this coordinate system; `says`: the file tells it."""
    names = list(things[0][1]) if things else ["h"]
    cells = [np.array([properties[name] for _shape, properties in things]) for name in names]
    shapes = [turned(shape, crs) for shape, _properties in things]
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        field_data=cells if things else [np.array([], dtype=float)],
        fields=names,
        geometry_type="Unknown" if path.suffix == ".gpkg" else shapes[0].geom_type if shapes else "Polygon",
        crs=crs if says else None,
        layer=sheet,
        append=append,
    )
    return path


def table(path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Rows written as CSV, the first of them its head."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    told = text.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(told) if path.suffix == ".gz" else told)
    return path


def records(path: Path, told: Any) -> Path:
    text = orjson.dumps(told)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def silent(words: str, share: float | None) -> None:
    """Nobody is told."""


def gathered(folder: Path, *sources: str, head: str = HEAD) -> list[tuple[str, Found]]:
    """What the town holds that is described by these sources, each the text of one."""
    file = folder / "town.toml"
    file.write_text(head + "".join(f"[[source]]\n{source}\n" for source in sources), encoding="utf-8")
    return described.gather(description.read(file, folder), folder, silent)


def only(folder: Path, source: str, head: str = HEAD) -> Found:
    """What the one source of the town holds."""
    [(_name, found)] = gathered(folder, source, head=head)
    return found


def refused(found: Found, kind: str) -> dict[str, int]:
    return {why: count for (what, why), count in found.tally.refused.items() if what == kind}
