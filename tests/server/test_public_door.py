"""The public server: anyone may read; nobody may write to it from elsewhere, open a socket, or swamp it."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from live import frames
from server import api, door, problems
from tests.conftest import free_port
from tests.server.small_ops import SmallStore, call, dash_on, serving, small_layer

CALLBACK = "/_dash-update-component"


class ToldStore(SmallStore):
    """A store that, like the published one, has no raw readings to tell."""

    readings = None  # type: ignore[assignment]  # that is the point


@pytest.fixture(scope="module", params=[door.LOCAL, ("*",)], ids=["named", "any name"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    server, port = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), free_port()
    problems.watch(server)
    server.include_router(api.routes(ToldStore(), [small_layer()], frames.snapshot))
    dash = dash_on(server)
    with serving(door.public(server, port, hosts=request.param, hashes=dash.csp_hashes, language="vi"), port):
        yield f"http://127.0.0.1:{port}"


def test_anyone_may_read_and_gets_no_cookie(url: str) -> None:
    for path in ("/", "/_dash-layout", "/api/layers", "/api/layers/pm25", "/api/columns/pm25", "/healthz"):
        answer = httpx.get(url + path)
        assert answer.status_code == 200, path
        assert "set-cookie" not in answer.headers
    assert "default-src 'none'" in httpx.get(url + "/").headers["content-security-policy"]


def test_there_is_no_door_to_sign_in_no_raw_reading_and_no_search(url: str) -> None:
    assert httpx.get(url + "/api/readings").status_code == 404
    assert httpx.get(url + "/api/search?q=camera").status_code == 404
    assert "location" not in httpx.get(url + "/sign-in?token=x").headers


def test_its_own_page_may_ask_its_callbacks_and_no_other_page(url: str) -> None:
    assert httpx.post(url + CALLBACK, json=call("hello.children"), headers={"Origin": url}).status_code == 200
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {}):
        assert httpx.post(url + CALLBACK, json=call("hello.children"), headers=headers).status_code == 403


def test_an_error_tells_the_public_nothing_from_inside(url: str) -> None:
    answer = httpx.post(url + CALLBACK, json=call("broken.children", state=True), headers={"Origin": url})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Đã có lỗi" in answer.json()["detail"]


def test_a_large_body_is_refused(url: str) -> None:
    answer = httpx.post(url + CALLBACK, content=b" " * 100_000, headers={"Origin": url})
    assert answer.status_code == 413


def test_no_socket_opens(url: str) -> None:
    async def scene() -> None:
        for path in ("/live", "/_dash-ws-callback", "/"):
            with pytest.raises(InvalidStatus):
                await connect(url.replace("http", "ws", 1) + path, additional_headers={"Origin": url})

    asyncio.run(scene())


def test_a_language_that_nobody_named_is_the_citys_own(url: str) -> None:
    assert httpx.get(url + "/api/nosuch").headers["content-language"] == "vi"
    assert httpx.get(url + "/api/nosuch", headers={"Accept-Language": "en-GB"}).headers["content-language"] == "en"
