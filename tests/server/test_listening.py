"""What the process of the listener keeps beside what it hears."""

import threading
import time
from pathlib import Path

import pytest

from data_access.pulse import Pulse
from data_access.queries import Outages
from data_access.settings import Settings
from data_access.store import CityStore
from data_access.writer import CityWriter
from server.processes import listen
from tests.conftest import Mosquitto
from tests.devices import until, url_in

pytestmark = pytest.mark.broker


def test_when_nobody_could_be_heard_is_kept(mosquitto: Mosquitto, tmp_path: Path) -> None:
    CityWriter.open(url_in(tmp_path)).close()
    went = time.time() - 120
    Pulse(went, True).write(tmp_path)  # the listener was killed two minutes ago
    stop = threading.Event()
    settings = Settings(data=tmp_path, database=url_in(tmp_path), broker=mosquitto.url)
    process = threading.Thread(target=listen, args=(settings, stop))
    process.start()
    store = CityStore.open(url_in(tmp_path))
    try:
        until(lambda: len(store.answer(Outages())))
        (outage,) = store.answer(Outages())
    finally:
        stop.set()
        process.join()
        store.close()
    assert outage.begun.timestamp() == pytest.approx(went, abs=0.001)
    assert went + 119 < outage.over.timestamp() <= time.time()
