"""Readings on their way into the tables: each key once, the newest of each stream beside, late ones noted."""

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from data_access import quarantine
from data_access.records import Reading
from data_access.schema import (
    ANCIENT,
    BOOT,
    FUTURE,
    GOOD,
    LATE,
    LATEST,
    MISSING,
    ONLINE,
    QUALITY_CODES,
    READING,
    STREAM,
    TRUSTED,
    instant,
    microseconds,
)
from data_access.transaction import Writing, inserting

AHEAD_US = 60_000_000  # a device's clock may run so far ahead of ours before we doubt it
FIRST_BELIEVED_US = 946_684_800_000_000  # 2000: clocks that were never set stand before
LARGEST = 2**63 - 1

_PUT = inserting(READING, unless_there=True)
_LATE = inserting(LATE, unless_there=True)
NEWER = (
    inserting(LATEST) + " ON CONFLICT (stream_id) DO UPDATE SET observed_at = excluded.observed_at, "
    "received_at = excluded.received_at, value = excluded.value, quality = excluded.quality, "
    "revision = excluded.revision WHERE excluded.observed_at > latest.observed_at"
)
MOST_NAMES = 200_000
_NEW_STREAM, _NEW_BOOT = inserting(STREAM), inserting(BOOT)


class UnstorableError(ValueError):
    """A fact that no database could keep as it is."""


class Item(Struct, gc=False):
    """One reading, its names and times as the tables hold them; `topic` and `raw` say where it came from."""

    stream_id: int
    observed_at: int
    received_at: int
    value: float | None
    quality: int
    boot_id: int | None
    seq: int | None
    topic: str
    raw: bytes | None


class Names:
    """Small numbers for long names, learnt from the tables once; what a failed transaction made up is forgotten."""

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], int] = {}
        self._boots: dict[tuple[str, str], int] = {}
        self._fresh: list[tuple[dict[tuple[str, str], int], tuple[str, str]]] = []
        self._at: datetime | None = None
        self._moment = 0

    def stream(self, tx: Writing, device_id: str, metric: str) -> int:
        found = self._streams.get((device_id, metric))
        if found is not None:
            return found
        asked = "SELECT id FROM stream WHERE device_id = ? AND metric = ?"
        row = (None, device_id, metric)
        return self._learn(tx, self._streams, (device_id, metric), asked, _NEW_STREAM, row)

    def boot(self, tx: Writing, device_id: str, boot: str, at: int) -> int:
        found = self._boots.get((device_id, boot))
        if found is not None:
            return found
        asked = "SELECT id FROM boot WHERE device_id = ? AND boot = ?"
        row = (None, device_id, boot, 0, "[]", "[]", at, 0, 0)
        return self._learn(tx, self._boots, (device_id, boot), asked, _NEW_BOOT, row)

    def moment(self, at: datetime) -> int:
        """Microseconds since 1970; readings of one message share their time."""
        if at is not self._at:
            self._at, self._moment = at, microseconds(at)
        return self._moment

    def keep(self) -> None:
        self._fresh.clear()
        for names in (self._streams, self._boots):
            if len(names) > MOST_NAMES:  # anyone may invent devices and starts; they are looked up again
                names.clear()

    def forget(self) -> None:
        for names, key in self._fresh:
            names.pop(key, None)
        self._fresh.clear()

    def _learn(
        self, tx: Writing, names: dict[tuple[str, str], int], key: tuple[str, str], asked: str, new: str, row: Any
    ) -> int:
        for name in key:
            storable_text(name)
        found = tx.rows(asked, *key)
        if not found:
            tx.run(new, [row])
            found = tx.rows(asked, *key)
        names[key] = number = found[0][0]
        self._fresh.append((names, key))
        return int(number)


def storable_text(words: str | None) -> str | None:
    """The same text.

    Raises:
        UnstorableError: it holds NUL, which PostgreSQL refuses, or half a character.
    """
    if words is not None:
        if "\0" in words:
            raise UnstorableError("a text holds NUL")
        try:
            words.encode()
        except UnicodeEncodeError as fault:
            raise UnstorableError("a text holds half a character") from fault
    return words


def item(
    tx: Writing, names: Names, reading: Reading, received_at: int, topic: str = "", raw: bytes | None = None
) -> Item:
    """A reading as the tables hold it; its quality says when its clock cannot be believed.

    Raises:
        UnstorableError: its value is no finite number, a number is too large, or a name holds what no table takes.
    """
    value, quality = reading.value, QUALITY_CODES[reading.quality]
    if value is None:
        quality = quality if quality != GOOD else MISSING
    elif not math.isfinite(value):
        raise UnstorableError("a value is not a finite number")
    else:
        value = float(value)
    seq = reading.seq
    if seq is not None and not -LARGEST <= seq <= LARGEST:
        raise UnstorableError("a packet's number is too large")
    if reading.metric.startswith("$"):
        raise UnstorableError("a metric begins with a dollar sign")
    observed = names.moment(reading.observed_at)
    if observed > received_at + AHEAD_US:
        quality = FUTURE
    elif observed < FIRST_BELIEVED_US:
        quality = ANCIENT
    boot = None if reading.boot is None else names.boot(tx, reading.device_id, reading.boot, received_at)
    stream = names.stream(tx, reading.device_id, reading.metric)
    return Item(stream, observed, received_at, value, quality, boot, seq, topic, raw)


def store(tx: Writing, items: Iterable[Item], seen: dict[tuple[int, int], Item]) -> int:
    """Put readings in; how many are new.

    What is there already counts as a duplicate; another value under the same key goes to quarantine. `seen` holds
    what this transaction has put in, and grows.
    """
    fresh: dict[tuple[int, int], Item] = {}
    repeated: list[Item] = []
    for one in items:
        key = (one.stream_id, one.observed_at)
        if key in fresh or key in seen:
            repeated.append(one)
        else:
            fresh[key] = one
    revision = tx.revision
    rows = [
        (i.stream_id, i.observed_at, i.received_at, i.value, i.quality, i.boot_id, i.seq, revision)
        for i in fresh.values()
    ]
    stands = {key: (one.value, one.quality) for key, one in (seen | fresh if repeated else {}).items()}
    if tx.run(_PUT, rows) != len(rows):
        stands |= _drop_known(tx, fresh)
    for one in repeated:
        _again(tx, one, *stands[one.stream_id, one.observed_at])
    if not fresh:
        return 0
    seen.update(fresh)
    tx.moved = True
    tx.stored += len(fresh)
    trusted = [i for i in fresh.values() if i.quality < TRUSTED]
    newest: dict[int, Item] = {}
    for i in trusted:
        best = newest.get(i.stream_id)
        if best is None or i.observed_at > best.observed_at:
            newest[i.stream_id] = i
    tx.run(NEWER, [(i.stream_id, i.observed_at, i.received_at, i.value, i.quality, revision) for i in newest.values()])
    if trusted:
        tx.observed(min(i.observed_at for i in trusted))
    horizon = tx.horizon
    if horizon is not None:
        tx.run(_LATE, [(i.stream_id, i.observed_at, revision, None) for i in trusted if i.observed_at <= horizon])
    return len(fresh)


def _drop_known(tx: Writing, fresh: dict[tuple[int, int], Item]) -> dict[tuple[int, int], tuple[float | None, int]]:
    """Take out what was in the table before, its key tells by the revision of its row; what stands there."""
    keys = json.dumps(list(fresh))
    there = tx.rows(
        "SELECT r.stream_id, r.observed_at, r.value, r.quality FROM json_each(?) k JOIN reading r "
        "ON r.stream_id = json_extract(k.value, '$[0]') AND r.observed_at = json_extract(k.value, '$[1]') "
        "WHERE r.revision <> ?",
        keys,
        tx.revision,
    )
    for stream_id, observed_at, value, quality in there:
        _again(tx, fresh.pop((stream_id, observed_at)), value, quality)
    return {(stream_id, observed_at): (value, quality) for stream_id, observed_at, value, quality in there}


def _again(tx: Writing, one: Item, value: float | None, quality: int) -> None:
    """A key that is taken: the same word again, or another one about the same moment."""
    doubted = max(quality, one.quality) >= TRUSTED  # whether a clock is believed depends on when we heard of it
    if one.value == value and (one.quality == quality or doubted):
        tx.duplicates += 1
        return
    raw = one.raw
    if raw is None:
        told = {"stream": one.stream_id, "observed_at": instant(one.observed_at).isoformat(), "value": one.value}
        raw = json.dumps(told).encode()
    quarantine.put(
        tx, one.topic, raw, f"another value stands at {instant(one.observed_at).isoformat()}", one.received_at
    )


def came_or_went(
    tx: Writing, names: Names, device_id: str, online: bool, boot: str | None, at: int, retained: bool
) -> Item | None:
    """A device's coming or going as a reading of its stream ONLINE, at the time we heard of it; None: nothing new.

    The last will of an older boot than the one that is here says nothing about this one. What a broker kept
    (`retained`) is a state, not a sign of life: it counts only where it differs, and its quality is not good.
    """
    stream = names.stream(tx, device_id, ONLINE)
    boot_id = None if boot is None else names.boot(tx, device_id, boot, at)
    now = tx.rows(
        "SELECT l.observed_at, l.value, r.boot_id FROM latest l JOIN reading r "
        "ON r.stream_id = l.stream_id AND r.observed_at = l.observed_at WHERE l.stream_id = ?",
        stream,
    )
    quality = QUALITY_CODES["suspect"] if retained else GOOD
    if now:
        since, state, current = now[0]
        at = max(at, since + 1)
        if not online and None not in (boot_id, current) and boot_id != current:
            return None
        if retained and bool(state) == online and boot_id in (None, current):
            return None
        boot_id = current if boot_id is None and not online else boot_id
    return Item(stream, at, at, float(online), quality, boot_id, None, "", None)
