"""What is called so: the answer to a search, from the names that are kept beside the registers.

Each word that is looked for must begin a word of a name or of its context, and one of them a word of the name itself.
Best first: what is called exactly so, what begins so, what has all of several words whole ("12" is not 127), then the
rest; in each the weightier kind, then the shorter name.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from data_access.folding import words
from data_access.names import BUILDING, DEVICE, DISTRICT, PLACE
from data_access.queries import Search
from data_access.table import Table
from data_access.transaction import Row

LONGEST, MOST_WORDS, MOST = 200, 16, 100
MOST_NAMES = 3  # of one thing: in two languages, and on its building
COMMON = 4000  # so many names begin with it, or hold it, that some are found soon by looking through them all

_BEYOND = "\U0010ffff"  # after every word that begins so
_COLUMNS = {
    "id": "s",
    "kind": "s",
    "layer": "s",
    "name": "s",
    "name_en": "s",
    "context": "s",
    "lon": "f",
    "lat": "f",
    "west": "f",
    "south": "f",
    "east": "f",
    "north": "f",
    "revision": "i",
}
_METRIC_LAYERS = {
    "pm25_ug_m3": "pm25",
    "no2_ug_m3": "no2",
    "noise_db": "noise",
    "temperature_c": "temperature",
    "rain_mm_h": "rain",
    "water_level_m": "water-level",
    "vehicle_count": "traffic",
}
_KIND_LAYERS = {"camera": "cameras", "parking": "parking"}

_NOW = "valid_to IS NULL"
_THEN = "valid_from <= :at AND (valid_to IS NULL OR valid_to > :at)"
_IN_ORDER = "ORDER BY weight, folded, register, thing LIMIT :most"
_NAMES = "SELECT register, thing, folded, weight, {part} AS part FROM called"
_IS = "folded = :begins"
# What few names begin with, an index finds, and few are sorted. What many begin with is found soon in their order.
_BEGINS, _BEGINS_OFTEN = "folded >= :begins AND folded < :beyond", "substr(folded, 1, length(:begins)) = :begins"
# The same for words: the rarest leads to names, and the others are looked for in these.
_HOLDS = (
    "SELECT register, thing, folded, weight, {part} AS part FROM (SELECT DISTINCT called_id FROM word "
    "WHERE word >= :begins AND word < :beyond) w CROSS JOIN called c ON c.id = w.called_id"
)
_HOW_MANY_BEGIN = "SELECT count(*) FROM (SELECT 1 FROM called WHERE folded >= :begins AND folded < :beyond LIMIT :most)"
_HOW_MANY_HOLD = "SELECT count(*) FROM (SELECT 1 FROM word WHERE word >= :begins AND word < :beyond LIMIT :most)"
_THINGS = {
    PLACE: "SELECT id, kind, NULL, name, name_en, context, lon, lat, west, south, east, north, revision FROM place",
    DISTRICT: "SELECT id, 'district', 'districts', name, name_en, kind, lon, lat, west, south, east, north, revision "
    "FROM district",
    BUILDING: "SELECT id, 'building', 'buildings', name, NULL, NULL, lon, lat, west, south, east, north, revision "
    "FROM building",
    DEVICE: "SELECT device_id AS id, kind, metrics, name, NULL, device_id, lon, lat, NULL, NULL, NULL, NULL, revision "
    "FROM device",
}


def search(question: Search, connection: Connection, at: int | None) -> Table:
    """What is called so at this time, as queries.Search says."""
    limit = max(0, min(question.limit, MOST))
    wanted = words(question.text[:LONGEST])[:MOST_WORDS]
    if not wanted or not limit:
        return Table.of([], **_COLUMNS)
    found = called(connection, wanted, at, limit)
    return Table.of(_told(connection, found, at), **_COLUMNS)


def called(connection: Connection, wanted: Sequence[str], at: int | None, limit: int) -> list[tuple[str, str]]:
    """The things (register, id) that are called so, best first: the one place that knows how names are indexed."""
    held = _NOW if at is None else _THEN
    spellings = orders(wanted)
    rows: list[Row] = []
    for spelling in spellings:
        bound: dict[str, object] = {"begins": spelling, "beyond": spelling + _BEYOND, "at": at}
        often = _how_many(connection, _HOW_MANY_BEGIN, spelling, COMMON) >= COMMON
        for which in (_IS, _BEGINS_OFTEN if often else _BEGINS):
            statement = f"{_NAMES.format(part=1)} WHERE {which} AND {held} {_IN_ORDER}"
            rows += _asked(connection, statement, bound | {"most": MOST_NAMES * limit})
    if len({_thing(row) for row in rows}) < limit:
        numbers = range(len(wanted))
        one_of = [f"instr(' ' || folded, :word{i}) > 0" for i in numbers]
        all_of = [f"instr(' ' || folded || ' ' || context, :word{i}) > 0" for i in numbers]
        each = f"({' OR '.join(one_of)}) AND {' AND '.join(all_of)}"
        counted = {word: _how_many(connection, _HOW_MANY_HOLD, word, 5 * COMMON) for word in wanted}
        rarest = min(wanted, key=lambda word: (counted[word], -len(word)))
        leads = len(wanted) > 1 or counted[rarest] < COMMON
        bound = {"begins": rarest, "beyond": rarest + _BEYOND, "at": at, "most": MOST_NAMES * limit + len(rows)}
        bound |= {f"word{i}": f" {word}" for i, word in enumerate(wanted)}
        whole = [f"instr(' ' || folded || ' ' || context || ' ', :word{i} || ' ') > 0" for i in numbers]
        part = f"CASE WHEN {' AND '.join(whole)} THEN 0 ELSE 1 END" if len(wanted) > 1 else "1"
        named, order = (_HOLDS, _IN_ORDER.replace("ORDER BY", "ORDER BY part,")) if leads else (_NAMES, _IN_ORDER)
        statement = f"{named.format(part=part)} WHERE {each} AND {held} {order}"
        rows += _asked(connection, statement, bound)
    best = sorted(rows, key=lambda row: (nearness(row[2], spellings, row[4]), row[3], row[2], row[:2]))
    # A hospital that is a building of its own is told once, as what it is.
    public = {row[1] for row in best if row[0] == PLACE}
    twice = (row[:2] for row in best if row[0] != BUILDING or row[1] not in public)
    return list(dict.fromkeys(twice))[:limit]


def _thing(row: Row) -> tuple[str, str]:
    """Which thing a name belongs to: a place and a building of one id are the same."""
    return PLACE if row[0] == BUILDING else row[0], row[1]


def orders(wanted: Sequence[str]) -> list[str]:
    """The words as they were written, and with a house's number before and after its street."""
    told = [" ".join(wanted)]
    numbers = [word for word in wanted if word[0].isdigit()]
    if len(numbers) == 1 and len(wanted) > 1:
        street = [word for word in wanted if word != numbers[0]]
        told += [" ".join([*numbers, *street]), " ".join([*street, *numbers])]
    return list(dict.fromkeys(told))


def nearness(folded: str, spellings: Sequence[str], part: int) -> int:
    """0: it is called so; 1: its name begins so; 2: it has these words; 3: it has words that begin so (`part`)."""
    if folded in spellings:
        return 0
    return 1 if any(folded.startswith(spelling) for spelling in spellings) else 2 + part


def _how_many(connection: Connection, statement: str, begins: str, most: int) -> int:
    return int(_asked(connection, statement, {"begins": begins, "beyond": begins + _BEYOND, "most": most})[0][0])


def _told(connection: Connection, found: Sequence[tuple[str, str]], at: int | None) -> list[Row]:
    """What the registers say of these things, in their order."""
    rows: dict[tuple[str, str], Row] = {}
    for register, asked in _THINGS.items():
        ids = json.dumps([thing for of, thing in found if of == register])
        key = "device_id" if register == DEVICE else "id"
        which = f"{key} IN (SELECT value FROM json_each(:ids)) AND {_NOW if at is None else _THEN}"  # noqa: S608  # our own words
        for row in _asked(connection, f"{asked} WHERE {which}", {"ids": ids, "at": at}):
            told = (*row[:2], _layer_of(row[1], row[2]), *row[3:]) if register == DEVICE else row
            rows[register, row[0]] = told
    return [rows[thing] for thing in found if thing in rows]


def _layer_of(kind: str, metrics: str) -> str | None:
    """The layer that shows a device: that of its kind, or of the first of its metrics that has one."""
    measured = json.loads(metrics)
    return _KIND_LAYERS.get(kind) or next((_METRIC_LAYERS[name] for name in _METRIC_LAYERS if name in measured), None)


def _asked(connection: Connection, statement: str, bound: dict[str, object]) -> list[Row]:
    cursor = connection.exec_driver_sql(statement, bound).cursor
    assert cursor is not None
    return list(cursor.fetchall())
