"""How fast ingest drains a backlog, beside a paho client that only counts and one that inserts as tutorials do.

    python bench/ingest.py [messages]

The same numbered readings wait at one Mosquitto for three sessions; each is drained by a process of its own, ours to
the last acknowledgement. `counting` does nothing but count; `tutorial` inserts and commits in on_message, in memory.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

HOUSE = Path(__file__).parents[1]
sys.path.insert(0, str(HOUSE))
SESSIONS = ("counting", "tutorial", "cityglass")
DEVICES = 500


def session(name: str, port: int, message: Any = None) -> paho.Client:
    """A connected client with a session that waits for it."""
    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv5)
    wishes = paho.Properties(paho.PacketTypes.CONNECT)
    wishes.SessionExpiryInterval, wishes.ReceiveMaximum = 3_600, 4_000
    ready = threading.Event()
    client.on_connect = lambda client, *_: client.subscribe("cityglass/+/readings", 1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = message
    client.connect("127.0.0.1", port, clean_start=False, properties=wishes)
    client.loop_start()
    ready.wait(10)
    return client


def fill(port: int, messages: int) -> None:
    """Have every session own the same backlog."""
    from bench.sender import Sender

    for name in SESSIONS:
        client = session(name, port)
        client.disconnect()
        client.loop_stop()

    def message(number: int) -> tuple[str, str]:
        device, seq = number % DEVICES, number // DEVICES + 1
        values = {"pm25_ug_m3": number % 97 / 2, "temperature_c": 31.2}
        said = {"at": 1_772_427_600 + seq, "boot": "b1", "seq": seq, "values": values}
        return f"cityglass/air-{device}/readings", json.dumps(said)

    with Sender(port, "sender") as sender:
        sender.say(map(message, range(messages)))


def drain(name: str, port: int, folder: Path, messages: int) -> None:
    """Take one session's backlog, and print seconds, CPU seconds and how many were taken."""
    taken = ours(port, folder, messages) if name == "cityglass" else theirs(name, port, messages)
    print(json.dumps({"seconds": taken[0], "cpu": taken[1]}))


def ours(port: int, folder: Path, messages: int) -> tuple[float, float]:
    from data_access.decoders import DECODERS
    from data_access.listener import Listener
    from data_access.writer import CityWriter

    writer = CityWriter.open(f"sqlite:///{folder}/city.db")
    listener = Listener(f"mqtt://127.0.0.1:{port}", DECODERS, writer)
    began, burnt = time.perf_counter(), time.process_time()
    listener.start()
    while listener.counts()["acknowledged"] < messages:
        time.sleep(0.002)
    taken = time.perf_counter() - began, time.process_time() - burnt
    listener.stop()
    assert listener.counts()["stored"] == 2 * messages, listener.counts()
    return taken


def theirs(name: str, port: int, messages: int) -> tuple[float, float]:
    import sqlite3

    done, count = threading.Event(), [0]
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE reading (device, at, metric, value)")

    def counted(*_: Any) -> None:
        count[0] += 1
        if count[0] >= messages:
            done.set()

    def inserted(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        said = json.loads(message.payload)
        device = message.topic.split("/")[1]
        rows = [(device, said["at"], metric, value) for metric, value in said["values"].items()]
        database.executemany("INSERT INTO reading VALUES (?, ?, ?, ?)", rows)
        database.commit()
        counted()

    began, burnt = time.perf_counter(), time.process_time()
    client = session(name, port, counted if name == "counting" else inserted)
    done.wait(600)
    taken = time.perf_counter() - began, time.process_time() - burnt
    client.disconnect()
    client.loop_stop()
    return taken


def main(messages: int) -> None:
    from server import mosquitto
    from tests.conftest import free_port, wait_for_port

    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = mosquitto.command(Path(folder) / "broker", port)
        assert command, "mosquitto is not installed"
        broker = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            fill(port, messages)
            rates = {}
            for name in SESSIONS:
                call = [sys.executable, __file__, "drain", name, str(port), folder, str(messages)]
                told = json.loads(
                    subprocess.run(call, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
                )
                rates[name] = messages / told["seconds"]
                cpu = told["cpu"] / messages * 100_000
                print(f"{name:10} {rates[name]:8,.0f} messages/s   {cpu:6.1f} CPU s for 100,000 messages")
        finally:
            broker.terminate()
            broker.wait(10)
    print(f"cityglass : counting = {rates['cityglass'] / rates['counting']:.2f}")
    print(f"cityglass : tutorial = {rates['cityglass'] / rates['tutorial']:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"]:
        drain(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
