"""The processes of the kill table: `python -m bench.kill_parts PART …`; bench/kill_table.py starts and ends them.

    ingest WHERE NTH BROKER DATABASE    our listener, which kills itself (-9) at this point of its NTH batch
    tutorial BROKER DATABASE            the control: paho acknowledges by itself, a queue feeds a thread that commits
    plain BROKER RATE DEVICES BOOT      devices that number their messages, send at QoS 1 and keep nothing
    gateway BROKER RATE DEVICES SPOOL   devices behind our gateway

A sender goes on until it reads a line; then it says its last word for each device, waits until everything is confirmed,
and prints as JSON how many numbers it has sent: `{"device": {"boot": n}}`, each from 1.
"""

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import event

from data_access.decoders import DECODERS
from data_access.gateway import Gateway
from data_access.inbox import Arrival
from data_access.listener import Listener
from data_access.mqtt import SESSION_S
from data_access.spool import Spool
from data_access.writer import CityWriter, Committed, Message

POINTS = ("before begin", "before commit", "between commit and ack", "amid acks")
SPACING_S = 1.0  # between the times of two readings of a device: who has more to say of a second is held back
PATIENCE_S = 120.0
TICK_S = 0.05


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """A writer whose process ends at this point of its nth batch."""

    def __init__(self, database: str, where: str, nth: int) -> None:
        self._writer = CityWriter.open(database)
        self._where, self._left = where, nth
        event.listen(self._writer._engine, "commit", self._committing)

    def commit(self, messages: Sequence[Message]) -> Committed:
        self._left -= 1
        if self._left == 0 and self._where == "before begin":
            die()
        done = self._writer.commit(messages)
        if self._left == 0 and self._where == "between commit and ack":
            die()
        return done

    def amid_acks(self) -> bool:
        return self._left <= 0 and self._where == "amid acks"

    def _committing(self, _connection: Any) -> None:
        if self._left == 0 and self._where == "before commit":
            die()


class DoomedListener(Listener):
    """It ends when it has acknowledged half of a batch."""

    doom: Doomed

    def _acknowledge(self, arrivals: list[Arrival]) -> None:
        if self.doom.amid_acks() and len(arrivals) > 1:
            super()._acknowledge(arrivals[: len(arrivals) // 2])
            time.sleep(0.01)  # the other thread sends them
            die()
        super()._acknowledge(arrivals)


def ingest(where: str, nth: int, broker: str, database: str) -> None:
    doomed = Doomed(database, where, nth)
    listener = DoomedListener(broker, DECODERS, doomed)
    listener.doom = doomed
    listener.start()
    threading.Event().wait()


def tutorial(broker: str, database: str) -> None:
    writer, waiting = CityWriter.open(database), Queue[Message]()
    listener = Listener(broker, DECODERS, writer)  # never started: it decodes for us
    client = paho.Client(CallbackAPIVersion.VERSION2, "cityglass", protocol=paho.MQTTv5)

    def received(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        link: Any = None
        said = bytes(message.payload)
        waiting.put(listener._message(Arrival(link, 0, message.topic, said, message.retain, time.time())))

    client.on_message = received
    client.on_connect = lambda client, *_: client.subscribe("cityglass/+/readings", 1)
    client.reconnect_delay_set(1, 1)
    expiry = paho.Properties(paho.PacketTypes.CONNECT)
    expiry.SessionExpiryInterval = SESSION_S
    client.connect_async("127.0.0.1", int(broker.rpartition(":")[2]), clean_start=False, properties=expiry)
    client.loop_start()
    while True:
        batch = [waiting.get()]
        time.sleep(TICK_S)  # for company, as ours waits too
        while len(batch) < 1_000:
            try:
                batch.append(waiting.get_nowait())
            except Empty:
                break
        writer.commit(batch)


class Pace:
    """How many messages are due by now, so many a second, until a line is read."""

    def __init__(self, rate: float) -> None:
        self._rate, self._begun, self._done = rate, time.monotonic(), 0

    def due(self) -> int:
        """Messages to send now; it waits a moment first."""
        time.sleep(TICK_S)
        wanted = int((time.monotonic() - self._begun) * self._rate) - self._done
        self._done += wanted
        return wanted

    @staticmethod
    def ended() -> bool:
        return bool(select.select([sys.stdin], [], [], 0)[0])


def measured(number: int, begun: float) -> dict[str, Any]:
    return {"at": round(begun + number * SPACING_S, 3), "values": {"pm25_ug_m3": number % 1000 / 10}}


def plain(broker: str, rate: float, devices: int, boot: str) -> None:
    begun = time.time() - 86_400
    client = paho.Client(CallbackAPIVersion.VERSION2, f"plain-{boot}", clean_session=False)
    client.max_inflight_messages_set(100)
    client.reconnect_delay_set(1, 1)
    confirmed = threading.Semaphore(0)
    client.on_publish = lambda *_: confirmed.release()
    client.connect_async("127.0.0.1", int(broker.rpartition(":")[2]))
    client.loop_start()
    sent = dict.fromkeys((f"plain-{n}" for n in range(devices)), 0)
    total = 0

    def say(device: str) -> None:
        nonlocal total
        sent[device] += 1
        total += 1
        said = measured(sent[device], begun) | {"boot": boot, "seq": sent[device]}
        client.publish(f"cityglass/{device}/readings", json.dumps(said), 1)

    pace, names = Pace(rate), list(sent)
    while not pace.ended():
        for _n in range(pace.due()):
            say(names[total % devices])
    for last in (False, True):  # the last word only once all before it was taken: behind it stands every gap
        if last:
            for device in names:
                say(device)
        end = time.monotonic() + PATIENCE_S
        while total and time.monotonic() < end and confirmed.acquire(timeout=PATIENCE_S):
            total -= 1
        if total:
            raise SystemExit(1)
    print(json.dumps({device: {boot: n} for device, n in sent.items()}), flush=True)
    client.loop_stop()


def gateway(broker: str, rate: float, devices: int, place: str) -> None:
    begun = time.time() - 86_400
    spool, stop = Spool(Path(place)), threading.Event()
    ours = Gateway(broker, spool, f"gateway-{Path(place).stem}")
    running = threading.Thread(target=ours.run, args=(stop,), daemon=True)
    running.start()
    sent: dict[str, dict[str, int]] = {}
    names, total = [f"behind-{n}" for n in range(devices)], 0
    pace = Pace(rate)
    while not pace.ended():
        wanted = []
        for _n in range(pace.due()):
            device = names[total % devices]
            wanted.append((device, measured(total // devices + 1, begun)))
            total += 1
        for key in spool.put(wanted):
            sent.setdefault(key.device, {})[key.boot] = key.seq
    end = time.monotonic() + PATIENCE_S
    while len(spool) and time.monotonic() < end:
        time.sleep(TICK_S)
    if len(spool):
        raise SystemExit(1)
    print(json.dumps(sent), flush=True)
    stop.set()
    running.join(10)


if __name__ == "__main__":
    part, *told = sys.argv[1:]
    if part == "ingest":
        ingest(told[0], int(told[1]), *told[2:])
    elif part == "tutorial":
        tutorial(*told)
    elif part == "plain":
        plain(told[0], float(told[1]), int(told[2]), told[3])
    else:
        gateway(told[0], float(told[1]), int(told[2]), told[3])
