"""What a file of things becomes when it is read: columns by their names, shapes in WGS 84, and rows that are none."""

import gzip
import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray
from pyproj import Transformer

from data_access.description import Source
from data_access.importers.found import ImportFault
from data_access.words import N_, Text, _

Column = NDArray[Any]

NO_SHAPE = N_("it has no place")
NOT_WANTED = N_("left to another source")
NOWHERE = N_("its place is nowhere on earth")


class FieldFault(ImportFault):
    """A key of the source's description does not fit its file; `path` names the key within the source."""

    def __init__(self, words: str, *path: str) -> None:
        super().__init__(words)
        self.path = path


class Rows(Struct, frozen=True):
    """The things of one file. A column is an array of its values; what a row does not say is None.

    `shapes` is None where the file has no geometry of its own. `bad` are rows that could not be read, by reason.
    """

    file: Path
    columns: dict[str, Column]
    shapes: Column | None
    count: int
    bad: tuple[str, ...] = ()

    def column(self, source: Source, field: str) -> list[Any]:
        """What each row says in the column that the description names for this field."""
        if field not in source.fields:
            return [None] * self.count
        values: list[Any] = self.columns[source.fields[field]].tolist()
        return values

    def chosen(self, source: Source) -> NDArray[np.bool_]:
        """For each row, whether it is one of those that the description wants of this file (`only`)."""
        wanted = np.ones(self.count, dtype=bool)
        for column, values in source.only.items():
            wanted &= np.array([said(value) in values for value in self.columns[column].tolist()], dtype=bool)
        return wanted


def said(value: Any) -> str | None:
    """What a cell says, as text; None where it says nothing: an empty cell, a blank, not a number."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip() or None


def number(value: Any) -> float | None:
    """The number in a cell, with a point or a comma; None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        value = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if np.isfinite(found) else None


def numbers(column: Column) -> NDArray[np.float64]:
    """The numbers of a column; NaN where there is none."""
    if column.dtype.kind in "iuf":
        return column.astype(np.float64)
    return np.array([np.nan if (found := number(value)) is None else found for value in column.tolist()], dtype=float)


def wanted(source: Source) -> list[str]:
    """The columns that this source is asked for."""
    return list(dict.fromkeys([*source.fields.values(), *source.only, *source.keep]))


def lacking(source: Source, path: Path, there: Sequence[str]) -> None:
    """Say which column the file has not, and which it has.

    Raises:
        FieldFault: one is lacking.
    """
    keys = [("fields", field, column) for field, column in source.fields.items()]
    keys += [("only", column, column) for column in source.only] + [("keep", "", column) for column in source.keep]
    for key, name, column in keys:
        if column not in there:
            raise FieldFault(
                _("{file} has no column {column}; it has: {columns}. Correct {key}.").format(
                    file=path.name,
                    column=column,
                    columns=", ".join(there) if len(there) else "-",
                    key=f"{key}.{name}" if name else key,
                ),
                *((key, name) if name else (key,)),
            )


def content(path: Path) -> bytes:
    """The whole of a file, unpacked where it is packed with gzip.

    Raises:
        ImportFault: it is not there, is empty, or is damaged.
    """
    try:
        told = path.read_bytes()
    except FileNotFoundError:
        raise ImportFault(_("There is no file {file}. Check the path.").format(file=path)) from None
    except OSError as fault:
        raise ImportFault(_("{file} cannot be read: {reason}.").format(file=path, reason=fault.strerror)) from fault
    if told[:2] == b"\x1f\x8b":
        try:
            told = gzip.decompress(told)
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            raise damaged(path, fault) from fault
    if not told.strip():
        raise ImportFault(_("{file} is empty. Fetch or export it again.").format(file=path))
    return told


def damaged(path: Path, fault: object) -> ImportFault:
    return ImportFault(
        _("{file} is damaged or was not fetched to its end ({reason}). Fetch it again.").format(file=path, reason=fault)
    )


def placed(source: Source, path: Path, shapes: Column, crs: str | None) -> Column:
    """These shapes in WGS 84, flat, longitude first.

    Raises:
        ImportFault: nobody says in which coordinate system they are, and they are not in degrees.
    """
    shapes = shapely.force_2d(shapes)
    known = crs or source.crs
    degrees = known is None or known.upper() in ("EPSG:4326", "OGC:CRS84")
    if degrees and not _in_degrees(shapes, source.latitude_first):
        west, south, east, north = shapely.total_bounds(shapes)
        raise FieldFault(
            _(
                "The coordinates of {file} are no degrees: they reach from {west:.0f}, {south:.0f} to {east:.0f}, "
                '{north:.0f}. Say in which coordinate system they are, such as crs = "EPSG:25833".'
            ).format(file=path.name, west=west, south=south, east=east, north=north),
            "crs" if source.crs else "file",
        )
    if source.latitude_first:
        shapes = shapely.transform(shapes, lambda points: points[:, ::-1])
    if degrees:
        return shapes
    turn = Transformer.from_crs(known, "EPSG:4326", always_xy=True)
    moved: Column = shapely.transform(shapes, lambda points: np.column_stack(turn.transform(*points.T)))
    return moved


def _in_degrees(shapes: Column, latitude_first: bool) -> bool:
    """Whether these may be degrees: half of them lie on earth (the others are refused one by one)."""
    edges = shapely.bounds(shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)])
    if not len(edges):
        return True
    lon, lat = (np.abs(edges[:, axes]).max(axis=1) for axes in ([0, 2], [1, 3]))
    # Exchanged longitudes and latitudes are still degrees, and told apart from metres later, by the city's place.
    least, most = np.minimum(lon, lat), np.maximum(lon, lat)
    return bool(((least <= 90) & (most <= 180)).mean() >= 0.5)


__all__ = [
    "Column",
    "FieldFault",
    "Rows",
    "Text",
    "content",
    "damaged",
    "lacking",
    "number",
    "numbers",
    "placed",
    "said",
]
