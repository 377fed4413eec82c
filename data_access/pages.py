"""Readings as they came, page by page: each page begins where the one before ended, whatever was added meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data_access.records import QUALITIES
from data_access.schema import ONLINE, microseconds
from data_access.table import Table
from data_access.transaction import fetched

_PAGE = (
    "SELECT s.device_id, s.metric, r.observed_at, r.value, r.quality, r.received_at, b.boot, r.seq, r.revision, s.id "
    "FROM stream s CROSS JOIN reading r LEFT JOIN boot b ON b.id = r.boot_id "
    "WHERE r.stream_id = s.id AND {which} ORDER BY s.id, r.observed_at LIMIT ?"
)
_COLUMNS = {
    "device_id": "s",
    "metric": "s",
    "observed_at": "t",
    "value": "f",
    "quality": "s",
    "received_at": "t",
    "boot": "s",
    "seq": "f",
    "revision": "i",
}


def readings(
    connection: Connection,
    device: str | None,
    metric: str | None,
    start: datetime | None,
    end: datetime | None,
    after: str | None,
    limit: int,
) -> tuple[Table, str | None]:
    which: list[str] = ["s.metric <> ?"]
    bound: list[Any] = [ONLINE]
    for condition, value in (
        ("s.device_id = ?", device),
        ("s.metric = ?", metric),
        ("r.observed_at >= ?", None if start is None else microseconds(start)),
        ("r.observed_at < ?", None if end is None else microseconds(end)),
    ):
        if value is not None:
            which.append(condition)
            bound.append(value)
    if after is not None:
        stream, observed_at = _key(after)
        which.append("s.id >= ? AND (s.id > ? OR r.observed_at > ?)")
        bound += [stream, stream, observed_at]
    rows = fetched(connection, _PAGE.format(which=" AND ".join(which)), *bound, limit + 1)
    following = f"{rows[limit - 1][9]}.{rows[limit - 1][2]}" if len(rows) > limit else None
    told = [(*row[:4], QUALITIES[row[4]], *row[5:9]) for row in rows[:limit]]
    return Table.of(told, **_COLUMNS), following


def _key(told: str) -> tuple[int, int]:
    stream, dot, observed_at = told.partition(".")
    try:
        found = int(stream), int(observed_at)
    except ValueError as fault:
        raise ValueError(f"{told!r} is not a key of a page") from fault
    if not dot or max(map(abs, found)) >= 2**63:
        raise ValueError(f"{told!r} is not a key of a page")
    return found
