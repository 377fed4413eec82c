"""What is usual along a chart: for moments in even steps, low, middle and high of the same time on the days before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from components.kept import Kept
from components.stretch import Stretch
from components.usual import DAYS, FEWEST_DAYS, STEP
from components.view import View
from data_access.queries import Usual
from data_access.table import EPOCH, Table
from data_access.words import _, ngettext
from layers.phrases import number

COARSE_STEP, FINE_DAYS = timedelta(hours=2), 8.0  # half hours are too fine for what is longer than a week


@dataclass(frozen=True, slots=True)
class Band:
    """Moments, rising, and what is usual at each (NaN: not known), with how many days each rests on."""

    at: list[datetime]
    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray
    days: np.ndarray

    def pieces(self) -> list[tuple[int, int]]:
        """The runs of moments of which it is known, as (first, one after the last)."""
        found, first = [], 0
        for known, run in groupby((~np.isnan(self.middle)).tolist()):
            length = sum(1 for _each in run)
            if known and length > 1:
                found.append((first, first + length))
            first += length
        return found

    def values(self) -> list[float]:
        """All numbers of it that are known."""
        every = np.concatenate([self.low, self.high])
        told: list[float] = every[~np.isnan(every)].tolist()
        return told

    def told(self) -> str:
        """What the band is and what it rests on; why there is none where nothing is known."""
        if not self.pieces():
            most = int(self.days.max(initial=0))
            few = ngettext("only {n} day before is known", "only {n} days before are known", most)
            return _("What is usual is not known yet: {few}, and it takes {least}.").format(
                few=few.format(n=number(most)), least=number(FEWEST_DAYS)
            )
        rests_on = self.days[~np.isnan(self.middle)]
        least, most = int(rests_on.min()), int(rests_on.max())
        return _("Behind it, what is usual at this time of day: 8 of 10 readings of the {days} days before.").format(
            days=number(most) if least == most else _("{least} to {most}").format(least=least, most=most)
        )


def band(told: Table) -> Band:
    """The band that an answer to `Usual` about one device gives; nothing is claimed from fewer than FEWEST_DAYS."""
    days = told["days"]
    enough = days >= FEWEST_DAYS
    low, middle, high = (np.where(enough, told[name], np.nan) for name in ("low", "median", "high"))
    return Band([row.at for row in told], low, middle, high, days)


def usual(view: View, device: str, metric: str, stretch: Stretch) -> Band:
    """What is usual for this device along the stretch and a little beyond; its days before are over in any case.

    It is asked for at full steps of time, so that the same band serves the next minute.
    """
    step = STEP if stretch.days <= FINE_DAYS else COARSE_STEP
    end = stretch.end + (EPOCH - stretch.end) % step
    back = (end - stretch.start + step - timedelta(microseconds=1)) // step * step
    question = Usual((device,), metric, end, DAYS, back, step)
    return _BANDS.get(view.store, question, lambda: band(view.store.answer(question)))


_BANDS: Kept[Band] = Kept(most=64, lasting_s=600)
