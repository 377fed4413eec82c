"""Mosquitto under our own settings: what it must hold, refuse, and keep over a restart."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import mosquitto
from tests.conftest import free_port, lacking, wait_for_port
from tests.devices import Sender, listening, stored, until

pytestmark = pytest.mark.broker


class Ours:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.command = mosquitto.command(folder, self.port)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self.command
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Ours]:
    if mosquitto.find() is None:
        lacking("mosquitto")
    broker = Ours(tmp_path / "a folder" / "broker")
    broker.start()
    yield broker
    broker.stop()


def test_it_holds_what_comes_while_nobody_listens_over_its_own_restart(ours: Ours, tmp_path: Path) -> None:
    with listening(ours.url, tmp_path):
        pass
    with Sender(ours.port) as sender:
        for number in range(1, 1501):  # by default it would silently stop at 1,000
            sender.measure("air-1", number)
        sender.confirmed()
    assert ours.stop() == 0
    ours.start()
    with listening(ours.url, tmp_path) as listener:
        until(lambda: listener.counts()["acknowledged"] >= 1500)
    assert stored(tmp_path) == {("air-1", number) for number in range(1, 1501)}


def test_it_keeps_its_state_where_we_say_and_nowhere_else(ours: Ours, tmp_path: Path) -> None:
    with Sender(ours.port) as sender:
        sender.say("cityglass/air-1/status", '{"status":"online"}', retain=True)
        sender.confirmed()
    ours.stop()
    assert {path.name for path in (tmp_path / "a folder" / "broker").iterdir()} == {"mosquitto.conf", "mosquitto.db"}
    ours.start()
    with Sender(ours.port, "late", hears="cityglass/+/status") as late:
        until(lambda: late.heard == [("cityglass/air-1/status", {"status": "online"})])


def test_a_packet_larger_than_ours_is_refused_at_the_door(ours: Ours, tmp_path: Path) -> None:
    with (
        listening(ours.url, tmp_path) as listener,
        Sender(ours.port, "loud") as loud,
        Sender(ours.port, "good") as good,
    ):
        loud.say("cityglass/loud/readings", bytes(70_000))
        good.measure("air-1", 1)
        until(lambda: stored(tmp_path))
        assert listener.counts()["received"] == 1


def test_every_setting_of_an_installation_is_put_in_its_place() -> None:
    template = mosquitto.TEMPLATE.read_text()
    written = mosquitto.settings(Path("/somewhere/else"), 18_830, template).splitlines()
    assert "listener 18830 127.0.0.1" in written
    assert "persistence_location /somewhere/else/" in written
    assert len(written) == len(template.splitlines())
    changed = [old for old, new in zip(template.splitlines(), written, strict=True) if old != new]
    assert {line.split()[0] for line in changed} <= {"listener", "persistence_location", "user"}


def test_without_the_program_there_is_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mosquitto, "BESIDE_PATH", str(tmp_path))
    assert mosquitto.command(tmp_path / "broker", 1883) is None
    assert not (tmp_path / "broker").exists()
