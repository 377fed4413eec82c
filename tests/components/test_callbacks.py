"""The callbacks as a browser reaches them, over HTTP, with the store of the small city behind."""

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dash._callback as global_callbacks
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from components import ids
from components.page import dash_app
from components.view import View
from data_access.words import N_, speaking
from layers import LAYERS
from tests.components.noon import desk_at_noon
from tests.conftest import HOUSE
from tests.small_city import NOON

PAST = (NOON - timedelta(minutes=20)).isoformat()
MADE_UP: tuple[Any, ...] = (
    None,
    7,
    "nonsense",
    [],
    {},
    {"layer": "secrets", "id": "1"},
    {"layer": "pm25", "id": 9},
    [[]],
)


class Browser:
    """Posts what a browser would, and much that it would not."""

    def __init__(self, client: TestClient, app: Any) -> None:
        self.client, self.app = client, app

    def ask(self, output: str, values: dict[str, Any] | None = None, *changed: str) -> Any:
        """Call the callback with this output; `values` by "id.property" for its inputs and states, None elsewhere."""
        name = next(key for key in self.app.callback_map if output in key.strip(".").split("..."))
        (known,) = [callback for callback in self.app._callback_list if callback["output"] == name]
        given = values or {}

        def filled(parts: list[dict[str, Any]]) -> list[Any]:
            return [
                [] if part["id"].startswith("{") else {**part, "value": given.get(f"{part['id']}.{part['property']}")}
                for part in parts
            ]

        outputs = [_output(part) for part in name.strip(".").split("...")]
        body = {
            "output": name,
            "outputs": outputs if name.startswith("..") else outputs[0],
            "inputs": filled(known["inputs"]),
            "state": filled(known["state"]),
            "changedPropIds": changed,
        }
        return self.client.post("/_dash-update-component", json=body)


def _output(told: str) -> Any:
    name, _dot, prop = told.rpartition(".")
    return [] if name.startswith("{") else {"id": name, "property": prop}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    desk = desk_at_noon(tmp_path_factory.mktemp("noon"))
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    wall = View("wall", N_("Wall"), LAYERS, desk.store, now=desk.now)
    app = dash_app(server, desk, wall, HOUSE / "assets")
    with TestClient(server) as client:
        yield Browser(client, app)


def test_no_callback_is_bound_to_whatever_app_comes_first(browser: Browser) -> None:
    assert global_callbacks.GLOBAL_CALLBACK_LIST == []
    assert len(browser.app.callback_map) > 8


def test_the_document_is_in_the_readers_language_from_its_first_byte(browser: Browser) -> None:
    for language in ("vi", "en"):
        with speaking(language):
            told = browser.client.get("/").text
        assert f'<html lang="{language}"' in told
        assert "Small City" in told
        assert "width=device-width" in told
    assert "Đang tải" in told or "Loading …" in told
    assert "Loading..." not in told


def test_every_inline_script_of_the_document_is_one_the_policy_knows(browser: Browser) -> None:
    document = browser.client.get("/").text
    allowed = " ".join(browser.app.csp_hashes())
    for script in re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*json)[^>]*>(.*?)</script>", document, re.S):
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in allowed
    assert not re.search(r"\son\w+=|\sstyle=", document)


def test_a_wall_that_is_the_first_page_ever_asked_for_is_whole(tmp_path: Path) -> None:
    desk = desk_at_noon(tmp_path)
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    dash_app(server, desk, desk, HOUSE / "assets")
    with TestClient(server) as client:
        told = client.get("/wall").text
    assert "assets/desk.js" in told
    assert "assets/style.css" in told
    assert "public." not in told


def test_nothing_of_dash_asks_for_a_websocket(browser: Browser) -> None:
    assert "_dash-ws-callback" not in browser.client.get("/").text


def test_the_light_is_the_readers_or_the_suns(browser: Browser) -> None:
    assert 'data-theme="day"' in browser.client.get("/").text  # noon
    assert 'data-theme="night"' in browser.client.get("/", headers={"Cookie": "theme=night"}).text
    assert 'data-theme="day"' in browser.client.get("/", headers={"Cookie": 'theme="><script>'}).text


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "desk"), ("/wall", "wall"), ("/wall/", "wall"), ("/nowhere", "nowhere")]
)
def test_each_path_has_its_page(browser: Browser, path: str, kind: str) -> None:
    told = browser.ask("frame.className", {"url.pathname": path, "url.search": ""}).json()
    assert told["response"][ids.FRAME]["className"] == kind


def test_the_page_comes_as_its_link_says(browser: Browser) -> None:
    asked = {"url.pathname": "/", "url.search": f"?layers=pm25&selected=pm25/air-1&at={PAST.replace('+', '%2B')}"}
    told = str(browser.ask("frame.className", asked).json())
    assert "'visible': ['pm25']" in told
    assert "'data': {'layer': 'pm25', 'id': 'air-1'}" in told
    assert "REPLAY" in told


def test_what_is_not_the_views_own_opens_no_drawer(browser: Browser) -> None:
    def opened(layer: str, id: str) -> Any:
        asked = {"selected.data": {"layer": layer, "id": id}}
        return browser.ask("drawer.className", asked, "selected.data").json()["response"][ids.DRAWER]["className"]

    assert opened("pm25", "air-1") == "panel drawer open"
    assert opened("secrets", "1") == "panel drawer"


def test_the_map_goes_to_what_was_picked_and_nowhere_else(browser: Browser) -> None:
    def flown(layer: str, id: str) -> Any:
        return browser.ask("map.camera", {"flight.data": {"layer": layer, "id": id, "n": 1}}, "flight.data")

    assert flown("pm25", "air-1").json()["response"][ids.MAP]["camera"]["zoom"] >= 16
    assert flown("secrets", "1").json()["response"] == {}


def test_whatever_calls_the_panels_they_are_of_the_time_and_the_selection_that_the_page_has(browser: Browser) -> None:
    thing = {"layer": "pm25", "id": "air-1"}
    asked = {"news.data": {"state": "live"}, "at.data": PAST, "selected.data": thing, "opened.data": thing}
    for output in ("state.children", "drawer.className", "around.inside", "figures.figures"):
        answers = [browser.ask(output, asked, *causes) for causes in ((), ("news.data",), ("news.data", "at.data"))]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert len({answer.text for answer in answers}) == 1
    assert "Fire" not in browser.ask("state.children", asked, "news.data").text


def test_the_address_is_the_link_of_what_is_shown(browser: Browser) -> None:
    told = browser.ask(
        "address.data",
        {
            "map.view": {"lon": 105.85, "lat": 21.03, "zoom": 15, "pitch": 45, "bearing": 375},
            "shown.data": ["pm25", "secrets"],
            "selected.data": {"layer": "incidents", "id": "i-fire"},
            "at.data": PAST,
        },
        "rest.data",
    ).json()["response"][ids.ADDRESS]["data"]
    assert told == (
        "?camera=105.850000,21.030000,15.00,45.0,15.0&layers=pm25&selected=incidents/i-fire&at=2026-03-02T04:40:00Z"
    )


@pytest.mark.parametrize("wish", MADE_UP, ids=repr)
def test_whatever_a_browser_makes_up_is_answered_and_never_an_error(browser: Browser, wish: Any) -> None:
    for name in browser.app.callback_map:
        output = name.strip(".").split("...")[0]
        (known,) = [callback for callback in browser.app._callback_list if callback["output"] == name]
        if known.get("clientside_function"):
            continue
        parts = [*known["inputs"], *known["state"]]
        values = {f"{part['id']}.{part['property']}": wish for part in parts}
        plain = [part for part in known["inputs"] if not part["id"].startswith("{")]
        for part in plain or [{"id": "", "property": ""}]:
            answer = browser.ask(output, values, f"{part['id']}.{part['property']}")
            assert answer.status_code in (200, 204), (name, part, answer.text[:300])
