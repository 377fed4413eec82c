"""One client of the live channel: what it wants, what waits for it, and what it may ask.

A layer is in one of two states for a socket: it waits for a snapshot, or it is fed with deltas. Overflow moves all
layers back to waiting and forgets the backlog, so a slow client skips ahead instead of falling behind.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import orjson
from starlette.websockets import WebSocket

QUEUE_FRAMES, QUEUE_BYTES = 256, 512 * 1024
STALL_S = 10.0  # a client that takes nothing for so long is gone, whatever TCP says
WISH_BYTES = 4096
WISHES, WISHES_PER_S = 40, 5.0

TOO_BIG, UNWANTED = 1009, 1008  # close codes of RFC 6455


class Wish(NamedTuple):
    """What a client asks for: another choice of layers, or fresh snapshots of some."""

    layers: frozenset[str] | None = None
    snapshot: frozenset[str] | None = None


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """The client broke a rule of the channel; `code` is how its socket closes."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """A client's end: a bounded queue of frames and one sender that empties it."""

    def __init__(self, websocket: WebSocket, layers: frozenset[str], since: int | None = None) -> None:
        self.websocket = websocket
        self.fed: set[str] = set()
        self._since = {} if since is None else dict.fromkeys(layers, since)
        self._waiting: dict[str, None] = dict.fromkeys(sorted(layers))  # a set that keeps its order
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._pulse: bytes | None = None  # the newest heartbeat, while it is still in the queue
        self._wake = asyncio.Event()
        self._wake.set()

    @property
    def backlog(self) -> int:
        """Bytes that wait for this client."""
        return self._queued

    def waits(self, key: str) -> bool:
        return key in self._waiting

    def resumes(self, key: str) -> int | None:
        """The revision up to which this client knows the layer from an earlier connection; asked for once."""
        return self._since.pop(key, None)

    def feed(self, key: str) -> None:
        """From here on the layer's deltas follow: its snapshot is on the way."""
        self._waiting.pop(key, None)
        self.fed.add(key)

    def renew(self, key: str) -> None:
        """Forget what was sent of this layer; a snapshot comes next."""
        if key in self.fed:
            self.fed.discard(key)
            self._waiting[key] = None
            self._wake.set()

    def grant(self, wish: Wish) -> None:
        """What a client asked for, as far as there are such layers."""
        if wish.layers is not None:
            self.fed &= wish.layers
            self._waiting = {key: None for key in self._waiting if key in wish.layers}
            self._waiting.update(dict.fromkeys(sorted(wish.layers - self.fed)))
        for key in wish.snapshot or ():
            self.renew(key)
        self._wake.set()

    def offer(self, key: str, frame: bytes) -> None:
        """Queue a delta, if its layer is fed."""
        if key in self.fed:
            self._put(frame)

    def beat(self, frame: bytes) -> None:
        """Queue a heartbeat, unless an older one still waits."""
        if self._pulse is None:
            self._pulse = frame
            self._put(frame)

    async def send(self, snapshot: Callable[["Socket", str], Awaitable[bytes | None]]) -> None:
        """Send what waits, for ever; returns when the client takes nothing any more and was cut."""
        while True:
            await self._wake.wait()
            if self._queue:
                frame: bytes | None = self._take()
            elif self._waiting:
                frame = await snapshot(self, next(iter(self._waiting)))
            else:
                self._wake.clear()
                continue
            if frame is None:
                continue
            try:
                async with asyncio.timeout(STALL_S):
                    await self.websocket.send_bytes(frame)
            except (TimeoutError, RuntimeError):  # RuntimeError: uvicorn gave it up already, as it answers no ping
                self.cut()
                return

    def cut(self) -> None:
        """Drop the connection at once: a polite close would wait for a client that reads nothing."""
        abort = self.websocket.scope.get("cityglass.cut")
        if abort:
            abort()

    def _put(self, frame: bytes) -> None:
        if self._queue and (len(self._queue) >= QUEUE_FRAMES or self._queued + len(frame) > QUEUE_BYTES):
            self._queue.clear()
            self._queued, self._pulse = 0, None
            for key in sorted(self.fed):
                self._waiting[key] = None
            self.fed.clear()
        else:
            self._queue.append(frame)
            self._queued += len(frame)
        self._wake.set()

    def _take(self) -> bytes:
        frame = self._queue.popleft()
        self._queued -= len(frame)
        if frame is self._pulse:
            self._pulse = None
        return frame


async def wishes(websocket: WebSocket) -> AsyncIterator[Wish]:
    """What a client asks for, until it leaves.

    Raises:
        Refused: it asked too much, too often, or in another language than this one.
    """
    allowance, last = float(WISHES), time.monotonic()
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        now = time.monotonic()
        allowance = min(float(WISHES), allowance + (now - last) * WISHES_PER_S) - 1
        last = now
        if allowance < 0:
            raise Refused(UNWANTED)
        yield wish(message.get("text"))


def wish(told: str | None) -> Wish:
    """What one message of a client asks for.

    Raises:
        Refused: it is too long, not JSON, or neither `{"layers": [...]}` nor `{"snapshot": key}`.
    """
    if told is None or len(told) > WISH_BYTES:
        raise Refused(UNWANTED if told is None else TOO_BIG)
    try:
        asked = orjson.loads(told)
    except ValueError as fault:
        raise Refused(UNWANTED) from fault
    layers = asked.get("layers") if isinstance(asked, dict) else None
    if isinstance(layers, list) and all(isinstance(key, str) for key in layers):
        return Wish(layers=frozenset(layers))
    if isinstance(asked, dict) and isinstance(asked.get("snapshot"), str):
        return Wish(snapshot=frozenset({asked["snapshot"]}))
    raise Refused(UNWANTED)
