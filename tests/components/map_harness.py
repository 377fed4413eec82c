"""A page with nothing but the map: a real Dash app, real tiles of the simulated town, and a live channel that the test
holds in its hands.

    python -m tests.components.map_harness --port 8099
"""

import argparse
import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import orjson
import uvicorn
from dash import Dash, Input, Output, dcc, html
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from starlette.responses import Response

from components.city_map import CityMap
from data_access.clusters import tree
from data_access.importers import tiles
from data_access.table import Table
from demo import town
from layers import LAYERS
from live import frames
from server import headers
from server import tiles as tile_routes
from tests.components.map_rows import rows
from tests.conftest import free_port, wait_for_port

HOUSE = Path(__file__).parents[2]
BEAT_S = 0.3


@dataclass
class Server:
    """The server's side of the map: what it knows, what it says, what it was asked."""

    folder: Path
    version: str
    tables: dict[str, Table]
    past: dict[str, Table]
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    mute: bool = False
    refuse: bool = False
    slow_s: float = 0.0
    seqs: dict[str, int] = field(default_factory=dict)
    revision: int = 1
    props: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    first_view: dict[str, Any] = field(default_factory=dict)
    missed: dict[str, list[str]] | None = None  # what to tell who comes back; None: a snapshot, whatever it knows
    came: list[str | None] = field(default_factory=list)  # what each connection said to know
    _sockets: set[WebSocket] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None

    def renew(self) -> None:
        """As it was in the beginning, for the next test."""
        made = town.town(town.SEED)
        self.tables, self.past = rows(made), rows(made, past=True)
        self.mute = self.refuse = False
        self.slow_s = 0.0
        self.missed = None
        self.props = {}
        self.came.clear()
        self.seqs.clear()
        self.asked.clear()
        self.questions.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def change(self, key: str, id: str, skip: int = 0, **values: Any) -> None:
        """One row becomes this; the change goes out as a delta, `skip` numbers too late."""
        table = self.tables[key]
        at = table["id"].tolist().index(id)
        for name, value in values.items():
            table[name][at] = value
        self.say(key, table.where(np.array([at])), skip)

    def remove(self, key: str, id: str) -> None:
        table = self.tables[key]
        leaving = table["id"] == id
        gone = table.where(leaving).with_columns(gone=np.array([True]))
        self.tables[key] = table.where(~leaving)
        self.say(key, gone)

    def say(self, key: str, changed: Table, skip: int = 0) -> None:
        self.revision += 1
        self.seqs[key] = self.seqs.get(key, 0) + 1 + skip
        told = {"seq": self.seqs[key], "since": self.revision - 1, "revision": self.revision, "now": now()}
        self._send(frames.delta(key, changed, **told))

    def renew_sockets(self) -> None:
        """Everything anew to everyone, as after an overflow."""
        for key in self.tables:
            self._send(self.snapshot(key))

    def hang_up(self) -> None:
        """Close every socket, as a restart does."""

        async def close() -> None:
            for socket in list(self._sockets):
                with suppress(RuntimeError):
                    await socket.close(1012)

        assert self._loop
        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)

    def _send(self, frame: bytes) -> None:
        async def send() -> None:
            for socket in list(self._sockets):
                with suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_bytes(frame)

        assert self._loop
        asyncio.run_coroutine_threadsafe(send(), self._loop).result(5)

    def snapshot(self, key: str) -> bytes:
        return frames.snapshot(key, self.tables[key], seq=self.seqs.get(key, 0), revision=self.revision, now=now())

    def resumption(self, key: str, since: int) -> bytes:
        changed = self.tables[key].where(np.isin(self.tables[key]["id"], (self.missed or {}).get(key, [])))
        told = {"seq": self.seqs.get(key, 0), "since": since, "revision": self.revision, "now": now()}
        return frames.delta(key, changed, **told)

    async def live(self, socket: WebSocket) -> None:
        self._loop = asyncio.get_running_loop()
        if self.refuse:
            await socket.close(1013)
            return
        await socket.accept()
        keys = [key for key in (socket.query_params.get("layers") or "").split(",") if key in self.tables]
        since = socket.query_params.get("since")
        self.came.append(since)
        for key in keys:
            resumed = since is not None and self.missed is not None
            await socket.send_bytes(self.resumption(key, int(since or 0)) if resumed else self.snapshot(key))
        self._sockets.add(socket)
        beating = asyncio.create_task(self._beat(socket))
        try:
            while True:
                wish = orjson.loads(await socket.receive_text())
                self.asked.append(wish)
                wanted = [wish["snapshot"]] if "snapshot" in wish else wish.get("layers", [])
                for key in wanted:
                    await socket.send_bytes(self.snapshot(key))
        except WebSocketDisconnect:
            pass
        finally:
            self._sockets.discard(socket)
            beating.cancel()

    async def _beat(self, socket: WebSocket) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            while True:
                if not self.mute:
                    await socket.send_bytes(frames.heartbeat(revision=self.revision, now=now()))
                await asyncio.sleep(BEAT_S)

    async def clusters(self, at: str | None = None) -> Response:
        gathered = [
            (self.past if at else self.tables)[layer.key]
            for layer in LAYERS
            if layer.gathers and layer.key in self.tables
        ]
        places = {row.id: (row.lon, row.lat) for table in gathered for row in table}
        lon, lat = np.array(list(places.values()), dtype=float).reshape(-1, 2).T
        frame = frames.snapshot("clusters", tree(list(places), lon, lat), seq=0, revision=self.revision, now=now())
        return Response(frame, media_type="application/octet-stream")

    async def columns(self, request: Request, key: str, at: str | None = None) -> Response:
        tag = f'"{self.revision}"'
        known = request.headers.get("If-None-Match") == tag and not at
        self.questions.append(f"{key}@{at or 'now'}{' known' if known else ''}")
        if known:
            return Response(status_code=304)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.refuse:
            return Response(status_code=503)
        table = self.past[key] if at else self.tables[key]
        moment = datetime.fromisoformat(at).timestamp() * 1000 if at else None
        frame = frames.snapshot(key, table, seq=0, revision=self.revision, now=now(), at=moment)
        return Response(frame, media_type="application/octet-stream", headers={"ETag": tag})


def now() -> float:
    return time.time() * 1000


def application(server: Server, place: town.City) -> FastAPI:
    """The page and everything it asks for, under the house's own security policy."""
    api = FastAPI(docs_url=None, openapi_url=None)
    api.include_router(tile_routes.routes(server.folder / "tiles"))
    api.add_api_route("/api/columns/{key}", server.columns)
    api.add_api_route("/api/clusters", server.clusters)
    api.add_api_websocket_route("/live", server.live)
    app = Dash(
        __name__,
        server=api,  # type: ignore[arg-type]
        assets_folder=str(HOUSE / "assets"),
        assets_ignore=".*",
        assets_path_ignore=["^engine$"],
        enable_mcp=False,
        websocket_callbacks=False,
        serve_locally=True,
    )
    city = {"lon": place.lon, "lat": place.lat, "zoom": place.zoom, "pitch": place.pitch, "bearing": place.bearing}
    server.first_view = {"center": [place.lon, place.lat], "zoom": place.zoom, "pitch": 57, "bearing": place.bearing}
    server.settings = settings = {
        "live": "/live",
        "camera": city,
        "theme": "night",
        "visible": ["buildings", *server.tables],  # of the others nobody here knows any rows
        "tiles": {"version": server.version, "attribution": place.attribution, "bounds": list(place.bounds)},
    }

    def layout() -> Any:
        shown = CityMap(id="map", layers=specifications({"buildings", *server.tables}), **(settings | server.props))
        height = html.Div(shown, style={"position": "fixed", "inset": 0})
        return html.Main([height, html.Pre(id="clicked"), html.Pre(id="view"), html.Pre(id="pulse"), dcc.Store(id="n")])

    app.layout = layout
    for prop in ("clicked", "view", "pulse"):

        @app.callback(Output(prop, "children"), Input("map", prop))
        async def tell(value: Any) -> str:
            return orjson.dumps(value).decode()

    hashes: list[str] = []

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        async def with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                if not hashes:
                    app._setup_server()
                    hashes.extend(app.csp_hashes())
                policy = headers.policy(hashes).encode()
                message["headers"] = [*message["headers"], (b"content-security-policy", policy)]
            await send(message)

        await api(scope, receive, with_policy if scope["type"] == "http" else send)

    server.app = app  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def specifications(keys: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "key": layer.key,
            "title": str(layer.title),
            "stale_after_s": layer.stale_after.total_seconds(),
            "parts": [part.as_json() for part in layer.draw()],
            "looks": {look.key: [part.as_json() for part in look.draw()] for look in layer.looks},
            "pick": True,
            "gathers": layer.gathers,
            "worst": layer.worst,
        }
        for layer in LAYERS
        if layer.key in keys
    ]


@contextmanager
def serving(port: int | None = None, **props: Any) -> Iterator[Server]:
    """The harness on a port of its own, while the block runs."""
    made = town.town(town.SEED)
    with TemporaryDirectory() as folder:
        # one house without a height, as every real city has them
        houses = [
            msgspec.structs.replace(house, height_m=None) if i % 23 == 0 else house
            for i, house in enumerate(made.buildings)
        ]
        version = tiles.make(Path(folder), made.features, houses, lambda *_: None)
        server = Server(Path(folder), version, rows(made), rows(made, past=True), props=props)
        server.port = port or free_port()
        app = application(server, made.city)
        with run(app, server.port):
            yield server


@contextmanager
def run(app: Any, port: int) -> Iterator[None]:
    web = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    wait_for_port(port)
    try:
        yield
    finally:
        web.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8099)
    with serving(parser.parse_args().port) as running:
        print(running.url)
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
