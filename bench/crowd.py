"""Many screens on one live channel, some of them stalled: `python -m bench.crowd [--sockets 450] [--stalled 50]`.

The hub behind its guard and real uvicorn, over 500 sensors in memory of which 50 change ten times a second. Ten
clients decode every frame and note how old each delta is, with the others reading, and then with the stalled ones
beside them: their figures should hardly differ, and the server's memory should grow by far less than a megabyte each.
"""

import argparse
import asyncio
import multiprocessing
import resource
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.live.listener import Listener
from tests.server.small_ops import SmallStore, small_ops

SENSORS, CHANGED, EVERY_S, LISTENERS = 500, 50, 0.1, 10
WATCH_S, STALL_S = 10.0, 30.0  # no pong for half a minute, and a client is cut


def serve(told: Any, stop: Any) -> None:
    """The server, in a process of its own, so that its memory is its own."""
    many_files()
    with tempfile.TemporaryDirectory() as folder, small_ops(Path(folder), SmallStore(SENSORS)) as ops:
        told.put((ops.port, ops.token))
        turn = 0
        while not stop.is_set():
            # Seconds of today, so that a float keeps the milliseconds.
            moment = time.time() % 86_400
            ops.store.say_many({f"s{(turn * CHANGED + place) % SENSORS}": moment for place in range(CHANGED)})
            turn += 1
            time.sleep(EVERY_S)
            if turn % 10 == 0:
                told.put((memory_mb(), ops.hub.clients))


def many_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def greeting(port: int, token: str) -> bytes:
    return (
        f"GET /live?layers=pm25 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


def stall(port: int, hello: bytes) -> socket.socket:
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    own.connect(("127.0.0.1", port))
    own.sendall(hello)
    return own


async def watch(port: int, token: str, sockets: int, stalled: int, told: Any) -> None:
    ages: list[float] = []

    async def follow(look: bool) -> None:
        client = await Listener.open(port, token)
        while True:
            if not look:
                await client.socket.recv()
            elif (await client.hear()).kind == "delta":
                values = client.rows["pm25"].values()
                ages.append(time.time() % 86_400 - max(float(row["value"]) for row in values))

    crowd = []
    for number in range(LISTENERS + sockets):
        crowd.append(asyncio.create_task(follow(number < LISTENERS)))
        await asyncio.sleep(0.01)
    await asyncio.sleep(3)
    ages.clear()
    await asyncio.sleep(WATCH_S)
    report(f"{sockets + LISTENERS} sockets", ages, told)
    silent = [await asyncio.to_thread(stall, port, greeting(port, token)) for _ in range(stalled)]
    ages.clear()
    await asyncio.sleep(WATCH_S)
    report(f"and {stalled} stalled", ages, told)
    await asyncio.sleep(STALL_S)
    ages.clear()
    await asyncio.sleep(WATCH_S)
    report("after they were cut", ages, told)
    for task in crowd:
        task.cancel()
    for one in silent:
        one.close()


def report(title: str, ages: list[float], told: Any) -> None:
    memory, clients = 0.0, 0
    while not told.empty():
        memory, clients = told.get()
    median, p99 = np.percentile(ages, [50, 99]) * 1000
    print(f"{title:<22} median {median:5.0f} ms   p99 {p99:5.0f} ms   {memory:5.0f} MB   {clients} clients", flush=True)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sockets", type=int, default=440)
    words.add_argument("--stalled", type=int, default=50)
    given = words.parse_args()
    many_files()
    spawn = multiprocessing.get_context("spawn")
    told, stop = spawn.Queue(), spawn.Event()
    server = spawn.Process(target=serve, args=(told, stop))
    server.start()
    try:
        port, token = told.get(timeout=60)
        asyncio.run(watch(port, token, given.sockets, given.stalled, told))
    finally:
        stop.set()
        server.join(20)


if __name__ == "__main__":
    main()
