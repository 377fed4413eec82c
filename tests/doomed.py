"""An ingest that is made to be killed: python -m tests.doomed WHERE BROKER DATABASE COUNT

WHERE says at which point it stops and waits for its end: `uncommitted` (it has received COUNT messages and committed
none), `unacknowledged` (it has committed them and acknowledged none), or `tutorial`: paho acknowledges on its own, as
most examples do, and a queue holds what nobody has written yet.
"""

import sys
import threading
import time
from collections.abc import Sequence
from queue import Queue

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from data_access.decoders import DECODERS
from data_access.inbox import Inbox
from data_access.listener import Listener
from data_access.mqtt import SESSION_S
from data_access.writer import CityWriter, Committed, Message


def wait_for_the_end(point: str) -> None:
    print(point, flush=True)
    threading.Event().wait()


class Stopping:
    """A writer that waits until COUNT messages are here, commits or not, and never returns."""

    def __init__(self, database: str, commits: bool, count: int) -> None:
        self.inbox = Inbox()
        self._writer = CityWriter.open(database)
        self._commits, self._left = commits, count

    def commit(self, messages: Sequence[Message]) -> Committed:
        while len(self.inbox) + len(messages) < self._left:
            time.sleep(0.01)
        if self._commits:
            self._writer.commit(messages)
        wait_for_the_end(f"holding {len(messages)}")
        raise AssertionError("nobody comes back from there")


def ours(broker: str, database: str, commits: bool, count: int) -> None:
    writer = Stopping(database, commits, count)
    listener = Listener(broker, DECODERS, writer, inbox=writer.inbox)
    listener.start()
    while not listener.counts()["connected"]:
        time.sleep(0.01)
    wait_for_the_end("listening")


def tutorial(port: int, count: int) -> None:
    queue: Queue[bytes | bytearray] = Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2, "cityglass", protocol=paho.MQTTv5)
    client.on_message = lambda _client, _data, message: queue.put(message.payload)
    client.on_connect = lambda client, *_: client.subscribe("cityglass/+/readings", 1)
    client.on_subscribe = lambda *_: print("listening", flush=True)
    expiry = paho.Properties(paho.PacketTypes.CONNECT)
    expiry.SessionExpiryInterval = SESSION_S
    client.connect("127.0.0.1", port, clean_start=False, properties=expiry)
    client.loop_start()
    while queue.qsize() < count:
        time.sleep(0.01)
    client.loop_stop()  # which also sends what is still to be acknowledged
    wait_for_the_end(f"holding {queue.qsize()}")


if __name__ == "__main__":
    where, broker, database, count = sys.argv[1:]
    if where == "tutorial":
        tutorial(int(broker.rpartition(":")[2]), int(count))
    else:
        ours(broker, database, where == "unacknowledged", int(count))
