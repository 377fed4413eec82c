"""What is usual around this hour: the days before, as they were for the very devices that a number is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from components.extent import Ground, part
from components.kept import Kept
from components.view import View
from data_access.queries import Incidents, SameHour
from data_access.table import Table
from data_access.usual import HIGH, LOW

DAYS = 14  # that are looked back: two of each day of the week
FEWEST_DAYS = 3  # on fewer nothing is called usual
ENOUGH = 0.5  # of the devices: a day on which fewer answered is none of the days before
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Before:
    """What a number was on the days before: a tenth of them lay below `low`, half below `usual`, a tenth above `high`.

    `days`: on how many days it rests. With fewer than FEWEST_DAYS nothing is usual, and the numbers are NaN.
    """

    low: float
    usual: float
    high: float
    days: int

    def known(self) -> bool:
        return self.days >= FEWEST_DAYS


def over_days(values: np.ndarray) -> Before:
    """Of one value for each day; NaN: none on that day."""
    told = values[~np.isnan(values)]
    if len(told) < FEWEST_DAYS:
        return Before(np.nan, np.nan, np.nan, len(told))
    low, usual, high = np.quantile(told, (LOW, 0.5, HIGH)).tolist()
    return Before(low, usual, high, len(told))


def whole(told: Before) -> Before:
    """The same of things that are counted: there are no half ones."""
    return replace(told, low=np.floor(told.low), usual=np.round(told.usual), high=np.ceil(told.high))


class Hours:
    """What devices measured around one hour on each of the days before: a row a device, a column a day."""

    def __init__(self, told: Table, days: int = DAYS) -> None:
        ids, places = np.unique(told["id"].astype(str), return_inverse=True)
        self._place = {name: place for place, name in enumerate(ids.tolist())}
        self._values = np.full((len(ids) + 1, days), np.nan)  # the last row: whoever measured nothing
        self._values[places, told["day"] - 1] = told["value"]

    def of(self, ids: Sequence[str]) -> np.ndarray:
        """The hours of these devices, in their order; NaN where one was silent."""
        found: np.ndarray = self._values[[self._place.get(name, -1) for name in ids]]
        return found

    def median(self, ids: Sequence[str]) -> Before:
        """The median of these devices, day by day."""
        hours = self.of(ids)
        days = [np.nanmedian(hours[:, day]) if good else np.nan for day, good in enumerate(_answered(hours))]
        return over_days(np.array(days))

    def share(self, ids: Sequence[str], of: np.ndarray) -> Before:
        """The sum over these devices in per cent of what they can hold (`of`), day by day; of those that answered."""
        hours = self.of(ids)
        held = np.where(np.isnan(hours), 0.0, np.asarray(of)[:, np.newaxis])
        days = [
            100 * np.nansum(hours[:, day]) / held[:, day].sum() if good and held[:, day].sum() else np.nan
            for day, good in enumerate(_answered(hours))
        ]
        return over_days(np.array(days))


def _answered(hours: np.ndarray) -> list[bool]:
    """For each day whether enough of the devices answered that ever did."""
    there = ~np.isnan(hours)
    ever = int(there.any(axis=1).sum())
    return [bool(count and count >= ENOUGH * ever) for count in there.sum(axis=0).tolist()]


# Late news may change a day that is over; for so long a page may not know it.
_HOURS: Kept[Hours] = Kept(most=48, lasting_s=600)
_OPEN: Kept[list[Table]] = Kept(most=8, lasting_s=600)


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """The days before `now` as a view's store remembers them; asked once for each half hour and kept."""

    view: View
    now: datetime

    def hours(self, metric: str) -> Hours:
        """Every device's hours in this metric."""
        moment = half_hour(self.now)
        store = self.view.store
        return _HOURS.get(store, (metric, moment), lambda: Hours(store.answer(SameHour(metric, moment, DAYS))))

    def open_incidents(self, seen: Ground | None) -> Before:
        """How many incidents were open at this time of day, on the ground that is seen."""
        return whole(over_days(np.array([float(len(part(table, seen))) for table in self._open()])))

    def answering(self, metrics: Iterable[str], ids: Sequence[str]) -> Before:
        """How many of these devices measured anything in these metrics around this hour."""
        heard = np.zeros((len(ids), DAYS), dtype=bool)
        for metric in metrics:
            heard |= ~np.isnan(self.hours(metric).of(ids))
        count = heard.sum(axis=0).astype(float)
        return whole(over_days(np.where(count > 0, count, np.nan)))

    def _open(self) -> list[Table]:
        moment, store = half_hour(self.now), self.view.store
        first = store.first_fact()
        here = moment.astimezone(self.view.zone())
        days = [here - timedelta(days=day) for day in range(1, DAYS + 1)]  # by the city's clocks
        remembered = [day for day in days if first is not None and day >= first]
        return _OPEN.get(store, moment, lambda: [store.answer(Incidents(), day) for day in remembered])


def half_hour(now: datetime) -> datetime:
    """The nearest full or half hour."""
    past = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    return now - past + round(past / STEP) * STEP
