"""What one orients by and looks for in OpenStreetMap: stops, institutions, addresses, districts, and the sea."""

from pathlib import Path

import pytest
import shapely

from data_access.importers.found import Found, Tally
from data_access.importers.osm_addresses import Addresses
from data_access.importers.osm_pass import Thing
from data_access.records import Place
from tests.drawing import LAT, LON, Drawing, refused


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    """A city of two houses, 8 km apart: ways 1 and 2, nodes 1 to 8."""
    drawing = Drawing(tmp_path / "tiny.osm.pbf")
    drawing.square(building="yes")
    drawing.square(0.08, building="yes")
    return drawing


def marked(found: Found, sign: str) -> list[object]:
    return [feature.properties.get("name") for feature in found.features if feature.properties.get("kind") == sign]


def looked_for(found: Found, kind: str) -> list[Place]:
    return [place for place in found.places if place.kind == kind]


def test_a_stop_is_drawn_on_both_sides_of_its_street_and_found_once(drawing: Drawing) -> None:
    drawing.point(LON, LAT, highway="bus_stop", name="Bạch Mai")
    drawing.point(LON + 0.0003, LAT, highway="bus_stop", name="Bạch Mai")
    drawing.point(LON + 0.00002, LAT, public_transport="platform", name="Bạch Mai")
    drawing.point(LON + 0.0001, LAT, public_transport="stop_position", name="Bạch Mai")
    drawing.point(LON + 0.02, LAT, railway="tram_stop", name="Bạch Mai")
    drawing.point(LON + 0.03, LAT, highway="bus_stop")
    found = drawing.read()
    assert marked(found, "stop") == ["Bạch Mai", "Bạch Mai", "Bạch Mai", None]
    assert [place.id for place in looked_for(found, "stop")] == ["node/9", "node/13"]
    assert refused(found, "stops") == {"named there already": 1, "where a bus halts, not where one waits": 1}


def test_institutions_bear_their_sign_and_are_found_by_their_own_kind(drawing: Drawing) -> None:
    drawing.square(0.01, amenity="hospital", name="Bệnh viện Bạch Mai", name__en="Bach Mai Hospital")
    drawing.point(LON + 0.0101, LAT, amenity="hospital", name="Bệnh viện Bạch Mai")
    drawing.point(LON + 0.02, LAT, amenity="kindergarten", name="Mầm non Hoa Sen")
    drawing.square(0.03, building="yes", amenity="school", name="Trường Kim Liên")
    drawing.point(LON + 0.04, LAT, amenity="police", name="Công an phường")
    drawing.point(LON + 0.05, LAT, amenity="fire_station")
    drawing.point(LON + 0.06, LAT, amenity="school")
    drawing.point(LON + 0.07, LAT, tourism="museum", name="Bảo tàng")
    found = drawing.read()
    assert marked(found, "hospital") == ["Bệnh viện Bạch Mai"]
    assert sorted(map(str, marked(found, "school"))) == ["Mầm non Hoa Sen", "Trường Kim Liên"]
    assert marked(found, "police") == ["Công an phường"]
    assert marked(found, "fire_station") == [None]
    assert marked(found, "museum") == ["Bảo tàng"]
    kinds = {place.kind: place.id for place in found.places}
    assert kinds == {
        "hospital": "way/3", "kindergarten": "node/14", "school": "way/4", "police": "node/19", "museum": "node/22",
    }  # fmt: skip
    (hospital,) = looked_for(found, "hospital")
    assert hospital.name_en == "Bach Mai Hospital"
    assert hospital.bounds == pytest.approx((LON + 0.01, LAT, LON + 0.0101, LAT + 0.0001))
    assert refused(found, "hospitals") == {"named there already": 1}


def test_addresses_of_entrances_and_buildings_are_found_with_where_they_lie(drawing: Drawing) -> None:
    drawing.point(LON, LAT, place="quarter", name="Kim Liên")
    drawing.point(LON, LAT, addr__housenumber="12A", addr__street="Phố Huế")
    drawing.square(0.00005, building="yes", addr__housenumber="12a", addr__street="Phố Huế")
    drawing.square(0.005, building="yes", addr__housenumber="3", addr__place="Xóm Đình")
    drawing.square(0.006, building="yes", addr__housenumber="7")
    drawing.square(0.007, addr__housenumber="9", addr__street="Phố Huế")
    found = drawing.read()
    assert {(place.id, place.name, place.context) for place in looked_for(found, "address")} == {
        ("address/node/10", "12A Phố Huế", "Kim Liên"),
        ("address/way/4", "3 Xóm Đình", "Kim Liên"),
        ("address/way/6", "9 Phố Huế", "Kim Liên"),
    }
    told = [f.properties for f in found.features if f.layer == "addresses"]
    assert {"number": "12A", "street": "Phố Huế"} in told
    assert len(told) == 3
    assert refused(found, "addresses") == {"named there already": 1, "a number without a street": 1}


@pytest.mark.parametrize(
    ("time_zone", "name"),
    [("Asia/Ho_Chi_Minh", "12 Landstrasse"), ("Europe/Vaduz", "Landstrasse 12"), ("Europe/London", "12 Landstrasse")],
)
def test_an_address_is_written_as_one_writes_it_there(time_zone: str, name: str) -> None:
    addresses = Addresses(Tally())
    tags = {"addr:housenumber": "12", "addr:street": "Landstrasse"}
    addresses.take(Thing("node/1", tags, "point", shapely.Point(9.5, 47.1)))
    assert [place.name for place in addresses.places(time_zone, lambda lon, lat: None)] == [name]


def border(drawing: Drawing, east: float, size: float, *tags: str, level: str, name: str) -> int:
    ring = drawing.square(east, size, north=-size / 2)
    return drawing.group(
        ("w", ring, "outer"), type="boundary", boundary="administrative", admin_level=level, name=name, **dict(tags)
    )


def test_districts_are_the_whole_areas_of_the_level_that_divides_the_city(drawing: Drawing) -> None:
    border(drawing, -0.05, 0.2, level="4", name="Hà Nội")
    border(drawing, -0.01, 0.02, level="6", name="Phường Kim Liên")
    border(drawing, 0.01, 0.02, level="6", name="Phường Bạch Mai")
    drawing.group(("w", 999, "outer"), type="boundary", boundary="administrative", admin_level="6", name="Phường Xa")
    drawing.point(LON + 0.015, LAT, place="quarter", name="Phường Bạch Mai")
    drawing.point(LON + 0.016, LAT, place="quarter", name="Ô Cầu Dền")
    drawing.point(LON + 0.015, LAT, amenity="police", name="Công an phường")
    found = drawing.read()
    assert {(district.id, district.name) for district in found.districts} == {
        ("relation/2", "Phường Kim Liên"), ("relation/3", "Phường Bạch Mai"),
    }  # fmt: skip
    kept = next(district for district in found.districts if district.id == "relation/2")
    assert shapely.from_wkb(kept.outline).bounds == pytest.approx((LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01))
    assert refused(found, "areas of administration") == {
        "of another level than the districts": 1, "parts of it lie outside the file": 1,
    }  # fmt: skip
    assert [place.context for place in looked_for(found, "police")] == ["Phường Bạch Mai"]
    # what the register of districts names is not found twice
    assert [place.name for place in looked_for(found, "quarter")] == ["Ô Cầu Dền"]


def test_streets_and_rivers_are_found_by_their_names_once(drawing: Drawing) -> None:
    ends = [drawing.point(LON + step / 1000, LAT + 0.002) for step in range(5)]
    drawing.line(*ends[:3], highway="primary", name="Phố Huế")
    drawing.line(*ends[2:], highway="primary", name="Phố Huế", name__en="Hue Street")
    drawing.line(*ends[:3], highway="pedestrian", area="yes", name="Quảng trường")
    drawing.line(*ends, highway="residential")
    drawing.line(*ends, waterway="river", name="Sông Tô Lịch")
    drawing.line(*ends, waterway="drain", tunnel="culvert", name="Cống")
    drawing.square(0.003, natural="water", name="Hồ Gươm")
    found = drawing.read()
    assert sorted((place.name, place.name_en) for place in looked_for(found, "street")) == [
        ("Phố Huế", "Hue Street"), ("Quảng trường", None),
    ]  # fmt: skip
    assert sorted(place.name for place in looked_for(found, "water")) == ["Hồ Gươm", "Sông Tô Lịch"]
    assert len({place.id for place in found.places}) == len(found.places)


def test_the_sea_lies_to_the_right_of_the_coast_and_ends_with_the_city(drawing: Drawing) -> None:
    for number in range(200):
        drawing.square(number / 10_000, 0.00005, building="yes")
    south, north = drawing.point(LON + 0.005, LAT - 1), drawing.point(LON + 0.005, LAT + 1)
    drawing.line(south, north, natural="coastline")
    drawing.line(drawing.point(LON + 5, LAT), drawing.point(LON + 6, LAT), natural="coastline")
    drawing.line(8_888, 9_999, natural="coastline")
    found = drawing.read()
    (sea,) = (feature for feature in found.features if feature.layer == "water")
    assert sea.properties == {"class": "sea"}
    west, south_edge, east, north_edge = found.city.bounds
    assert sea.shape.bounds == pytest.approx((LON + 0.005, south_edge, east, north_edge))
    assert west < LON + 0.005
    assert refused(found, "coastlines") == {"far beyond the city": 1, "parts of it lie outside the file": 1}
    assert (found.tally.kept["coastlines"], found.tally.kept["areas of sea"]) == (1, 1)


def test_a_coast_that_ends_in_the_city_drowns_nothing_and_is_said(drawing: Drawing) -> None:
    for number in range(200):
        drawing.square(number / 10_000, 0.00005, building="yes")
    drawing.line(drawing.point(LON + 0.005, LAT - 1), drawing.point(LON + 0.005, LAT), natural="coastline")
    found = drawing.read()
    assert [feature for feature in found.features if feature.layer == "water"] == []
    reason = "it ends in the middle, or another coast says that its sea is land"
    assert refused(found, "coastlines") == {reason: 1}
