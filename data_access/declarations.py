"""Registers: what stands in the city and since when. A change closes the old version and opens a new one.

The first declaration of a thing is valid since ever: it stood there before anyone told us. Every later version is
valid from the moment in which we heard of it, and never from before the one it follows.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import shapely
from msgspec import Struct
from sqlalchemy import Table

from data_access.intake import storable_text
from data_access.records import About, Building
from data_access.schema import BUILDING, CAMERA_VIEW, DEVICE, EVER, microseconds
from data_access.transaction import Row, Writing, inserting

SINCE_EVER = microseconds(EVER)


class Counts(Struct, frozen=True):
    """What became of the things that were told."""

    new: int = 0
    changed: int = 0
    same: int = 0
    ended: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.ended + other.ended
        )


class View(Struct, frozen=True):
    """What a camera sees: a GeoJSON geometry as text; None when that is not known any more."""

    camera_id: str
    geometry: str | None
    area_m2: float = 0.0
    clipped: float = 0.0


class _Register(Struct, frozen=True):
    """How one table of versions is kept: `told` is what makes a version differ, `row` all that stands in it."""

    table: Table
    key: str
    told: Sequence[str]
    row: Callable[[Any], dict[str, Any]]

    def write(self, tx: Writing, things: Iterable[Any], source: str | None, at: int) -> Counts:
        """Open a version for every thing that is new or differs from its present one."""
        rows: dict[str, dict[str, Any]] = {}
        for thing in things:
            row = self.row(thing)
            rows[row[self.key]] = row  # told twice at once: the last word stands
        present = self._present(tx, list(rows))
        ever = self._ever(tx, list(rows))
        opened: list[Row] = []
        closed: list[Row] = []
        new = changed = 0
        for key, row in rows.items():
            told = tuple(row[name] for name in self.told)
            old = present.get(key)
            if old is not None and old[1] == told:
                continue
            since = SINCE_EVER if key not in ever else max(at, ever[key] + 1)
            if old is not None:
                closed.append((since, tx.revision, key, old[0]))
                changed += 1
            else:
                new += 1
            row |= {"valid_from": since, "valid_to": None, "source": source, "revision": tx.revision, "ended": None}
            opened.append(tuple(row[column.name] for column in self.table.columns))
        self._close(tx, closed)
        tx.run(inserting(self.table), opened)
        tx.moved = tx.moved or bool(opened)
        return Counts(new, changed, len(rows) - new - changed)

    def end(self, tx: Writing, keys: Iterable[str], at: int) -> Counts:
        """Close the present version of each of these."""
        present = self._present(tx, list(keys))
        self._close(tx, [(max(at, since + 1), tx.revision, key, since) for key, (since, _) in present.items()])
        tx.moved = tx.moved or bool(present)
        return Counts(ended=len(present))

    def standing(self, tx: Writing, source: str) -> set[str]:
        """What this source has declared and not ended."""
        asked = f"SELECT {self.key} FROM {self.table.name} WHERE valid_to IS NULL AND source = ?"  # noqa: S608  # our own names
        return {key for (key,) in tx.rows(asked, source)}

    def _close(self, tx: Writing, closed: list[Row]) -> None:
        statement = f"UPDATE {self.table.name} SET valid_to = ?, ended = ? WHERE {self.key} = ? AND valid_from = ?"  # noqa: S608  # our own names
        tx.run(statement, closed)

    def _present(self, tx: Writing, keys: list[str]) -> dict[str, tuple[int, Row]]:
        """The version of each that is valid now: since when, and what it tells."""
        columns = ", ".join(f'"{name}"' for name in self.told)
        asked = (
            f"SELECT {self.key}, valid_from, {columns} FROM {self.table.name} "  # noqa: S608  # our own names
            f"WHERE {self.key} IN (SELECT value FROM json_each(?)) AND valid_to IS NULL"
        )
        return {key: (since, tuple(told)) for key, since, *told in tx.rows(asked, json.dumps(keys))}

    def _ever(self, tx: Writing, keys: list[str]) -> dict[str, int]:
        """The newest moment in the history of each: its last beginning, or its end."""
        asked = (
            f"SELECT {self.key}, max(coalesce(valid_to, valid_from)) FROM {self.table.name} "  # noqa: S608  # our own names
            f"WHERE {self.key} IN (SELECT value FROM json_each(?)) GROUP BY {self.key}"
        )
        return dict(tx.rows(asked, json.dumps(keys)))


def _device(about: About) -> dict[str, Any]:
    return {
        "device_id": storable_text(about.device_id),
        "name": storable_text(about.name),
        "kind": storable_text(about.kind),
        "lon": _number(about.lon),
        "lat": _number(about.lat),
        "interval_s": _number(about.interval_s),
        "metrics": storable_text(json.dumps(dict(sorted(about.metrics.items())), ensure_ascii=False)),
        "fields": storable_text(json.dumps(dict(sorted(about.fields.items())), ensure_ascii=False)),
    }


def _building(building: Building) -> dict[str, Any]:
    outline = shapely.from_wkb(building.outline)
    west, south, east, north = outline.bounds
    inside = outline.representative_point()
    return {
        "id": storable_text(building.id),
        "name": storable_text(building.name),
        "use": storable_text(building.use),
        "lon": inside.x,
        "lat": inside.y,
        "height_m": _number(building.height_m),
        "height_source": building.height_source,
        "min_height_m": float(building.min_height_m),
        "levels": _number(building.levels),
        "part": int(building.part),
        "outline": building.outline,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }


def _view(view: View) -> dict[str, Any]:
    return {
        "camera_id": storable_text(view.camera_id),
        "geometry": storable_text(view.geometry),
        "area_m2": float(view.area_m2),
        "clipped": float(view.clipped),
    }


def _number(told: float | None) -> float | None:
    return None if told is None or not math.isfinite(told) else float(told)


DEVICES = _Register(DEVICE, "device_id", ("name", "kind", "lon", "lat", "interval_s", "metrics", "fields"), _device)
BUILDINGS = _Register(
    BUILDING,
    "id",
    ("name", "use", "height_m", "height_source", "min_height_m", "levels", "part", "outline"),
    _building,
)
VIEWS = _Register(CAMERA_VIEW, "camera_id", ("geometry", "area_m2", "clipped"), _view)
