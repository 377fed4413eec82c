"""Slow and stalled clients of the live channel: each is held to its bound, and nobody else pays for it."""

import asyncio
import socket as sockets
from pathlib import Path
from types import MappingProxyType

from live import frames
from live.socket import QUEUE_BYTES, Socket
from tests.live.listener import Listener, eventually, run
from tests.server.small_ops import Ops, SmallStore, small_ops


def stalled(ops: Ops) -> sockets.socket:
    """A client that opens the channel and then neither reads nor says anything more."""
    own = sockets.socket()
    own.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    own.connect(("127.0.0.1", ops.port))
    own.sendall(
        f"GET /live?layers=pm25 HTTP/1.1\r\nHost: 127.0.0.1:{ops.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {ops.token}\r\n\r\n".encode()
    )
    return own


def test_a_client_that_never_reads_is_cut_and_harms_nobody(tmp_path: Path) -> None:
    with small_ops(tmp_path, SmallStore(sensors=3000)) as ops:

        async def scene() -> None:
            reader = await Listener.open(ops.port, ops.token)
            await reader.until("snapshot")
            still = [stalled(ops) for _ in range(10)]
            await eventually(lambda: ops.hub.clients == 11)
            most, rounds = 0, 0
            while ops.hub.clients > 1:
                rounds += 1
                assert rounds < 1000, "the silent ones were never cut"
                ops.store.say_many({f"s{number}": float(rounds) for number in range(3000)})
                await reader.until("delta")
                most = max(most, *(one.backlog for one in ops.hub._sockets))
                assert reader.values()["s0"] <= rounds
            assert most <= QUEUE_BYTES + 1024 * 1024
            assert reader.gaps == 0
            await eventually(lambda: ops.connections() == 1)  # cut for good, not politely closing for ever
            for one in still:
                one.close()

        run(scene(), 120)


def test_a_client_that_the_server_gave_up_meanwhile_is_dropped_and_is_no_fault() -> None:
    cut: list[str] = []

    class GivenUp:
        """A websocket that answered no ping: uvicorn has said goodbye, and refuses to send anything after that."""

        scope = MappingProxyType({"cityglass.cut": lambda: cut.append("cut")})

        async def send_bytes(self, frame: bytes) -> None:
            raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    async def scene() -> None:
        socket = Socket(GivenUp(), frozenset())  # type: ignore[arg-type]
        socket.beat(b"frame")
        await socket.send(lambda socket, key: asyncio.sleep(0, None))
        assert cut == ["cut"]

    run(scene())


def test_overflow_forgets_the_backlog_and_asks_for_the_newest_state() -> None:
    async def scene() -> None:
        socket = Socket(None, frozenset({"a", "b"}))  # type: ignore[arg-type]  # nothing is sent here
        socket.feed("a")
        socket.feed("b")
        for _ in range(2000):
            socket.offer("a", b"x" * 1024)
            assert socket.backlog <= QUEUE_BYTES
            if socket.waits("a"):
                break
        assert socket.waits("a")
        assert socket.waits("b")
        assert socket.backlog == 0
        socket.offer("a", b"late")
        assert socket.backlog == 0

    run(scene())


def test_a_slow_client_skips_ahead_and_ends_with_the_truth(tmp_path: Path) -> None:
    with small_ops(tmp_path, SmallStore(sensors=2000)) as ops:

        async def scene() -> None:
            slow = await Listener.open(ops.port, ops.token, max_queue=1)
            quick = await Listener.open(ops.port, ops.token)
            await slow.until("snapshot")
            await quick.until("snapshot")
            for turn in range(60):
                ops.store.say_many({f"s{number}": float(turn) for number in range(2000)})
                await quick.until("delta")
            while slow.values()["s0"] != 59.0:
                await slow.hear()
            assert slow.kinds.count("delta") + slow.kinds.count("snapshot") < 60
            assert slow.values() == quick.values()
            assert slow.gaps == 0

        run(scene())


def test_heartbeats_do_not_pile_up() -> None:
    async def scene() -> None:
        socket = Socket(None, frozenset())  # type: ignore[arg-type]  # nothing is sent here
        beat = frames.heartbeat(revision=1, now=0)
        for _ in range(100):
            socket.beat(beat)
        assert socket.backlog == len(beat)

    run(scene())
