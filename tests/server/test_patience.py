"""Real slow sockets against the real server: who trickles or stalls is shown out, and everybody else is served."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from server import door, patience
from tests.conftest import free_port
from tests.devices import until
from tests.server.small_ops import connected, serving, small_ops

LIMIT_S, DROP_S = 1.0, 0.02
HEAD = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"y" * 2000  # trickled, it would take 40 s
CALLBACK = "/_dash-update-component"
BIG = 32 * 1024 * 1024


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_S", LIMIT_S)
    monkeypatch.setattr(patience, "STALL_S", LIMIT_S)


@contextmanager
def house() -> Iterator[tuple[int, Any]]:
    app = FastAPI()

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.get("/big")
    def big() -> Response:
        return Response(b"x" * BIG)

    @app.post(CALLBACK)
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.get("/slow")
    def slow() -> str:
        time.sleep(2 * LIMIT_S)
        return "at last"

    port = free_port()
    with serving(app, port) as server:
        yield port, server


def line_to(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def trickled(line: socket.socket, words: bytes, stop: threading.Event) -> bytes:
    """What the server says to one who speaks a byte at a time, until it hangs up or `stop` is set."""
    told = b""
    line.settimeout(DROP_S)
    for byte in words:
        if stop.is_set():
            break
        with suppress(ConnectionError):
            line.send(bytes([byte]))
        try:
            said = line.recv(4096)
        except TimeoutError:
            continue
        except ConnectionError:
            break
        told += said
        if not said:
            break
    return told


def test_a_head_that_trickles_is_given_up_while_others_are_served() -> None:
    with house() as (port, server):
        told: list[bytes] = []
        lines = [line_to(port) for _ in range(30)]

        def trickle(line: socket.socket) -> None:
            told.append(trickled(line, HEAD, threading.Event()))

        slow = [threading.Thread(target=trickle, args=(line,)) for line in lines]
        for one in slow:
            one.start()
        assert httpx.get(f"http://127.0.0.1:{port}/hello").json() == "hello"
        for one in slow:
            one.join(30)
        assert [answer.split(b"\r\n")[0] for answer in told] == [b"HTTP/1.1 408 Request Timeout"] * 30
        assert all(answer.endswith(patience.TOO_SLOW) for answer in told)
        until(lambda: connected(server) == 0)
        for line in lines:
            line.close()


def test_without_our_patience_the_same_head_holds_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is our limit that ends it, nothing else in the way."""
    monkeypatch.delitem(door.SERVING, "http")
    with house() as (port, server), closing(line_to(port)) as line:
        stop = threading.Event()
        slow = threading.Thread(target=trickled, args=(line, HEAD, stop))
        slow.start()
        slow.join(3 * LIMIT_S)
        assert slow.is_alive()
        assert connected(server) == 1
        stop.set()
        slow.join(30)


@pytest.mark.parametrize("said", [b"", b"\r\n"], ids=["nothing", "an empty line"])
def test_a_connection_that_says_nothing_is_closed_without_a_word(said: bytes) -> None:
    with house() as (port, _server), closing(line_to(port)) as line:
        line.sendall(said)
        assert line.recv(100) == b""


def test_a_connection_at_rest_cannot_be_kept_by_an_empty_line() -> None:
    with house() as (port, server), closing(line_to(port)) as line:
        line.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'"hello"' in line.recv(4096)
        line.sendall(b"\r\n")
        assert line.recv(100) == b""
        until(lambda: connected(server) == 0)


def test_the_second_head_on_a_connection_is_measured_too() -> None:
    with house() as (port, _server), closing(line_to(port)) as line:
        line.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'"hello"' in line.recv(4096)
        line.sendall(b"GET /hello HTTP/1.1\r\nHo")
        assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_who_asks_at_once_may_wait_long_for_the_answer_and_say_the_next_meanwhile() -> None:
    ask = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
    with house() as (port, _server), closing(line_to(port)) as line:
        line.sendall(ask + ask + ask[:9])  # the third is cut: we read no further before the first is answered
        told = b""
        while told.count(b"at last") < 2:
            more = line.recv(4096)
            assert more, told
            told += more
        assert b" 408 " not in told


def test_a_reader_that_takes_nothing_is_cut_and_costs_no_answer_for_good() -> None:
    with house() as (port, server), closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: connected(server) == 1)
        until(lambda: connected(server) == 0)
        assert httpx.get(f"http://127.0.0.1:{port}/hello").json() == "hello"


def test_without_our_patience_the_reader_that_takes_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(door.SERVING, "http")
    with house() as (port, server), closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: connected(server) == 1)
        with pytest.raises(TimeoutError):
            until(lambda: connected(server) == 0, 3 * LIMIT_S)


def test_a_reader_that_is_slow_but_takes_what_it_gets_receives_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "STALL_S", 30.0)  # a busy machine may let this very test stall
    with house() as (port, _server), closing(line_to(port)) as line:
        line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        length = 0
        while piece := line.recv(1024 * 1024):
            length += len(piece)
            time.sleep(0.01)
        assert length > BIG


def body_for(port: int, more: str = "") -> bytes:
    head = f"POST {CALLBACK} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: 2000\r\n\r\n".encode()


def test_a_body_that_trickles_is_given_up_by_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.guard.BODY_S", LIMIT_S)
    with small_ops(tmp_path) as ops, closing(line_to(ops.port)) as line:
        line.sendall(body_for(ops.port, f"Authorization: Bearer {ops.token}\r\n"))
        told = trickled(line, b" " * 2000, threading.Event())
        assert told.startswith(b"HTTP/1.1 408")
        until(lambda: ops.connections() == 0)


def test_without_the_guard_the_same_body_is_waited_for() -> None:
    """The control: nothing but the guard measures a body."""
    with house() as (port, server), closing(line_to(port)) as line:
        line.sendall(body_for(port))
        stop = threading.Event()
        slow = threading.Thread(target=trickled, args=(line, b" " * 2000, stop))
        slow.start()
        slow.join(3 * LIMIT_S)
        assert slow.is_alive()
        assert connected(server) == 1
        stop.set()
        slow.join(30)


def test_both_servers_are_run_with_this_patience(tmp_path: Path) -> None:
    assert door.SERVING["http"] is patience.Patient
