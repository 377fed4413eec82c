"""The basemap, places and districts out of files: classes, streets by their names, and what is left to others."""

from collections import Counter
from pathlib import Path

import pytest
import shapely

from data_access.importers.found import ImportFault
from tests.data_access.importers.made import HEAD, LAT, LON, geojson, house, layer, only, refused, table

HANOI = HEAD.replace("[12.3, 51.3, 12.44, 51.38]", "[105.28, 20.56, 106.08, 21.39]").replace(
    "[12.37, 51.34]", "[105.85, 21.02]"
)
LEIPZIG = HEAD.replace("[12.3, 51.3, 12.44, 51.38]", "[12.17, 51.22, 12.61, 51.47]")


def line(*east: float, north: float = 0.0) -> shapely.LineString:
    return shapely.LineString([(LON + step, LAT + north) for step in east])


def test_roads_are_classed_by_the_words_of_the_field_or_by_the_description(tmp_path: Path) -> None:
    words = ["motorway_link", "minor", "track", "Gasse", "Tunnel", "ladder", None]
    file = layer(tmp_path / "roads.gpkg", [(line(0, 0.001), {"type": word or ""}) for word in words], "EPSG:25833")
    found = only(
        tmp_path,
        'name = "roads"\nkind = "basemap"\nlayer = "roads"\nfile = "roads.gpkg"\nfields = { class = "type" }\n'
        'classes = { Gasse = "path", Tunnel = "" }',
    )
    assert [feature.properties["class"] for feature in found.features] == ["motorway", "residential", "path", "path"]
    assert {feature.layer for feature in found.features} == {"roads"}
    assert file.exists()
    assert refused(found, "roads") == {
        "left to another source": 1, "of classes that the map does not show (ladder)": 1, "nothing says what it is": 1,
    }  # fmt: skip


def test_a_layer_of_one_class_needs_no_column(tmp_path: Path) -> None:
    geojson(tmp_path / "parks.geojson", [(house(), {"n": "Stadtpark"}), (line(0, 0.001), {"n": "Zaun"})])
    found = only(
        tmp_path,
        'name = "parks"\nkind = "basemap"\nlayer = "green"\nclass = "park"\nfile = "parks.geojson"\n'
        'fields = { name = "n" }',
    )
    (park,) = found.features
    assert (park.layer, park.properties) == ("green", {"class": "park", "name": "Stadtpark"})
    assert refused(found, "parks and other green") == {"a point or a line instead of an area": 1}


def test_the_pieces_of_a_street_are_found_as_one_place(tmp_path: Path) -> None:
    names = ["Lange Straße", "Lange Straße", "Ring", None]
    geojson(
        tmp_path / "roads.geojson",
        [(line(n / 1000, (n + 1) / 1000), {"n": name, "k": "residential"}) for n, name in enumerate(names)],
    )
    found = only(
        tmp_path,
        'name = "roads"\nkind = "basemap"\nlayer = "roads"\nfile = "roads.geojson"\n'
        'fields = { name = "n", class = "k" }',
    )
    long, ring = found.places
    assert (long.kind, long.name, ring.name) == ("street", "Lange Straße", "Ring")
    assert long.bounds == pytest.approx((LON, LAT, LON + 0.002, LAT))
    assert refused(found, "streets by their names") == {"pieces of the same street": 1}
    assert len(found.features) == 4


def test_what_reaches_far_beyond_the_city_is_cut(tmp_path: Path) -> None:
    geojson(tmp_path / "rivers.geojson", [(line(0, 9), {})])
    found = only(tmp_path, 'name = "r"\nkind = "basemap"\nlayer = "waterway"\nclass = "river"\nfile = "rivers.geojson"')
    west, _south, east, _north = found.features[0].shape.bounds
    assert (west, east) == pytest.approx((LON, 12.44 + 0.14))


def test_a_class_of_another_layer_is_refused_by_the_description(tmp_path: Path) -> None:
    geojson(tmp_path / "parks.geojson", [(house(), {})])
    with pytest.raises(ImportFault, match=r"line 14: motorway is unknown here; choose one of park"):
        only(tmp_path, 'name = "p"\nkind = "basemap"\nlayer = "green"\nfile = "parks.geojson"\nclass = "motorway"')


def test_places_are_kept_once_and_told_by_their_kind(tmp_path: Path) -> None:
    rows = [
        ["id", "name", "x", "y", "what"],
        ["a", "Markt", LON, LAT, "tram_stop"],
        ["b", "Markt", LON, LAT, "tram_stop"],
        ["c", "Markt", LON + 0.01, LAT, "tram_stop"],
        ["d", "", LON, LAT, "bus_stop"],
        ["e", "Zentrum", LON, LAT, "quarter"],
        ["f", "Goethe-Schule", LON, LAT, "kindergarten"],
        ["g", "Poller 7", LON, LAT, "bollard"],
    ]
    table(tmp_path / "places.csv", rows)
    found = only(
        tmp_path,
        'name = "p"\nkind = "places"\nfile = "places.csv"\n'
        'fields = { id = "id", name = "name", lon = "x", lat = "y", class = "what" }',
    )
    assert [(place.id, place.kind, place.name) for place in found.places] == [
        ("p/a", "stop", "Markt"), ("p/c", "stop", "Markt"), ("p/e", "quarter", "Zentrum"),
        ("p/f", "school", "Goethe-Schule"),
    ]  # fmt: skip
    assert [feature.properties for feature in found.features][1:] == [
        {"class": "poi", "kind": "stop", "name": "Markt"},
        {"class": "quarter", "name": "Zentrum"},
        {"class": "poi", "kind": "school", "name": "Goethe-Schule"},
    ]
    assert refused(found, "places") == {
        "named there already": 1, "it has no name": 1, "of classes that the map does not show (bollard)": 1,
    }  # fmt: skip


def test_districts_are_told_apart_from_the_city_itself(tmp_path: Path) -> None:
    things = [
        (house(0, 0, 0.02), {"n": "Nord", "e": "North", "p": "12000", "l": "6"}),
        (house(0, 0.02, 0.02), {"n": "Süd", "e": None, "p": None, "l": "6"}),
        (house(0, 0, 0.04), {"n": "Stadt", "e": "City", "p": "20000", "l": "4"}),
        (house(0, 0, 0.01), {"n": None, "e": None, "p": None, "l": "6"}),
        (house(0, 0, 0.01), {"n": "Land", "e": None, "p": None, "l": "2"}),
    ]
    geojson(tmp_path / "d.geojson", things)
    source = 'name = "d"\nkind = "districts"\nfile = "d.geojson"\n'
    fields = 'fields = { name = "n", name_en = "e", population = "p", class = "l" }\n'
    found = only(tmp_path, source + fields + 'classes = { 4 = "city", 6 = "ward" }')
    assert [(one.name, one.name_en, one.kind, one.population) for one in found.districts] == [
        ("Nord", "North", "ward", 12_000), ("Süd", None, "ward", None),
    ]  # fmt: skip
    (city,) = found.places
    assert (city.kind, city.name, city.name_en) == ("city", "Stadt", "City")
    assert city.bounds == pytest.approx(house(0, 0, 0.04).bounds)
    assert refused(found, "districts") == {"it has no name": 1, "of classes that the map does not show (2)": 1}
    unclassed = only(tmp_path, source + 'fields = { name = "n" }')
    assert [(one.name, one.kind) for one in unclassed.districts][:1] == [("Nord", None)]
    assert len({one.id for one in unclassed.districts}) == 4


# --- Hanoi, Leipzig --------------------------------------------------------------------------------------------------


@pytest.mark.cities
def test_hanoi_has_24690_roads_126_wards_and_itself(shared: Path, tmp_path: Path) -> None:
    roads = only(
        tmp_path,
        f'name = "roads"\nkind = "basemap"\nlayer = "roads"\nfile = "{shared}/hanoi/hanoi-roads-2025.geojson.gz"\n'
        'fields = { id = "osm_way_id", class = "highway", name = "name" }\nclasses = { ladder = "path" }',
        head=HANOI,
    )
    assert (roads.tally.read["roads"], roads.tally.kept["roads"], len(roads.features)) == (24_690, 24_690, 24_690)
    assert sum("name" in feature.properties for feature in roads.features) == 10_662
    assert roads.tally.kept["streets by their names"] == len(roads.places) > 3_000
    wards = only(
        tmp_path,
        f'name = "wards"\nkind = "districts"\nfile = "{shared}/hanoi/hanoi-wards.geojson.gz"\n'
        'fields = { id = "osm_relation_id", name = "name", class = "admin_level", population = "population" }\n'
        'classes = { 4 = "city", 6 = "ward" }',
        head=HANOI,
    )
    assert len(wards.districts) == 126
    assert [(place.kind, place.name) for place in wards.places] == [("city", "Thành phố Hà Nội")]
    assert sum(one.population is not None for one in wards.districts) == 72


@pytest.mark.cities
def test_a_stop_of_hanoi_that_several_routes_serve_is_kept_once(shared: Path, tmp_path: Path) -> None:
    found = only(
        tmp_path,
        f'name = "stops"\nkind = "places"\nclass = "stop"\nfile = "{shared}/hanoi/hanoi-bus-stops-named.csv"\n'
        'fields = { id = "stop_id", name = "stop_name", lon = "stop_lon", lat = "stop_lat" }',
        head=HANOI,
    )
    assert found.tally.read["places"] == 6_495
    assert found.tally.kept["places"] == len(found.places) == 2_647
    assert refused(found, "places") == {"named there already": 6_495 - 2_647}
    assert found.places[0].name == "Bến Phố Ngô Gia Khảm (Bến xe Gia Lâm)"


@pytest.mark.cities
def test_the_streets_and_rails_of_leipzig_come_out_of_one_file(shared: Path, tmp_path: Path) -> None:
    file = f'file = "{shared}/leipzig/leipzig-transportation.geojson.gz"\nfields = {{ class = "class" }}\n'
    head = 'kind = "basemap"\n' + file
    roads = only(tmp_path, 'name = "a"\nlayer = "roads"\nclasses = { rail = "", transit = "" }\n' + head, head=LEIPZIG)
    rails = only(tmp_path, 'name = "b"\nlayer = "rail"\nonly = { class = ["rail", "transit"] }\n' + head, head=LEIPZIG)
    assert roads.tally.read["roads"] == rails.tally.read["railways"] == 67_628
    assert refused(roads, "roads") == {
        "left to another source": 2_716 + 1_508, "an area or a point instead of a line": 130,
    }  # fmt: skip
    assert Counter(feature.properties["class"] for feature in rails.features) == {"rail": 2_716, "light_rail": 1_508}
    assert roads.tally.kept["roads"] + rails.tally.kept["railways"] + 130 == 67_628
