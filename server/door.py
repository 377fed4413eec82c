"""The order in which a request passes: headers, the guard, our addresses, then Dash aside and the rest within.

`ops` is the door of the desk and the wall, `public` that of the transparency page. `SERVING` is how uvicorn runs both.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from server.addresses import Addresses
from server.aside import Aside
from server.guard import Guard
from server.headers import Headers
from server.patience import Patient
from server.problems import Careful
from server.sessions import Sessions

LOCAL = ("127.0.0.1", "localhost", "[::1]")

# One worker: a Dash process holds one app. Live frames are small and local, so compressing them only costs time; a
# client has little to say, so a long message from one is refused before it is read, and a trickling one is shown out.
SERVING: dict[str, Any] = {
    "http": Patient,
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": 3,
    "timeout_keep_alive": 30,
    "ws_per_message_deflate": False,
    "ws_max_size": 64 * 1024,
    "ws_ping_interval": 10.0,
    "ws_ping_timeout": 20.0,
}


def origins(hosts: Iterable[str], port: int, tls: bool = False) -> frozenset[str]:
    """The exact origins of our own pages, as browsers write them."""
    scheme, usual = ("https", 443) if tls else ("http", 80)
    return frozenset(f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}" for host in hosts)


def ops(
    app: ASGIApp,
    sessions: Sessions,
    port: int,
    *,
    hosts: Sequence[str] = LOCAL,
    hashes: Callable[[], Sequence[str]] = tuple,
    language: str = "en",
    tls: bool = False,
) -> ASGIApp:
    """The desk and the wall behind their guard; `hashes` are those of Dash's inline scripts (`app.csp_hashes`)."""
    known = Addresses(Aside(app), ("/", "/wall", "/registers", "/health", "/sign-in", "/sign-out"))
    guarded = Guard(known, hosts, origins(hosts, port, tls), sessions)
    return Street(Headers(Careful(guarded), hashes, language, tls))


def public(
    app: ASGIApp,
    port: int,
    *,
    hosts: Sequence[str] = LOCAL,
    hashes: Callable[[], Sequence[str]] = tuple,
    language: str = "en",
    tls: bool = False,
) -> ASGIApp:
    """The public page: anyone may read, nobody may write, no socket opens."""
    guarded = Guard(Addresses(Aside(app), ("/",)), hosts, origins(hosts, port, tls), None, body_bytes=64 * 1024)
    return Street(Headers(Careful(guarded), hashes, language, tls))


class Street:
    """The outermost step, the only one that meets the server itself: it learns there how to drop a socket.

    A close handshake waits for the peer to read, and one that reads nothing would hold its buffers for good. ASGI
    has no word for dropping a connection, so it is uvicorn's own transport.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            transport = getattr(getattr(send, "__self__", None), "transport", None)
            abort = getattr(transport, "abort", None)
            if callable(abort):
                scope["cityglass.cut"] = abort
        await self._app(scope, receive, send)
