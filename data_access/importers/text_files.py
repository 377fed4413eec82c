"""Tables as text: CSV with whatever delimiter and encoding it has, and JSON as a list of records; also packed."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from data_access.description import Source
from data_access.importers.found import ImportFault
from data_access.importers.rows import FieldFault, Rows, content, damaged, lacking, numbers, placed
from data_access.words import N_, _

DELIMITERS = ",;\t|"
# Tried in turn where the file does not say and the description neither: what is no UTF-8 is most often an old Windows.
ENCODINGS = ("utf-8-sig", "windows-1252", "latin-1")
LINES_LOOKED_AT = 30
UNEVEN = N_("its line has another number of columns")
NO_RECORD = N_("it is no record")
JSON = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def read(source: Source, path: Path) -> Rows:
    """The rows of this table; with shapes where columns hold longitude and latitude (or east and north).

    Raises:
        ImportFault: it cannot be read, holds nothing, or lacks a column.
    """
    told = content(path)
    names, records, bad = _json(path, told) if path.name.endswith(JSON) else _csv(source, path, told)
    if not records:
        raise ImportFault(_("{file} holds nothing (0 rows). Export it again.").format(file=path))
    lacking(source, path, names)
    columns = {}
    for number, name in enumerate(names):
        columns[name] = np.empty(len(records), dtype=object)
        columns[name][:] = [record[number] for record in records]
    rows = Rows(path, columns, None, len(records), tuple(bad))
    if not {"lon", "lat"} <= set(source.fields):
        return rows
    east, north = (numbers(columns[source.fields[field]]) for field in ("lon", "lat"))
    known = ~(np.isnan(east) | np.isnan(north))
    points = np.full(len(records), None, dtype=object)
    points[known] = shapely.points(east[known], north[known])
    return Rows(path, columns, placed(source, path, points, None), len(records), tuple(bad))


def _csv(source: Source, path: Path, told: bytes) -> tuple[list[str], list[list[Any]], list[str]]:
    text = _decoded(source, path, told)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(row)]
    if not rows:
        return [], [], []
    names = [name.strip() for name in rows[0]]
    even = [row for row in rows[1:] if len(row) == len(names)]
    return names, even, [str(UNEVEN)] * (len(rows) - 1 - len(even))


def _decoded(source: Source, path: Path, told: bytes) -> str:
    if told[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return told.decode("utf-16")
    for encoding in [source.encoding] if source.encoding else ENCODINGS:
        try:
            text = told.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    if source.encoding:
        words = _("{file} is not written in {encoding}. Correct encoding.")
        raise FieldFault(words.format(file=path.name, encoding=source.encoding), "encoding")
    raise ImportFault(_("{file} is no table of text. Choose another file.").format(file=path))


def _delimiter(text: str) -> str:
    """The sign that divides most of the first lines into the same number of columns, and into most of them."""
    start = "".join(text.splitlines(keepends=True)[:LINES_LOOKED_AT])

    def columns(sign: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(start, newline=""), delimiter=sign) if row]
        alike = sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0
        return alike, widths[0] if widths else 0

    return max(DELIMITERS, key=columns)


def _json(path: Path, told: bytes) -> tuple[list[str], list[list[Any]], list[str]]:
    listed = _listed(path, told)
    records = [dict(_flat(one)) for one in listed if isinstance(one, dict)]
    names = list(dict.fromkeys(name for record in records for name in record))
    bad = [str(NO_RECORD)] * (len(listed) - len(records))
    return names, [[record.get(name) for name in names] for record in records], bad


def _listed(path: Path, told: bytes) -> list[Any]:
    """The list of records: the whole, the one list within an object, or a record a line."""
    try:
        whole = orjson.loads(told)
    except orjson.JSONDecodeError as fault:
        try:
            return [orjson.loads(line) for line in told.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise damaged(path, fault) from fault
    if isinstance(whole, dict):
        lists = [
            value for value in whole.values() if isinstance(value, list) and any(isinstance(v, dict) for v in value)
        ]
        if len(lists) == 1:
            return lists[0]
        if not lists and all(isinstance(value, dict) for value in whole.values()):
            return [{"key": name, **value} for name, value in whole.items()]
    if not isinstance(whole, list):
        raise ImportFault(
            _("{file} is no list of records. Export it as a list of objects, or as CSV.").format(file=path)
        )
    return whole


def _flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each value by its name; one within another by both, as in location.lat."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
