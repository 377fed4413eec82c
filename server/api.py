"""The addresses that scripts and other cities' systems rely on; the same for ops and public, over different stores."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from data_access.queries import Buildings, Latest, Question, Search
from data_access.table import Table
from data_access.words import _, language
from layers.base import Layer
from server import asked, clusters
from server.problems import Problem
from server.readings import serve as serve_readings
from server.shapes import collection, within
from server.tags import knows, unchanged
from server.windows import Encoded
from server.windows import serve as serve_windows

FEATURES, HITS = 50_000, 100
LONGEST_TEXT = 200  # of what is searched for
AGE_STEP_S = 10  # an answer that tells ages is not "unchanged" for longer than this
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
JSON, GEOJSON, CSV, FRAME = (
    "application/json",
    "application/geo+json",
    "text/csv; charset=utf-8",
    "application/octet-stream",
)


class Snapshot(Protocol):
    """How rows become one frame of the live channel (live.frames.snapshot); server and live do not know each other."""

    def __call__(
        self, layer: str, table: Table, *, seq: int, revision: int, now: float, at: float | None = None
    ) -> bytes: ...


class Store(Protocol):
    """What the addresses ask; a store without `readings` has no raw history to tell."""

    def answer(self, question: Question, at: datetime | None = None) -> Table: ...
    def revision(self) -> int: ...


def _clock() -> datetime:
    return datetime.now(UTC)


def routes(
    store: Store,
    layers: Iterable[Layer],
    snapshot: Snapshot,
    *,
    version: str = "",
    health: Callable[[], str] | None = None,
    finds: bool = False,
    window: Encoded | None = None,
    now: Callable[[], datetime] = _clock,
) -> APIRouter:
    """The API over one store and the layers that its callers may see.

    `health` says ok, degraded or down; `finds` opens the search over every name that the store knows; `window` (as
    live.frames has it) opens stretches of the past.
    """
    router, shown = APIRouter(), {layer.key: layer for layer in layers}
    salt = secrets.token_hex(4)  # after a restart the same revision may belong to another database

    def chosen(key: str) -> Layer:
        layer = shown.get(key)
        if layer is None:
            raise Problem(404, _("There is no layer “{key}” here; /api/layers lists them.").format(key=key[:60]))
        return layer

    def asked_of(layer: Layer, bbox: asked.Box | None, at: datetime | None) -> Table:
        question: Question = layer.query
        if isinstance(question, Buildings):
            question = Buildings(bbox=bbox, id=question.id)
        return within(store.answer(question, at), bbox)

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def healthz() -> Response:
        try:
            status = health() if health else ("ok" if store.revision() >= 0 else "down")
        except Exception:  # whatever keeps the store from answering: the answer is that it does not
            status = "down"
        return _json({"status": status, "version": version}, 503 if status == "down" else 200)

    @router.get("/api/layers")
    def list_layers() -> Response:
        told = [
            {
                "key": layer.key,
                "title": str(layer.title),
                "group": str(layer.group),
                "unit": layer.unit,
                "metric": layer.metric,
                "stale_after_s": layer.stale_after.total_seconds(),
            }
            for layer in shown.values()
        ]
        return _json(told, headers={"Vary": "Cookie, Accept-Language", "Content-Language": language()})

    @router.get("/api/layers/{key}")
    def layer_features(
        request: Request, key: str, at: str | None = None, bbox: str | None = None, limit: str | None = None
    ) -> Response:
        layer, moment = chosen(key), now()
        then = asked.instant(at, "at", moment)
        place, most = asked.box(bbox), asked.number(limit, "limit", 5_000, FEATURES)
        age = "" if then else f"-{int(moment.timestamp()) // AGE_STEP_S}"
        tag = f'"{salt}-{store.revision()}{age}"'
        if knows(request, tag):
            return unchanged(tag)
        metric = layer.query.metric if isinstance(layer.query, Latest) else None
        told = collection(asked_of(layer, place, then), metric, layer.stale_after, then or moment, most)
        return _json(told, headers={"ETag": tag}, media_type=GEOJSON)

    @router.get("/api/columns/{key}")
    def layer_columns(request: Request, key: str, at: str | None = None, bbox: str | None = None) -> Response:
        layer, moment = chosen(key), now()
        then, place = asked.instant(at, "at", moment), asked.box(bbox)
        revision = store.revision()  # read first: an answer may be newer than its tag says, never older
        tag = f'"{salt}-{revision}"'
        if knows(request, tag):
            return unchanged(tag)
        frame = snapshot(
            key,
            asked_of(layer, place, then),
            seq=0,
            revision=revision,
            now=moment.timestamp() * 1000,
            at=None if then is None else then.timestamp() * 1000,
        )
        return Response(frame, headers={"ETag": tag}, media_type=FRAME)

    readings: Any = getattr(store, "readings", None)
    if readings is not None:
        serve_readings(router, readings, now)
    windows: Any = getattr(store, "window", None)
    if window and windows is not None:
        serve_windows(router, chosen, windows, store.revision, window, now)
    if finds:
        _serve_search(router, store, now)

    clusters.serve(router, store, shown.values(), snapshot, now)

    @router.api_route("/api", methods=METHODS)
    @router.api_route("/api/{path:path}", methods=METHODS)
    def nothing(path: str = "") -> Response:
        raise Problem(404)

    return router


def _serve_search(router: APIRouter, store: Store, now: Callable[[], datetime]) -> None:
    @router.get("/api/search")
    def search(q: str = "", at: str | None = None, limit: str | None = None) -> Response:
        then = asked.instant(at, "at", now())
        most = asked.number(limit, "limit", 12, HITS)
        if len(q) > LONGEST_TEXT:
            raise Problem(400, _("“q” may have up to {most} characters.").format(most=LONGEST_TEXT))
        rows = [row._asdict() for row in store.answer(Search(q, most), then)]
        for row in rows:
            bounds = [row.pop(side) for side in ("west", "south", "east", "north")]
            row["bounds"] = None if None in bounds else bounds
            del row["revision"]
        return _json(rows)


def _json(told: Any, status: int = 200, headers: dict[str, str] | None = None, media_type: str = JSON) -> Response:
    return Response(orjson.dumps(told, option=orjson.OPT_UTC_Z), status, headers, media_type)
