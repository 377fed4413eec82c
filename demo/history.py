"""The town's last day, told before anyone watches: readings in five-minute steps, and its incidents."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from data_access.declarations import Counts
from data_access.importers.found import Progress
from data_access.records import Incident, Reading
from data_access.words import _
from demo.days import even, values
from demo.incidents import told
from demo.simulate import phase
from demo.town import town

REACH = timedelta(hours=26)  # a chart of 24 hours with something before its left edge
STEP_S = 300


class Writer(Protocol):
    def bulk(self, readings: Iterable[tuple[Reading, datetime]]) -> int: ...
    def say(self, incidents: Iterable[tuple[Incident, datetime]]) -> Counts: ...


def history(writer: Writer, seed: int, now: datetime, progress: Progress, since: datetime | None = None) -> int:
    """Tell the day before now; how many readings were new.

    Told again it adds only what is missing. `since` is the first fact of a town that is known already: whatever
    happened from then on is told to its end, however long nobody simulated it, so that no incident stays open.
    """
    start = now - REACH
    words = told(seed, min(start, since) if since else start, now)
    begun = {word.id for word in words if word.state == "new"}  # of the others the beginning was never told
    words = [word for word in words if word.id in begun]
    writer.say((word, word.at + timedelta(seconds=_late(seed, word.id, word.at))) for word in words)
    return writer.bulk(readings(seed, start, now, progress))


def readings(seed: int, start: datetime, end: datetime, progress: Progress) -> Iterator[tuple[Reading, datetime]]:
    """Each reading between two times with the time at which it was received, a moment later.

    A device speaks at the same instants as when it is simulated live, only less often.
    """
    abouts = town(seed).abouts
    saying = _("Telling the town's last day")
    for number, about in enumerate(abouts):
        progress(saying, number / len(abouts))
        moment = phase(number, len(abouts)) * (about.interval_s or STEP_S)
        steps = np.arange(np.ceil((start.timestamp() - moment) / STEP_S), (end.timestamp() - moment) / STEP_S)
        at = steps * STEP_S + moment
        instants = [datetime.fromtimestamp(round(float(second), 3), UTC) for second in at]
        delays = 0.2 + 2.8 * even(seed, f"delay {about.device_id}", steps) ** 4
        for metric, numbers in values(about, at, seed).items():
            for instant, delay, number_told in zip(instants, delays.tolist(), numbers.tolist(), strict=True):
                if number_told == number_told and instant <= end:
                    received = min(end, instant + timedelta(seconds=delay))
                    yield Reading(about.device_id, metric, number_told, instant), received
    progress(saying, 1.0)


def _late(seed: int, id: str, at: datetime) -> float:
    return 0.3 + float(even(seed, f"delay {id}", np.array([int(at.timestamp())]))[0])
