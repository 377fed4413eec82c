"""The live channel: one producer looks at the store for everybody, and many sockets get the same bytes.

Ten times a second the producer asks whether anyone committed, and only then what changed, once a layer. Each socket
has a bounded queue; one that cannot keep up loses its backlog and gets the newest state instead, and one that takes
nothing at all is cut. A heartbeat goes out only after the store answered: silence means that nobody knows better.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from traceback import format_exception
from typing import Any, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from data_access.queries import Changed, Question
from data_access.table import Table
from live import frames
from live.socket import Refused, Socket, Wish, wishes

LOG = structlog.get_logger()
LOOK_S, HEARTBEAT_S = 0.1, 2.0
SHARED_S = 2.0  # so long one snapshot serves all who ask, while nothing moves
SHARED = 8  # different ones of a layer that are held


class Store(Protocol):
    def answer(self, question: Question) -> Table: ...
    def revision(self) -> int: ...
    def moved(self) -> int: ...


class Shown(Protocol):
    """What the hub needs to know of a layer."""

    @property
    def key(self) -> str: ...
    @property
    def query(self) -> Question: ...


class _Stream:
    """One layer's numbered deltas: `since` is the revision up to which they tell, None while nobody listens."""

    __slots__ = ("cached", "key", "query", "seq", "since")

    def __init__(self, key: str, query: Question) -> None:
        self.key, self.query = key, query
        self.seq = 0
        self.since: int | None = None
        # What serves all who ask for the same: by the revision they know (None: nothing), its own revision, seq, hour
        # and bytes.
        self.cached: OrderedDict[int | None, tuple[int, int, float, bytes]] = OrderedDict()


class Hub:
    """The live channel of one store and its layers; `socket` is the endpoint of `/live`.

    `now` gives epoch seconds. `lag` says how many seconds the newest stored message waited, where that is known.
    """

    def __init__(
        self,
        store: Store,
        layers: Iterable[Shown],
        now: Callable[[], float] = time.time,
        lag: Callable[[], float | None] = lambda: None,
        limit: int = 500,
    ) -> None:
        self._store, self._now, self._lag, self._limit = store, now, lag, limit
        self._streams = {layer.key: _Stream(layer.key, layer.query) for layer in layers}
        self._sockets: set[Socket] = set()
        self._turn = asyncio.Lock()  # a snapshot and a delta of the same layer are never made at the same time
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._producer: asyncio.Task[None] | None = None
        self._moved: int | None = None
        self._troubled = False
        self.revision = 0

    @property
    def clients(self) -> int:
        return len(self._sockets)

    async def socket(self, websocket: WebSocket) -> None:
        """Serve one client until it goes, breaks a rule or falls silent."""
        wanted = self._chosen(websocket.query_params.get("layers"))
        if len(self._sockets) >= self._limit:
            await websocket.close(1013)
            return
        await websocket.accept()
        socket = Socket(websocket, wanted, _number(websocket.query_params.get("since")))
        self._sockets.add(socket)
        if self._producer is None or self._producer.done():
            self._producer = asyncio.create_task(self._produce())
        try:
            await _first(self._listen(socket), socket.send(self._snapshot))
        except Refused as broken:
            with suppress(RuntimeError):  # it left before we could say so
                await websocket.close(broken.code)
        except WebSocketDisconnect:
            pass
        finally:
            self._sockets.discard(socket)

    async def close(self) -> None:
        """Let every client go and stop looking."""
        if self._producer:
            self._producer.cancel()
            with suppress(asyncio.CancelledError):
                await self._producer
        self._reader.shutdown(wait=False)

    def _chosen(self, told: str | None) -> frozenset[str]:
        """The layers of this hub among those named; all when none were named."""
        return frozenset(self._streams if told is None else self._streams.keys() & set(told.split(",")))

    async def _listen(self, socket: Socket) -> None:
        async for wish in wishes(socket.websocket):
            socket.grant(Wish(*(None if keys is None else keys.intersection(self._streams) for keys in wish)))

    # The producer

    async def _produce(self) -> None:
        beat = 0.0
        while self._sockets:
            started = time.monotonic()
            try:
                async with self._turn:
                    await self._look()
                    if started - beat >= HEARTBEAT_S:
                        beat = started
                        await self._beat()
                self._tell_trouble(None)
            except Exception as fault:  # whatever it was: the next look may succeed, and silence tells the clients
                self._tell_trouble(fault)
                self._moved = None
                await asyncio.sleep(1)
            await asyncio.sleep(max(0.0, LOOK_S - (time.monotonic() - started)))

    async def _look(self) -> None:
        """Hand every listener what changed since the last look."""
        moved = await self._ask(self._store.moved)
        watched = {key for socket in self._sockets for key in socket.fed}
        for stream in self._streams.values():
            if stream.key not in watched:
                stream.since = None
        if moved == self._moved:
            return
        # Read before the answers: what is committed in between is told twice, which does no harm, but never missed.
        self.revision = await self._ask(self._store.revision)
        for key in watched:
            await self._advance(self._streams[key])
        self._moved = moved

    async def _advance(self, stream: _Stream) -> None:
        since, revision = stream.since, self.revision
        if since is None or since == revision:
            return
        if revision < since:  # another database stands here now: what was sent means nothing any more
            stream.since = None
            for socket in self._sockets:
                socket.renew(stream.key)
            return
        changed = await self._ask(self._store.answer, Changed(stream.query, since))
        stream.since = revision
        if not len(changed):
            return
        stream.seq += 1
        now = self._now() * 1000
        frame = await self._ask(
            lambda: frames.delta(stream.key, changed, seq=stream.seq, since=since, revision=revision, now=now)
        )
        for socket in self._sockets:
            socket.offer(stream.key, frame)

    async def _beat(self) -> None:
        lag_s = await self._ask(self._lag)
        frame = frames.heartbeat(revision=self.revision, now=self._now() * 1000, lag_s=lag_s)
        for socket in self._sockets:
            socket.beat(frame)

    async def _snapshot(self, socket: Socket, key: str) -> bytes | None:
        """The layer as it stands, after which the socket is fed its deltas; None when there is nothing to send yet."""
        try:
            async with self._turn:
                return await self._fresh(socket, key) if socket.waits(key) else None
        except Exception as fault:  # the socket goes on waiting, and hears no heartbeat meanwhile
            self._tell_trouble(fault)
            await asyncio.sleep(1)
            return None

    async def _fresh(self, socket: Socket, key: str) -> bytes:
        """A snapshot; for one that comes back and told what it knows already, only what changed since."""
        stream, now = self._streams[key], self._now() * 1000
        revision = await self._ask(self._store.revision)
        known = socket.resumes(key)
        if known is not None and known > revision:
            known = None  # another database stands here now
        made = stream.cached.get(known)
        if made is None or made[:2] != (revision, stream.seq) or now - made[2] > SHARED_S * 1000:
            told: dict[str, Any] = {"seq": stream.seq, "revision": revision, "now": now}
            if known is None:
                write = partial(frames.snapshot, key, await self._ask(self._store.answer, stream.query), **told)
            else:
                changed = await self._ask(self._store.answer, Changed(stream.query, known))
                write = partial(frames.delta, key, changed, since=known, **told)
            made = stream.cached[known] = (revision, stream.seq, now, await self._ask(write))
            stream.cached.move_to_end(known)
            if len(stream.cached) > SHARED:
                stream.cached.popitem(last=False)
        if stream.since is None:
            stream.since = revision
        socket.feed(key)
        return made[3]

    async def _ask(self, question: Callable[..., Any], *told: Any) -> Any:
        """What the store says, asked in the one thread that does so for all."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, question, *told)

    def _tell_trouble(self, fault: Exception | None) -> None:
        """Log that the store fell silent, and that it is back; not each failed look in between."""
        if fault is not None and not self._troubled:
            LOG.error("the live channel cannot read the store", exception="".join(format_exception(fault)))
        elif fault is None and self._troubled:
            LOG.info("the live channel reads the store again")
        self._troubled = fault is not None


def _number(told: str | None) -> int | None:
    """A revision as a client tells it; whatever else it says counts as knowing nothing."""
    return int(told) if told and told.isascii() and told.isdecimal() and len(told) < 19 else None


async def _first(*parts: Coroutine[Any, Any, None]) -> None:
    """Run these until one ends or fails; the others are given up."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
