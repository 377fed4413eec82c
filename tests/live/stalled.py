"""An ops server of its own process with one client that never reads, and how much memory that costs it.

    python -m tests.live.stalled FOLDER [unbounded]

Prints how many megabytes it grew while it said far more than a queue may hold. `unbounded` takes the bound away.
"""

import asyncio
import sys
from pathlib import Path

from live import frames, socket
from tests.live.listener import Listener, eventually
from tests.live.test_slow_clients import stalled
from tests.server.small_ops import SmallStore, small_ops

SENSORS, ROUNDS = 10_000, 60


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def grown_mb(folder: Path) -> tuple[float, float]:
    """By how much this process grew, and how much it said meanwhile (MB)."""
    store = SmallStore(SENSORS)
    with small_ops(folder, store) as ops:

        async def scene() -> tuple[float, float]:
            reader = await Listener.open(ops.port, ops.token)
            await reader.until("snapshot")

            async def say(turn: int) -> int:
                """One change of everything; how many bytes it was to each client."""
                store.say_many({f"s{number}": float(turn) for number in range(SENSORS)})
                while frames.decode(frame := await reader.socket.recv(decode=False)).kind != "delta":
                    pass
                return len(frame)

            for turn in range(5):  # what every server needs once
                await say(turn)
            with stalled(ops):
                await eventually(lambda: ops.hub.clients == 2)
                before = resident_mb()
                said = sum([await say(10 + turn) for turn in range(ROUNDS)])
                assert ops.hub.clients == 2
                return resident_mb() - before, said / 1e6

        return asyncio.run(scene())


if __name__ == "__main__":
    socket.STALL_S = 1e9  # not cut for its silence: here the bound alone has to hold
    if sys.argv[2:] == ["unbounded"]:
        socket.QUEUE_FRAMES = socket.QUEUE_BYTES = 10**12
    print(*grown_mb(Path(sys.argv[1])))
