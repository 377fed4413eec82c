"""An ops server of a test's own: a store in memory, real layers' questions, a real Dash, real uvicorn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import uvicorn
from dash import Dash, Input, Output, State, dcc, html
from fastapi import FastAPI

from data_access.desk import Desk
from data_access.queries import Changed, Latest, Question
from data_access.table import Table
from data_access.words import Text, language
from layers.base import Layer
from live import frames
from live.hub import Hub
from server import api, door, problems, sessions, tiles
from tests.conftest import free_port, wait_for_port

NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
KINDS = dict.fromkeys(("id", "name", "kind"), "s") | {
    "lon": "f",
    "lat": "f",
    "interval_s": "f",
    "value": "f",
    "quality": "s",
    "observed_at": "t",
    "received_at": "t",
    "online": "f",
    "revision": "i",
}


def microseconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1_000_000)


class SmallStore:
    """Sensors of one metric in memory; every change is a commit."""

    def __init__(self, sensors: int = 3) -> None:
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.gone: dict[str, int] = {}
        self._revision = 0
        self.asked: list[Question] = []
        self.broken: Exception | None = None
        self.lock = threading.Lock()
        for number in range(sensors):
            self.say(f"s{number}", 10.0 + number)

    def say(self, device: str, value: float | None, at: datetime = NOON, lon: float = 105.85) -> None:
        with self.lock:
            self._revision += 1
            self.gone.pop(device, None)
            moment = microseconds(at)
            self.rows[device] = (device, f"Sensor {device}", "sensor", lon, 21.03, 60.0, value, "good", moment, moment)
            self.rows[device] += (1.0, self._revision)

    def say_many(self, values: dict[str, float]) -> None:
        with self.lock:
            self._revision += 1
            for device, value in values.items():
                self.rows[device] = (*self.rows[device][:6], value, *self.rows[device][7:11], self._revision)

    def forget(self, device: str) -> None:
        with self.lock:
            self._revision += 1
            del self.rows[device]
            self.gone[device] = self._revision

    def answer(self, question: Question, at: datetime | None = None) -> Table:
        if self.broken:
            raise self.broken
        with self.lock:
            self.asked.append(question)
            if isinstance(question, Changed):
                changed = [(*row, False) for row in self.rows.values() if row[-1] > question.since]
                left = [
                    (one, None, None, None, None, None, None, None, None, None, None, revision, True)
                    for one, revision in self.gone.items()
                    if revision > question.since
                ]
                return Table.of(changed + left, **KINDS, gone="b")
            found = [row for row in self.rows.values() if at is None or row[8] <= (microseconds(at) or 0)]
            return Table.of(found, **KINDS)

    def revision(self) -> int:
        if self.broken:
            raise self.broken
        return self._revision

    def moved(self) -> int:
        return self.revision()

    def readings(
        self, device: str | None, metric: str | None, start: datetime, end: datetime, after: str | None, limit: int
    ) -> tuple[Table, str | None]:
        rows = [
            (row[0], metric or "pm25_ug_m3", row[8], row[6], row[7], row[9], None, None, row[11])
            for row in sorted(self.rows.values())
            if (device is None or row[0] == device) and (after is None or row[0] > after)
            if microseconds(start) <= row[8] < microseconds(end)
        ]
        table = Table.of(
            rows[:limit],
            device_id="s",
            metric="s",
            observed_at="t",
            value="f",
            quality="s",
            received_at="t",
            boot="s",
            seq="s",
            revision="i",
        )
        return table, rows[limit - 1][0] if len(rows) > limit else None


def small_layer(key: str = "pm25", metric: str = "pm25_ug_m3") -> Layer:
    return Layer(
        key=key,
        title=Text("Fine dust"),
        group=Text("Air"),
        icon="wind",
        query=Latest(metric),
        draw=lambda: (),
        detail=lambda row, now: [],
        columns=(),
        stale_after=timedelta(minutes=15),
        public=None,
        unit="µg/m³",
        about=Text("Fine dust in street air"),
    )


def dash_on(server: FastAPI, **more: Any) -> Dash:
    """A small Dash app with a callback that tells, one that fails, and one that is slow."""
    app = Dash(server=cast(Any, server), enable_mcp=False, suppress_callback_exceptions=True, **more)
    app.layout = html.Div(
        [dcc.Input(id="name"), html.P(id="hello"), html.P(id="broken"), html.P(id="slow"), html.P(id="tongue")]
    )

    @app.callback(Output("hello", "children"), Input("name", "value"))
    def greet(name: str | None) -> str:
        return f"the secret of {name}"

    @app.callback(Output("broken", "children"), Input("name", "value"), State("hello", "children"))
    def fail(name: str | None, said: str | None) -> str:
        raise RuntimeError("password=hunter2 in SELECT * FROM reading")

    @app.callback(Output("slow", "children"), Input("name", "value"), prevent_initial_call=True)
    def linger(name: str | None) -> str:
        time.sleep(3)
        return f"slept in {threading.current_thread().name}"

    @app.callback(Output("tongue", "children"), Input("name", "value"), prevent_initial_call=True)
    def speak(name: str | None) -> str:
        return language()

    return app


def call(output: str, value: Any = "Lan", state: bool = False) -> dict[str, Any]:
    """What a browser posts to ask for one callback."""
    place, prop = output.split(".")
    return {
        "output": output,
        "outputs": {"id": place, "property": prop},
        "inputs": [{"id": "name", "property": "value", "value": value}],
        "changedPropIds": ["name.value"],
        "state": [{"id": "hello", "property": "children", "value": None}] if state else [],
    }


@dataclass
class Ops:
    """A served ops app and the parts it was made of."""

    port: int
    store: SmallStore
    desk: Desk
    hub: Hub
    server: FastAPI
    dash: Dash
    link: str = ""
    token: str = ""
    connections: Callable[[], int] = field(default=lambda: 0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def serving(app: Any, port: int) -> Iterator[uvicorn.Server]:
    """This ASGI app behind real uvicorn, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, **door.SERVING))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for_port(port)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


def connected(server: uvicorn.Server) -> int:
    """How many connections uvicorn still holds."""
    return len(server.server_state.connections)


@contextmanager
def small_ops(folder: Path, store: SmallStore | None = None, tls: bool = False) -> Iterator[Ops]:
    """The whole of it behind its door."""
    store = store or SmallStore()
    port = free_port()
    desk = Desk(folder / "desk.db")
    layers = [small_layer()]
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problems.watch(server)
    hub = Hub(store, layers)
    server.add_api_websocket_route("/live", hub.socket)
    held = sessions.Sessions(desk, tls)
    server.include_router(sessions.routes(held))
    server.include_router(tiles.routes(folder / "tiles"))
    server.include_router(api.routes(store, layers, frames.snapshot, version="test", now=lambda: NOON))

    @server.get("/api-of-tests/hidden")
    def hidden() -> str:
        return "the secret of the house"

    dash = dash_on(server)
    whole = door.ops(server, held, port, hashes=dash.csp_hashes, tls=tls)
    with serving(whole, port) as running:
        yield Ops(port, store, desk, hub, server, dash, desk.link(), desk.token("tests"), lambda: connected(running))
    desk.close()
