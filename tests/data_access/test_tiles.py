"""Map tiles at import: what goes in comes out, once, and never half."""

import gzip
import re
import subprocess
from pathlib import Path
from unittest.mock import patch

import orjson
import pytest
import shapely
import shapely.affinity
from msgspec import structs
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely.geometry import LineString, Point, box

from data_access.importers import levels, osm, sheets, tiles
from data_access.importers.found import Feature, ImportFault, Tally
from data_access.records import Building

LON, LAT = 106.6168, 20.3352
BASEMAP = (
    Feature("land", box(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02), {}),
    Feature("roads", LineString([(LON, LAT), (LON + 0.01, LAT)]), {"class": "residential", "name": "Phố Hàng Muối"}),
    Feature("places", Point(LON, LAT), {"class": "city", "name": "Cửa Gương", "name_en": "Cua Guong"}),
)


def building(number: int, height_m: float | None = 9.0) -> Building:
    east = LON + number * 0.0003
    outline = shapely.to_wkb(box(east, LAT, east + 0.0002, LAT + 0.0002))
    return Building(f"way/{number}", outline, height_m, "tagged" if height_m else "unknown", name=f"Nhà {number}")


HOUSES = (building(1), building(2, None), building(3, 41.5))


class Told:
    """What a person is told meanwhile."""

    def __init__(self) -> None:
        self.shares: list[tuple[str, float | None]] = []

    def __call__(self, words: str, share: float | None) -> None:
        self.shares.append((words, share))


def content(file: Path) -> bytes:
    """Every tile of a set, opened."""
    with file.open("rb") as opened:
        return b"".join(gzip.decompress(tile) for _place, tile in all_tiles(MmapSource(opened)))


def test_both_sets_are_cut_with_progress_and_a_version(tmp_path: Path) -> None:
    told = Told()
    version = tiles.make(tmp_path, BASEMAP, HOUSES, told)
    assert len(version) == 12
    assert sorted(file.name for file in (tmp_path / "tiles").iterdir()) == ["basemap.pmtiles", "buildings.pmtiles"]
    assert {words for words, _share in told.shares} == {"Cutting map tiles"}
    assert [told.shares[0][1], told.shares[-1][1]] == [0.0, 1.0]
    with (tmp_path / "tiles" / "basemap.pmtiles").open("rb") as opened:
        header = Reader(MmapSource(opened)).header()
    assert (header["min_zoom"], header["max_zoom"]) == (8, 15)


def test_names_heights_and_sources_reach_the_tiles(tmp_path: Path) -> None:
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    houses, ground = (content(tmp_path / "tiles" / f"{name}.pmtiles") for name in ("buildings", "basemap"))
    for words in ("way/1", "way/2", "height_source", "unknown", "Nhà 3"):
        assert words.encode() in houses, words
    for words in ("Phố Hàng Muối", "residential", "Cua Guong"):
        assert words.encode() in ground, words


def test_a_height_that_nobody_knows_is_absent_not_zero() -> None:
    assert ["height" in sheets.properties(house) for house in HOUSES] == [True, False, True]


def drawn(file: Path, zoom: int, layer: str) -> list[dict[str, object]]:
    """The properties of all that a layer shows at this zoom, as often as it stands in a tile."""
    decode = [
        str(tiles.TIPPECANOE.with_name("tippecanoe-decode")),
        "-c",
        f"-Z{zoom}",
        f"-z{zoom}",
        f"-l{layer}",
        str(file),
    ]
    lines = subprocess.run(decode, capture_output=True, check=True).stdout.splitlines()
    return [orjson.loads(line.rstrip(b","))["properties"] for line in lines if line.startswith(b'{ "type": "Feature"')]


def test_the_year_and_the_parts_of_a_building_reach_the_tiles(tmp_path: Path) -> None:
    old = structs.replace(HOUSES[0], built=1889)
    part = structs.replace(HOUSES[2], id="way/9", part=True)
    tiles.make(tmp_path, BASEMAP, (old, *HOUSES[1:], part), Told())
    told = {row["id"]: row for row in drawn(tmp_path / "tiles" / "buildings.pmtiles", 15, "buildings")}
    assert [told[f"way/{n}"].get("built") for n in (1, 2)] == [1889, None]
    assert [told[f"way/{n}"].get("has_parts") for n in (1, 2, 3, 9)] == [None, None, True, None]
    assert told["way/9"]["part"] is True


def test_a_part_of_a_corner_does_not_take_the_place_of_its_building(tmp_path: Path) -> None:
    house = HOUSES[0]
    corner = shapely.to_wkb(shapely.affinity.scale(shapely.from_wkb(house.outline), 0.5, 0.5, origin=(LON, LAT)))
    sheets.houses(tmp_path, (house, structs.replace(house, id="way/9", part=True, outline=corner)))
    assert b"has_parts" not in (tmp_path / f"buildings{sheets.ENDING}").read_bytes()


def test_what_a_zoom_shows_is_what_the_table_says(tmp_path: Path) -> None:
    line = LineString([(LON, LAT), (LON + 0.03, LAT)])
    ways = [
        Feature("roads", line, {"class": kind, "name": kind})
        for kind in ("motorway", "primary", "secondary", "residential", "service", "path")
    ]
    marks = [Feature("places", Point(LON, LAT), {"class": kind, "name": kind}) for kind in ("city", "quarter", "poi")]
    door = Feature("addresses", Point(LON, LAT), {"number": "12A", "street": "Phố Hàng Muối"})
    size = {"sea": 0.1, "lake": 0.005, "pond": 0.0005}
    waters = [
        Feature("water", box(LON, LAT, LON + a, LAT + a), {"class": name, "name": name}) for name, a in size.items()
    ]
    tiles.make(tmp_path, (*ways, *marks, door, *waters), HOUSES, Told())

    def seen(zoom: int, layer: str) -> set[object]:
        return {
            told.get("name", told.get("number")) for told in drawn(tmp_path / "tiles" / "basemap.pmtiles", zoom, layer)
        }

    assert seen(8, "roads") == {"motorway", "primary"}
    assert seen(11, "roads") == {"motorway", "primary", "secondary"}
    assert seen(12, "roads") == {"motorway", "primary", "secondary", "residential"}
    assert seen(13, "roads") == {"motorway", "primary", "secondary", "residential", "service"}
    assert len(seen(14, "roads")) == 6
    assert [seen(zoom, "places") for zoom in (9, 12, 14)] == [{"city"}, {"city", "quarter"}, {"city", "quarter", "poi"}]
    assert [seen(zoom, "addresses") for zoom in (14, 15)] == [set(), {"12A"}]
    assert [seen(zoom, "water") for zoom in (10, 12, 13)] == [{"sea"}, {"sea", "lake"}, {"sea", "lake", "pond"}]


def test_from_afar_one_sees_blocks_and_towers_before_houses_and_sheds() -> None:
    def house(size_m: float, height_m: float | None) -> Building:
        across = size_m / levels.M_A_DEGREE
        return Building("x", shapely.to_wkb(box(0, 0, across, across)), height_m, "tagged")

    found = [house(30, 6), house(10, 40), house(12, None), house(9, 15), house(5, 3)]
    outlines = shapely.from_wkb([one.outline for one in found])
    assert levels.house_zooms(found, outlines).tolist() == [12, 12, 13, 13, 14]


def test_every_level_says_why() -> None:
    for level in levels.LEVELS:
        assert levels.FARTHEST <= level.zoom <= levels.NEAREST
        assert len(level.why) > 10
    layers = [level.layer for level in levels.LEVELS]
    for layer in set(layers):
        zooms = [level.zoom for level in levels.LEVELS if level.layer == layer]
        assert zooms == sorted(zooms), layer


def test_what_a_killed_import_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "tiles" / f"{tiles.CUTTING}dead"
    left.mkdir(parents=True)
    (left / "half.pmtiles").write_bytes(b"half")
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    assert sorted(file.name for file in (tmp_path / "tiles").iterdir()) == ["basemap.pmtiles", "buildings.pmtiles"]


@pytest.mark.parametrize(("ground", "houses"), [((), ()), (BASEMAP, ()), ((), HOUSES)])
def test_a_city_of_which_only_devices_are_known_has_an_empty_map(
    tmp_path: Path, ground: tuple[Feature, ...], houses: tuple[Building, ...]
) -> None:
    version = tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    assert tiles.make(tmp_path, ground, houses, Told()) != version
    assert (b"way/1" in content(tmp_path / "tiles" / "buildings.pmtiles")) is bool(houses)
    assert (b"residential" in content(tmp_path / "tiles" / "basemap.pmtiles")) is bool(ground)
    with patch.object(tiles, "_cut", side_effect=AssertionError("cut again")):
        assert tiles.make(tmp_path, ground, houses, Told()) == tiles.version_of(tmp_path)


def test_the_version_is_known_without_cutting(tmp_path: Path) -> None:
    assert tiles.version_of(tmp_path) == ""
    version = tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    assert tiles.version_of(tmp_path) == version
    (tmp_path / "tiles" / "basemap.pmtiles").unlink()
    assert tiles.version_of(tmp_path) == ""


def test_the_same_content_is_never_cut_twice(tmp_path: Path) -> None:
    first = tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    stamp = (tmp_path / "tiles" / "buildings.pmtiles").stat().st_mtime_ns
    with patch.object(tiles, "_cut", side_effect=AssertionError("cut again")):
        assert tiles.make(tmp_path, BASEMAP, HOUSES, Told()) == first
    assert (tmp_path / "tiles" / "buildings.pmtiles").stat().st_mtime_ns == stamp


def test_only_the_set_that_changed_is_cut_again(tmp_path: Path) -> None:
    first = tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    stamps = {file.name: file.stat().st_ino for file in (tmp_path / "tiles").iterdir()}
    taller = (*HOUSES[:2], structs.replace(HOUSES[2], height_m=44.0))
    assert tiles.make(tmp_path, BASEMAP, taller, Told()) != first
    now = {file.name: file.stat().st_ino for file in (tmp_path / "tiles").iterdir()}
    assert now["basemap.pmtiles"] == stamps["basemap.pmtiles"]
    assert now["buildings.pmtiles"] != stamps["buildings.pmtiles"]


@pytest.mark.parametrize("damage", [b"", b"no tiles", 300, -1])
def test_a_damaged_set_is_cut_again(tmp_path: Path, damage: bytes | int) -> None:
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    file = tmp_path / "tiles" / "buildings.pmtiles"
    whole = file.read_bytes()
    file.write_bytes(whole[:damage] if isinstance(damage, int) else damage)
    assert tiles.digest_of(file) is None
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    assert b"way/3" in content(file)


def test_a_set_that_cannot_be_made_leaves_the_old_one_whole(tmp_path: Path) -> None:
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    file = tmp_path / "tiles" / "buildings.pmtiles"
    whole = file.read_bytes()
    with patch.object(tiles, "BUILDINGS", ("--no-such-option",)), pytest.raises(ImportFault, match="could not be made"):
        tiles.make(tmp_path, BASEMAP, HOUSES[:1], Told())
    assert file.read_bytes() == whole
    assert sorted(found.name for found in (tmp_path / "tiles").iterdir()) == ["basemap.pmtiles", "buildings.pmtiles"]


def test_a_full_disk_is_said_and_leaves_the_old_set_whole(tmp_path: Path) -> None:
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    whole = (tmp_path / "tiles" / "basemap.pmtiles").read_bytes()
    full = OSError(28, "No space left on device")
    with patch.object(sheets, "ground", side_effect=full), pytest.raises(ImportFault) as caught:
        tiles.make(tmp_path, BASEMAP[:1], HOUSES, Told())
    assert str(caught.value) == (
        f"The map tiles could not be made: No space left on device. "
        f"Is there space left on the disk of {tmp_path / 'tiles'}?"
    )
    assert (tmp_path / "tiles" / "basemap.pmtiles").read_bytes() == whole


def test_no_path_of_this_machine_stands_in_a_set(tmp_path: Path) -> None:
    tiles.make(tmp_path, BASEMAP, HOUSES, Told())
    for file in (tmp_path / "tiles").iterdir():
        with file.open("rb") as opened:
            told = str(Reader(MmapSource(opened)).metadata())
        assert str(tmp_path) not in told
        assert "site-packages" not in told


@pytest.mark.cities
@pytest.mark.slow
@pytest.mark.parametrize("zoom", [14, 15])
def test_no_building_of_a_real_quarter_is_lost_where_one_looks_closely(shared: Path, tmp_path: Path, zoom: int) -> None:
    found = osm.read(shared / "hanoi" / "hanoi-centre.osm.pbf", Told())
    tiles.make(tmp_path, found.features, found.buildings, Told())
    decode = [str(tiles.TIPPECANOE.with_name("tippecanoe-decode")), "-c", f"-Z{zoom}", f"-z{zoom}", "buildings.pmtiles"]
    drawn = subprocess.run(decode, cwd=tmp_path / "tiles", capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r'"id": "([^"]*)"', drawn)) == {building.id for building in found.buildings}
    assert len(found.buildings) == 3_564 + 54


def test_an_account_adds_up_for_every_kind() -> None:
    tally = Tally()
    for _each in range(3):
        tally.keep("buildings")
    tally.refuse("buildings", "an open line")
    assert tally.read["buildings"] == tally.kept["buildings"] + sum(tally.refused.values())
    assert tally.lines() == ["buildings: 4 read, 3 kept, refused: 1 an open line"]
