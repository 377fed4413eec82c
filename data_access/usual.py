"""What is usual: how the days before were at the same time of day, by the clocks of the city.

It rests on what devices were believed to have measured; what was marked invalid, missing or of a wrong clock does not
count, and a day of silence is no day.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from msgspec import json as structs
from sqlalchemy import Connection

from data_access.city import City
from data_access.queries import SameHour, Usual
from data_access.registers import Register
from data_access.schema import SUSPECT, microseconds
from data_access.table import Table
from data_access.transaction import fetched

OfUsual = Usual | SameHour

AROUND = timedelta(minutes=30)  # to either side: an hour has readings of a device that speaks once in it
LOW, HIGH = 0.1, 0.9

Window = tuple[int, int]  # from (included) to (not), in microseconds

# Cross joins keep their order: for each stream a few stretches of it, each found by its key.
_BELIEVED = (
    "FROM json_each(?) s CROSS JOIN json_each(?) w CROSS JOIN reading r WHERE r.stream_id = s.value "
    "AND r.observed_at >= json_extract(w.value, '$[0]') AND r.observed_at < json_extract(w.value, '$[1]') "
    f"AND r.value IS NOT NULL AND r.quality <= {SUSPECT} "
)
_READINGS = f"SELECT r.stream_id, r.observed_at, r.value {_BELIEVED} ORDER BY s.key, w.key, r.observed_at"
_MEANS = f"SELECT s.value, w.key, avg(r.value) {_BELIEVED} GROUP BY s.key, w.key ORDER BY s.key, w.key"


def answer(question: OfUsual, connection: Connection, register: Register, at: int | None) -> Table:
    zone = _zone(connection)
    streams = register.stream_of(question.metric)
    if isinstance(question, SameHour):
        return _same_hour(question, connection, register, zone, at)
    known = [name for name in question.device_ids if name in register.number]
    stream = {name: int(streams[register.number[name]]) for name in known}
    moments = moments_of(question)
    days = [[_until(window, at) for window in windows(moment, question.days, zone)] for moment in moments]
    there = _readings(connection, stream.values(), merged(window for each in days for window in each))
    rows = [
        (name, microseconds(moment), *usual(*there.get(stream.get(name, 0), _NOTHING), each))
        for moment, each in zip(moments, days, strict=True)
        for name in question.device_ids
    ]
    return Table.of(rows, id="s", at="t", low="f", median="f", high="f", days="i")


def moments_of(question: Usual) -> list[datetime]:
    """The moments that are asked about, oldest first."""
    steps = int(question.back / question.step) if question.step > timedelta(0) else 0
    return [question.at - n * question.step for n in range(steps, -1, -1)]


def windows(moment: datetime, days: int, zone: ZoneInfo) -> list[Window]:
    """The hour around this minute of the city's clocks on each of the days before; yesterday first."""
    here = moment.astimezone(zone).replace(tzinfo=None)
    found = []
    for day in range(1, days + 1):
        centre = (here - timedelta(days=day)).replace(tzinfo=zone).astimezone(UTC)
        found.append((microseconds(centre - AROUND), microseconds(centre + AROUND)))
    return found


def merged(stretches: Iterable[Window]) -> list[Window]:
    """The same time without any twice, in order."""
    found: list[Window] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def usual(times: np.ndarray, values: np.ndarray, days: Sequence[Window]) -> tuple[float, float, float, int]:
    """Low, median and high of the readings in these windows, and how many of the windows had any."""
    edges = np.searchsorted(times, np.array(days, dtype=np.int64).reshape(-1, 2))
    parts = [values[start:end] for start, end in edges.tolist() if end > start]
    if not parts:
        return np.nan, np.nan, np.nan, 0
    low, median, high = np.quantile(np.concatenate(parts), (LOW, 0.5, HIGH)).tolist()
    return low, median, high, len(parts)


def _same_hour(question: SameHour, connection: Connection, register: Register, zone: ZoneInfo, at: int | None) -> Table:
    streams = register.stream_of(question.metric)
    asked = [_until(window, at) for window in windows(question.at, question.days, zone)]
    rows = fetched(connection, _MEANS, _list(streams[streams > 0].tolist()), _list(asked))
    told = [(register.device_ids[register.stream_device[stream]], day + 1, mean) for stream, day, mean in rows]
    return Table.of(told, id="s", day="i", value="f")


_NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0))


def _readings(
    connection: Connection, streams: Iterable[int], stretches: Sequence[Window]
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Times, rising, and values of each stream in these stretches."""
    wanted = sorted({stream for stream in streams if stream})
    rows = fetched(connection, _READINGS, _list(wanted), _list(stretches))
    found = {}
    for stream, of in groupby(rows, key=itemgetter(0)):
        _stream, times, values = zip(*of, strict=True)
        found[stream] = (np.array(times, dtype=np.int64), np.array(values, dtype=np.float64))
    return found


def _until(window: Window, at: int | None) -> Window:
    """The part of a window that is not after the time looked at."""
    return window if at is None else (min(window[0], at + 1), min(window[1], at + 1))


def _zone(connection: Connection) -> ZoneInfo:
    found = fetched(connection, "SELECT description FROM city")
    return ZoneInfo(structs.decode(found[0][0], type=City).time_zone if found else "UTC")


def _list(values: Sequence[object]) -> str:
    return orjson.dumps(values).decode()
