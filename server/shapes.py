"""A layer's answer in the shapes that others read: GeoJSON features, and comma-separated values that do nothing."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import shapely as _shapely

from data_access.records import status
from data_access.table import Table
from server.asked import Box

shapely: Any = _shapely  # it has no types
_SHAPES = ("geometry", "outline")
_PLACED = {"id", "lon", "lat", "revision", *_SHAPES}
# What a spreadsheet takes for a formula or a command, also after spaces of any kind and at the start of later lines
# (OWASP ASVS 5.0, 1.2.10); full-width signs count too.
_LIVELY = re.compile(r"[\s\ufeff\0]*[=+\-@\t\0|%＝＋－＠]")
_BREAK = re.compile(r"(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")


def within(table: Table, bbox: Box | None) -> Table:
    """The rows that touch a box: by their outline where they have one, else by their place."""
    if bbox is None:
        return table
    west, south, east, north = bbox
    outlines = _outlines(table)
    if outlines is not None:
        return table.where(shapely.intersects(outlines, shapely.box(west, south, east, north)))
    lon, lat = table["lon"], table["lat"]
    return table.where((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def collection(table: Table, metric: str | None, stale_after: timedelta, now: datetime, limit: int) -> dict[str, Any]:
    """GeoJSON with at most `limit` features; when there are more, it says so. `value` goes by its metric's name."""
    matched = len(table)
    shown = table.where(np.arange(matched) < limit)
    outlines = _outlines(shown)
    shapes = None if outlines is None else shapely.to_geojson(outlines)
    features = [
        _feature(row._asdict(), None if shapes is None else shapes[place], metric, stale_after, now)
        for place, row in enumerate(shown)
    ]
    return {"type": "FeatureCollection", "matched": matched, "truncated": matched > limit, "features": features}


def _feature(
    row: dict[str, Any], shape: str | None, metric: str | None, stale_after: timedelta, now: datetime
) -> dict[str, Any]:
    geometry: Any = None
    if shape is not None:
        geometry = orjson.Fragment(shape)
    elif row.get("lon") is not None and row.get("lat") is not None:
        geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    told = {(metric or name) if name == "value" else name: cell for name, cell in row.items() if name not in _PLACED}
    told.setdefault("observed_at", None)
    observed, interval_s = told["observed_at"], row.get("interval_s")
    age = None if observed is None else now - observed
    interval = timedelta(seconds=interval_s) if interval_s else stale_after / 3
    told["age_s"] = None if age is None else round(age.total_seconds(), 1)
    told["status"] = status(age, interval)
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": told}


def _outlines(table: Table) -> Any:
    """The rows' outlines as shapely geometries (None where there is none); None when the answer has no such column."""
    if "geometry" in table:
        return shapely.from_geojson(table["geometry"])
    if "outline" in table:
        return shapely.from_wkb(table["outline"])
    return None


def inert(text: str) -> str:
    """The text with a quote before whatever a spreadsheet would run.

    >>> inert("=1+1"), inert("a\\n @b"), inert("Hàng Bạc 12")
    ("'=1+1", "a\\n' @b", 'Hàng Bạc 12')
    """
    safe = "".join(f"'{line}" if _LIVELY.match(line) else line for line in _BREAK.split(text))
    return f"'{safe}" if _BREAK.match(safe) else safe


def comma_separated(table: Table, head: bool = True) -> str:
    """RFC 4180; numbers bare and exact, times in RFC 3339, unknown empty, text inert."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    if head:
        writer.writerow(table.columns)
    for row in table:
        writer.writerow([_cell(value) for value in row])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return inert(value)
    return "" if value is None else value
