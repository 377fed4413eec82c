"""Where a place lies, in names that people use; and how the registers came to know a thing."""

from math import hypot
from typing import Any

import shapely as _shapely
from sqlalchemy import Connection

from data_access.metres import Plane
from data_access.queries import Origin, Whereabouts
from data_access.schema import EVER, ONLINE, microseconds
from data_access.table import Table
from data_access.transaction import Row

shapely: Any = _shapely  # it has no types
OfWhereabouts = Whereabouts | Origin

ADDRESS_M, MARK_M = 200.0, 400.0  # farther away, an address or a place says nothing of where one is
STREET_M = 150.0
# What has a name and fills more than a spot is near to everything around it, or to nothing.
WIDE = (
    "street",
    "water",
    "river",
    "country",
    "city",
    "town",
    "quarter",
    "suburb",
    "neighbourhood",
    "village",
    "island",
)

_NOW = "valid_to IS NULL"
_THEN = "valid_from <= :at AND (valid_to IS NULL OR valid_to > :at)"
_DISTRICTS = (
    "SELECT name, name_en, geometry FROM district WHERE west <= :lon AND east >= :lon AND south <= :lat "
    "AND north >= :lat AND {held}"
)
_POINTS = (
    "SELECT kind, name, name_en, lon, lat FROM place WHERE kind NOT IN ({wide}) AND lon BETWEEN :west AND :east "
    "AND lat BETWEEN :south AND :north AND {held}"
).replace("{wide}", ", ".join(f"'{kind}'" for kind in WIDE))
_STREETS = (
    "SELECT name, name_en, line FROM place WHERE kind = 'street' AND line IS NOT NULL AND west <= :east "
    "AND east >= :west AND south <= :north AND north >= :south AND {held}"
)
_REGISTERS = {"device": ("device", "device_id"), "building": ("building", "id"), "district": ("district", "id")}
_ORIGIN = (
    "SELECT source, valid_from, (SELECT count(*) FROM {table} v WHERE v.{key} = t.{key}) FROM {table} t "
    "WHERE {key} = :id AND {held}"
)
_FIRST_HEARD = (
    "SELECT min((SELECT min(observed_at) FROM reading r WHERE r.stream_id = s.id)) FROM stream s "
    "WHERE s.device_id = :id AND s.metric <> :online"
)


def answer(question: OfWhereabouts, connection: Connection, at: int | None) -> Table:
    if isinstance(question, Origin):
        return _origin(question, connection, at)
    return _whereabouts(question, connection, at)


def _whereabouts(question: Whereabouts, connection: Connection, at: int | None) -> Table:
    plane = Plane.near(question.lon, question.lat)
    here_east, here_north = plane.point(question.lon, question.lat)
    reach = max(ADDRESS_M, MARK_M)
    west, south = plane.place(here_east - reach, here_north - reach)
    east, north = plane.place(here_east + reach, here_north + reach)
    bound: dict[str, object] = {"lon": question.lon, "lat": question.lat, "at": at}
    around = {"west": west, "south": south, "east": east, "north": north}
    rows = _within(question, _asked(connection, _DISTRICTS, bound))
    near: dict[str, Row] = {}
    for kind, name, name_en, lon, lat in _asked(connection, _POINTS, bound | around):
        east_m, north_m = plane.point(lon, lat)
        far = hypot(east_m - here_east, north_m - here_north)
        found = "address" if kind == "address" else "mark"
        if far <= (ADDRESS_M if found == "address" else MARK_M) and (
            found not in near or (far, name) < near[found][1:]
        ):
            near[found] = (kind, far, name, name_en)
    rows += _streets(plane, shapely.Point(here_east, here_north), _asked(connection, _STREETS, bound | around))
    rows += [(kind, name, name_en, far) for kind, far, name, name_en in near.values()]
    return Table.of(rows, kind="s", name="s", name_en="s", distance_m="f")


def _within(question: Whereabouts, districts: list[Row]) -> list[Row]:
    """The districts that hold the point, the smallest first."""
    here = shapely.Point(question.lon, question.lat)
    shapes = [(shapely.from_geojson(geometry), name, name_en) for name, name_en, geometry in districts]
    holding = sorted((shape.area, name, name_en) for shape, name, name_en in shapes if shape.intersects(here))
    return [("district", name, name_en, 0.0) for _area, name, name_en in holding]


def _streets(plane: Plane, here: Any, streets: list[Row]) -> list[Row]:
    """The nearest street, where one is near enough; of one without a line nobody knows how it runs."""
    lines = [(plane.metres(shapely.from_wkb(line)), name, name_en) for name, name_en, line in streets]
    away = sorted((line.distance(here), name, name_en or "") for line, name, name_en in lines)
    return [("street", name, name_en or None, far) for far, name, name_en in away[:1] if far <= STREET_M]


def _origin(question: Origin, connection: Connection, at: int | None) -> Table:
    table, key = _REGISTERS[question.register]
    rows = _asked(connection, _ORIGIN.replace("{table}", table).replace("{key}", key), {"id": question.id, "at": at})
    heard = None
    if table == "device":
        heard = _asked(connection, _FIRST_HEARD, {"id": question.id, "online": ONLINE})[0][0]
        heard = None if heard is None or (at is not None and heard > at) else heard
    ever = microseconds(EVER)
    told = [(source, None if since == ever else since, heard, versions) for source, since, versions in rows]
    return Table.of(told, source="s", since="t", heard_at="t", versions="i")


def _asked(connection: Connection, statement: str, bound: dict[str, object]) -> list[Row]:
    held = _NOW if bound.get("at") is None else _THEN
    cursor = connection.exec_driver_sql(statement.replace("{held}", held), bound).cursor
    assert cursor is not None
    return list(cursor.fetchall())
