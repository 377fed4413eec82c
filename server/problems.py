"""What went wrong, as RFC 9457 problem documents: a sentence for a person in their language, nothing from inside.

An unexpected fault gets an id. The log has the id and the whole story; the document has the id alone.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from traceback import format_exception
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.words import N_, Text, language

LOG = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"

SENTENCES: dict[int, Text] = {
    400: N_("The request could not be understood."),
    401: N_("Sign in first: open the link that was printed when Cityglass started, or send a token."),
    403: N_("You may not do this."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not answer to this method."),
    408: N_("The request came too slowly and was given up."),
    413: N_("The request is too large."),
    421: N_("This server does not answer under that name."),
    422: N_("The request could not be understood."),
    431: N_("The request has too many or too long headers."),
    500: N_("Something went wrong on our side. It was written down under the number {id}."),
    503: N_("The server is busy or cannot read its data just now. Try again in a few seconds."),
}


class Problem(Exception):  # noqa: N818  # RFC 9457 calls it so
    """A request that cannot be answered, with a sentence that says why and what to do."""

    def __init__(self, status: int, detail: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.headers = status, detail, headers


def response(status: int, detail: str | None = None, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """A problem document; without a detail the sentence that fits the status."""
    told = detail or str(SENTENCES.get(status, SENTENCES[400 if status < 500 else 503]))
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": told, **more}
    plain = {"Content-Language": language(), "Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(body), status, plain, MEDIA_TYPE)


def unexpected(fault: BaseException, scope: Scope) -> Response:
    """The document for a fault that nobody foresaw, after the log got all of it."""
    number = getattr(fault, "cityglass_id", None)
    if number is None:
        number = secrets.token_hex(4)
        fault.cityglass_id = number  # type: ignore[attr-defined]  # so that no one logs it twice
        # The traceback as text: a renderer that is handed the exception may print locals, and with them a token.
        LOG.error("a request failed", id=number, path=scope.get("path"), exception="".join(format_exception(fault)))
    return response(500, str(SENTENCES[500]).format(id=number), id=number)


def watch(server: FastAPI) -> None:
    """Make this server answer every fault with a problem document.

    To be called before Dash gets the server: Dash's own middleware answers what it catches without a word in the
    log, so ours has to stand inside it.
    """
    server.add_exception_handler(Problem, _known)
    server.add_exception_handler(HTTPException, _http)
    server.add_exception_handler(RequestValidationError, _invalid)
    server.add_middleware(Careful)


class Careful:
    """Turns any fault of what it wraps into a problem document; Dash's "no update" passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] in ("http.response.start", "websocket.accept", "websocket.close")
            await send(message)

        try:
            if _speechless(scope):
                await response(400)(scope, receive, send)
                return
            await self._app(scope, receive, watched)
        except Exception as fault:
            if type(fault).__name__ == "PreventUpdate":
                raise
            answer = unexpected(fault, scope)
            if scope["type"] == "websocket":
                if not started:
                    await send({"type": "websocket.close", "code": 1011})
            elif not started:
                await answer(scope, receive, send)
            else:
                raise  # half an answer is out already: only a broken connection tells the client so


def _speechless(scope: Scope) -> bool:
    """Whether a callback was asked for in something that is no JSON object; Dash would fail over it."""
    state = scope.get("state") or {}
    return str(scope.get("path", "")).endswith("/_dash-update-component") and not isinstance(
        state.get("json_body", {}), dict
    )


async def _known(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return response(problem.status, problem.detail, problem.headers)


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return response(problem.status_code, headers=problem.headers)


async def _invalid(request: Request, problem: Exception) -> Response:
    return response(422)
