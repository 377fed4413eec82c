"""A stretch of the past by its address: what is asked for strictly, and told as the store has it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from data_access.queries import Latest
from layers import LAYERS
from live import frames
from server import api, problems
from tests import small_city
from tests.conftest import free_port
from tests.server.small_ops import serving
from tests.small_city import MINUTE, NOON


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    store, port = small_city.small_city(tmp_path_factory.mktemp("city")), free_port()
    server = FastAPI()
    problems.watch(server)
    server.include_router(api.routes(store, LAYERS, frames.snapshot, window=frames.window, now=lambda: NOON))
    with serving(server, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client, store
    store.close()


def asked(start: datetime, to: datetime, **more: str) -> dict[str, str]:
    return {"from": start.isoformat(), "to": to.isoformat(), **more}


def test_a_window_tells_things_once_and_their_moments_in_order(client: Any) -> None:
    web, store = client
    start = NOON - 15 * MINUTE
    frame = frames.decode(web.get("/api/window/pm25", params=asked(start, NOON)).content)
    told = store.window(Latest("pm25_ug_m3"), start, NOON)
    assert frame.kind == "window"
    assert frame.header["at"] == start.timestamp() * 1000
    assert frame.header["until"] == NOON.timestamp() * 1000
    assert frame.columns["id"] == told.things["id"].tolist()
    assert len(frame.columns["since"]) == len(told.moments)
    order = np.array(frame.columns["thing"]) * 1e13 + frame.columns["since"]
    assert (np.diff(order) > 0).all()
    assert frame.columns["since"][0] == frame.header["at"]
    assert set(frame.columns["there"]) <= {0, 1}


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer.key != "buildings"], ids=lambda one: one.key)
def test_every_layer_with_columns_has_a_window_with_the_same_columns(client: Any, layer: Any) -> None:
    web, _store = client
    at = NOON - 10 * MINUTE
    frame = frames.decode(web.get(f"/api/window/{layer.key}", params=asked(at, NOON)).content)
    whole = frames.decode(web.get(f"/api/columns/{layer.key}", params={"at": at.isoformat()}).content)
    assert set(frame.columns) - {"thing", "since", "there"} == set(whole.columns)


def test_a_window_never_reaches_beyond_now(client: Any) -> None:
    web, _store = client
    frame = frames.decode(web.get("/api/window/pm25", params=asked(NOON - MINUTE, NOON + 50 * MINUTE / 60)).content)
    assert frame.header["until"] == NOON.timestamp() * 1000


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"from": "yesterday", "to": NOON.isoformat()}, 400),
        (asked(NOON, NOON - MINUTE), 400),
        (asked(NOON, NOON), 400),
        (asked(NOON - 61 * MINUTE, NOON), 400),
        (asked(NOON - 25 * 60 * MINUTE, NOON, step="60"), 400),
        (asked(NOON - MINUTE, NOON, step="0"), 400),
        (asked(NOON - MINUTE, NOON, step="3601"), 400),
        (asked(NOON - MINUTE, NOON, step="1.5"), 400),
        (asked(NOON, NOON + timedelta(seconds=30)), 404),
        (asked(NOON - MINUTE, NOON + timedelta(days=1)), 400),
    ],
)
def test_a_senseless_window_is_refused_with_a_sentence(client: Any, query: dict[str, str], status: int) -> None:
    web, _store = client
    answer = web.get("/api/window/pm25", params=query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20


def test_no_window_of_an_unknown_layer_nor_of_buildings(client: Any) -> None:
    web, _store = client
    for key in ("nosuch", "buildings"):
        assert web.get(f"/api/window/{key}", params=asked(NOON - MINUTE, NOON)).status_code == 404


def test_without_an_encoder_there_are_no_windows(tmp_path: Any) -> None:
    store, port = small_city.small_city(tmp_path), free_port()
    server = FastAPI()
    problems.watch(server)
    server.include_router(api.routes(store, LAYERS, frames.snapshot, now=lambda: NOON))
    with serving(server, port):
        answer = httpx.get(f"http://127.0.0.1:{port}/api/window/pm25", params=asked(NOON - MINUTE, NOON))
    assert answer.status_code == 404
    store.close()
