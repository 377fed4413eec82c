"""When numbers rose past levels: found by one walk over the readings, each beside the one before it."""

from datetime import timedelta

from sqlalchemy import Connection

from data_access.queries import Passings
from data_access.registers import Register
from data_access.schema import SUSPECT, microseconds
from data_access.states import listed
from data_access.table import Table
from data_access.transaction import fetched

BEFORE = timedelta(hours=1)  # so far back a number is the one before; after a longer silence nobody saw it rise

_RISEN = (
    "SELECT stream_id, observed_at, value, before, revision FROM (SELECT r.stream_id, r.observed_at, r.value, "  # noqa: S608  # our own words
    "r.revision, lag(r.value) OVER (PARTITION BY r.stream_id ORDER BY r.observed_at) AS before "
    "FROM json_each(?) s CROSS JOIN reading r WHERE r.stream_id = s.value AND r.observed_at >= ? AND r.observed_at < ? "
    f"AND r.value IS NOT NULL AND r.quality <= {SUSPECT}) WHERE observed_at >= ? AND ({{risen}}) "
    "ORDER BY observed_at, stream_id"
)


def passings(question: Passings, connection: Connection, register: Register, at: int | None) -> Table:
    streams = register.stream_of(question.metric)
    start, end = microseconds(question.start), microseconds(question.end)
    if at is not None:
        end = min(end, at + 1)
    risen = " OR ".join(["(value >= ? AND before < ?)"] * len(question.levels)) or "FALSE"
    levels = [level for level in question.levels for _twice in range(2)]
    wanted = listed(streams[streams > 0].tolist())
    before = start - BEFORE // timedelta(microseconds=1)
    found = fetched(connection, _RISEN.format(risen=risen), wanted, before, end, start, *levels)
    rows = [(register.device_ids[register.stream_device[stream]], *row) for stream, *row in found]
    return Table.of(rows, id="s", observed_at="t", value="f", before="f", revision="i")
