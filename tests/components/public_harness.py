"""The public process over a published folder, by a clock that stands still.

python -m tests.components.public_harness FOLDER PORT 2026-03-02T05:20:00+00:00
"""

import sys
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from components.public import Host, public_app
from components.view import View
from data_access.public_store import PublicStore
from data_access.words import N_
from layers import PUBLIC
from live.frames import snapshot
from server import api, door, problems, tiles

HOUSE = Path(__file__).parents[2]


def serve(folder: Path, port: int, now: datetime) -> None:
    store = PublicStore(folder)
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problems.watch(server)
    server.include_router(api.routes(store, PUBLIC, snapshot, now=lambda: now))
    server.include_router(tiles.routes(folder / "tiles", kept="public"))
    view = View("public", N_("Public view"), PUBLIC, store, live=None, now=lambda: now)
    host = Host(contact="hello@small.example", licence="CC BY 4.0 & our thanks")
    page = public_app(server, view, HOUSE / "assets", host)
    uvicorn.run(door.public(server, port, hashes=page.csp_hashes), host="127.0.0.1", port=port, **door.SERVING)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
