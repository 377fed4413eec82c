"""Privacy rules as values, and the pure functions that apply them (guarantees G14, G15).

A rule says at which moment the city is asked (`asked_at`), what of that answer crosses over (`apply`), and whether
a published table keeps what was promised (`kept_by`). Nothing here is random: the same facts always give the same
rows, so asking a thousand times tells no more than asking once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, floor, radians

import numpy as np
import orjson

from data_access.table import EPOCH, Table

METRES_A_DEGREE = 111_320.0  # of latitude, on a sphere of the Earth's mean size
# How long what is due may be on its way to a reader: a snapshot is made each minute, a page looks each minute, and
# one minute more is for a busy machine.
ON_THE_WAY = timedelta(minutes=3)
THING = ("id", "name", "kind", "lon", "lat", "interval_s", "revision")


@dataclass(frozen=True, slots=True)
class OneByOne:
    """The city's own instruments, published one by one after a delay.

    `interval_s` of a published row is that by which its age is to be judged: up to twice it passes between two
    values that reach the public in good time, delay included.
    """

    delay: timedelta

    may_tell = frozenset({*THING, "value", "quality", "observed_at"})
    moving = ("observed_at", "value", "quality")

    def asked_at(self, now: datetime) -> datetime:
        return now - self.delay

    def apply(self, answer: Table, asked: datetime) -> Table:
        told = answer.only(*(name for name in answer.columns if name in self.may_tell))
        late = ~(told["observed_at"] <= _moment(asked))  # NaT too: what never was is not told
        value = np.where(late, np.nan, told["value"])
        when = np.where(late, np.datetime64("NaT", "us"), told["observed_at"])
        wait = (self.delay + ON_THE_WAY).total_seconds() / 2
        return told.with_columns(value=value, observed_at=when, interval_s=told["interval_s"] + wait)

    def kept_by(self, told: Table, now: datetime) -> bool:
        in_time = told["observed_at"] <= _moment(now - self.delay)
        return set(told.columns) <= self.may_tell and bool(np.all(in_time | np.isnat(told["observed_at"])))


@dataclass(frozen=True, slots=True)
class ByArea:
    """Things that may be counted but not placed: how many stand in each cell of this size.

    Cells belong to a fixed grid over the Earth, so that they never move with what stands in them.
    """

    cell_m: float

    may_tell = frozenset({"id", "lon", "lat", "count", "cell_m", "geometry", "revision"})
    moving = ()

    @property
    def delay(self) -> timedelta:
        return timedelta(0)

    def asked_at(self, now: datetime) -> datetime:
        return now

    def apply(self, answer: Table, asked: datetime) -> Table:
        counts: dict[tuple[int, int] | None, int] = {}
        for lon, lat in zip(answer["lon"].tolist(), answer["lat"].tolist(), strict=True):
            cell = None if lon != lon or lat != lat else self.cell(lon, lat)
            counts[cell] = counts.get(cell, 0) + 1
        rows = [
            (f"cell-{cell[0]}-{cell[1]}", *self.centre(*cell), count, self.cell_m, self.outline(*cell))
            if cell
            else ("cell-unknown", None, None, count, self.cell_m, None)
            for cell, count in sorted(counts.items(), key=lambda item: item[0] or (0, 0))
        ]
        return Table.of(rows, id="s", lon="f", lat="f", count="i", cell_m="f", geometry="s")

    def kept_by(self, told: Table, now: datetime) -> bool:
        whole = bool(np.all(told["count"] >= 1)) and len(set(told["id"])) == len(told)
        placed = all(
            np.isnan(lon) or (lon, lat) == self.centre(*self.cell(lon, lat))
            for lon, lat in zip(told["lon"].tolist(), told["lat"].tolist(), strict=True)
        )
        return set(told.columns) <= self.may_tell and whole and placed

    def cell(self, lon: float, lat: float) -> tuple[int, int]:
        """Row and column of the cell in which a place lies."""
        row = floor(lat * METRES_A_DEGREE / self.cell_m)
        return row, floor(lon / self._width(row))

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell, as (lon, lat)."""
        return (column + 0.5) * self._width(row), (row + 0.5) * self.cell_m / METRES_A_DEGREE

    def outline(self, row: int, column: int) -> str:
        """A cell as a GeoJSON polygon."""
        south, north = (edge * self.cell_m / METRES_A_DEGREE for edge in (row, row + 1))
        west, east = (edge * self._width(row) for edge in (column, column + 1))
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        return orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()

    def _width(self, row: int) -> float:
        """How many degrees of longitude a cell of this row spans."""
        middle = radians((row + 0.5) * self.cell_m / METRES_A_DEGREE)
        return self.cell_m / (METRES_A_DEGREE * max(cos(middle), 0.01))


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of spaces, each taken by somebody's vehicle: in time buckets, late, and never a count below k.

    A count is published in full steps of k, rounded down: then neither the count nor its difference from the count
    a bucket earlier is ever from 1 to k - 1. Where fewer than k are taken, or fewer than k are free of the whole,
    the row says which in `band` (few_taken, few_free) and gives no count; of a whole below 2k, where the two bands
    together would give the count away, it says nothing but that it is `small`; a whole below k is not told at all.
    """

    k: int
    bucket: timedelta
    delay: timedelta

    moving = ("observed_at", "occupied_spaces", "quality", "band")
    may_tell = frozenset({*THING, *moving, "total_spaces", "step"})

    def asked_at(self, now: datetime) -> datetime:
        """The end of the last bucket that is old enough."""
        return EPOCH + (now - self.delay - EPOCH) // self.bucket * self.bucket

    def buckets(self, now: datetime, reach: timedelta) -> list[datetime]:
        """The ends of all buckets that may be told now and reach no further back than this, oldest first."""
        last = self.asked_at(now)
        return [last - n * self.bucket for n in reversed(range(reach // self.bucket + 1))]

    def apply(self, answer: Table, asked: datetime) -> Table:
        told = answer.only(*(name for name in answer.columns if name in self.may_tell))
        when = _bucket_end(told["observed_at"], self.bucket)
        late = ~(when <= _moment(asked))
        taken = np.where(late, np.nan, told["occupied_spaces"])
        whole = np.where(told["total_spaces"] < self.k, np.nan, told["total_spaces"])
        few_taken, few_free = taken < self.k, told["total_spaces"] - taken < self.k
        small = told["total_spaces"] < 2 * self.k
        hidden = few_taken | few_free | small
        band = np.select([small, few_taken, few_free], ["small", "few_taken", "few_free"], "").astype(object)
        wait = (self.delay + self.bucket + ON_THE_WAY).total_seconds() / 2
        return told.with_columns(
            occupied_spaces=np.where(hidden, np.nan, np.floor(taken / self.k) * self.k),
            total_spaces=whole,
            observed_at=np.where(late, np.datetime64("NaT", "us"), when),
            band=band,
            step=np.full(len(told), float(self.k)),
            interval_s=told["interval_s"] + wait,
        )

    def kept_by(self, told: Table, now: datetime) -> bool:
        taken, whole, when = told["occupied_spaces"], told["total_spaces"], told["observed_at"]
        known = taken[~np.isnan(taken)]
        on_time = (when <= _moment(self.asked_at(now))) & (when == _bucket_end(when, self.bucket))
        return (
            set(told.columns) <= self.may_tell
            and bool(np.all((known >= self.k) & (known % self.k == 0)))
            and not bool(np.any(whole < self.k) or np.any(whole - taken < self.k))
            and not bool(np.any(~np.isnan(taken) & (whole < 2 * self.k)))
            and bool(np.all(on_time | np.isnat(when)))
        )


@dataclass(frozen=True, slots=True)
class Vehicles:
    """Counts of vehicles on the street: the mean of all counts in a time bucket, late, and never a number below k.

    A mean is published in full steps of k, rounded down; where it is below k, `band` says `few` and no number is
    told. So a bucket is never told apart from another by fewer than k vehicles.
    """

    k: int
    bucket: timedelta
    delay: timedelta

    moving = ("observed_at", "value", "quality", "band")
    may_tell = frozenset({*THING, *moving, "step"})

    def asked_at(self, now: datetime) -> datetime:
        """The end of the last bucket that is old enough."""
        return EPOCH + (now - self.delay - EPOCH) // self.bucket * self.bucket

    def apply(self, answer: Table, asked: datetime) -> Table:
        """Each counter with its newest count, as if that were the only one of its bucket."""
        told = answer.only(*(name for name in answer.columns if name in self.may_tell))
        when = _bucket_end(told["observed_at"], self.bucket)
        late = ~(when <= _moment(asked))
        wait = (self.delay + self.bucket + ON_THE_WAY).total_seconds() / 2
        return told.with_columns(
            observed_at=np.where(late, np.datetime64("NaT", "us"), when),
            step=np.full(len(told), float(self.k)),
            interval_s=told["interval_s"] + wait,
            **self._rounded(np.where(late, np.nan, told["value"])),
        )

    def buckets(self, readings: Table, asked: datetime) -> Table:
        """Each counter's buckets (id, observed_at: their ends, value, quality, band) from counts of any moments.

        `readings` has id, observed_at, value (NaN: none) and quality. A bucket is `good` only when every count in it
        is; one that is not whole yet is left out.
        """
        when = _bucket_end(readings["observed_at"], self.bucket)
        whole = when <= _moment(asked)
        ids, ends = readings["id"][whole].astype(str), when[whole]
        keys, place = np.unique(np.array([ids, ends.astype(np.int64).astype(str)]), axis=1, return_inverse=True)
        counts, known = readings["value"][whole], ~np.isnan(readings["value"][whole])
        place = place.reshape(-1)
        total = np.bincount(place[known], counts[known], minlength=keys.shape[1])
        n = np.bincount(place[known], minlength=keys.shape[1])
        mean = np.divide(total, n, out=np.full(keys.shape[1], np.nan), where=n > 0)
        doubtful = np.bincount(place, readings["quality"][whole].astype(str) != "good", minlength=keys.shape[1]) > 0
        quality = np.where(n == 0, "missing", np.where(doubtful, "suspect", "good")).astype(object)
        ended = keys[1].astype(np.int64).astype("datetime64[us]")
        return Table({"id": keys[0].astype(object), "observed_at": ended, "quality": quality, **self._rounded(mean)})

    def kept_by(self, told: Table, now: datetime) -> bool:
        value, when = told["value"], told["observed_at"]
        known = value[~np.isnan(value)]
        on_time = (when <= _moment(self.asked_at(now))) & (when == _bucket_end(when, self.bucket))
        return (
            set(told.columns) <= self.may_tell
            and bool(np.all((known >= self.k) & (known % self.k == 0)))
            and bool(np.all(on_time | np.isnat(when)))
        )

    def _rounded(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        few = counts < self.k
        return {
            "value": np.where(few, np.nan, np.floor(counts / self.k) * self.k),
            "band": np.where(few, "few", "").astype(object),
        }


@dataclass(frozen=True, slots=True)
class AsItIs:
    """What is public already, such as a building's outline."""

    may_tell = frozenset(
        {"id", "name", "use", "lon", "lat", "height_m", "height_source", "min_height_m", "levels", "part", "outline"}
        | {"built", "name_en", "kind", "population", "geometry", "revision"}
    )
    moving = ()

    @property
    def delay(self) -> timedelta:
        return timedelta(0)

    def asked_at(self, now: datetime) -> datetime:
        return now

    def apply(self, answer: Table, asked: datetime) -> Table:
        return answer.only(*(name for name in answer.columns if name in self.may_tell))

    def kept_by(self, told: Table, now: datetime) -> bool:
        return set(told.columns) <= self.may_tell


Rule = OneByOne | ByArea | Counted | Vehicles | AsItIs
PUBLIC_COLUMNS = OneByOne.may_tell | ByArea.may_tell | Counted.may_tell | Vehicles.may_tell | AsItIs.may_tell


def _bucket_end(moments: np.ndarray, bucket: timedelta) -> np.ndarray:
    """The end of the bucket in which each moment lies; a moment on the edge belongs to the bucket it ends."""
    length = np.int64(bucket / timedelta(microseconds=1))
    numbers = moments.astype("datetime64[us]").astype(np.int64)
    ends = (-(-numbers // length) * length).astype("datetime64[us]")
    return np.where(np.isnat(moments), np.datetime64("NaT", "us"), ends)


def _moment(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")
