"""A recorded series played over MQTT as if its devices spoke: with the times at which it was measured, or moved to now.

Played twice it says the same words with the same numbers, so an ingest keeps them once.
"""

import hashlib
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from data_access.importers.found import Progress
from data_access.mqtt import Address
from data_access.words import _, ngettext
from demo.recording import FEW, REASONS, Entity, Measured, Recording, ReplayFault
from demo.recordings import read
from demo.recordings.entities import moved as moved_entity
from demo.station import Station


class Summary(Struct, frozen=True):
    """What was played: rows = with a value + absent by reason + silent + bad; the broker acknowledged all."""

    file: str
    recording: Recording
    shifted: timedelta
    acknowledged: int

    @property
    def first(self) -> datetime:
        """The moment of the first row, as it was played."""
        return self.recording.said[0].at + self.shifted

    @property
    def last(self) -> datetime:
        return self.recording.said[-1].at + self.shifted

    def lines(self) -> list[str]:
        """The account for a person."""
        of = self.recording
        told = [
            _("{file}: {rows} rows = {parts}.").format(file=self.file, rows=of.rows, parts=" + ".join(self._parts()))
        ]
        told += [_("Row {line}: {why}.").format(line=line, why=why) for line, why in of.bad[:FEW]]
        if len(of.bad) > FEW:
            more = len(of.bad) - FEW
            told.append(ngettext("And {n} more like these.", "And {n} more like these.", more).format(n=more))
        told += of.notes
        told.append(
            _("Played from {first} to {last}; the broker acknowledged each of {count} messages.").format(
                first=_said(self.first), last=_said(self.last), count=self.acknowledged
            )
        )
        if of.gap:
            days = (of.gap[1] - of.gap[0]) / timedelta(days=1)
            told.append(
                _("Its longest gap has {days} days, from {first}; it stays a gap.").format(
                    days=f"{days:.1f}", first=_said(of.gap[0] + self.shifted)
                )
            )
        return told

    def _parts(self) -> Iterator[str]:
        of = self.recording
        yield _("{n} with a value").format(n=of.values)
        if absent := sum(of.absent.values()):
            why = ", ".join(f"{count} {REASONS[reason]}" for reason, count in sorted(of.absent.items()))
            yield _("{n} without a value ({why})").format(n=absent, why=why)
        if of.silent:
            yield _("{n} that measure nothing and were not played").format(n=of.silent)
        yield _("{n} not understood").format(n=len(of.bad))


class _Message(NamedTuple):
    at: datetime  # when it is due
    topic: str
    payload: str


def replay(
    file: Path,
    mqtt_url: str,
    *,
    year: int | None = None,
    shift: bool = False,
    speed: float | None = None,
    progress: Progress = lambda words, share: None,
    stop: threading.Event | None = None,
    now: datetime | None = None,
) -> Summary:
    """Play the recording and wait until the broker has acknowledged all of it.

    `year` takes only that year; `shift` moves all times by the same span, so that the last one is now; `speed` is how
    many times faster than measured (None: as fast as the broker acknowledges).

    Raises:
        ReplayFault: the file cannot be played, the broker cannot be reached, or it went away meanwhile.
    """
    if speed is not None and not (speed > 0 and math.isfinite(speed)):
        raise ReplayFault(_("The speed must be a number above 0; 3600 plays an hour in a second."))
    try:
        address = Address.of(mqtt_url)
    except ValueError as fault:
        raise ReplayFault(str(fault)) from fault
    progress(_("Reading {file}").format(file=file.name), None)
    recording = read(file, year)
    said, stop = recording.said, stop or threading.Event()
    span = (now or datetime.now(UTC)) - said[-1].at if shift else timedelta(0)
    start = time.monotonic()
    with Station(address) as station:
        for device, about in recording.about.items():
            station.say(f"cityglass/{device}/about", json.dumps(about, ensure_ascii=False), retain=True)
        for number, message in enumerate(_messages(said, span), 1):
            if speed is not None:
                due = start + (message.at - said[0].at).total_seconds() / speed
                stop.wait(max(0.0, due - time.monotonic()))
            if stop.is_set():
                raise ReplayFault(
                    _("Stopped after {count} of {all} rows. Play it again: none is kept twice.").format(
                        count=number - 1, all=len(said)
                    )
                )
            station.say(message.topic, message.payload)
            if number % 100 == 0 or speed is not None:
                progress(_("Playing {file}").format(file=file.name), number / len(said))
        station.confirmed()
        progress(_("Playing {file}").format(file=file.name), 1.0)
        return Summary(file.name, recording, span, station.acknowledged)


def _messages(said: Sequence[Measured | Entity], span: timedelta) -> Iterator[_Message]:
    """What is said in its order, moved by this span; each device numbers its own words.

    A device's boot follows from what it says, so the same series is the same boot.
    """
    words: dict[str, list[Measured]] = {}
    for word in said:
        if isinstance(word, Measured):
            words.setdefault(word.device, []).append(word)
    boots = {device: _boot(series, span) for device, series in words.items()}
    numbers: Counter[str] = Counter()
    for word in said:
        if isinstance(word, Entity):
            yield _entity(word, span)
            continue
        numbers[word.device] += 1
        packet: dict[str, Any] = {"at": (word.at + span).isoformat(), "boot": boots[word.device]}
        packet |= {"seq": numbers[word.device], "values": dict(word.values)}
        if word.quality:
            packet["quality"] = dict(word.quality)
        yield _Message(word.at, f"cityglass/{word.device}/readings", json.dumps(packet))


def _entity(word: Entity, span: timedelta) -> _Message:
    kind = word.device.partition(":")[0] or "entity"
    payload = json.dumps(moved_entity(word.said, span), ensure_ascii=False)
    return _Message(word.at, f"ngsi-ld/{kind}/{word.device}", payload)


def _boot(series: Sequence[Measured], span: timedelta) -> str:
    content = repr([(word.at + span, sorted(word.values.items()), sorted(word.quality.items())) for word in series])
    return f"replay-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
