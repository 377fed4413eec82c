"""The desk and the wall over the small city, served as `app.py ops` serves them, in a process of its own.

    python -m tests.components.desk_harness FOLDER PORT

Its clock started at the small city's noon and goes on from there. It prints an address that signs in once.
"""

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from components.page import dash_app
from components.view import View
from data_access.acts import Acts
from data_access.desk import Desk
from data_access.store import CityStore
from data_access.words import N_
from data_access.writer import CityWriter
from layers import LAYERS
from live.frames import snapshot, window
from live.hub import Hub
from server import api, asking, door, problems, sessions, tiles
from tests.small_city import NOON, build, url_of

HOUSE = Path(__file__).parents[2]
STARTED = time.time()


def clock() -> datetime:
    return NOON + timedelta(seconds=time.time() - STARTED)


def main(folder: Path, port: int) -> None:
    build(url_of(folder))
    store = CityStore.open(url_of(folder))
    desk = Desk(folder / "desk.db", clock)
    keys = sessions.Sessions(desk)
    hub = Hub(store, LAYERS, now=lambda: clock().timestamp())
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problems.watch(server)
    server.include_router(sessions.routes(keys))
    server.include_router(api.routes(store, LAYERS, snapshot, window=window, now=clock))
    server.include_router(tiles.routes(folder / "tiles"))
    server.add_api_websocket_route("/live", hub.socket)
    acts = Acts(lambda: CityWriter.open(url_of(folder), clock))
    hand: dict[str, Any] = {"acts": acts, "who": asking.who, "session": asking.session, "memory": desk.memory}
    view = View("desk", N_("Desk"), LAYERS, store, now=clock, **hand)
    wall = View("wall", N_("Wall"), LAYERS, store, now=clock)
    page = dash_app(server, view, wall, HOUSE / "assets")
    print(f"http://127.0.0.1:{port}/sign-in?token={desk.link()}", flush=True)
    served = door.ops(server, keys, port, hashes=page.csp_hashes)
    uvicorn.run(served, host="127.0.0.1", port=port, log_level="error", **door.SERVING)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
