"""The live channel over the real store: whatever the writer commits ends up at a client, and what ends leaves it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from data_access.records import Building, Incident, Packet, Reading
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from layers import LAYERS
from live.hub import Hub
from tests import small_city
from tests.conftest import free_port
from tests.live.listener import Listener
from tests.server.small_ops import serving

KEYS = [layer.key for layer in LAYERS]
Scene = Callable[[Listener, CityWriter], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[[Scene], None]]:
    """Runs a scene with a client that has heard every layer's snapshot, and the city's writer."""
    store, port = small_city.small_city(tmp_path), free_port()
    writer = CityWriter.open(small_city.url_of(tmp_path))
    hub = Hub(store, LAYERS)
    with serving(Starlette(routes=[WebSocketRoute("/live", hub.socket)]), port):

        async def with_client(scene: Scene) -> None:
            client = await Listener.open(port, "", f"layers={','.join(KEYS)}")
            while len(client.rows) < len(KEYS):
                await client.hear()
            await scene(client, writer)
            assert client.gaps == 0
            agree(client, store)
            await client.socket.close()

        yield lambda scene: asyncio.run(asyncio.wait_for(with_client(scene), 30))
    writer.close()
    store.close()


def agree(client: Listener, store: CityStore) -> None:
    """The client holds exactly the rows that the store answers."""
    for layer in LAYERS:
        answer = store.answer(layer.query)
        assert set(client.rows[layer.key]) == {str(one) for one in answer["id"]}, layer.key
        for row in answer:
            held = client.rows[layer.key][str(row.id)]
            assert held["revision"] == row.revision, (layer.key, row.id)


async def until(client: Listener, holds: Callable[[], bool]) -> None:
    while not holds():
        await client.hear()


def reading(device: str, metric: str, value: float) -> Message:
    now = datetime.now(UTC)
    return Message(f"cityglass/{device}/readings", b"", now, packet=Packet((Reading(device, metric, value, now),)))


def test_every_layer_is_told_from_the_first_snapshot_on(play: Callable[[Scene], None]) -> None:
    async def scene(client: Listener, writer: CityWriter) -> None:
        assert set(client.rows) == set(KEYS)
        assert "Town hall" in {row["name"] for row in client.rows["buildings"].values()}

    play(scene)


def test_a_reading_moves_its_row_and_no_other(play: Callable[[Scene], None]) -> None:
    async def scene(client: Listener, writer: CityWriter) -> None:
        writer.commit([reading("air-2", "pm25_ug_m3", 123.0)])
        delta = await client.until("delta")
        assert (delta.header["layer"], delta.columns["id"]) == ("pm25", ["air-2"])
        assert client.values()["air-2"] == 123.0
        writer.commit([reading("park-unknown", "occupied_spaces", 7.0)])
        await until(client, lambda: client.rows["parking"]["park-unknown"]["occupied_spaces"] == 7.0)

    play(scene)


def test_an_incident_appears_changes_and_leaves(play: Callable[[Scene], None]) -> None:
    async def scene(client: Listener, writer: CityWriter) -> None:
        def say(state: Any) -> None:
            at = datetime.now(UTC)
            told = Incident("i-new", at, "water", 2, state, 105.85, 21.03, "Pipe burst", "dispatch")
            writer.say([(told, at)])

        say("new")
        await until(client, lambda: "i-new" in client.rows["incidents"])
        say("on_scene")
        await until(client, lambda: client.rows["incidents"]["i-new"]["state"] == "on_scene")
        say("closed")
        await until(client, lambda: "i-new" not in client.rows["incidents"])

    play(scene)


def test_a_register_that_shrinks_takes_its_rows_away(play: Callable[[Scene], None]) -> None:
    async def scene(client: Listener, writer: CityWriter) -> None:
        kept = [about for about in small_city.ABOUTS if about.device_id not in ("cam-1", "air-never")]
        writer.declare(kept, "register", complete=True, at=datetime.now(UTC) - timedelta(seconds=1))
        await until(client, lambda: "cam-1" not in client.rows["cameras"] and "air-never" not in client.rows["pm25"])
        house: list[Building] = [house for house in small_city.BUILDINGS if house.id != "b-1"]
        writer.build(house, "map", at=datetime.now(UTC) - timedelta(seconds=1))
        await until(
            client, lambda: "b-1" not in client.rows["buildings"] and "cam-1" not in client.rows["camera-views"]
        )

    play(scene)
