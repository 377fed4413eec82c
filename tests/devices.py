"""Devices and an ingest for tests, over a real broker and the real writer."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import create_engine, text

from data_access.decoders import DECODERS
from data_access.listener import Listener
from data_access.writer import CityWriter, Committed, Message

PATIENCE_S = 30.0
SECOND = 1_772_427_600  # NOON of the small city, as epoch seconds


def until(true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true.

    Raises:
        TimeoutError: it did not become true.
    """
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not true after {patience_s} s")
        time.sleep(0.01)


class Sender:
    """One device, or a dispatch system: publishes at QoS 1 and hears the numbers that were acknowledged."""

    def __init__(self, port: int, client_id: str = "sender", hears: str = "cityglass/+/ack") -> None:
        self.heard: list[tuple[str, Any]] = []
        self._sent: list[paho.MQTTMessageInfo] = []
        self._ready = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id)
        self._client.max_inflight_messages_set(200)
        self._client.on_connect = lambda client, *_: client.subscribe(hears, 1)
        self._client.on_subscribe = self._subscribed
        self._client.on_message = lambda _client, _data, message: self.heard.append(
            (message.topic, json.loads(message.payload))
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        until(lambda: self._ready)

    def _subscribed(self, *_: object) -> None:
        self._ready = True

    def say(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        self._sent.append(self._client.publish(topic, payload, 1, retain))

    def measure(self, device: str, number: int, boot: str | None = "b1", value: float | None = None) -> None:
        """Send the reading with this number, made in the second with this number."""
        numbered = {"boot": boot, "seq": number} if boot else {}
        values = {"pm25_ug_m3": number / 10 if value is None else value}
        self.say(f"cityglass/{device}/readings", json.dumps({"at": SECOND + number, **numbered, "values": values}))

    def confirmed(self) -> None:
        """Wait until the broker has confirmed everything."""
        for sent in self._sent:
            sent.wait_for_publish(PATIENCE_S)
        self._sent.clear()

    def acks(self, device: str) -> list[Any]:
        return [said for topic, said in self.heard if topic == f"cityglass/{device}/ack"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'city.db'}"


@contextmanager
def listening(url: str, folder: Path, writer: Any = None, wait: bool = True, **more: Any) -> Iterator[Listener]:
    """A listener with the real writer (or a wrapped one) on a database in this folder."""
    own: Any = CityWriter.open(url_in(folder)) if writer is None else None
    listener = Listener(url, DECODERS, own if writer is None else writer, **more)
    listener.start()
    try:
        if wait:
            until(lambda: listener.counts()["connected"])
        yield listener
    finally:
        listener.stop()
        if own:
            own.close()


class Slow:
    """The real writer, which takes its time over each batch."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._writer, self._seconds = CityWriter.open(url_in(folder)), seconds

    def commit(self, messages: Sequence[Message]) -> Committed:
        time.sleep(self._seconds)
        return self._writer.commit(messages)


def stored(folder: Path) -> set[tuple[str, int]]:
    """(device, number) of every reading in the database; fails on a row that is there twice."""
    rows: list[Any] = asked(
        folder,
        "SELECT device_id, seq FROM reading JOIN stream ON stream.id = reading.stream_id WHERE seq IS NOT NULL",
    )
    assert len(rows) == len(set(rows))
    return set(rows)


def asked(folder: Path, question: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url_in(folder))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]
    finally:
        engine.dispose()


def quarantined(folder: Path) -> list[tuple[str, str, bytes, int]]:
    """(topic, reason, raw, count) of everything in quarantine."""
    return asked(folder, "SELECT topic, reason, raw, count FROM quarantine ORDER BY first_at")  # type: ignore[return-value]
