"""Which things lie together, as a map asks for it: once, under a name that holds until something stands elsewhere."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from data_access.queries import Question
from data_access.table import Table
from layers import LAYERS
from live import frames
from server import clusters, problems
from tests.layers.rows import NOON, full, table

GATHERED = {layer.key: layer for layer in LAYERS if layer.key in ("pm25", "noise", "incidents")}


class Places:
    """A store in which sensors stand somewhere, and stood elsewhere before noon."""

    def __init__(self) -> None:
        self.now = {"a": (105.85, 21.02), "b": (105.8501, 21.02), "c": (105.99, 21.2)}
        self.before = {"a": (105.85, 21.02), "b": (105.7, 21.3)}
        self.asked = 0

    def answer(self, question: Question, at: datetime | None = None) -> Table:
        self.asked += 1
        places = self.before if at else self.now
        return table(question, *(full(id=one, lon=lon, lat=lat) for one, (lon, lat) in places.items()))

    def revision(self) -> int:
        return 7


@pytest.fixture
def store() -> Places:
    return Places()


@pytest.fixture
def client(store: Places, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(clusters, "FRESH_S", 0.0)
    router, app = APIRouter(), FastAPI()
    clusters.serve(router, store, GATHERED.values(), frames.snapshot, lambda: NOON + timedelta(hours=1))
    app.include_router(router)
    problems.watch(app)
    return TestClient(app)


def rows(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200
    return frames.decode(answer.content).columns


def leaves(columns: dict[str, Any]) -> list[str]:
    return [one for one, until in zip(columns["id"], columns["until"], strict=True) if np.isinf(until)]


def test_a_thing_that_several_layers_know_is_in_the_tree_once(client: TestClient) -> None:
    told = rows(client.get("/api/clusters"))
    assert leaves(told) == ["a", "b", "c"]
    assert len(told["id"]) > 3
    assert told["parent"][0] == told["parent"][1]  # a and b stand side by side


def test_incidents_are_in_no_group(client: TestClient, store: Places) -> None:
    client.get("/api/clusters")
    assert store.asked == 2


def test_the_tree_of_a_past_hour_is_over_the_places_of_then(client: TestClient) -> None:
    told = rows(client.get("/api/clusters", params={"at": NOON.isoformat()}))
    assert leaves(told) == ["a", "b"]
    assert told["lon"][1] == 105.7


def test_who_has_the_newest_tree_is_told_so_until_something_moves(client: TestClient, store: Places) -> None:
    tag = client.get("/api/clusters").headers["etag"]
    again = client.get("/api/clusters", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    store.now["c"] = (105.98, 21.2)
    moved = client.get("/api/clusters", headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.headers["etag"] != tag


def test_many_screens_at_once_ask_the_store_once(
    client: TestClient, store: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "FRESH_S", 1000.0)
    for _screen in range(5):
        client.get("/api/clusters")
    assert store.asked == 2


def test_a_city_without_things_has_an_empty_tree(client: TestClient, store: Places) -> None:
    store.now = {}
    assert rows(client.get("/api/clusters"))["id"] == []


def test_a_time_that_is_none_is_refused_with_a_sentence(client: TestClient) -> None:
    answer = client.get("/api/clusters", params={"at": "yesterday"})
    assert answer.status_code == 400
    assert "yesterday" in answer.json()["detail"]
