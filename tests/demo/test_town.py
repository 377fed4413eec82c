"""The simulated city as a register: the same from the same seed, and made of what the issue asks for."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import shapely

from data_access.description import read
from data_access.records import Place
from demo.town import SEED, Town, town

HOUSE = Path(__file__).parents[2]
PRINT = "import hashlib\nfrom demo.town import town\nprint(hashlib.sha256(repr(town({seed})).encode()).hexdigest())"


@pytest.fixture(scope="module")
def built() -> Town:
    return town(SEED)


def digest(seed: int, order: str) -> str:
    """The city as another process builds it, whose sets and dicts are hashed in another order."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT.format(seed=seed)],
        cwd=HOUSE,
        env={"PYTHONHASHSEED": order, "PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_same_seed_gives_the_same_city_in_every_process() -> None:
    assert digest(7, "1") == digest(7, "2")
    assert digest(7, "1") != digest(8, "1")


def test_it_has_thousands_of_buildings_of_many_uses(built: Town) -> None:
    assert len(built.buildings) >= 8_000
    assert len({building.id for building in built.buildings}) == len(built.buildings)
    uses = Counter(building.use for building in built.buildings)
    assert {"house", "shop", "apartments", "office", "hotel", "industrial", "warehouse", "market", "temple"} <= set(
        uses
    )
    assert {"school", "university", "hospital", "clinic", "police", "fire_station", "station"} <= set(uses)
    assert uses["house"] > len(built.buildings) / 2


def test_a_height_says_how_it_is_known(built: Town) -> None:
    sources = Counter(building.height_source for building in built.buildings)
    assert set(sources) == {"tagged", "levels", "estimated", "unknown"}
    assert sources["tagged"] > sources["levels"] > sources["estimated"] > sources["unknown"] > 0
    for building in built.buildings:
        assert (building.height_m is None) == (building.height_source == "unknown"), building.id
        assert (building.levels is None) or building.height_source in ("tagged", "levels"), building.id
        assert building.height_m is None or building.height_m > building.min_height_m, building.id


def test_most_years_of_building_are_known_and_the_old_quarter_is_older_than_the_towers(built: Town) -> None:
    years = [building.built for building in built.buildings if building.built]
    assert 0.9 < len(years) / len(built.buildings) < 1
    assert min(years) < 1800
    assert max(years) <= 2026
    towers = [building.built for building in built.buildings if (building.height_m or 0) > 90 and building.built]
    assert len(towers) >= 20
    assert min(towers) >= 1995


def test_the_skyline_is_made_by_towers_and_no_house_stands_out(built: Town) -> None:
    tall = [building for building in built.buildings if (building.height_m or 0) > 100]
    assert len(tall) >= 20
    assert max(building.height_m or 0 for building in tall) > 200
    assert "house" not in {building.use for building in tall}
    assert max(building.height_m or 0 for building in built.buildings if building.use == "house") < 40


def test_its_devices_are_as_many_as_the_issue_asks_for(built: Town) -> None:
    assert Counter(about.kind for about in built.abouts) == {"sensor": 400, "camera": 150, "parking": 40}
    assert len({about.device_id for about in built.abouts}) == 590
    assert all(300 % (about.interval_s or 7) == 0 for about in built.abouts)
    metrics = Counter(metric for about in built.abouts for metric in about.metrics)
    assert set(metrics) == {
        "pm25_ug_m3", "no2_ug_m3", "noise_db", "temperature_c", "humidity_pct", "rain_mm_h", "water_level_m",
        "vehicle_count", "frames_per_s", "occupied_spaces", "total_spaces",
    }  # fmt: skip
    assert sum(float(about.fields.get("total_spaces", 0)) for about in built.abouts) == 6_000


def test_sensors_say_what_surrounds_them(built: Town) -> None:
    sensors = [about for about in built.abouts if about.kind == "sensor"]
    settings = Counter(about.fields["setting"] for about in sensors)
    assert set(settings) == {"street", "quarter", "park", "industry", "coast", "river", "hill"}
    for about in sensors:
        assert 0 <= float(about.fields["traffic"]) <= 1
        if "water_level_m" in about.metrics:
            assert about.fields["setting"] == "river"
            assert float(about.fields["to_sea_m"]) > 0
    waters = Counter(about.fields.get("river") for about in sensors if "water_level_m" in about.metrics)
    assert set(waters) == {"main", "tributary", "canal"}
    counted = [float(about.fields["traffic"]) for about in sensors if "vehicle_count" in about.metrics]
    assert min(counted) > 0.2
    parks = {about.fields["serves"] for about in built.abouts if about.kind == "parking"}
    assert parks >= {"office", "home", "hotel", "market", "evening", "hospital"}


def test_a_handful_of_cameras_do_not_say_where_they_look(built: Town) -> None:
    cameras = [about.fields for about in built.abouts if about.kind == "camera"]
    assert sum("azimuth_deg" not in fields for fields in cameras) == 5
    for fields in cameras:
        assert fields.keys() >= {"mount_height_m", "field_of_view_deg", "range_m"}
        assert 0 <= float(fields.get("azimuth_deg", 0)) < 360


def test_the_wards_tile_the_city_without_gap_or_overlap(built: Town) -> None:
    outlines = [shapely.from_wkb(district.outline) for district in built.districts]
    assert 8 <= len(outlines) <= 14
    assert shapely.coverage_is_valid(outlines)
    whole = shapely.coverage_union_all(outlines)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert all(outline.geom_type == "Polygon" and outline.is_valid for outline in outlines)
    assert len({district.name for district in built.districts}) == len(outlines)
    for about in built.abouts:
        assert whole.contains(shapely.Point(about.lon, about.lat)), about.device_id


def test_no_ward_is_left_without_devices(built: Town) -> None:
    outlines = [shapely.from_wkb(district.outline) for district in built.districts]
    held = shapely.STRtree([shapely.Point(about.lon, about.lat) for about in built.abouts])
    for district, outline in zip(built.districts, outlines, strict=True):
        assert len(held.query(outline, predicate="contains")) >= 5, district.name


def test_one_can_look_for_streets_addresses_stops_and_institutions(built: Town) -> None:
    kinds = Counter(place.kind for place in built.places)
    assert kinds["address"] > 5_000
    assert {"street", "stop", "school", "hospital", "police", "fire_station", "market", "park", "bridge"} <= set(kinds)
    assert len({place.id for place in built.places}) == len(built.places)
    streets = {place.name: place for place in built.places if place.kind == "street"}
    for place in built.places:
        if place.kind == "street":
            west, south, east, north = place.bounds or (0, 0, 0, 0)
            assert west <= place.lon <= east
            assert south <= place.lat <= north
        if place.kind == "address":
            number, street = place.name.split(" ", 1)
            assert int(number) > 0
            assert street in streets, place.name
    assert {place.context for place in built.places} <= {district.name for district in built.districts}


def test_an_institution_is_found_by_the_id_of_its_building(built: Town) -> None:
    buildings = {building.id: building for building in built.buildings}
    found = [place for place in built.places if place.id in buildings]
    assert len(found) > 100
    assert all(buildings[place.id].name == place.name for place in found)
    assert "school" in {place.kind for place in found}


def test_house_numbers_rise_along_a_street_odd_on_one_side_and_even_on_the_other(built: Town) -> None:
    streets: dict[str, list[tuple[int, Place]]] = {}
    for place in built.places:
        if place.kind == "address" and not place.name.split(" ", 1)[1].startswith("Đường số"):
            number, street = place.name.split(" ", 1)
            streets.setdefault(street, []).append((int(number), place))
    numbers = [sorted(number for number, _place in found) for found in streets.values()]
    assert all(len(set(found)) == len(found) for found in numbers)
    assert sum(found[0] <= 2 for found in numbers) == len(numbers)


def test_the_description_of_the_simulated_city_asks_for_this_one() -> None:
    described = read(HOUSE / "cities" / "simulated.toml")
    assert described.simulated is not None
    assert described.simulated.seed == SEED
    assert described.simulated.days == 7


def test_the_city_says_that_it_is_simulated(built: Town) -> None:
    assert "mô phỏng" in built.city.name
    assert "simulated" in built.city.names["en"]
    assert "Simulated" in built.city.attribution
    west, south, east, north = built.city.bounds
    assert west < built.city.lon < east
    assert south < built.city.lat < north
