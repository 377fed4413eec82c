"""The worker: jobs that come round, each in its own time, none of which may stop the others."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so many seconds; the first time at once."""

    name: str
    every_s: float
    do: Callable[[], object]


def work(jobs: Sequence[Job], stop: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
    """Do every job in its time until `stop` is set.

    A job that fails is tried again in its next turn; the log tells when it began to fail and when it came right.
    """
    due = {job.name: clock() for job in jobs}
    failing: set[str] = set()
    while not stop.is_set():
        for job in jobs:
            if clock() < due[job.name] or stop.is_set():
                continue
            due[job.name] = clock() + job.every_s
            try:
                job.do()
            except Exception:
                if job.name not in failing:
                    log.exception("job fails", job=job.name)
                failing.add(job.name)
            else:
                if job.name in failing:
                    log.info("job works again", job=job.name)
                failing.discard(job.name)
        stop.wait(min(1.0, max(0.05, min(due.values()) - clock())))
