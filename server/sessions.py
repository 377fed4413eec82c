"""Who is asking: the session in a browser's cookie or the token of a script, and the door where a link is exchanged."""

import asyncio
import time
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from data_access.words import _
from server.pages import page

TRUSTED_S = 2.0  # so long a session is taken as good before desk.db is asked again
KEPT_S = 400 * 24 * 3600  # the longest that browsers keep a cookie; desk.db decides when a session ends
REMEMBERED = 10_000


class Desk(Protocol):
    """What is needed of data_access.desk.Desk."""

    def redeem(self, link: str) -> str | None: ...
    def session(self, secret: str) -> object | None: ...
    def revoke(self, name: str) -> bool: ...


class Caller(Struct, frozen=True):
    """Who asks, the secret by which we know, and whether a script sent it in a header (no browser does by itself)."""

    session: object
    secret: str
    script: bool


class Sessions:
    """The sessions of one desk, and what a browser keeps of them."""

    def __init__(self, desk: Desk, tls: bool = False) -> None:
        self._desk, self._tls = desk, tls
        self.cookie = "__Host-cityglass" if tls else "cityglass"
        self._trusted: dict[bytes, tuple[object, float]] = {}

    async def caller(self, headers: Headers) -> Caller | None:
        """Who sends these headers; None for a stranger. A token that does not fit is not mended by a cookie."""
        authorization = headers.get("authorization")
        if authorization is not None:
            scheme, _, secret = authorization.partition(" ")
            session = await self.session(secret.strip()) if scheme.lower() == "bearer" else None
            return Caller(session, secret.strip(), script=True) if session else None
        secret = self.held(headers)
        session = await self.session(secret) if secret else None
        return Caller(session, secret, script=False) if session else None

    async def session(self, secret: str) -> object | None:
        """The living session behind a secret, as desk.db knew it at most two seconds ago."""
        key, now = sha256(secret.encode("utf-8", "replace")).digest(), time.monotonic()
        session, until = self._trusted.get(key, (None, 0.0))
        if now < until:
            return session
        session = await asyncio.to_thread(self._desk.session, secret)
        self._trusted.pop(key, None)
        if session is not None:
            if len(self._trusted) >= REMEMBERED:
                self._trusted.clear()
            self._trusted[key] = (session, now + TRUSTED_S)
        return session

    def held(self, headers: Headers) -> str:
        """The secret in a browser's cookie, or nothing."""
        return cookie_parser(headers.get("cookie", "")).get(self.cookie, "")

    async def sign_in(self, link: str) -> str | None:
        return await asyncio.to_thread(self._desk.redeem, link)

    async def sign_out(self, secret: str) -> None:
        self._trusted.clear()
        await asyncio.to_thread(self._desk.revoke, secret)

    def give(self, answer: Response, secret: str) -> None:
        """Let the browser keep this session."""
        answer.set_cookie(
            self.cookie, secret, max_age=KEPT_S, path="/", secure=self._tls, httponly=True, samesite="lax"
        )

    def take(self, answer: Response) -> None:
        answer.delete_cookie(self.cookie, path="/", secure=self._tls, httponly=True, samesite="lax")


def local(path: str | None) -> str:
    """The place within this server to go on to; the desk's own page for anything that leads elsewhere.

    >>> local("/wall"), local("//evil.example"), local("https://evil.example"), local("/\\\\evil.example")
    ('/wall', '/', '/', '/')
    """
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return "/"
    told = urlsplit(path)
    return "/" if told.scheme or told.netloc or not path.isascii() else path


def routes(sessions: Sessions) -> APIRouter:
    """The door: `/sign-in` exchanges a one-time link for a session, `/sign-out` ends it."""
    router = APIRouter()

    @router.get("/sign-in")
    async def sign_in(request: Request, token: str = "", next: str = "/") -> Response:
        goal = local(next)
        secret = await sessions.sign_in(token) if token else None
        if secret is None and await sessions.caller(request.headers):  # a link opened again by the same person
            return RedirectResponse(goal, 303, {"Cache-Control": "no-store"})
        if secret is None:
            return _no_more(bool(token))
        answer = RedirectResponse(goal, 303, {"Cache-Control": "no-store"})
        sessions.give(answer, secret)
        return answer

    @router.get("/robots.txt")
    async def robots() -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        await sessions.sign_out(sessions.held(request.headers))
        answer = RedirectResponse("/sign-in", 303, {"Cache-Control": "no-store"})
        sessions.take(answer)
        return answer

    return router


def stranger(status: int = 401) -> Response:
    """The page that tells a stranger how to sign in."""
    return page(
        _("Please sign in"),
        [
            _("This is the desk of a city. It opens with a link that signs in once."),
            _("The link was printed where Cityglass was started. The same place gives you another:"),
        ],
        status,
        COMMAND,
        {"WWW-Authenticate": "Bearer"} if status == 401 else None,
    )


COMMAND = "python app.py user link"


def _no_more(tried: bool) -> Response:
    if not tried:
        return stranger(200)
    return page(
        _("This link does not open any more"),
        [
            _("A link signs in once, within 24 hours. This one was used already, is too old, or was not copied whole."),
            _("Ask the person who runs Cityglass for another, or make one where it runs:"),
        ],
        403,
        COMMAND,
    )
