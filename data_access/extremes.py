"""The highest and the lowest number of every device in one metric between two moments, and when each was."""

from sqlalchemy import Connection

from data_access.queries import Extremes
from data_access.schema import GOOD, microseconds
from data_access.table import Table
from data_access.transaction import fetched

# One walk over each stream's own stretch of time. What its device doubted itself is no peak.
_ENDS = (
    "SELECT s.device_id, r.value, r.observed_at FROM stream s JOIN reading r ON r.stream_id = s.id AND r.observed_at = "
    "(SELECT x.observed_at FROM reading x WHERE x.stream_id = s.id AND x.observed_at >= ? AND x.observed_at < ? "
    "AND x.quality = ? AND x.value IS NOT NULL ORDER BY x.value {way}, x.observed_at LIMIT 1) WHERE s.metric = ?"
)


def extremes(question: Extremes, connection: Connection, at: int | None) -> Table:
    start, end = microseconds(question.start), microseconds(question.end)
    if at is not None:
        end = min(end, at + 1)
    highest, lowest = (
        fetched(connection, _ENDS.format(way=way), start, end, GOOD, question.metric) for way in ("DESC", "ASC")
    )
    low = {device: (value, moment) for device, value, moment in lowest}
    rows = [(device, value, moment, *low[device]) for device, value, moment in sorted(highest)]
    return Table.of(rows, id="s", highest="f", highest_at="t", lowest="f", lowest_at="t")
