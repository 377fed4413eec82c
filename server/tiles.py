"""The city's ground and buildings as vector tiles, read where they lie: PMTiles files in the data folder."""

import gzip
import re
import struct
import threading
import zlib
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, Request
from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)
from starlette.responses import Response

from server.problems import Problem

LOG = structlog.get_logger()
MVT = "application/vnd.mapbox-vector-tile"
YEAR_S = 365 * 24 * 3600
HEADER_BYTES, DEPTH, DIRECTORIES = 127, 4, 256
SETS = frozenset({"basemap", "buildings"})
DEEPEST = 24
DAMAGED = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    struct.error,
    zlib.error,
    MagicNumberNotFound,
    SpecVersionUnsupported,
)


class Archive:
    """One PMTiles file as it lies there now; its directories are unpacked once."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap(file.fileno(), 0, access=ACCESS_READ)
        self.header: Any = deserialize_header(self._bytes[:HEADER_BYTES])
        self.gzipped = self.header["tile_compression"] == Compression.GZIP
        self._directory = lru_cache(DIRECTORIES)(self._unpack)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as stored; None where there is nothing."""
        number = zxy_to_tileid(z, x, y)
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(DEPTH):
            entry = find_tile(self._directory(offset, length), number)
            if entry is None:
                return None
            if entry.run_length:
                start = self.header["tile_data_offset"] + entry.offset
                return self._bytes[start : start + entry.length]
            offset, length = self.header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def _unpack(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._bytes[offset : offset + length])


class Shelf:
    """The archives of a folder by name; a file that was replaced is opened anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, tuple[str, Archive]] = {}
        self._damaged: dict[str, str] = {}
        self._lock = threading.Lock()

    def archive(self, name: str) -> tuple[str, Archive] | None:
        """An archive and the mark of the file it was read from; None when no whole one lies there."""
        path, mark = self._folder / f"{name}.pmtiles", ""
        try:
            stat = path.stat()
            mark = f"{stat.st_ino:x}-{stat.st_mtime_ns:x}-{stat.st_size:x}"
            with self._lock:
                known = self._open.get(name)
                if known is None or known[0] != mark:
                    known = self._open[name] = (mark, Archive(path))
        except FileNotFoundError:
            return None
        except DAMAGED as fault:
            if self._damaged.get(name) != mark:
                self._damaged[name] = mark
                LOG.error("these map tiles cannot be read; import the city again", file=path.name, fault=str(fault))
            return None
        return known


def routes(folder: Path, kept: str = "private") -> APIRouter:
    """`/tiles/{set}/{z}/{x}/{y}` from the archives in a folder; `kept` public: any cache on the way may keep them.

    Where a known set has nothing the answer is empty rather than 404, which every browser would log as a fault.
    """
    router, shelf = APIRouter(), Shelf(folder)

    @router.get("/tiles/{name}/{z}/{x}/{y}")
    async def tile(request: Request, name: str, z: str, x: str, y: str) -> Response:
        place = [int(part) for part in (z, x, y) if re.fullmatch(r"[0-9]{1,8}", part)]
        if len(place) != 3 or name not in SETS or place[0] > DEEPEST or max(place[1:]) >= 1 << place[0]:
            raise Problem(404)
        found = shelf.archive(name)
        if found is None:
            return Response(status_code=204, headers={"Cache-Control": "no-cache"})
        mark, archive = found
        lasting = f"max-age={YEAR_S}, immutable" if request.query_params.get("v") else "no-cache"
        headers = {"ETag": f'"{mark}"', "Cache-Control": f"{kept}, {lasting}", "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        try:
            data = archive.tile(*place)
        except DAMAGED:
            return Response(status_code=204, headers={"Cache-Control": "no-cache"})
        if not data:
            return Response(status_code=204, headers=headers)
        if archive.gzipped:
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
            else:
                data = gzip.decompress(data)
        return Response(data, headers=headers, media_type=MVT)

    @router.get("/tiles/{path:path}")
    async def nothing(path: str) -> Response:
        raise Problem(404)

    return router
