"""Only addresses that there are: whatever else is asked for, Dash would answer with its page as if it were there."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from data_access.words import _
from server.pages import page
from server.problems import response as problem

MACHINES = ("/_dash-", "/_reload-hash", "/_favicon.ico", "/api", "/assets/", "/tiles/", "/healthz", "/robots.txt")


class Addresses:
    """Answers 404 for what is neither a page nor a machine's address; `/wall/` leads to `/wall`."""

    def __init__(self, app: ASGIApp, pages: Iterable[str]) -> None:
        self._app, self._pages = app, frozenset(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in self._pages or path.startswith(MACHINES):
            await self._app(scope, receive, send)
            return
        await self._elsewhere(scope, path)(scope, receive, send)

    def _elsewhere(self, scope: Scope, path: str) -> Response:
        plain = "/" + path.strip("/")
        if plain in self._pages and plain != path:
            asked = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(f"{plain}?{asked}" if asked else plain, 308)
        if "text/html" not in Headers(scope=scope).get("accept", ""):
            return problem(404)
        return page(
            _("There is no such page"),
            [_("Perhaps the address is mistyped, or out of date.")],
            404,
            home=_("To the city"),
        )
