"""From a device's publish to the number in a browser's typed array: `python -m bench.latency [--seconds 60]`.

Real parts: Mosquitto with our settings, `app.py ingest`, `app.py ops`, one Chromium on the desk, and four socket
clients that decode every frame. Each device publishes once a second; its value says when, in milliseconds since the
start. The page looks at `cityglass.column("pm25", "value")` every 20 ms and notes how old a number is that it finds new
there, so a figure of the browser is up to 20 ms too high. Aim: median under 500 ms, 95th percentile under 1 s.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import sync_playwright

from data_access.city import City
from data_access.desk import Desk
from data_access.records import About
from data_access.settings import Settings
from data_access.writer import CityWriter
from server import mosquitto
from tests.conftest import CHROMIUM_FLAGS, HOUSE, free_port, wait_for_port
from tests.live.listener import Listener

CLIENTS, WARM_UP_S, LOOK_MS = 4, 10.0, 20
LON, LAT = 105.85, 21.03
STATE = "() => window.cityglass ? window.cityglass.state : 'no map'"
WATCH = """([began, warm, every]) => {
  const seen = new Map();
  const told = window.cityglassLatency = { latencies: [], looks: 0 };
  setInterval(() => {
    const values = window.cityglass.column("pm25", "value");
    const now = Date.now() - began;
    told.looks += 1;
    for (let i = 0; values && i < values.length; i++) {
      if (values[i] > 0 && values[i] !== seen.get(i)) {
        if (seen.has(i) && values[i] > warm) told.latencies.push(now - values[i]);
        seen.set(i, values[i]);
      }
    }
  }, every);
}"""


def city(settings: Settings, devices: int) -> None:
    """A city of as many sensors as there are messages in a second, in rings around its middle."""
    writer = CityWriter.open(settings.database_url)
    bounds = (LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
    writer.describe(City("bench", "Bench", "Asia/Ho_Chi_Minh", ("en",), LON, LAT, 14.0, 45.0, 0.0, bounds, "Made up"))
    abouts = []
    for number in range(devices):
        angle, away = number * 2.4, 0.0015 * math.sqrt(number)
        lon, lat = LON + away * math.cos(angle), LAT + away * math.sin(angle)
        abouts.append(About(name(number), f"Sensor {number}", "sensor", lon, lat, {"pm25_ug_m3": "µg/m³"}, 1.0))
    writer.declare(abouts, "bench")
    writer.close()


def name(number: int) -> str:
    return f"bench-{number:04d}"


def publish(port: int, rate: int, seconds: float, began: float) -> tuple[int, float]:
    """Publish evenly, one device after the other; how many messages, and how late the publisher itself ran at worst."""
    client = Client(CallbackAPIVersion.VERSION2, "bench-publisher")
    client.max_queued_messages_set(0)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    start, count, worst = time.monotonic(), int(rate * seconds), 0.0
    for number in range(count):
        wait = start + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        worst = max(worst, -wait)
        now = time.time()
        said = {"at": now, "values": {"pm25_ug_m3": round((now - began) * 1000, 3)}}
        client.publish(f"cityglass/{name(number % rate)}/readings", json.dumps(said), qos=1)
    client.disconnect()
    client.loop_stop()
    return count, worst


def listen(port: int, token: str, began: float, ready: Any, stop: Any, found: Any) -> None:
    """Socket clients in a process of their own: each decodes every frame and notes how old each new number is."""

    async def follow(latencies: list[float]) -> Listener:
        client = await Listener.open(port, token)
        last: dict[str, float] = {}
        while not stop.is_set():
            try:
                frame = await asyncio.wait_for(client.hear(), 1)
            except TimeoutError:
                continue
            now = (time.time() - began) * 1000
            if frame.kind == "heartbeat":
                continue
            for device, value in zip(frame.columns["id"], frame.columns["value"], strict=True):
                if value > WARM_UP_S * 1000 and last.get(device) != value:
                    latencies.append(now - float(value))
                last[device] = float(value)
            ready.set()
        await client.socket.close()
        return client

    async def all_of_them() -> list[tuple[list[float], int]]:
        lists: list[list[float]] = [[] for _ in range(CLIENTS)]
        clients = await asyncio.gather(*(follow(each) for each in lists))
        return [(each, client.gaps) for each, client in zip(lists, clients, strict=True)]

    found.put(asyncio.run(all_of_them()))


def started(settings: Settings, folder: Path, *names: str) -> list[subprocess.Popen[bytes]]:
    """The program's own processes, as its supervisor starts them."""
    environment = {**os.environ, **settings.environment()}
    processes = []
    for each in names:
        with (folder / f"{each}.log").open("wb") as log:
            command = [sys.executable, str(HOUSE / "app.py"), each]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=HOUSE))
    return processes


def told(title: str, latencies: list[float]) -> str:
    if not latencies:
        return f"{title:<10} nothing arrived"
    median, p95, p99 = np.percentile(latencies, [50, 95, 99])
    figures = f"median {median:6.0f} ms   p95 {p95:6.0f} ms   p99 {p99:6.0f} ms   worst {max(latencies):6.0f} ms"
    return f"{title:<10} {figures}   {len(latencies)} values"


def watched(settings: Settings, seconds: float, began: float, run: Callable[[], None]) -> tuple[list[float], int]:
    """What a real Chromium on the desk sees while `run` publishes."""
    link = f"http://127.0.0.1:{settings.port}/sign-in?token={Desk(settings.folder / 'desk.db').link()}"
    with sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=program, headless=False, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: problems.append(str(fault)))
        page.goto(link)
        # Not wait_for_function, which evaluates text within the page: the desk's content policy forbids that.
        while not page.evaluate("() => window.cityglass?.column('pm25', 'value')?.length > 0"):
            if time.time() - began > 120:
                raise SystemExit(f"the desk shows no sensors: {page.evaluate(STATE)} {problems}")
            page.wait_for_timeout(200)
        page.evaluate(WATCH, [began * 1000, WARM_UP_S * 1000, LOOK_MS])
        run()
        page.wait_for_timeout(2000)
        seen = page.evaluate("window.cityglassLatency")
        browser.close()
    return seen["latencies"], seen["looks"]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--rate", type=int, default=500)
    words.add_argument("--no-browser", action="store_true")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        settings = Settings(data=folder, port=free_port(), mqtt_port=free_port(), simulation=False)
        city(settings, given.rate)
        broker = mosquitto.command(folder / "broker", settings.mqtt_port)
        if broker is None:
            raise SystemExit("Mosquitto is not installed; without it this would measure something else.")
        processes = [subprocess.Popen(broker, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
        wait_for_port(settings.mqtt_port)
        processes += started(settings, folder, "ingest", "ops")
        try:
            wait_for_port(settings.port, 60)
            measure(settings, given.rate, given.seconds, not given.no_browser, [each.pid for each in processes])
        finally:
            for each in processes:
                each.terminate()
            for each in processes:
                each.wait(15)
            for log in sorted(folder.glob("*.log")):
                if log.read_bytes().strip():
                    print(f"--- {log.name}\n{log.read_text()[-3000:]}", file=sys.stderr)


def measure(settings: Settings, rate: int, seconds: float, browser: bool, pids: list[int]) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, stop, found = spawn.Event(), spawn.Event(), spawn.Queue()
    desk, began = Desk(settings.folder / "desk.db"), time.time()
    clients = spawn.Process(target=listen, args=(settings.port, desk.token(), began, ready, stop, found))
    clients.start()
    ready.wait(30)
    ran: list[tuple[int, float]] = []
    busy: dict[str, float] = {}

    def run() -> None:
        before = [cpu(pid) for pid in pids]
        ran.append(publish(settings.mqtt_port, rate, WARM_UP_S + seconds, began))
        spent = [after - earlier for after, earlier in zip([cpu(pid) for pid in pids], before, strict=True)]
        busy.update(zip(("mosquitto", "ingest", "ops"), (each / (WARM_UP_S + seconds) for each in spent), strict=True))

    seen, looks = watched(settings, seconds, began, run) if browser else (run() or [], 0)
    time.sleep(2)
    stop.set()
    try:
        lists: list[tuple[list[float], int]] = found.get(timeout=20)
    except Empty:
        lists = []
    clients.join(10)
    (count, worst) = ran[0]
    print(f"{rate} messages a second for {seconds:.0f} s after {WARM_UP_S:.0f} s of warm-up: {count} in all")
    print(f"the publisher itself was {worst * 1000:.0f} ms late at worst; the page looked {looks} times")
    if browser:
        print(told("browser", seen))
    for number, (latencies, gaps) in enumerate(lists, 1):
        print(told(f"client {number}", latencies) + (f"   {gaps} gaps" if gaps else ""))
    print("share of a core: " + ", ".join(f"{title} {share:.0%}" for title, share in busy.items()))


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
