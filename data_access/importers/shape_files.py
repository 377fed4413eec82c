"""Files of shapes with columns: GeoJSON (also packed), GeoPackage, Shapefile, and what else GDAL reads."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from data_access.description import Source
from data_access.importers.found import ImportFault
from data_access.importers.rows import Column, FieldFault, Rows, content, damaged, lacking, placed, wanted
from data_access.words import _

PACKED = (".geojson.gz", ".json.gz")
TEXT = (".geojson", ".json", *PACKED)


def read(source: Source, path: Path) -> Rows:
    """The things of this file, in WGS 84.

    Raises:
        ImportFault: it cannot be read, holds nothing, lacks a column, or nobody knows its coordinate system.
    """
    opened = _opened(path)
    sheet = _sheet(source, path, opened)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of GDAL, on things that are refused below one by one
            meta, _ids, wkb, cells = pyogrio.raw.read(
                opened, layer=sheet, columns=wanted(source), force_2d=True, encoding=source.encoding
            )
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as fault:
        raise damaged(path, _reason(fault)) from fault
    if wkb is None:
        raise ImportFault(
            _("{file} is a table without shapes. Choose another file, or another sheet of it.").format(file=path)
        )
    if not len(wkb):
        raise ImportFault(_("{file} holds nothing (0 features). Export it again.").format(file=path))
    names = list(meta["fields"])
    if set(wanted(source)) - set(names):
        lacking(source, path, list(pyogrio.read_info(opened, layer=sheet)["fields"]))
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    # GDAL says EPSG:4326 for every GeoJSON that names no system: there the description may know better.
    own = meta["crs"] if not (source.crs and path.name.endswith(TEXT) and meta["crs"] == "EPSG:4326") else None
    _agree(source, path, own)
    columns: dict[str, Column] = dict(zip(names, cells, strict=True))
    return Rows(path, columns, placed(source, path, np.array(shapes, dtype=object), own), len(wkb))


def _opened(path: Path) -> Any:
    """What GDAL is to open: a file by its name, or the text of a packed one."""
    if path.name.endswith(TEXT):
        return content(path)
    if not path.is_file():
        raise ImportFault(_("There is no file {file}. Check the path.").format(file=path))
    if not path.stat().st_size:
        raise ImportFault(_("{file} is empty. Fetch or export it again.").format(file=path))
    if path.suffix == ".shp":
        _whole(path)
    return f"/vsizip/{path.resolve()}" if path.suffix == ".zip" else path


def _whole(path: Path) -> None:
    """A Shapefile states its own length; GDAL would read the first half of one that was cut off without a word."""
    with path.open("rb") as file:
        head = file.read(28)
    stated = 2 * int.from_bytes(head[24:28], "big")  # in words of 16 bits
    if stated != path.stat().st_size:
        raise damaged(path, _("{size} bytes instead of {stated}").format(size=path.stat().st_size, stated=stated))


def _sheet(source: Source, path: Path, opened: Any) -> str | None:
    """Which of the file's tables is meant.

    Raises:
        ImportFault: it has several and none is named, or another is.
    """
    try:
        there = [str(name) for name, _geometry in pyogrio.list_layers(opened)]
    except DataSourceError as fault:
        raise damaged(path, _reason(fault)) from fault
    if source.sheet is not None and source.sheet not in there:
        raise FieldFault(
            _("{file} has no sheet {sheet}; it has: {sheets}.").format(
                file=path.name, sheet=source.sheet, sheets=", ".join(there)
            ),
            "sheet",
        )
    if source.sheet is None and len(there) > 1:
        raise ImportFault(
            _('{file} has several sheets: {sheets}. Name one, such as sheet = "{first}".').format(
                file=path.name, sheets=", ".join(there), first=there[0]
            )
        )
    return source.sheet


def _reason(fault: Exception) -> str:
    """What GDAL says, without its advice to programmers."""
    return str(fault).split(";")[0].rstrip(".")


def _agree(source: Source, path: Path, own: str | None) -> None:
    if own and source.crs and CRS.from_user_input(own) != CRS.from_user_input(source.crs):
        raise FieldFault(
            _("{file} says itself that it is in {own}, not in {crs}. Leave crs out.").format(
                file=path.name, own=own if len(own) < 40 else CRS.from_user_input(own).name, crs=source.crs
            ),
            "crs",
        )
