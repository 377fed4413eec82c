"""How old what a layer shows is: who still reports, and the words for every band of the contract."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from data_access.records import STALE, Status
from data_access.table import Table
from data_access.words import N_, Text
from layers.base import Layer

WORDS: Mapping[Status, Text] = {
    "fresh": N_("up to date"),
    "late": N_("late"),
    "stale": N_("stale"),
    "dead": N_("silent"),
    "unknown": N_("never reported"),
}
SPEAKING: frozenset[Status] = frozenset({"fresh", "late"})  # one that is stale no longer counts as reporting


def has_age(table: Table) -> bool:
    """Whether the rows are of things that promised to speak; an incident did not, nor did a building."""
    return "observed_at" in table and "interval_s" in table


def interval_s(row_interval_s: float | None, layer: Layer) -> float:
    """How often this one speaks; of one that never said, what makes it stale when `stale_after` has gone by."""
    return row_interval_s or layer.stale_after.total_seconds() / STALE


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a device was to speak at each time: every `every_s[n]` seconds until `changes[n]`, then the next.

    Whoever was told today to speak more often was not silent yesterday in between, nor was who was `heard_of` today
    for the first time (None: nobody knows when).
    """

    every_s: Sequence[float]
    changes: Sequence[datetime] = ()
    heard_of: datetime | None = None

    def at(self, moment: datetime) -> float:
        """How often it was to speak then, in seconds."""
        return self.every_s[bisect_right(self.changes, moment)]

    def each(self, moments: np.ndarray) -> np.ndarray:
        """The same of many moments at once (datetime64, UTC)."""
        if not self.changes:
            return np.full(len(moments), self.every_s[0])
        changes = np.array([at.astimezone(UTC).replace(tzinfo=None) for at in self.changes], dtype="datetime64[us]")
        found: np.ndarray = np.array(self.every_s)[np.searchsorted(changes, moments, side="right")]
        return found


def speaking(table: Table, layer: Layer, now: datetime) -> np.ndarray:
    """Which rows are of things that report, as a mask; all of those that never promised to."""
    if not has_age(table):
        return np.ones(len(table), dtype=np.bool_)
    return np.array([layer.status(row, now) in SPEAKING for row in table], dtype=np.bool_)
