"""A client of the live channel as the map engine is one: it applies frames by the rules of the seam."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from live import frames


class Listener:
    """Holds the layers it was told about; `gaps` counts how often it had to ask for a snapshot."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.seq: dict[str, int] = {}
        self.kinds: list[str] = []
        self.revision = -1
        self.gaps = 0

    @classmethod
    async def open(cls, port: int, token: str, query: str = "layers=pm25", **more: Any) -> Self:
        headers = {"Authorization": f"Bearer {token}"}
        return cls(
            await connect(
                f"ws://127.0.0.1:{port}/live?{query}",
                additional_headers=headers,
                compression=None,
                max_size=None,
                **more,
            )
        )

    async def hear(self) -> frames.Frame:
        """Take one frame in."""
        frame = frames.decode(await self.socket.recv(decode=False))
        self.kinds.append(frame.kind)
        self.revision = frame.header["revision"]
        if frame.kind == "heartbeat":
            return frame
        key = frame.header["layer"]
        if frame.kind == "delta" and frame.seq != self.seq.get(key, -2) + 1:
            self.gaps += 1
            await self.socket.send(json.dumps({"snapshot": key}))
            return frame
        self.take(frame)
        return frame

    def take(self, frame: frames.Frame) -> None:
        """Let a snapshot or a delta change what is known."""
        key = frame.header["layer"]
        if frame.kind == "snapshot":
            self.rows[key] = {}
        self.seq[key] = frame.seq
        for place, one in enumerate(frame.columns["id"]):
            self.rows[key][one] = {name: column[place] for name, column in frame.columns.items()}
        for one in frame.header["gone"]:
            self.rows[key].pop(one, None)

    async def until(self, kind: str) -> frames.Frame:
        """Take frames in until one of this kind came."""
        while (frame := await self.hear()).kind != kind:
            pass
        return frame

    async def closed(self) -> int | None:
        """Listen until the socket ends: the code the server gave, None when it just dropped the connection."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def values(self, key: str = "pm25") -> dict[str, float]:
        return {one: float(row["value"]) for one, row in self.rows[key].items()}


def run(scene: Coroutine[Any, Any, None], seconds: float = 60) -> None:
    asyncio.run(asyncio.wait_for(scene, seconds))


async def eventually(holds: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came about"
        await asyncio.sleep(0.02)
