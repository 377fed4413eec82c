"""An ingest killed with messages in hand, and as the control one that acknowledges as tutorials do: it must lose."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import HOUSE, Mosquitto
from tests.devices import Sender, listening, stored, until, url_in

pytestmark = pytest.mark.broker


def numbers(first: int, last: int) -> set[tuple[str, int]]:
    return {("air-1", number) for number in range(first, last + 1)}


def killed(where: str, mosquitto: Mosquitto, folder: Path, count: int) -> None:
    """Publish so many numbered readings to an ingest that is then killed at this point."""
    command = [sys.executable, "-m", "tests.doomed", where, mosquitto.url, url_in(folder), str(count)]
    doomed = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    try:
        assert doomed.stdout
        next(line for line in doomed.stdout if line.startswith("listening"))
        with Sender(mosquitto.port) as sender:
            for number in range(1, count + 1):
                sender.measure("air-1", number)
            sender.confirmed()
        next(line for line in doomed.stdout if line.startswith("holding"))
    finally:
        doomed.kill()
        doomed.communicate(timeout=10)


@pytest.mark.parametrize("where", ["uncommitted", "unacknowledged"])
def test_an_ingest_killed_with_messages_in_hand_loses_none_and_stores_none_twice(
    where: str, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    killed(where, mosquitto, tmp_path, 300)
    before = stored(tmp_path)
    assert bool(before) == (where == "unacknowledged")
    with listening(mosquitto.url, tmp_path) as listener:
        until(lambda: listener.counts()["acknowledged"] == 300)
        assert listener.counts()["duplicates"] == len(before)
    assert stored(tmp_path) == numbers(1, 300)


def test_the_same_kill_loses_messages_where_the_library_acknowledges(mosquitto: Mosquitto, tmp_path: Path) -> None:
    killed("tutorial", mosquitto, tmp_path, 300)
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        sender.measure("air-1", 301)  # behind everything that the broker still has for us
        until(lambda: ("air-1", 301) in stored(tmp_path))
        assert listener.counts()["stored"] < 301
    assert len(numbers(1, 300) - stored(tmp_path)) > 0
