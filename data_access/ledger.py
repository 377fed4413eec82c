"""Which numbered packets of a device are here: everything up to a watermark, and ranges above it."""

import json
from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter

from msgspec import Struct

from data_access.transaction import Writing

Ranges = tuple[tuple[int, int], ...]

# A device that sends every other number only would make its ledger endless. Beyond so many ranges the lowest are
# forgotten: they are not acknowledged, so a sender that keeps its messages repeats them, the oldest first.
MOST_RANGES = 1000


class Ack(Struct, frozen=True):
    """What a device may forget: in this boot all numbers up to `seq`, and the ranges in `also` above it."""

    boot: str
    seq: int
    also: Ranges = ()

    def after(self, before: "Ack") -> "Ack":
        """This, and what was told before of the same boot."""
        if not before.also:
            return self
        told = joined([*before.also, *self.also])
        return Ack(self.boot, self.seq, tuple(one for one in told if one[1] > self.seq))


Acks = dict[tuple[str, str], Ack]  # by device and boot: one that started again is told of both


class Numbers(Struct, frozen=True):
    """The numbers of one boot that are settled: committed, or given up by their sender (`lost`).

    Up to `untold` it is no longer known one by one what came; 0: all of it is. `more_lost`: so many more were given up,
    of which it is no longer known which.
    """

    watermark: int = 0
    also: Ranges = ()
    lost: Ranges = ()
    untold: int = 0
    more_lost: int = 0

    def with_(self, come: Iterable[int], lost: Iterable[tuple[int, int]] = ()) -> "Numbers":
        """The same after more numbers came, or were declared lost; numbers start at 1.

        What has come is not lost, whatever its sender thinks.

        >>> Numbers(3).with_([5, 6]).also
        ((5, 6),)
        >>> Numbers(3, ((5, 6),)).with_([], [(3, 4)])
        Numbers(watermark=6, also=(), lost=((4, 4),), untold=0, more_lost=0)
        """
        come = list(come)
        upto = self.watermark + len(come)
        plain = not (lost or self.also or self.lost or self.untold or self.more_lost)
        if plain and come == list(range(self.watermark + 1, upto + 1)):
            return Numbers(upto)  # the next ones, as nearly always
        one_by_one = joined((number, number) for number in come if number >= 1)
        here = joined([(1, self.watermark), *self.also, *one_by_one])
        gone = without(((max(1, first), last) for first, last in lost), here) if lost else ()
        settled = joined([*here, *gone]) if gone else here
        watermark = settled[0][1] if settled and settled[0][0] == 1 else 0
        above = settled[1:] if watermark else settled
        forgotten, kept = above[:-MOST_RANGES], above[-MOST_RANGES:]
        untold = max(self.untold, forgotten[-1][1] if forgotten else 0)
        given_up = joined([*without(self.lost, one_by_one), *gone]) if self.lost or gone else ()
        more_lost = self.more_lost + many(given_up[:-MOST_RANGES])
        return Numbers(watermark, kept, given_up[-MOST_RANGES:], untold if untold > watermark else 0, more_lost)

    @property
    def missing(self) -> Ranges:
        """The gaps that are known: numbers neither here nor given up, below the highest that came."""
        start, gaps = max(self.watermark, self.untold) + 1, []
        for first, last in self.also:
            if first > start:
                gaps.append((start, first - 1))
            start = max(start, last + 1)
        return tuple(gaps)


def many(ranges: Ranges) -> int:
    """How many numbers they hold."""
    return sum(last - first + 1 for first, last in ranges)


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


def without(ranges: Iterable[tuple[int, int]], others: Ranges) -> Ranges:
    """What of these ranges lies in none of the others, which are in order.

    >>> without([(1, 9)], ((3, 4), (9, 12)))
    ((1, 2), (5, 8))
    """
    found = []
    for first, last in ranges:
        start = first
        for taken, until in others[bisect_left(others, first, key=itemgetter(1)) :]:
            if taken > last:
                break
            found.append((start, taken - 1))
            start = until + 1
        found.append((start, last))
    return joined(found)


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
        boot_id: Numbers(watermark, ranges(also), ranges(lost), untold, more_lost)
        for boot_id, watermark, also, lost, untold, more_lost in tx.rows(
            "SELECT id, watermark, also, lost, untold, more_lost FROM boot "
            "WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(notes)),
        )
    }
    acks, changed = {}, []
    for boot_id, note in notes.items():
        before = known[boot_id]
        after = before.with_(note.come, note.lost)
        if after != before:
            told = (_told(after.also), _told(after.lost), after.untold, after.more_lost)
            changed.append((after.watermark, *told, boot_id))
        acks[note.device_id, note.boot] = Ack(note.boot, after.watermark, _above(after, note.come))
    tx.run("UPDATE boot SET watermark = ?, also = ?, lost = ?, untold = ?, more_lost = ? WHERE id = ?", changed)
    return acks


def _above(numbers: Numbers, come: list[int]) -> Ranges:
    """What a device may forget above the watermark: also what came now where the ledger keeps no single numbers."""
    if not numbers.untold:
        return numbers.also
    return joined([*numbers.also, *((one, one) for one in come if numbers.watermark < one <= numbers.untold)])


def _told(ranges: Ranges) -> str:
    return json.dumps(ranges) if ranges else "[]"


def ranges(told: str) -> Ranges:
    """Ranges as a table keeps them."""
    return tuple((first, last) for first, last in json.loads(told)) if told != "[]" else ()
