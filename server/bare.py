"""What both servers stand on: a bare application, the names it answers to, and serving it until the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from server.door import LOCAL, SERVING


def bare_server(
    at_end: Callable[[], Awaitable[None]] | None = None, each_second: Callable[[], None] = lambda: None
) -> FastAPI:
    """A server without the pages that FastAPI would show of itself."""

    async def tick() -> None:
        while True:
            each_second()
            await asyncio.sleep(1)

    @asynccontextmanager
    async def life(_server: FastAPI) -> AsyncIterator[None]:
        ticking = asyncio.create_task(tick())
        yield
        ticking.cancel()
        if at_end:
            await at_end()

    return FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)


def hosts(host: str) -> tuple[str, ...]:
    """The names under which a server that is bound to this address may be asked for."""
    return LOCAL if host in ("", "127.0.0.1", "localhost", "::1") else (*LOCAL, host)


def serve(view: ASGIApp, host: str, port: int) -> None:
    """Serve until SIGTERM."""
    uvicorn.run(view, host=host, port=port, **SERVING)
