"""Buildings out of files of polygons: every one of them, where its height comes from, and in which system it lies."""

import gzip
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import shapely

from data_access.importers.found import Found, ImportFault
from data_access.words import speaking
from tests.data_access.importers.made import HEAD, LAT, LON, geojson, house, layer, only, refused

HOUSES = 'name = "houses"\nkind = "buildings"\n'


def read(folder: Path, path: Path, more: str = 'fields = { height = "h" }') -> Found:
    return only(folder, f'{HOUSES}file = "{path.name}"\n{more}')


def test_a_height_is_told_with_where_it_comes_from(tmp_path: Path) -> None:
    file = geojson(
        tmp_path / "houses.geojson.gz",
        [
            (house(0.000), {"h": 12.5, "n": 3, "b": 0}),
            (house(0.001), {"h": None, "n": 4, "b": 0}),
            (house(0.002), {"h": None, "n": None, "b": 0}),
            (house(0.003), {"h": 5, "n": None, "b": 0}),
            (house(0.004), {"h": 5, "n": 2, "b": 0}),
            (house(0.005), {"h": 20, "n": None, "b": 15}),
            (house(0.006), {"h": 10, "n": None, "b": 15}),
            (house(0.007), {"h": -3, "n": 500, "b": 0}),
        ],
    )
    found = read(tmp_path, file, 'fields = { height = "h", levels = "n", min_height = "b" }\nunknown_height = [5]')
    told = [(one.height_m, one.height_source, one.levels, one.min_height_m) for one in found.buildings]
    assert told == [
        (12.5, "tagged", 3, 0), (12.8, "levels", 4, 0), (None, "unknown", None, 0), (None, "unknown", None, 0),
        (6.4, "levels", 2, 0), (20, "tagged", None, 15), (None, "unknown", None, 15), (None, "unknown", None, 0),
    ]  # fmt: skip
    assert refused(found, "tags for heights") == {
        "height: not a possible size": 2, "levels: not a possible size": 1,
    }  # fmt: skip
    assert (found.tally.read["buildings"], found.tally.kept["buildings"]) == (8, 8)


def test_a_height_in_feet_or_in_storeys_becomes_metres(tmp_path: Path) -> None:
    file = geojson(tmp_path / "houses.geojson", [(house(), {"h": 100, "b": "10,5"})])
    fields = 'fields = { height = "h", min_height = "b" }\n'
    (one,) = read(tmp_path, file, fields + 'units = { height = "ft", min_height = "ft" }').buildings
    assert (one.height_m, one.min_height_m) == (30.48, pytest.approx(3.2004))
    (one,) = read(tmp_path, file, fields + 'units = { height = "levels" }').buildings
    assert (one.height_m, one.height_source) == (320, "levels")


def test_what_is_written_beside_a_height_is_kept(tmp_path: Path) -> None:
    file = geojson(
        tmp_path / "houses.geojson",
        [
            (house(0.000), {"id": 7, "what": "school", "called": "Nikolaischule", "year": "1597-03-01"}),
            (house(0.001), {"id": 8, "what": "", "called": None, "year": "old"}),
        ],
    )
    found = read(tmp_path, file, 'fields = { id = "id", use = "what", name = "called", built = "year" }')
    old, other = found.buildings
    assert (old.id, old.use, old.name, old.built) == ("houses/7", "school", "Nikolaischule", 1597)
    assert (other.id, other.use, other.name, other.built) == ("houses/8", None, None, None)
    assert refused(found, "years of building") == {"no year of our calendar": 1}


def test_a_building_keeps_its_id_when_the_file_is_read_again(tmp_path: Path) -> None:
    things = [(house(0.000), {"h": 3}), (house(0.001), {"h": 4}), (house(0.001), {"h": 5})]
    first = read(tmp_path, geojson(tmp_path / "a.geojson", things)).buildings
    again = read(tmp_path, geojson(tmp_path / "b.geojson", [(shape, {"h": 9}) for shape, _ in things])).buildings
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in first}) == 3


def test_what_encloses_nothing_is_refused_and_what_is_knotted_is_mended(tmp_path: Path) -> None:
    knot = shapely.Polygon([(LON, LAT), (LON + 2e-4, LAT + 2e-4), (LON + 2e-4, LAT), (LON, LAT + 2e-4)])
    nothing = shapely.Polygon([(LON, LAT), (LON, LAT), (LON, LAT), (LON, LAT)])
    things = [(knot, {"h": 1}), (nothing, {"h": 2}), (shapely.Point(LON, LAT), {"h": 3}), (None, {"h": 4})]
    found = read(tmp_path, geojson(tmp_path / "houses.geojson", things))
    (mended,) = found.buildings
    assert shapely.from_wkb(mended.outline).is_valid
    assert shapely.from_wkb(mended.outline).area == pytest.approx(2e-4**2 / 2)
    assert found.tally.read["buildings"] == 4
    assert refused(found, "buildings") == {
        "its outline encloses nothing": 1, "a point or a line instead of an area": 1, "it has no place": 1,
    }  # fmt: skip


def test_only_the_rows_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    things = [(house(0), {"h": 1, "town": "here"}), (house(0.001), {"h": 2, "town": "there"})]
    file = geojson(tmp_path / "houses.geojson", things)
    found = read(tmp_path, file, 'fields = { height = "h" }\nonly = { town = "here" }')
    assert [one.height_m for one in found.buildings] == [1]
    assert refused(found, "buildings") == {"left to another source": 1}


# --- in which system -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["houses.gpkg", "houses.shp"])
@pytest.mark.parametrize("crs", ["EPSG:25833", "EPSG:31468", "EPSG:3857"])
def test_any_coordinate_system_that_the_file_tells_is_turned_into_ours(tmp_path: Path, name: str, crs: str) -> None:
    (one,) = read(tmp_path, layer(tmp_path / name, [(house(), {"h": 7.5})], crs)).buildings
    assert one.height_m == 7.5
    outline = shapely.from_wkb(one.outline)
    assert outline.bounds == pytest.approx(house().bounds, abs=2e-6)  # a fifth of a metre
    assert not outline.has_z


def test_a_zipped_shapefile_is_read_as_it_is(tmp_path: Path) -> None:
    layer(tmp_path / "houses.shp", [(house(), {"h": 7.5})], "EPSG:25833")
    with zipfile.ZipFile(tmp_path / "houses.zip", "w") as packed:
        for part in tmp_path.glob("houses.*"):
            if part.suffix != ".zip":
                packed.write(part, part.name)
    (one,) = read(tmp_path, tmp_path / "houses.zip").buildings
    assert one.height_m == 7.5


def test_a_system_that_only_the_description_tells_is_believed(tmp_path: Path) -> None:
    more = 'fields = { height = "h" }\ncrs = "EPSG:25833"'
    shapefile = layer(tmp_path / "houses.shp", [(house(), {"h": 7.5})], "EPSG:25833", says=False)
    text = geojson(tmp_path / "houses.geojson", [(house(), {"h": 7.5})], "EPSG:25833")
    for file in (shapefile, text):
        (one,) = read(tmp_path, file, more).buildings
        assert shapely.from_wkb(one.outline).bounds == pytest.approx(house().bounds, abs=2e-6)


@pytest.mark.parametrize("name", ["houses.shp", "houses.geojson", "houses.geojson.gz"])
def test_metres_in_a_system_that_nobody_tells_are_refused(tmp_path: Path, name: str) -> None:
    things = [(house(), {"h": 7.5})]
    if name == "houses.shp":
        file = layer(tmp_path / name, things, "EPSG:25833", says=False)
    else:
        file = geojson(tmp_path / name, things, "EPSG:25833")
    with pytest.raises(ImportFault, match=r'line 12: The coordinates of houses.* are no degrees.*crs = "EPSG:25833"'):
        read(tmp_path, file)


def test_degrees_in_a_system_that_nobody_tells_are_degrees(tmp_path: Path) -> None:
    file = layer(tmp_path / "houses.shp", [(house(), {"h": 7.5})], "EPSG:4326", says=False)
    (one,) = read(tmp_path, file).buildings
    assert shapely.from_wkb(one.outline).bounds == pytest.approx(house().bounds)


def test_another_system_than_the_file_tells_is_refused(tmp_path: Path) -> None:
    file = layer(tmp_path / "houses.gpkg", [(house(), {"h": 7.5})], "EPSG:25833")
    with pytest.raises(ImportFault, match=r"line 14: houses.gpkg says itself that it is in EPSG:25833, not in"):
        read(tmp_path, file, 'fields = { height = "h" }\ncrs = "EPSG:25832"')


def test_a_wrong_system_lies_far_from_the_city_and_is_refused_with_the_distance(tmp_path: Path) -> None:
    file = geojson(tmp_path / "houses.geojson", [(house(), {"h": 7.5})], "EPSG:25833")
    with pytest.raises(ImportFault, match=r"Nothing in houses.geojson lies in Town: the nearest of 1 is \d+ km away"):
        read(tmp_path, file, 'fields = { height = "h" }\ncrs = "EPSG:25836"')


def test_exchanged_axes_are_noticed_and_can_be_said(tmp_path: Path) -> None:
    turned = [(shapely.transform(house(n / 1000), lambda p: p[:, ::-1]), {"h": n + 1}) for n in range(3)]
    file = geojson(tmp_path / "houses.geojson", turned)
    with pytest.raises(ImportFault, match=r"3 of 3 places in houses.geojson lie in Town only when latitude and longit"):
        read(tmp_path, file)
    found = read(tmp_path, file, 'fields = { height = "h" }\nlatitude_first = true')
    assert [one.height_m for one in found.buildings] == [1, 2, 3]


def test_a_house_far_away_is_refused_with_its_distance(tmp_path: Path) -> None:
    things = [(house(), {"h": 1}), (house(1.5), {"h": 2}), (shapely.transform(house(), lambda p: p[:, ::-1]), {"h": 3})]
    found = read(tmp_path, geojson(tmp_path / "houses.geojson", things))
    assert len(found.buildings) == 1
    assert refused(found, "buildings") == {"100 km from the city": 1, "latitude and longitude are exchanged": 1}


# --- what cannot be read ---------------------------------------------------------------------------------------------


def test_a_wrong_column_is_told_with_those_there_are(tmp_path: Path) -> None:
    file = geojson(tmp_path / "houses.geojson", [(house(), {"h": 1, "storeys": 2})])
    with pytest.raises(ImportFault) as told:
        read(tmp_path, file, 'fields = { height = "hoehe" }')
    assert str(told.value).endswith(
        "line 13: houses.geojson has no column hoehe; it has: h, storeys. Correct fields.height."
    )


@pytest.mark.parametrize("name", ["houses.geojson", "houses.geojson.gz", "houses.gpkg"])
def test_a_file_of_no_houses_is_told_so(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name.endswith("gpkg"):
        layer(file, [], "EPSG:4326")
    else:
        geojson(file, [])
    with pytest.raises(ImportFault, match=rf"{name} holds nothing \(0 features\)"):
        read(tmp_path, file)


@pytest.mark.parametrize("name", ["houses.geojson", "houses.geojson.gz", "houses.gpkg", "houses.shp"])
def test_an_empty_file_is_told_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ImportFault, match=r"is empty. Fetch or export it again"):
        read(tmp_path, tmp_path / name)


@pytest.mark.parametrize("name", ["houses.geojson", "houses.geojson.gz", "houses.gpkg", "houses.shp"])
def test_half_a_file_is_told_to_be_damaged(tmp_path: Path, name: str) -> None:
    things = [(house(n / 1000), {"h": n}) for n in range(40)]
    file = geojson(tmp_path / name, things) if "json" in name else layer(tmp_path / name, things, "EPSG:4326")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportFault, match="is damaged or was not fetched to its end"):
        read(tmp_path, file)


def test_a_file_of_something_else_is_told_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "houses.gpkg"
    file.write_bytes(b"%PDF-1.7 this is a letter to the mayor")
    with pytest.raises(ImportFault, match=r"line 12: .*damaged"):
        read(tmp_path, file)


def test_several_sheets_want_one_to_be_named(tmp_path: Path) -> None:
    file = layer(tmp_path / "town.gpkg", [(house(), {"h": 3})], "EPSG:4326", sheet="houses")
    layer(file, [(house(0.01), {"h": 4})], "EPSG:4326", sheet="barns", append=True)
    with pytest.raises(ImportFault, match=r'several sheets: .*. Name one, such as sheet = "'):
        read(tmp_path, file)
    with pytest.raises(ImportFault, match=r"line 14: town.gpkg has no sheet sheds; it has: "):
        read(tmp_path, file, 'fields = { height = "h" }\nsheet = "sheds"')
    found = read(tmp_path, file, 'fields = { height = "h" }\nsheet = "barns"')
    assert [one.height_m for one in found.buildings] == [4]


def test_faults_of_files_speak_vietnamese(tmp_path: Path) -> None:
    file = geojson(tmp_path / "houses.geojson", [])
    with speaking("vi"), pytest.raises(ImportFault, match="không chứa gì"):
        read(tmp_path, file)


# --- Leipzig ---------------------------------------------------------------------------------------------------------


@pytest.mark.cities
def test_the_buildings_of_leipzig_and_their_heights_add_up(shared: Path, tmp_path: Path) -> None:
    file = shared / "leipzig" / "leipzig-buildings.geojson.gz"
    text = f"""{HOUSES}file = "{file}"
fields = {{ height = "render_height", min_height = "render_min_height" }}
unknown_height = [5]
"""
    plain = json.loads(gzip.decompress(file.read_bytes()))["features"]
    areas = [shapely.Polygon(one["geometry"]["coordinates"][0]).area for one in plain]
    hollow = [one for one, area in zip(plain, areas, strict=True) if area == 0]
    whole = [one["properties"] for one, area in zip(plain, areas, strict=True) if area > 0]
    defaults = Counter(one["properties"]["render_height"] == 5 for one in plain)
    assert (len(plain), defaults[True], defaults[False]) == (122_505, 117_159, 5_346)
    head = HEAD.replace("[12.3, 51.3, 12.44, 51.38]", "[12.17, 51.22, 12.61, 51.47]")
    found = only(tmp_path, text, head=head)
    assert found.tally.read["buildings"] == 122_505
    assert (
        refused(found, "buildings")
        == {"its outline encloses nothing": len(hollow)}
        == {"its outline encloses nothing": 280}
    )
    sources = Counter(one.height_source for one in found.buildings)
    default = sum(one["render_height"] == 5 for one in whole)
    below_its_foot = sum(
        one["render_height"] <= one["render_min_height"] and one["render_height"] != 5 for one in whole
    )
    assert default == 117_159 - sum(one["properties"]["render_height"] == 5 for one in hollow)
    assert sources == {"unknown": default + below_its_foot, "tagged": len(whole) - default - below_its_foot}
    assert sources.total() == len(found.buildings) == 122_505 - 280
    assert {one.height_m for one in found.buildings if one.height_source == "unknown"} == {None}
    assert max(one.height_m or 0 for one in found.buildings) == 205
