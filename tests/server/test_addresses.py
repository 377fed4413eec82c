"""What is no address of ours answers 404: Dash would show its page under any name."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from server import door, problems
from server.aside import Aside
from server.guard import Guard
from tests.conftest import free_port
from tests.server.small_ops import dash_on, serving, small_ops

NOT_HERE = ("/nosuch", "/live", "/sign-in", "/metrics", "/wall", "/.env", "/assets", "/x/_dash-layout")


def bare() -> tuple[FastAPI, list[str]]:
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    problems.watch(server)
    return server, list(dash_on(server).csp_hashes())


def served(app: ASGIApp, port: int) -> Iterator[str]:
    with serving(app, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def public() -> Iterator[str]:
    port, (server, hashes) = free_port(), bare()
    yield from served(door.public(server, port, hashes=lambda: hashes, language="vi"), port)


@pytest.fixture(scope="module")
def without() -> Iterator[str]:
    """The same server with nothing that knows its addresses."""
    port, (server, _hashes) = free_port(), bare()
    guard = Guard(Aside(server), door.LOCAL, door.origins(door.LOCAL, port), None)
    yield from served(guard, port)


@pytest.mark.parametrize("path", NOT_HERE)
def test_an_unknown_address_is_no_page(public: str, without: str, path: str) -> None:
    assert httpx.get(without + path).status_code == 200 or path == "/assets"  # what Dash would do
    answer = httpx.get(public + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_person_is_told_and_led_home(public: str) -> None:
    answer = httpx.get(public + "/nosuch", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="vi"' in answer.text
    assert '<a href="/">' in answer.text


def test_pages_and_machines_are_reached_as_before(public: str) -> None:
    for path in ("/", "/?layers=pm25", "/_dash-layout", "/_dash-dependencies"):
        assert httpx.get(public + path).status_code == 200


def test_a_slash_too_many_leads_to_the_page(tmp_path: Path) -> None:
    with small_ops(tmp_path) as ops:
        answer = httpx.get(ops.url + "/wall/?at=2026", headers=ops.bearer)
        assert (answer.status_code, answer.headers["location"]) == (308, "/wall?at=2026")
        assert httpx.get(ops.url + "/wall", headers=ops.bearer).status_code == 200
        assert httpx.get(ops.url + "/wall/").status_code == 401  # a stranger is not even told that much
