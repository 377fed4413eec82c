"""OpenStreetMap extracts: every building, where its height comes from, and a sentence for what cannot be read."""

from collections import Counter
from pathlib import Path

import osmium
import pytest
import shapely

from data_access.importers import osm, osm_pass
from data_access.importers.found import Found
from tests.drawing import LAT, LON, Drawing, by_id, refused, silent


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    return Drawing(tmp_path / "tiny.osm.pbf")


@pytest.fixture(scope="module")
def hanoi(shared: Path) -> Found:
    return osm.read(shared / "hanoi" / "hanoi-centre.osm.pbf", silent)


# --- Hanoi -----------------------------------------------------------------------------------------------------------


@pytest.mark.cities
def test_the_middle_of_hanoi_has_all_its_buildings_and_its_parts_apart(hanoi: Found, shared: Path) -> None:
    tagged, parts, named_there = set(), set(), 0
    for thing in osmium.FileProcessor(shared / "hanoi" / "hanoi-centre.osm.pbf"):
        name = f"{'way' if thing.is_way() else 'relation'}/{thing.id}"
        if not thing.is_node() and "building" in thing.tags:
            tagged.add(name)
            named_there += "name" in thing.tags
        if not thing.is_node() and "building:part" in thing.tags:
            parts.add(name)
    assert (len(tagged), len(parts)) == (3564, 54)
    assert {building.id for building in hanoi.buildings if not building.part} == tagged
    assert {building.id for building in hanoi.buildings if building.part} == parts
    assert sum(bool(building.name) for building in hanoi.buildings if not building.part) == named_there
    assert hanoi.tally.kept["buildings"] == 3564
    assert refused(hanoi, "buildings") == {"a point without an outline": 1}


@pytest.mark.cities
def test_the_heights_of_hanoi_add_up_by_their_sources(hanoi: Found, shared: Path) -> None:
    sources = Counter(building.height_source for building in hanoi.buildings if not building.part)
    assert sources.total() == 3564
    tags = Counter[str]()
    for thing in osmium.FileProcessor(shared / "hanoi" / "hanoi-centre.osm.pbf"):
        if not thing.is_node() and "building" in thing.tags:
            tags["height" if "height" in thing.tags else "levels" if "building:levels" in thing.tags else "none"] += 1
    assert sources["tagged"] == tags["height"] == 9
    assert sources["levels"] == tags["levels"] == 189
    assert sources["estimated"] + sources["unknown"] == tags["none"]
    told = hanoi.tally.kept
    assert told["heights in metres"] + told["heights by their levels"] == 198
    assert told["heights estimated"] + told["heights unknown"] == 3564 - 198


@pytest.mark.cities
def test_the_account_of_hanoi_adds_up(hanoi: Found) -> None:
    tally = hanoi.tally
    for kind, read in tally.read.items():
        assert read == tally.kept[kind] + sum(refused(hanoi, kind).values()), kind
    assert tally.read["roads"] == 2398
    drawn = Counter(feature.layer for feature in hanoi.features)
    assert drawn["roads"] == tally.kept["roads"]
    assert drawn["water"] == tally.kept["waters"]
    assert drawn["green"] == tally.kept["parks and other green"]
    marked = ("places", "points to orient by", "stops", "stations", "hospitals", "schools", "police stations")
    assert drawn["places"] == sum(tally.kept[kind] for kind in (*marked, "fire stations", "car parks with a name"))
    assert drawn["addresses"] == tally.kept["addresses"]
    looked_for = Counter(place.kind for place in hanoi.places)
    assert looked_for["address"] == tally.kept["addresses"] == 664
    assert looked_for["street"] == tally.kept["streets to look for"] == 499
    assert all(line for line in tally.lines())


@pytest.mark.cities
def test_hanoi_is_first_seen_where_it_is_built_most_densely(hanoi: Found) -> None:
    city = hanoi.city
    west, south, east, north = city.bounds
    assert city.bounds == (105.813, 20.995, 105.847, 21.009)
    assert west < city.lon < east
    assert south < city.lat < north
    assert (city.key, city.name, city.languages) == ("hanoi-centre", "Hanoi Centre", ("vi", "en"))
    assert city.time_zone in ("Asia/Bangkok", "Asia/Ho_Chi_Minh")
    assert city.attribution == "© OpenStreetMap contributors"
    assert city.pitch == 55

    def within(lon: float, lat: float) -> int:
        view = shapely.box(lon - 0.0029, lat - 0.0027, lon + 0.0029, lat + 0.0027)  # 600 m there
        return sum(view.covers(centre) for centre in centres)

    centres = shapely.centroid(shapely.from_wkb([b.outline for b in hanoi.buildings if not b.part]))
    here = within(city.lon, city.lat)
    elsewhere = [within(lon / 1000, lat / 1000) for lon in range(105814, 105847, 3) for lat in range(20996, 21009, 3)]
    assert here >= 0.9 * max(elsewhere)


@pytest.mark.cities
def test_shapes_of_hanoi_are_whole_and_lie_there(hanoi: Found) -> None:
    outlines = shapely.from_wkb([building.outline for building in hanoi.buildings])
    assert shapely.is_valid(outlines).all()
    assert (shapely.area(outlines) > 0).all()
    classes = {str(f.properties["class"]) for f in hanoi.features if f.layer == "roads"}
    assert classes <= {"motorway", "primary", "secondary", "residential", "service", "path"}
    assert {str(f.properties["class"]) for f in hanoi.features if f.layer == "places"} <= {
        "city", "district", "quarter", "poi",
    }  # fmt: skip
    west, south, east, north = shapely.total_bounds([feature.shape for feature in hanoi.features])
    assert west > 105.77
    assert south > 20.98
    assert east < 105.89
    assert north < 21.03


# --- shapes, uses, names ---------------------------------------------------------------------------------------------


def test_a_relation_is_one_building_with_its_courtyard(drawing: Drawing) -> None:
    drawing.square(0, 0.001)
    drawing.square(0.0003, 0.0004, north=0.0003)
    drawing.group(("w", 1, "outer"), ("w", 2, "inner"), type="multipolygon", building="yes", name="Chợ Đồng Xuân")
    (market,) = drawing.read().buildings
    outline = shapely.from_wkb(market.outline)
    assert (market.id, market.name) == ("relation/1", "Chợ Đồng Xuân")
    assert outline.area == pytest.approx(0.001**2 - 0.0004**2, rel=1e-6)


def test_what_has_no_outline_is_counted_by_its_reason(drawing: Drawing) -> None:
    drawing.square(building="yes")
    drawing.point(LON, LAT, building="yes")
    a, b = drawing.point(LON, LAT + 0.01), drawing.point(LON + 0.001, LAT + 0.01)
    drawing.line(a, b, building="yes")
    drawing.line(a, b, 9_999, a, building="yes")
    drawing.group(("w", 777, "outer"), type="multipolygon", building="yes")
    drawing.square(0.01, building="no")
    found = drawing.read()
    assert found.tally.read["buildings"] == 5
    assert refused(found, "buildings") == {
        "a point without an outline": 1, "an open line": 1, "parts of it lie outside the file": 2,
    }  # fmt: skip


def test_a_building_says_what_it_is_used_for(drawing: Drawing) -> None:
    drawing.square(0.000, building="school")
    drawing.square(0.001, building="yes", amenity="hospital")
    drawing.square(0.002, building="yes", shop="bakery")
    drawing.square(0.003, building="yes")
    told = by_id(drawing.read())
    assert [told[f"way/{n}"].use for n in (1, 2, 3, 4)] == ["school", "hospital", "shop", None]


def test_streets_waters_parks_and_names_are_found(drawing: Drawing) -> None:
    drawing.square(building="yes")
    ends = [drawing.point(LON + step / 1000, LAT + 0.002) for step in range(3)]
    drawing.line(*ends, highway="trunk", name="Đường Giải Phóng", name__en="Giai Phong Street")
    drawing.line(*ends, highway="footway")
    drawing.line(*ends, highway="proposed")
    drawing.line(*ends, railway="rail")
    drawing.line(*ends, waterway="river", name="Sông Tô Lịch")
    drawing.line(*ends, waterway="drain", tunnel="culvert")
    drawing.square(0.003, natural="water", water="lake", name="Hồ Gươm")
    drawing.square(0.005, leisure="park", name="Công viên Thống Nhất")
    drawing.point(LON, LAT, place="suburb", name="Đống Đa", name__en="Dong Da")
    drawing.point(LON, LAT, amenity="hospital", name="Bệnh viện Bạch Mai")
    drawing.point(LON, LAT, amenity="bench", name="Ghế")
    found = drawing.read()
    told = {(f.layer, *(f.properties.get(key) for key in ("class", "name", "name_en"))) for f in found.features}
    assert told == {
        ("roads", "motorway", "Đường Giải Phóng", "Giai Phong Street"),
        ("roads", "path", None, None),
        ("rail", "rail", None, None),
        ("waterway", "river", "Sông Tô Lịch", None),
        ("water", "lake", "Hồ Gươm", None),
        ("green", "park", "Công viên Thống Nhất", None),
        ("places", "poi", "Công viên Thống Nhất", None),
        ("places", "district", "Đống Đa", "Dong Da"),
        ("places", "poi", "Bệnh viện Bạch Mai", None),
    }
    assert refused(found, "roads") == {"not in use or not a road": 1}
    assert refused(found, "watercourses") == {"below the ground": 1}


def test_a_river_mapped_to_the_sea_does_not_stretch_the_city(drawing: Drawing) -> None:
    for number in range(200):
        drawing.square(number / 10_000, 0.00005, building="yes")
    drawing.line(drawing.point(LON, LAT), drawing.point(LON + 3, LAT - 2), waterway="river")
    drawing.line(drawing.point(LON + 5, LAT), drawing.point(LON + 6, LAT - 2), waterway="river")
    found = drawing.read()
    west, south, east, north = found.city.bounds
    assert east - west < 0.03
    assert north - south < 0.03
    (river,) = (feature for feature in found.features if feature.layer == "waterway")
    assert river.shape.bounds[2] < LON + 0.1
    assert refused(found, "watercourses") == {"far beyond the city": 1}


@pytest.mark.parametrize(
    ("file", "key", "name"),
    [
        ("hanoi-centre.osm.pbf", "hanoi-centre", "Hanoi Centre"),
        ("Đà Nẵng_2026.osm.pbf", "da-nang-2026", "Đà Nẵng 2026"),
        ("東京.osm.pbf", "city-130016b2", "東京"),
        ("京都.osm.pbf", "city-58d07b8a", "京都"),
    ],
)
def test_a_bare_file_gives_a_safe_key_and_a_readable_name(file: str, key: str, name: str, tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "drawn.osm.pbf")
    drawing.square(building="yes")
    drawing.written().rename(tmp_path / file)
    city = osm.read(tmp_path / file, silent).city
    assert (city.key, city.name) == (key, name)


def test_progress_is_told(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osm_pass, "OFTEN", 3)
    told: list[tuple[str, float | None]] = []
    for number in range(2):
        drawing.square(number / 1000, building="yes")
    osm.read(drawing.written(), lambda words, share: told.append((words, share)))
    assert told[0] == ("Reading tiny.osm.pbf: 3 things", None)
    assert told[-1] == ("Measuring buildings", None)


# --- Liechtenstein ---------------------------------------------------------------------------------------------------


@pytest.mark.cities
@pytest.mark.slow
def test_a_whole_country_has_all_its_buildings_and_every_account_of_it_adds_up(shared: Path) -> None:
    file = shared / "liechtenstein" / "liechtenstein.osm.pbf"
    found, tagged = osm.read(file, silent), set()
    counted = Counter[str]()
    for thing in osmium.FileProcessor(file):
        name = f"{'node' if thing.is_node() else 'way' if thing.is_way() else 'relation'}/{thing.id}"
        if not thing.is_node() and "building" in thing.tags:
            tagged.add(name)
            counted["heights"] += "height" in thing.tags
        counted["capacities"] += thing.tags.get("amenity") == "parking" and "capacity" in thing.tags
    kept = {building.id for building in found.buildings if not building.part}
    assert len(tagged) == 14_009
    assert kept < tagged
    assert len(tagged - kept) == 1  # its ring crosses itself so that no area is left
    assert refused(found, "buildings") == {"a point without an outline": 12, "no outline that closes": 1}
    told = found.tally.kept
    assert told["heights in metres"] == counted["heights"] - 1  # one says a height that is impossible
    assert refused(found, "tags for heights") == {"height: not a possible size": 1}
    assert sum(told[kind] for kind in ("heights estimated", "heights unknown")) + 363 + 12 == 14_008
    for kind, read in found.tally.read.items():
        assert read == told[kind] + sum(refused(found, kind).values()), kind
    assert told["years in which they were built"] == 5
    assert told["car parks with a stated capacity"] == len(found.abouts) == 20
    assert counted["capacities"] == found.tally.read["car parks with a stated capacity"]
    communes = {"Balzers", "Eschen", "Gamprin", "Mauren", "Planken", "Ruggell", "Schaan", "Schellenberg", "Triesen"}
    assert {district.name for district in found.districts} == communes | {"Triesenberg", "Vaduz"}
    assert "Städtle 43" in {place.name for place in found.places if place.context == "Vaduz"}
