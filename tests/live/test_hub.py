"""The live channel over real sockets: everyone ends with the truth, and nobody pays for another's slowness."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from live import frames
from live.hub import Hub
from live.socket import Refused, wish
from server.guard import LOOK_AGAIN_S
from server.sessions import TRUSTED_S
from tests.live.listener import Listener, run
from tests.server.small_ops import Ops, SmallStore, small_layer, small_ops


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Ops]:
    with small_ops(tmp_path) as served:
        yield served


def test_a_snapshot_comes_first_and_deltas_follow_in_order(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        assert (await client.hear()).kind == "snapshot"
        assert client.values() == {"s0": 10.0, "s1": 11.0, "s2": 12.0}
        for turn in range(5):
            ops.store.say("s1", 50.0 + turn)
            delta = await client.until("delta")
            assert delta.columns["id"] == ["s1"]
            assert client.values()["s1"] == 50.0 + turn
        assert client.gaps == 0
        assert client.seq["pm25"] == 5

    run(scene())


def test_who_comes_back_gets_what_changed_meanwhile(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.hear()
        known = (await client.until("heartbeat")).header["revision"]
        await client.socket.close()
        ops.store.say("s1", 51.0)
        ops.store.forget("s2")
        back = await Listener.open(ops.port, ops.token, f"layers=pm25&since={known}")
        back.rows, back.seq = client.rows, {"pm25": -1}
        first = frames.decode(await back.socket.recv(decode=False))
        assert (first.kind, first.header["since"], first.columns["id"]) == ("delta", known, ["s1"])
        back.seq["pm25"] = first.seq - 1
        back.take(first)
        assert back.values() == {"s0": 10.0, "s1": 51.0}
        ops.store.say("s0", 60.0)
        await back.until("delta")
        assert (back.gaps, back.values()["s0"]) == (0, 60.0)

    run(scene())


@pytest.mark.parametrize("since", ["999999999", "-1", "x", "", "9" * 40, "1.5", "²"])
def test_a_revision_that_cannot_be_is_answered_with_a_snapshot(ops: Ops, since: str) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token, f"layers=pm25&since={since}")
        assert (await client.hear()).kind == "snapshot"
        assert len(client.values()) == 3

    run(scene())


def test_a_gap_after_coming_back_is_healed_by_a_snapshot_like_any_other(ops: Ops) -> None:
    async def scene() -> None:
        ops.store.say("s1", 51.0)
        client = await Listener.open(ops.port, ops.token, "layers=pm25&since=1")
        client.rows, client.seq = {"pm25": {}}, {"pm25": 40}
        await client.hear()
        assert client.gaps == 1
        await client.until("snapshot")
        assert client.values() == {"s0": 10.0, "s1": 51.0, "s2": 12.0}

    run(scene())


def test_a_row_that_left_is_taken_away(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.hear()
        ops.store.forget("s2")
        await client.until("delta")
        assert set(client.values()) == {"s0", "s1"}

    run(scene())


def test_a_gap_is_healed_by_a_snapshot(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.hear()
        client.seq["pm25"] = 17  # as if frames had been lost on the way
        ops.store.say("s0", 77.0)
        await client.until("delta")
        assert client.gaps == 1
        await client.until("snapshot")
        assert client.values()["s0"] == 77.0
        ops.store.say("s0", 78.0)
        await client.until("delta")
        assert client.gaps == 1

    run(scene())


def test_who_joins_between_commits_misses_nothing(ops: Ops) -> None:
    async def scene() -> None:
        first = await Listener.open(ops.port, ops.token)
        await first.hear()
        clients = [first]

        async def follow(client: Listener) -> None:
            while client.rows.get("pm25", {}).get("s0", {}).get("value") != 999.0:
                await client.hear()

        for turn in range(20):
            ops.store.say("s0", float(turn))
            clients.append(await Listener.open(ops.port, ops.token))
            ops.store.say(f"s{turn % 3}", float(turn))
            await asyncio.sleep(0.013 * (turn % 4))
        ops.store.say("s0", 999.0)
        await asyncio.gather(*(follow(client) for client in clients))
        truth = {row[0]: row[6] for row in ops.store.rows.values()}
        assert all(client.values() == truth for client in clients)
        assert all(client.gaps == 0 for client in clients)

    run(scene())


def test_a_choice_of_layers_can_change(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token, "layers=nothing-like-it,pm25")
        await client.until("snapshot")
        await client.socket.send(json.dumps({"layers": []}))
        await asyncio.sleep(0.3)
        ops.store.say("s0", 1.0)
        await client.until("heartbeat")
        await client.until("heartbeat")
        assert client.values()["s0"] == 10.0
        await client.socket.send(json.dumps({"layers": ["pm25"]}))
        await client.until("snapshot")
        assert client.values()["s0"] == 1.0

    run(scene())


def test_the_store_is_asked_once_for_all(ops: Ops) -> None:
    async def scene() -> None:
        clients = [await Listener.open(ops.port, ops.token) for _ in range(20)]
        for client in clients:
            await client.until("snapshot")
        ops.store.asked.clear()
        ops.store.say("s0", 5.0)
        for client in clients:
            await client.until("delta")
        assert len(ops.store.asked) == 1

    run(scene())


def test_a_quiet_city_still_beats(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.until("heartbeat")
        beat = await client.until("heartbeat")
        assert beat.header["revision"] == ops.store.revision()

    run(scene())


def test_no_heartbeat_while_the_store_does_not_answer_and_all_is_well_again_after(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.until("snapshot")
        await client.until("heartbeat")
        ops.store.broken = OSError("the disk is gone")
        await asyncio.sleep(0.3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.until("heartbeat"), 5)
        joined = await Listener.open(ops.port, ops.token)  # someone who comes while nothing can be told
        ops.store.broken = None
        ops.store.say("s1", 3.0)
        await client.until("delta")
        await joined.until("snapshot")
        assert client.values() == joined.values()
        assert client.values()["s1"] == 3.0

    run(scene())


def test_another_database_in_its_place_brings_a_snapshot(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.until("snapshot")
        restored = SmallStore(sensors=1)
        with ops.store.lock:
            ops.store.rows, ops.store._revision = restored.rows, 1
        await client.until("snapshot")
        assert set(client.values()) == {"s0"}

    run(scene())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * 5000, 1009),
        ("no json", 1008),
        ('{"layers": 5}', 1008),
        ('{"shutdown": true}', 1008),
        ("[]", 1008),
        (b"\0\1", 1008),
    ],
)
def test_what_a_client_may_not_say_ends_its_socket(ops: Ops, message: str | bytes, code: int) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.socket.send(message)
        assert await client.closed() == code

    run(scene())


def test_a_client_that_asks_without_end_is_shown_out(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        with suppress(ConnectionClosed):
            for _ in range(10_000):
                await client.socket.send('{"snapshot": "pm25"}')
        assert await client.closed() in (1008, None)
        assert client.kinds.count("snapshot") < 100

    run(scene())


def test_a_message_that_would_fill_memory_is_not_even_read(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        with suppress(ConnectionClosed):
            await client.socket.send("x" * 50_000_000)
        assert await client.closed() in (1009, None)

    run(scene())


def test_too_many_clients_are_turned_away() -> None:
    async def scene() -> None:
        hub = Hub(SmallStore(), [small_layer()], limit=0)
        said: list[dict[str, Any]] = []

        class Door:
            query_params = MappingProxyType({"layers": "pm25"})

            async def close(self, code: int) -> None:
                said.append({"code": code})

        await hub.socket(Door())  # type: ignore[arg-type]
        assert said == [{"code": 1013}]
        await hub.close()

    run(scene())


@pytest.mark.parametrize("told", ['{"layers": ["a", "b"]}', '{"snapshot": "a"}'])
def test_a_wish_is_understood(told: str) -> None:
    assert any(keys and "a" in keys for keys in wish(told))


def test_a_wish_in_bytes_is_refused() -> None:
    with pytest.raises(Refused):
        wish(None)


def test_a_stranger_opens_no_socket(ops: Ops) -> None:
    async def scene() -> None:
        with pytest.raises(InvalidStatus) as refused:
            await Listener.open(ops.port, "nobody")
        assert refused.value.response.status_code == 403

    run(scene())


def test_a_revoked_session_is_cut(ops: Ops) -> None:
    async def scene() -> None:
        client = await Listener.open(ops.port, ops.token)
        await client.until("snapshot")
        assert ops.desk.revoke(ops.token)
        assert await client.closed() == 1008

    assert LOOK_AGAIN_S + TRUSTED_S < 5  # seconds until then, at the longest

    run(scene())
