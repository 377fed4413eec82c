"""Every address and every callback of the real desk, asked by a stranger: nothing answers. New ones are asked too."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

import app
from data_access.desk import Desk
from data_access.settings import Settings
from server.guard import OPEN
from tests import small_city
from tests.conftest import free_port
from tests.server.small_ops import serving

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SECRETS = ("Opera garage", "Station square", "Smoke in a stairwell", "air-1", "cam-1", "i-fire", "105.85")
PIECES = {"key": "cameras", "path": "x/y", "name": "buildings", "z": "12", "x": "1", "y": "1"}


class Officials:
    """The real desk over the small city, its server laid open."""

    def __init__(self, folder: Path, port: int) -> None:
        settings = Settings(data=folder, database=small_city.url_of(folder), port=port)
        self.served = app.officials(settings)
        self.url = f"http://127.0.0.1:{port}"
        desk = Desk(folder / "desk.db")
        self.bearer = {"Authorization": f"Bearer {desk.token()}"}
        desk.close()
        inner: Any = self.served
        while not isinstance(inner, FastAPI):
            inner = inner._app
        self.server: FastAPI = inner

    def paths(self) -> list[str]:
        """Every address that the server knows, with something to ask for in each gap."""
        found = set()
        for route in walk(self.server.routes):
            path = getattr(route, "path", "")
            found.add(re.sub(r"\{(\w+)(:\w+)?\}", lambda gap: PIECES.get(gap[1], "1"), path))
        return sorted(path if path.startswith("/") else f"/{path}" for path in found)


def walk(routes: Any) -> Iterator[Any]:
    """Routes, and those within routers and mounts."""
    for route in routes:
        yield route
        below = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        yield from walk(below or [])


@pytest.fixture(scope="module")
def officials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Officials]:
    folder = tmp_path_factory.mktemp("officials")
    small_city.build(small_city.url_of(folder))
    port = free_port()
    desk = Officials(folder, port)
    with serving(desk.served, port):
        yield desk


def callbacks(officials: Officials) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(officials.url + "/_dash-dependencies", headers=officials.bearer).json()
    return found


def asked(callback: dict[str, Any]) -> dict[str, Any]:
    """What a browser would post to ask for this callback."""
    return {
        "output": callback["output"],
        "outputs": [],
        "inputs": [{**one, "value": None} for one in callback["inputs"]],
        "state": [{**one, "value": None} for one in callback["state"]],
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in callback["inputs"][:1]],
    }


def test_the_walk_sees_the_addresses_that_matter(officials: Officials) -> None:
    known = set(officials.paths())
    assert {"/", "/live", "/api/layers", "/api/columns/cameras", "/api/readings", "/api/search"} <= known
    assert {
        "/_dash-layout",
        "/_dash-dependencies",
        "/tiles/buildings/12/1/1",
        "/sign-in",
        "/healthz",
        "/_dash-update-component",
    } <= known
    assert len(callbacks(officials)) >= 5


def test_one_who_is_known_is_told(officials: Officials) -> None:
    told = httpx.get(officials.url + "/api/layers/cameras", headers=officials.bearer)
    assert "Station square" in told.text


def test_no_address_answers_a_stranger(officials: Officials) -> None:
    told = {}
    with httpx.Client(base_url=officials.url) as stranger:
        for path, method in itertools.product([*officials.paths(), "/wall", "/docs", "/openapi.json", "/x"], METHODS):
            answer = stranger.request(method, path)
            assert not any(secret in answer.text + str(answer.headers) for secret in SECRETS), (method, path)
            if answer.status_code != 401 and path not in OPEN:
                told[method, path] = answer.status_code
    assert told == {}


def test_the_open_addresses_say_no_more_than_they_should(officials: Officials) -> None:
    assert {"/healthz", "/sign-in", "/robots.txt"} == OPEN
    for path in OPEN:
        assert "_dash" not in httpx.get(officials.url + path, headers={"Accept": "text/html"}).text
    assert set(httpx.get(officials.url + "/healthz").json()) == {"status", "version"}
    assert "WWW-Authenticate" not in httpx.get(officials.url + "/sign-in").headers
    for path, method in itertools.product(sorted(OPEN), set(METHODS) - {"GET", "HEAD", "OPTIONS"}):
        assert httpx.request(method, officials.url + path).status_code in (403, 405)


def test_no_callback_answers_a_stranger(officials: Officials) -> None:
    with httpx.Client(base_url=officials.url, headers={"Origin": officials.url}) as stranger:
        for callback in callbacks(officials):
            answer = stranger.post("/_dash-update-component", json=asked(callback))
            assert answer.status_code == 401, callback["output"]
            assert "response" not in answer.text


def test_no_websocket_opens_for_a_stranger_and_only_one_for_those_who_are_known(officials: Officials) -> None:
    async def knock(path: str, **headers: str) -> bool:
        try:
            address = officials.url.replace("http", "ws", 1) + path
            async with connect(address, additional_headers={"Origin": officials.url, **headers}):
                return True
        except InvalidStatus:
            return False

    async def scene() -> None:
        for path in [*officials.paths(), "/_dash-ws-callback"]:
            assert not await knock(path), path
            assert await knock(path, **officials.bearer) == (path == "/live"), path

    asyncio.run(scene())


def test_a_stranger_with_a_made_up_cookie_or_token_is_still_one(officials: Officials) -> None:
    for headers in ({"Cookie": "cityglass=0123456789abcdef.x"}, {"Authorization": "Bearer 0123456789abcdef.x"}):
        for path in officials.paths():
            if path not in OPEN:
                assert httpx.get(officials.url + path, headers=headers).status_code == 401, path
