"""Which numbered packets of a device are here: everything up to a watermark, and ranges above it."""

import json
from collections.abc import Iterable

from msgspec import Struct

from data_access.transaction import Writing

Ranges = tuple[tuple[int, int], ...]

# A device that sends every other number only would make its ledger endless. Beyond so many ranges the highest are
# forgotten: they are not acknowledged, so their sender repeats them when the gaps below have closed.
MOST_RANGES = 1000


class Ack(Struct, frozen=True):
    """What a device may forget: in this boot all numbers up to `seq`, and the ranges in `also` above it."""

    boot: str
    seq: int
    also: Ranges = ()


Acks = dict[tuple[str, str], Ack]  # by device and boot: one that started again is told of both


class Numbers(Struct, frozen=True):
    """The numbers of one boot that are settled: committed, or given up by their sender (`lost`)."""

    watermark: int = 0
    also: Ranges = ()
    lost: Ranges = ()

    def with_(self, come: Iterable[int], lost: Iterable[tuple[int, int]] = ()) -> "Numbers":
        """The same after more numbers came, or were declared lost; numbers start at 1.

        >>> Numbers(3).with_([5, 6]).also
        ((5, 6),)
        >>> Numbers(3, ((5, 6),)).with_([], [(4, 4)])
        Numbers(watermark=6, also=(), lost=((4, 4),))
        """
        gone = tuple((max(1, first), last) for first, last in lost if last >= max(1, first))
        one_by_one = [(number, number) for number in come if number >= 1]
        settled = joined([(1, self.watermark), *self.also, *one_by_one, *gone])
        watermark = settled[0][1] if settled and settled[0][0] == 1 else 0
        above = settled[1:] if watermark else settled
        return Numbers(watermark, above[:MOST_RANGES], joined([*self.lost, *gone])[:MOST_RANGES])

    @property
    def missing(self) -> Ranges:
        """The gaps: numbers that are neither here nor given up, below the highest that came."""
        start, gaps = self.watermark + 1, []
        for first, last in self.also:
            gaps.append((start, first - 1))
            start = last + 1
        return tuple(gaps)


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, those that touch or overlap made one; empty ones left out."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if last < first:
            continue
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


class Note(Struct):
    """What one transaction adds to a boot's numbers."""

    device_id: str
    boot: str
    come: list[int] = []
    lost: list[tuple[int, int]] = []


def settle(tx: Writing, notes: dict[int, Note]) -> Acks:
    """Write down which numbers came, by id of their boot; what each device may forget of each now."""
    if not notes:
        return {}
    known = {
        boot_id: Numbers(watermark, ranges(also), ranges(lost))
        for boot_id, watermark, also, lost in tx.rows(
            "SELECT id, watermark, also, lost FROM boot WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(notes)),
        )
    }
    acks, changed = {}, []
    for boot_id, note in notes.items():
        before = known[boot_id]
        after = before.with_(note.come, note.lost)
        if after != before:
            changed.append((after.watermark, json.dumps(after.also), json.dumps(after.lost), boot_id))
        acks[note.device_id, note.boot] = Ack(note.boot, after.watermark, after.also)
    tx.run("UPDATE boot SET watermark = ?, also = ?, lost = ? WHERE id = ?", changed)
    return acks


def ranges(told: str) -> Ranges:
    """Ranges as a table keeps them."""
    return tuple((first, last) for first, last in json.loads(told)) if told != "[]" else ()
