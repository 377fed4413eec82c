"""Real parts for tests: a broker, a browser, city data. What is missing is skipped, except with CI=true."""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: no deadlines. CI repeats the same cases, so that a red run can be read.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")

HOUSE = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CITYGLASS_SHARED", HOUSE.parent / "shared"))
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


def lacking(what: str) -> None:
    """Skip a test whose real part is not here; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and with CI=true nothing may be skipped")
    pytest.skip(f"{what} is missing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop in this thread, beside which asyncio.run refuses to."""
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))


# Ports that no outgoing connection is given before they are used, each once, and to one test process only.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16
_PORTS = range(10_240 + _WORKER, 32_000, 16)
_ports = iter(random.SystemRandom().sample(_PORTS, len(_PORTS)))


def free_port() -> int:
    """A port of this computer that nobody listens on."""
    for port in _ports:
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("every port from 10240 to 32000 is taken")


def wait_for_port(port: int, seconds: float = 10) -> None:
    """Wait until something listens on this port.

    Raises:
        TimeoutError: nothing did in time.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Mosquitto:
    """A real broker of a test's own: its port, its folder, its process."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.folder = folder
        self._program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nmax_queued_messages 0\nmax_inflight_messages 0\n"
            f"autosave_on_changes false\nautosave_interval 1\nuser root\n{extra}"
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self._program, "-c", str(self._settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    if not (shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()):
        lacking("mosquitto")
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(folder)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def beside(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Mosquitto]:
    """The broker beside a gateway; `mosquitto` is the city's."""
    (tmp_path / "near").mkdir()
    broker = Mosquitto(tmp_path / "near")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real city data."""
    data = SHARED / "data"
    if not data.is_dir():
        lacking("the city data (CITYGLASS_SHARED)")
    return data.resolve()


def chromium_program() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium, driven by Playwright, one for the session."""
    program = chromium_program()
    if program is None:
        lacking("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, headless=False, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The simulated town as `./run` starts it, one for all tests that leave it running."""
    from tests.running import A_DAY, Running

    running = Running(tmp_path_factory.mktemp("town"), A_DAY)
    running.wait_until_ready(240)
    yield running
    running.stop()
