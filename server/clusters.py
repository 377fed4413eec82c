"""Which things of all layers lie together, zoom by zoom: asked once by a map, and again when something new appears."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from data_access.clusters import tree
from data_access.queries import Question
from data_access.table import Table
from layers.base import Layer
from server import asked
from server.tags import knows, unchanged

FRAME = "application/octet-stream"
KEPT = 8  # trees; most screens ask for the same
FRESH_S = 5.0  # so long nobody looks again where everything stands


class Store(Protocol):
    def answer(self, question: Question, at: datetime | None = None) -> Table: ...
    def revision(self) -> int: ...


class Clusters:
    """The trees over the places of one store's things; a tree is made anew only when something stands elsewhere."""

    def __init__(self, store: Store, layers: Iterable[Layer], frame: Callable[..., bytes]) -> None:
        self._store, self._layers, self._frame = store, [layer for layer in layers if layer.gathers], frame
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._now: tuple[float, str] | None = None
        self._turn = Lock()

    def at(self, at: datetime | None, now: datetime) -> tuple[str, bytes]:
        """The tree as things stood at that time, or stand: its name, which says what is in it, and its frame."""
        with self._turn:  # of many screens that are opened at once one makes it for all
            if at is None and self._now and time.monotonic() - self._now[0] < FRESH_S and self._now[1] in self._made:
                return self._now[1], self._made[self._now[1]]
            ids, lon, lat = self._places(at)
            name = _name(ids, lon, lat)
            if name not in self._made:
                told = {"seq": 0, "revision": self._store.revision(), "now": now.timestamp() * 1000}
                self._made[name] = self._frame("clusters", tree(ids, lon, lat), **told)
            self._made.move_to_end(name)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            if at is None:
                self._now = time.monotonic(), name
            return name, self._made[name]

    def _places(self, at: datetime | None) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Every thing once, though several layers may know it."""
        places: dict[str, tuple[float, float]] = {}
        for layer in self._layers:
            table = self._store.answer(layer.query, at)
            for one, lon, lat in zip(table["id"].tolist(), table["lon"], table["lat"], strict=True):
                places.setdefault(one, (lon, lat))
        ordered = sorted(places)
        where = np.array([places[one] for one in ordered], dtype=float).reshape(-1, 2)
        return ordered, where[:, 0], where[:, 1]


def serve(
    router: APIRouter,
    store: Store,
    layers: Iterable[Layer],
    frame: Callable[..., bytes],
    now: Callable[[], datetime],
) -> None:
    """`GET /api/clusters?at=`: the tree in the live channel's frame, under a name that holds as long as it does."""
    clusters = Clusters(store, layers, frame)

    @router.get("/api/clusters")
    def told(request: Request, at: str | None = None) -> Response:
        moment = now()
        name, packed = clusters.at(asked.instant(at, "at", moment), moment)
        tag = f'"{name}"'
        return unchanged(tag) if knows(request, tag) else Response(packed, headers={"ETag": tag}, media_type=FRAME)


def _name(ids: list[str], lon: np.ndarray, lat: np.ndarray) -> str:
    told: Any = hashlib.sha256("\0".join(ids).encode())
    told.update(np.ascontiguousarray(lon).tobytes() + np.ascontiguousarray(lat).tobytes())
    return str(told.hexdigest()[:20])
