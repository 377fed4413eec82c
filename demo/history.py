"""The town's last week, told before anyone watches: readings in five-minute steps, and its incidents."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from msgspec import structs

from data_access.declarations import Counts
from data_access.importers.found import Progress
from data_access.queries import Latest
from data_access.records import About, Incident
from data_access.series import Series
from data_access.table import Table
from data_access.words import _
from demo.clock import HOUR, MINUTE
from demo.days import Days, town_days
from demo.incidents import LONGEST_S, told
from demo.luck import even
from demo.simulate import phase

WEEK_DAYS = 7.0
STEP_S = 300
LINE_SPAN_S = 12 * HOUR  # at most once in each a device's line drops, and it tells later what it measured meanwhile

Known = Mapping[tuple[str, str], datetime]  # device and metric -> the time of its newest value


class Writer(Protocol):
    def declare(self, abouts: Iterable[About], source: str, *, at: datetime) -> Counts: ...
    def bulk_series(self, series: Iterable[Series]) -> int: ...
    def say(self, incidents: Iterable[tuple[Incident, datetime]]) -> Counts: ...


class Store(Protocol):
    def answer(self, question: Latest) -> Table: ...


def known(store: Store, seed: int) -> dict[tuple[str, str], datetime]:
    """When each of the town's devices was last heard, as far as the store knows."""
    metrics = sorted({metric for about in town_days(seed).abouts for metric in about.metrics})
    return {
        (row.id, metric): row.observed_at
        for metric in metrics
        for row in store.answer(Latest(metric))
        if row.observed_at is not None
    }


def history(
    writer: Writer,
    seed: int,
    now: datetime,
    progress: Progress,
    before: Known | None = None,
    days: float = WEEK_DAYS,
    source: str = "simulated",
) -> int:
    """Tell the week before now; how many readings were new.

    What is told speaks every five minutes, and the register says so for that time: else whoever looks back would see
    devices that are silent for minutes after each word. From now on they speak as often as they do live.

    `before` is what is known already: then only what came after it is told, and nothing doubles. Where nobody
    simulated the town for longer than a week a gap stays in its readings, but its incidents are told to their end.
    """
    start = now - timedelta(days=days)
    last = max(before.values(), default=None) if before else None
    since = start if last is None else min(start, last - timedelta(seconds=LONGEST_S))
    words = told(seed, since, now)
    begun = {word.id for word in words if word.state == "new"}  # of the others the beginning was never told
    words = [word for word in words if word.id in begun]
    days_of_town = town_days(seed)
    silent_since = start if last is None else max(start, last)
    if now - silent_since > timedelta(seconds=STEP_S):
        slow = [structs.replace(about, interval_s=max(STEP_S, about.interval_s or 0)) for about in days_of_town.abouts]
        writer.declare(slow, source, at=silent_since)
    writer.say((word, min(now, word.at + timedelta(seconds=_late(seed, word)))) for word in words)
    new = writer.bulk_series(series(days_of_town, start, now, progress, before or {}))
    writer.declare(days_of_town.abouts, source, at=now)
    return new


def series(town: Days, start: datetime, end: datetime, progress: Progress, before: Known) -> Iterator[Series]:
    """What each device measured between two times, and when the city heard of it.

    A device speaks at the same instants as when it is simulated live, only less often; silence stays a gap.
    """
    saying = _("Telling the town's last week")
    for number, about in enumerate(town.abouts):
        progress(saying, number / len(town.abouts))
        # whoever lacks one of its metrics was interrupted while it told them: tell all again
        heard = (before.get((about.device_id, metric), start) for metric in about.metrics)
        since = max(start, min(heard, default=start))
        at = instants(about, number, len(town.abouts), since.timestamp(), end.timestamp())
        if not len(at):
            continue
        received = np.minimum(at + delays(about, at, town.seed), end.timestamp())
        for metric, numbers in town.values(about, at).items():
            there = ~np.isnan(numbers)
            if there.any():
                yield Series(about.device_id, metric, _us(at[there]), _us(received[there]), numbers[there], None)
    progress(saying, 1.0)


def instants(about: About, number: int, count: int, start: float, end: float) -> np.ndarray:
    """When device `number` of `count` speaks in history, after `start` and not after `end`."""
    moment = phase(number, count) * (about.interval_s or STEP_S)
    steps = np.arange(np.floor((start - moment) / STEP_S) + 1, np.floor((end - moment) / STEP_S) + 1)
    at: np.ndarray = np.round(steps * STEP_S + moment, 3)
    return at[(at > start) & (at <= end)]


def delays(about: About, at: np.ndarray, seed: int) -> np.ndarray:
    """How many seconds later the city heard of what was measured at these instants.

    Mostly a second or two, now and then some minutes; and where a line dropped everything comes when it is back.
    """
    device, moments = about.device_id, np.floor(at)
    late = 0.2 + 2.8 * even(seed, f"delay {device}", moments) ** 4
    slow = even(seed, f"slow {device}", moments) < 0.01
    late += np.where(slow, (1 + 6 * even(seed, f"how slow {device}", moments) ** 2) * MINUTE, 0)
    span = np.floor(at / LINE_SPAN_S)
    dropped = (span + 0.7 * even(seed, f"line at {device}", span)) * LINE_SPAN_S
    back = dropped + (0.3 + 3 * even(seed, f"line for {device}", span) ** 2) * HOUR
    waits = (even(seed, f"line {device}", span) < 0.02) & (at >= dropped) & (at < back)
    return np.where(waits, back - at + late, late)


def _us(at: np.ndarray) -> np.ndarray:
    """Whole microseconds, of times that live devices tell in milliseconds."""
    whole: np.ndarray = np.round(at * 1000).astype(np.int64) * 1000
    return whole


def _late(seed: int, word: Incident) -> float:
    return 0.3 + 4 * float(even(seed, f"delay {word.id}", np.array([int(word.at.timestamp())]))[0]) ** 3
