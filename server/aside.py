"""Dash's pages and callbacks, run aside: in threads of their own, so that a slow one holds up nobody else.

Dash on FastAPI runs an ordinary callback on the event loop itself: one slow chart would stop every screen's live
channel, and with it the heartbeat. Each thread here keeps an event loop in which it serves one request at a time.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import response as problem
from server.problems import unexpected

THREADS, WAITING = 8, 64


def is_page(path: str) -> bool:
    """Whether Dash answers here: everything but the addresses that are quick and their own."""
    return not path.startswith(("/api/", "/tiles/", "/assets/", "/_dash-component-suites/")) and path not in (
        "/healthz",
        "/live",
        "/sign-in",
        "/sign-out",
    )


class Aside:
    """Serves what `applies` picks in other threads; refuses with 503 when too many wait already.

    The request's body has to be read before (the guard does); the answer is handed over whole.
    """

    def __init__(
        self, app: ASGIApp, applies: Callable[[str], bool] = is_page, threads: int = THREADS, waiting: int = WAITING
    ) -> None:
        self._app, self._applies, self._room = app, applies, threads + waiting
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="aside")
        self._own = threading.local()
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._applies(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._inside >= self._room:
            await problem(503, headers={"Retry-After": "2"})(scope, receive, send)
            return
        self._inside += 1
        try:
            request = await _whole(receive)
            loop, context = asyncio.get_running_loop(), copy_context()  # with the reader's language
            answer = await loop.run_in_executor(self._pool, context.run, self._serve, scope, request)
        finally:
            self._inside -= 1
        for message in answer:
            await send(message)

    def _serve(self, scope: Scope, request: Message) -> list[Message]:
        """The whole answer to one request, made in this thread."""
        loop: asyncio.AbstractEventLoop | None = getattr(self._own, "loop", None)
        if loop is None:
            loop = self._own.loop = asyncio.new_event_loop()
        answer: list[Message] = []
        asked = False

        async def receive() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return request
            await asyncio.Event().wait()  # the reader has not left, and says no more
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.append(message)

        try:
            loop.run_until_complete(self._app(scope, receive, send))
        except Exception as fault:
            if not answer:
                raise
            unexpected(fault, scope)  # an answer was made nevertheless: the framework's own word of regret
        return answer


async def _whole(receive: Receive) -> Message:
    body: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return message
        body.append(message.get("body", b""))
        more = message.get("more_body", False)
    return {"type": "http.request", "body": b"".join(body), "more_body": False}
