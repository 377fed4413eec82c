"""Whether a device is there: births, last wills and lines that die, through a real broker into the real store."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from data_access.intake import ONLINE
from tests.conftest import Mosquitto
from tests.devices import asked, listening, until

pytestmark = pytest.mark.broker

DEVICES = 20
KEEPALIVE_S = 2


def status(word: str, boot: str | None) -> str:
    return json.dumps({"status": word, "boot": boot} if boot else {"status": word})


def come(port: int, device: str, boot: str | None, name: str, kept_s: int = 0, keepalive_s: int = 60) -> paho.Client:
    """A device connects under this name, leaves its last will and says that it is here; nobody pings for it.

    `kept_s`: for so long the broker keeps its session and its will to itself (MQTT 5).
    """
    topic = f"cityglass/{device}/status"
    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
    will, session = Properties(PacketTypes.WILLMESSAGE), Properties(PacketTypes.CONNECT)
    will.WillDelayInterval = session.SessionExpiryInterval = kept_s
    client.will_set(topic, status("offline", boot), 1, True, will)
    client.connect("127.0.0.1", port, keepalive_s, clean_start=not kept_s, properties=session)
    until(lambda: client.loop(0.5) or client.is_connected())
    told = client.publish(topic, status("online", boot), 1, True)
    until(lambda: client.loop(0.5) or told.is_published())
    return client


def cut(client: paho.Client) -> None:
    """The line is gone without a goodbye."""
    line = client.socket()
    assert line is not None
    line.close()


def heard(folder: Path) -> list[tuple[Any, ...]]:
    """(device, 1 or 0) of each time one was said to be there or gone, in order."""
    return asked(
        folder,
        "SELECT device_id, value FROM reading JOIN stream ON stream.id = reading.stream_id "
        f"WHERE metric = '{ONLINE}' ORDER BY observed_at",
    )


@contextmanager
def storm(broker: Mosquitto, folder: Path, starts: int, boots: bool) -> Iterator[dict[str, paho.Client]]:
    """Each device comes back again and again, each time under a new name, before the line of the time before is cut."""
    here: dict[str, paho.Client] = {}
    told = DEVICES * (2 * starts - 1)  # each start and each will but those of the last lines
    with listening(broker.url, folder) as listener:
        for start in range(starts):
            for device in (f"box-{n}" for n in range(DEVICES)):
                before = here.get(device)
                here[device] = come(broker.port, device, f"b{start}" if boots else None, f"{device}-{start}")
                if before is not None:
                    cut(before)
        until(lambda: listener.counts()["acknowledged"] == told)
        yield here


def test_a_thousand_wills_that_come_late_call_nobody_away(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with storm(mosquitto, tmp_path, 51, boots=True) as here:
        assert [row for row in heard(tmp_path) if row[1] != 1.0] == []
        cut(here["box-7"])  # and yet who is really gone is gone
        until(lambda: heard(tmp_path)[-1] == ("box-7", 0.0))


def test_wills_that_name_no_start_would_call_them_away(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with storm(mosquitto, tmp_path, 3, boots=False):
        assert len([row for row in heard(tmp_path) if row[1] == 0.0]) == DEVICES * 2


def test_who_comes_back_before_its_will_was_to_be_spoken_was_never_away(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path) as listener:
        for start in range(50):
            last = come(mosquitto.port, "box", f"b{start}", "box", kept_s=60)
            if start % 2:  # else the next one takes the session over
                cut(last)
        until(lambda: listener.counts()["acknowledged"] == 50)
        assert [value for _device, value in heard(tmp_path)] == [1.0] * 50


def test_a_line_that_died_unheard_is_noticed_within_one_and_a_half_keepalives(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with listening(mosquitto.url, tmp_path):
        silent = come(mosquitto.port, "box", "b1", "box", keepalive_s=KEEPALIVE_S)
        until(lambda: heard(tmp_path) == [("box", 1.0), ("box", 0.0)], patience_s=1.5 * KEEPALIVE_S + 5)
        cut(silent)
