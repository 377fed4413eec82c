"""Things that have a place each, from whatever holds them: a table with coordinates, or a file of shapes."""

from gzip import BadGzipFile, GzipFile
from pathlib import Path

from data_access.description import Source
from data_access.importers import shape_files, text_files
from data_access.importers.rows import Column, FieldFault, Rows
from data_access.words import _

TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", *text_files.JSON)
A_LOOK = 4096  # bytes in which a GeoJSON says that it is one


class Placed(Rows, frozen=True):
    """Rows of which each has a shape, or None for want of one."""

    shapes: Column


def read(source: Source, path: Path) -> Placed:
    """The things of this file.

    Raises:
        ImportFault: it cannot be read, or nothing says where its things are.
    """
    if path.name.endswith(TABLES) and not _is_geojson(path):
        rows = text_files.read(source, path)
    else:
        rows = shape_files.read(source, path)
    if rows.shapes is None:
        columns = ", ".join(rows.columns)
        raise FieldFault(
            _(
                "{file} is a table: say which of its columns hold the longitude and the latitude, "
                "as lon and lat in fields. It has: {columns}."
            ).format(file=path.name, columns=columns),
            "fields",
        )
    return Placed(rows.file, rows.columns, rows.shapes, rows.count, rows.bad)


def _is_geojson(path: Path) -> bool:
    if not path.name.endswith((".json", ".json.gz")) or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            start = (GzipFile(fileobj=file) if packed else file).read(A_LOOK)
    except (OSError, EOFError, BadGzipFile):
        return False
    return b'"FeatureCollection"' in start
