"""The door: a link opens it once, a cookie keeps it open, and it leads nowhere but inside."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from server.sessions import local
from tests.server.small_ops import Ops, small_ops


@pytest.fixture(scope="module")
def ops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ops]:
    with small_ops(tmp_path_factory.mktemp("ops")) as served:
        yield served


def test_a_link_signs_in_once_and_leads_on(ops: Ops) -> None:
    link = ops.desk.link()
    with httpx.Client(base_url=ops.url) as browser:
        answer = browser.get("/sign-in", params={"token": link, "next": "/wall"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
        assert answer.headers["cache-control"] == "no-store"
        assert link not in str(answer.headers)
        assert browser.get("/wall").status_code == 200
        assert browser.get("/sign-in", params={"token": link}).headers["location"] == "/"  # the same person again
    someone = httpx.get(f"{ops.url}/sign-in", params={"token": link})
    assert someone.status_code == 403
    assert "set-cookie" not in someone.headers
    assert "app.py user link" in someone.text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(ops: Ops) -> None:
    answer = httpx.get(f"{ops.url}/sign-in", params={"token": ops.desk.link()})
    cookie = SimpleCookie(answer.headers["set-cookie"])["cityglass"]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"], cookie["domain"]) == (True, "lax", "/", "")


def test_under_tls_the_cookie_is_bound_to_host_and_tls(tmp_path: Path) -> None:
    with small_ops(tmp_path, tls=True) as ops:
        answer = httpx.get(f"{ops.url}/sign-in", params={"token": ops.desk.link()})
        name, cookie = next(iter(SimpleCookie(answer.headers["set-cookie"]).items()))
        assert name == "__Host-cityglass"
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("path", ["/", "/wall", "/sign-in", "/sign-in?token=worn-out"])
def test_a_stranger_is_told_what_to_do_in_their_language(ops: Ops, path: str, language: str) -> None:
    answer = httpx.get(ops.url + path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == {"/sign-in": 200, "/sign-in?token=worn-out": 403}.get(path, 401)
    assert f'<html lang="{language}">' in answer.text
    assert "app.py user link" in answer.text
    assert ("đường dẫn" in answer.text.lower()) == (language == "vi")
    assert "script" not in answer.text


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\r\nSet-Cookie: x=1",
        "///evil.example",
        "evil.example",
        "",
        "/../\u2044",
        " //evil.example",
    ],
)
def test_the_door_leads_nowhere_else(ops: Ops, goal: str) -> None:
    answer = httpx.get(f"{ops.url}/sign-in", params={"token": ops.desk.link(), "next": goal})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x=1" not in str(answer.headers)


@pytest.mark.parametrize("goal", ["/", "/wall", "/?layers=pm25&at=2026-03-01T05:00:00Z", "/wall#x"])
def test_places_within_are_kept(goal: str) -> None:
    assert local(goal) == goal


def test_signing_out_ends_the_session_for_good(ops: Ops) -> None:
    with httpx.Client(base_url=ops.url) as browser:
        browser.get("/sign-in", params={"token": ops.desk.link()})
        secret = browser.cookies["cityglass"]
        assert browser.get("/api/layers").status_code == 200
        assert browser.post("/sign-out").status_code == 403  # no page of ours asked for it
        assert browser.get("/api/layers").status_code == 200
        assert browser.post("/sign-out", headers={"Origin": ops.url}).status_code == 303
        assert browser.get("/api/layers").status_code == 401
    assert httpx.get(ops.url + "/api/layers", headers={"Cookie": f"cityglass={secret}"}).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_script_comes_in_with_its_token(ops: Ops, scheme: str) -> None:
    assert httpx.get(ops.url + "/api/layers", headers={"Authorization": f"{scheme} {ops.token}"}).status_code == 200


@pytest.mark.parametrize("told", ["Bearer x", "Bearer", "Basic {token}", "{token}", "Bearer {token}x", "\xff"])
def test_a_wrong_token_is_not_mended_by_a_good_cookie(ops: Ops, told: str) -> None:
    signed_in = httpx.get(f"{ops.url}/sign-in", params={"token": ops.desk.link()})
    cookie = f"cityglass={signed_in.cookies['cityglass']}".encode()
    headers = [(b"Authorization", told.format(token=ops.token).encode("latin-1")), (b"Cookie", cookie)]
    assert httpx.get(ops.url + "/api/layers", headers=headers).status_code == 401


def test_a_language_that_was_chosen_is_remembered(ops: Ops) -> None:
    with httpx.Client(base_url=ops.url, headers={"Accept": "text/html", "Accept-Language": "en"}) as browser:
        assert '<html lang="vi">' in browser.get("/?lang=vi").text
        assert '<html lang="vi">' in browser.get("/").text
        assert '<html lang="en">' in browser.get("/?lang=en").text
