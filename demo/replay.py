"""A recorded series played over MQTT as if its station spoke: with the times at which it was measured, or moved to now.

Played twice it says the same words with the same numbers, so an ingest keeps them once.
"""

import hashlib
import json
import math
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from data_access.importers.found import Progress
from data_access.mqtt import Address
from data_access.words import _, ngettext
from demo.recording import REASONS, Hour, Recording, ReplayFault, read

STATION, METRIC = "us-embassy-hanoi", "pm25_ug_m3"
ABOUT = {
    "name": "Đại sứ quán Hoa Kỳ, Hà Nội (AirNow)",
    "kind": "sensor",
    "lon": 105.8190,
    "lat": 21.0215,
    "metrics": {METRIC: "µg/m³"},
    "interval_s": 3600,
}
IN_FLIGHT = 200  # messages that the broker has not acknowledged yet
PATIENCE_S = 30.0  # with a broker that acknowledges nothing, or has gone
WELCOME_S = 10.0
FEW = 5  # rows that are named one by one
UNKNOWN_VERSION = 0x84  # reason code of MQTT 5: the broker speaks 3.1.1


class Summary(Struct, frozen=True):
    """What was played: rows = values + absent by reason + bad; every message was acknowledged by the broker."""

    file: str
    recording: Recording
    first: datetime
    last: datetime
    acknowledged: int

    def lines(self) -> list[str]:
        """The account for a person."""
        of = self.recording
        why = ", ".join(f"{count} {REASONS[reason]}" for reason, count in sorted(of.absent.items()))
        absent = sum(of.absent.values())
        told = [
            _("{file}: {rows} rows = {values} values + {absent} without a value{why} + {bad} not understood.").format(
                file=self.file,
                rows=of.rows,
                values=of.values,
                absent=absent,
                why=f" ({why})" if why else "",
                bad=len(of.bad),
            )
        ]
        told += [_("Line {line}: {why}.").format(line=line, why=why) for line, why in of.bad[:FEW]]
        if len(of.bad) > FEW:
            more = len(of.bad) - FEW
            told.append(ngettext("And {n} more like these.", "And {n} more like these.", more).format(n=more))
        told.append(
            _("Played {count} hours from {first} to {last}; the broker acknowledged each.").format(
                count=len(of.hours), first=_said(self.first), last=_said(self.last)
            )
        )
        if of.gap:
            days = (of.gap[1] - of.gap[0]) / timedelta(days=1)
            told.append(
                _("Its longest gap has {days} days, from {first}; it stays a gap.").format(
                    days=f"{days:.1f}", first=_said(of.gap[0] + (self.first - of.hours[0].at))
                )
            )
        return told


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
    hours = recording.hours
    moved = (now or datetime.now(UTC)) - hours[-1].at if shift else timedelta(0)
    start, stop = time.monotonic(), stop or threading.Event()
    with _Station(address) as station:
        station.say(f"cityglass/{STATION}/about", json.dumps(ABOUT, ensure_ascii=False), retain=True)
        for number, payload in enumerate(_payloads(hours, moved), 1):
            if speed is not None:
                due = start + (hours[number - 1].at - hours[0].at).total_seconds() / speed
                stop.wait(max(0.0, due - time.monotonic()))
            if stop.is_set():
                raise ReplayFault(
                    _("Stopped after {count} of {all} hours. Play it again: none is kept twice.").format(
                        count=number - 1, all=len(hours)
                    )
                )
            station.say(f"cityglass/{STATION}/readings", payload)
            if number % 100 == 0 or speed is not None:
                progress(_("Playing {file}").format(file=file.name), number / len(hours))
        station.confirmed()
        progress(_("Playing {file}").format(file=file.name), 1.0)
        return Summary(file.name, recording, hours[0].at + moved, hours[-1].at + moved, station.acknowledged)


def _payloads(hours: tuple[Hour, ...], moved: timedelta) -> Iterator[str]:
    """The packets, numbered; their boot follows from what they say, so the same series is the same boot."""
    content = repr([(hour.at + moved, hour.value, hour.absence) for hour in hours]).encode()
    boot = f"replay-{hashlib.sha256(content).hexdigest()[:12]}"
    for seq, hour in enumerate(hours, 1):
        said: dict[str, Any] = {"at": (hour.at + moved).isoformat(), "boot": boot, "seq": seq}
        said["values"] = {METRIC: hour.value}
        if hour.absence:
            said["quality"] = {METRIC: hour.absence}
        yield json.dumps(said)


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


class _Station:
    """A connection that publishes at QoS 1, with a bounded number of messages on their way."""

    def __init__(self, address: Address) -> None:
        self.acknowledged = 0
        self._address = address
        self._said = 0
        self._changed = threading.Condition()
        self._welcome = threading.Event()
        self._refusal: Any = None
        self._room = IN_FLIGHT

    def __enter__(self) -> Self:
        self._client = self._open(MQTTProtocolVersion.MQTTv5)
        if self._refusal is not None and self._refusal.value == UNKNOWN_VERSION:
            self._close()
            self._refusal = None
            self._welcome.clear()
            self._client = self._open(MQTTProtocolVersion.MQTTv311)
        if self._refusal is not None:
            self._close()
            raise ReplayFault(
                _("The broker at {address} refuses us: {reason}.").format(address=self._address, reason=self._refusal)
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def say(self, topic: str, payload: str, retain: bool = False) -> None:
        """Publish as soon as there is room.

        Raises:
            ReplayFault: there was no room for a long time.
        """
        self._wait(lambda: self._said - self.acknowledged < self._room)
        self._said += 1
        self._client.publish(topic, payload.encode(), qos=1, retain=retain)

    def confirmed(self) -> None:
        """Wait until the broker has acknowledged everything.

        Raises:
            ReplayFault: it acknowledged nothing for a long time.
        """
        self._wait(lambda: self.acknowledged == self._said)

    def _wait(self, done: Any) -> None:
        with self._changed:
            seen, since = self.acknowledged, time.monotonic()
            while not done():
                self._changed.wait(0.5)
                if self.acknowledged != seen:
                    seen, since = self.acknowledged, time.monotonic()
                elif time.monotonic() - since > PATIENCE_S:
                    raise ReplayFault(
                        _(
                            "The broker at {address} acknowledges nothing any more ({count} messages before). "
                            "When it is back, play the recording again: no hour is kept twice."
                        ).format(address=self._address, count=self.acknowledged)
                    )

    def _open(self, protocol: MQTTProtocolVersion) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        client.max_inflight_messages_set(IN_FLIGHT)
        client.reconnect_delay_set(1, 5)
        client.connect_timeout = 5.0
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.secure:
            client.tls_set()
        client.on_connect, client.on_publish = self._welcomed, self._confirmed
        try:
            client.connect(self._address.host, self._address.port)
        except OSError as fault:
            reason = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault
            raise ReplayFault(
                _("No broker answers at {address}: {reason}.").format(address=self._address, reason=reason)
            ) from fault
        client.loop_start()
        if not self._welcome.wait(WELCOME_S):
            client.disconnect()
            client.loop_stop()
            raise ReplayFault(
                _("What answers at {address} does not speak MQTT 5 or 3.1.1.").format(address=self._address)
            )
        return client

    def _close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _welcomed(self, _client: Any, _data: Any, _flags: Any, reason: Any, properties: Any) -> None:
        self._refusal = reason if reason.is_failure else None
        most = getattr(properties, "ReceiveMaximum", None)  # what the broker bears; paho does not look at it
        self._room = min(IN_FLIGHT, most) if most else IN_FLIGHT
        self._welcome.set()

    def _confirmed(self, *_: object) -> None:
        with self._changed:
            self.acknowledged += 1
            self._changed.notify_all()
