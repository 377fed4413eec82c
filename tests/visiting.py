"""Who visits a whole Cityglass in a test: a page in a browser, and a device that speaks over MQTT."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt

from tests.components.glass import HALF, PATIENCE_MS, TOURED, fresh
from tests.running import Running

STATION = {
    "name": "Trạm thử nghiệm",
    "kind": "sensor",
    "metrics": {"pm25_ug_m3": "µg/m³"},
    "interval_s": 10,
}


class Page:
    """One browser page that may talk to this machine alone, and remembers all that went wrong in it."""

    def __init__(self, browser: Any, address: str, width: int = 1100, height: int = 700, **context: Any) -> None:
        wanted = {"viewport": {"width": width, "height": height}, "device_scale_factor": HALF} | context
        self.context = fresh(browser, **wanted)
        self.context.add_init_script(TOURED)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.route("**/*", self._local_only)
        self.page.goto(address)
        self.wait("() => window.cityglass?.map?.loaded() && window.cityglass.map.areTilesLoaded()")

    def wait(self, condition: str, argument: Any = None, seconds: float = PATIENCE_MS / 1000) -> None:
        """Ask the page again and again: Playwright's own waiting needs an eval that our policy forbids."""
        end = time.monotonic() + seconds
        while not self.ask(condition, argument):
            assert time.monotonic() < end, f"not within {seconds} s: {condition} {argument or ''}"
            self.page.wait_for_timeout(100)

    def ask(self, expression: str, argument: Any = None) -> Any:
        return self.page.evaluate(expression, argument)

    def row(self, layer: str, id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.ask("([layer, id]) => window.cityglass.row(layer, id)", [layer, id])
        return found

    def wait_for_value(self, layer: str, id: str, value: float) -> None:
        self.wait("([layer, id, value]) => window.cityglass?.row?.(layer, id)?.value === value", [layer, id, value])

    def view(self) -> dict[str, float]:
        seen: dict[str, float] = self.ask(
            "() => { const m = window.cityglass.map, c = m.getCenter();"
            " return {lon: c.lng, lat: c.lat, zoom: m.getZoom(), pitch: m.getPitch(), bearing: m.getBearing()} }"
        )
        return seen

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Where on the page this place is drawn."""
        x, y = self.ask(
            "([lon, lat]) => { const p = window.cityglass.map.project([lon, lat]),"
            " r = window.cityglass.map.getCanvas().getBoundingClientRect(); return [p.x + r.x, p.y + r.y] }",
            [lon, lat],
        )
        return x, y

    def close(self) -> None:
        self.context.close()

    def _local_only(self, route: Any) -> None:
        address = route.request.url
        self.asked.append(address)
        if re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:", address):
            route.continue_()
        else:
            self.complaints.append(f"asked {address}")
            route.abort()


class Device:
    """A device of the test's own."""

    def __init__(self, running: Running, id: str, lon: float, lat: float, **about: Any) -> None:
        self.name, self.lon, self.lat = id, lon, lat
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"test-{id}", protocol=mqtt.MQTTv5)
        self.client.connect("127.0.0.1", running.mqtt_port)
        self.client.loop_start()
        self._send("about", {**STATION, "lon": lon, "lat": lat, **about}, retain=True)

    def measure(self, value: float, at: datetime | None = None) -> None:
        moment = (at or datetime.now(UTC)).isoformat()
        self._send("readings", {"at": moment, "values": {"pm25_ug_m3": value}})

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _send(self, what: str, said: dict[str, Any], retain: bool = False) -> None:
        sent = self.client.publish(f"cityglass/{self.name}/{what}", json.dumps(said), qos=1, retain=retain)
        sent.wait_for_publish(10)


def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.1)
