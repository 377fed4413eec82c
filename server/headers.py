"""What every answer carries: the language its reader speaks, and the headers that keep a browser from doing harm."""

import re
from collections.abc import Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers as Told
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.words import LANGUAGES, speaking

YEAR_S = 365 * 24 * 3600
COOKIE = "language"

_HASHED = re.compile(r"^/assets/engine/.*-[0-9A-Za-z]{8,}\.(?:mjs|js|css|woff2)$")  # a name of its own for each content
_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(hashes: Sequence[str] = ()) -> str:
    """The content security policy; `hashes` are those of the inline scripts that Dash writes into its page."""
    scripts = " ".join(["'self'", *hashes])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "style-src-attr 'none'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "worker-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Headers:
    """Speaks the reader's language within, and adds what every answer carries.

    The language: `?lang=`, which is also remembered, else the cookie, else Accept-Language, else the city's own.
    `hashes` is asked once, at the first page: Dash knows its inline scripts only then.
    """

    def __init__(
        self, app: ASGIApp, hashes: Callable[[], Sequence[str]] = tuple, default: str = "en", tls: bool = False
    ) -> None:
        self._app, self._hashes, self._default, self._tls = app, hashes, default, tls
        self._policy: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = _asked(scope)
        told = Told(scope=scope)
        spoken = asked or _remembered(told) or _accepted(told.get("accept-language", "")) or self._default

        async def dressed(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                self._dress(headers, scope)
                if asked:
                    secure = "; Secure" if self._tls else ""
                    headers.append("Set-Cookie", f"{COOKIE}={asked}; Path=/; Max-Age={YEAR_S}; SameSite=Lax{secure}")
            await send(message)

        with speaking(spoken):
            await self._app(scope, receive, dressed)

    def _dress(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in _PLAIN.items():
            headers.setdefault(name, value)
        if self._tls:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
        if headers.get("content-type", "").startswith("text/html"):
            if self._policy is None:
                self._policy = policy(self._hashes())
            headers.setdefault("Content-Security-Policy", self._policy)
            headers.add_vary_header("Cookie")
            headers.add_vary_header("Accept-Language")
        headers.setdefault("Cache-Control", _kept(scope))


def _kept(scope: Scope) -> str:
    """How long a browser may keep an answer that says nothing of it: versioned assets for good, the rest on asking."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    versioned = scope["path"].startswith("/assets/") and ("m" in query or "v" in query or _HASHED.search(scope["path"]))
    return f"private, max-age={YEAR_S}, immutable" if versioned else "private, no-cache"


def _asked(scope: Scope) -> str | None:
    """The language that the address asks for, if we speak it."""
    return _known(parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1])


def _remembered(told: Told) -> str | None:
    try:
        morsel = SimpleCookie(told.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return _known(morsel.value) if morsel else None


def _accepted(told: str) -> str | None:
    """The language we speak that the reader likes best, by the weights of RFC 9110."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(told[:1000].split(",")):
        tag, _, weight = part.strip().partition(";")
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        known = _known(tag.strip().lower().split("-")[0])
        if known and q > 0:
            liked.append((-q, place, known))
    return min(liked)[2] if liked else None


def _known(wanted: str) -> str | None:
    return wanted if wanted in LANGUAGES else None
