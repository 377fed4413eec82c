"""The guard before everything: who may pass, over HTTP and websockets alike, refused unless shown to be allowed.

Frameworks' own hooks miss websockets, mounted files and routes made later (guarantees D1 to D4), so this is plain
ASGI in front of all of them. It reads `scope["path"]` and compares whole paths: there is nothing to be clever about.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPMethod
from urllib.parse import urlsplit

from starlette._utils import parse_host_header
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.asking import let_ask
from server.problems import response as problem
from server.sessions import Caller, Sessions, stranger

OPEN = frozenset({"/healthz", "/sign-in", "/robots.txt"})
SOCKETS = frozenset({"/live"})
BODY_BYTES, BODY_S = 1024 * 1024, 10.0
HEADERS, HEADER_BYTES = 100, 32 * 1024
ALONE = ("host", "origin", "authorization", "content-length", "content-type", "transfer-encoding")
LOOK_AGAIN_S = 2.0  # with the two seconds that a session is trusted, a revoked one is cut within five
READING = {HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS}
POLICY_VIOLATION = 1008


class Guard:
    """Lets pass what is allowed. `hosts` are the names this server answers to, `origins` the pages that may write.

    Without `sessions` anyone may read (the public server), and no socket opens; all other rules hold there too. The
    host "*" is for a public server that goes by names it does not know: its pages may then write to itself alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str],
        origins: Iterable[str],
        sessions: Sessions | None,
        sockets: Iterable[str] = SOCKETS,
        open_paths: Iterable[str] = OPEN,
        body_bytes: int = BODY_BYTES,
    ) -> None:
        self._app, self._sessions, self._body_bytes = app, sessions, body_bytes
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origins)
        self._sockets = frozenset(sockets) if sessions else frozenset()
        self._open = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        caller = None
        refusal = self._untrusted(scope, headers)
        if refusal is None and self._sessions and scope["path"] not in self._open:
            caller = await self._sessions.caller(headers)
            if caller is None:
                refusal = _unknown(scope, headers)
        if refusal is None and scope["method"] not in READING and not self._may_write(headers, caller):
            refusal = problem(403)
        body = refusal or await self._body(headers, receive)
        if isinstance(body, Response):
            body.headers["Connection"] = "close"  # what is left of the request is not read
            await body(scope, receive, send)
            return
        _introduce(scope, caller)
        await self._app(scope, _replay(body, receive), send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        sessions = None if self._untrusted(scope, headers) else self._sessions
        caller = await sessions.caller(headers) if sessions else None
        allowed = caller and scope["path"] in self._sockets and self._may_write(headers, caller)
        if not (sessions and caller and allowed):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})  # before accepting: the server says 403
            return
        _introduce(scope, caller)
        served = asyncio.ensure_future(self._app(scope, receive, send))
        try:
            await self._while_alive(served, caller.secret, sessions)
            if not served.done():
                served.cancel()
                await asyncio.gather(served, return_exceptions=True)
                with suppress(Exception):  # it may have closed by itself meanwhile
                    async with asyncio.timeout(1):
                        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                scope.get("cityglass.cut", bool)()  # one that reads nothing would never finish closing
                return
            await served
        finally:
            served.cancel()

    async def _while_alive(self, served: "asyncio.Future[None]", secret: str, sessions: Sessions) -> None:
        """Until the socket ends, or the session behind it does."""
        while True:
            await asyncio.wait({served}, timeout=LOOK_AGAIN_S)
            if served.done() or await sessions.session(secret) is None:
                return

    def _untrusted(self, scope: Scope, headers: Headers) -> Response | None:
        """Why this cannot be a request to this server; None when it can."""
        raw = scope["headers"]
        if len(raw) > HEADERS or sum(len(name) + len(value) for name, value in raw) > HEADER_BYTES:
            return problem(431)
        if any(len(headers.getlist(name)) > 1 for name in ALONE):
            return problem(400)
        host = parse_host_header(headers.get("host"))
        if host is None:
            return problem(400)
        return None if host.host.lower() in self._hosts or "*" in self._hosts else problem(421)

    def _may_write(self, headers: Headers, caller: Caller | None) -> bool:
        """Whether this comes from our own page, or from a script, which no page can make send its token."""
        origin = headers.get("origin")
        if origin is None:
            return caller is not None and caller.script
        if "*" in self._hosts:
            return urlsplit(origin).netloc.lower() == headers["host"].lower()
        return origin in self._origins

    async def _body(self, headers: Headers, receive: Receive) -> bytes | Response:
        """The whole body, or why it is refused; nothing behind the guard reads one that was not measured."""
        told = headers.get("content-length", "0")
        if not told.isdecimal():
            return problem(400)
        if int(told) > self._body_bytes:
            return problem(413)
        if told == "0" and "transfer-encoding" not in headers:
            return b""
        parts, length = [], 0
        try:
            async with asyncio.timeout(BODY_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return problem(400)
                    parts.append(message.get("body", b""))
                    length += len(parts[-1])
                    if length > self._body_bytes:
                        return problem(413)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            return problem(408)


def _introduce(scope: Scope, caller: Caller | None) -> None:
    """Let those behind the guard know who asks."""
    session = caller.session if caller else None
    scope["state"] = {**scope.get("state", {}), "session": session}
    let_ask(session)


def _unknown(scope: Scope, headers: Headers) -> Response:
    """What a stranger gets: a page if it is a person who looks for one, else a problem document."""
    person = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    return stranger() if person else problem(401, headers={"WWW-Authenticate": "Bearer"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more for those behind, then whatever else comes."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
