"""Tiles from a real PMTiles file: as stored, kept well, and replaced while the server runs."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from tests.server.small_ops import Ops, small_ops


def archive(path: Path, tiles: dict[tuple[int, int, int], bytes]) -> None:
    """A PMTiles file with these tiles, put in place at one blow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(".part")
    with building.open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # pmtiles is untyped
        for place, data in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(*place), gzip.compress(data, mtime=0))
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": 0,
            "min_lat_e7": 0,
            "max_lon_e7": 1,
            "max_lat_e7": 1,
            "center_zoom": 0,
            "center_lon_e7": 0,
            "center_lat_e7": 0,
        }
        writer.finalize(header, {})
    building.replace(path)


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Ops]:
    many = {(12, x, y): f"tile {x} {y}".encode() for x in range(100, 180) for y in range(200, 280)}
    archive(tmp_path / "tiles" / "buildings.pmtiles", {(11, 50, 100): b"the whole", **many})
    with small_ops(tmp_path) as served:
        yield served


def get(ops: Ops, path: str, **headers: str) -> httpx.Response:
    return httpx.get(ops.url + path, headers=ops.bearer | headers)


def test_a_tile_passes_as_it_is_stored(ops: Ops) -> None:
    answer = get(ops, "/tiles/buildings/12/179/279?v=7")
    assert answer.content == b"tile 179 279"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "immutable" in answer.headers["cache-control"]
    assert get(ops, "/tiles/buildings/11/50/100").content == b"the whole"


def test_who_reads_no_gzip_gets_it_unpacked(ops: Ops) -> None:
    answer = get(ops, "/tiles/buildings/12/100/200", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == b"tile 100 200"


def test_an_unchanged_tile_is_not_sent_again_and_a_replaced_file_is(ops: Ops, tmp_path: Path) -> None:
    first = get(ops, "/tiles/buildings/12/100/200")
    assert "no-cache" in first.headers["cache-control"]
    assert get(ops, "/tiles/buildings/12/100/200", **{"If-None-Match": first.headers["etag"]}).status_code == 304
    archive(tmp_path / "tiles" / "buildings.pmtiles", {(12, 100, 200): b"rebuilt"})
    second = get(ops, "/tiles/buildings/12/100/200", **{"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (200, b"rebuilt")


@pytest.mark.parametrize("path", ["buildings/12/0/0", "buildings/3/1/1", "buildings/15/9/9", "basemap/12/1/1"])
def test_where_there_is_nothing_the_answer_is_empty(ops: Ops, path: str) -> None:
    answer = get(ops, f"/tiles/{path}")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "path",
    [
        "other/12/1/1",
        "..%2f..%2fdesk/12/1/1",
        "buildings/x/1/1",
        "buildings/-1/0/0",
        "buildings/2/4/0",
        "buildings/99/0/0",
        "buildings/12/1e3/1",
        "buildings/12/٣/1",
    ],
)
def test_an_address_that_no_tile_can_have_is_404(ops: Ops, path: str) -> None:
    answer = get(ops, f"/tiles/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("damage", [b"", b"PMTiles", b"\0" * 500, os.urandom(500)])
def test_a_damaged_file_is_no_tiles_and_no_crash(ops: Ops, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "tiles" / "buildings.pmtiles").write_bytes(damage)
    assert get(ops, "/tiles/buildings/12/100/200").status_code == 204


def test_a_stranger_sees_no_tile(ops: Ops) -> None:
    assert httpx.get(ops.url + "/tiles/buildings/12/100/200").status_code == 401
