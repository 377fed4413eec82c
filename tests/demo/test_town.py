"""The simulated town: the same from the same seed, believable, and made of what the issue asks for."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import shapely

from data_access.metres import Plane
from data_access.records import INCIDENT_KINDS
from demo.names import KINDS, english, plain
from demo.town import LAT, LON, Town, plan, town

HOUSE = Path(__file__).parents[2]
PRINT = "import hashlib\nfrom demo.town import town\nprint(hashlib.sha256(repr(town({seed})).encode()).hexdigest())"


@pytest.fixture(scope="module")
def built() -> Town:
    return town(7)


def digest(seed: int, order: str) -> str:
    """The town as another process builds it, whose sets and dicts are hashed in another order."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT.format(seed=seed)],
        cwd=HOUSE,
        env={"PYTHONHASHSEED": order, "PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_same_seed_gives_the_same_town_in_every_process() -> None:
    assert digest(7, "1") == digest(7, "2")
    assert digest(7, "1") != digest(8, "1")


def test_it_has_about_three_hundred_buildings_of_many_uses(built: Town) -> None:
    assert 270 <= len(built.buildings) <= 330
    uses = Counter(building.use for building in built.buildings)
    assert {"house", "shop", "apartments", "office", "hotel", "school", "hospital", "market", "temple"} <= set(uses)
    assert len({building.id for building in built.buildings}) == len(built.buildings)


def test_it_has_sixty_devices(built: Town) -> None:
    assert Counter(about.kind for about in built.abouts) == {"sensor": 24, "camera": 20, "parking": 16}
    assert len({about.device_id for about in built.abouts}) == 60
    assert all(10 <= (about.interval_s or 0) <= 30 for about in built.abouts)


def test_two_cameras_do_not_say_where_they_look(built: Town) -> None:
    cameras = [about.fields for about in built.abouts if about.kind == "camera"]
    assert sum("azimuth_deg" not in fields for fields in cameras) == 2
    for fields in cameras:
        assert fields.keys() >= {"mount_height_m", "field_of_view_deg", "range_m"}
        assert 0 <= float(fields.get("azimuth_deg", 0)) < 360


def test_every_outline_is_sound_and_on_land(built: Town) -> None:
    plane = Plane(LON, LAT)
    water = plan().river.water
    for building in built.buildings:
        outline = plane.metres(shapely.from_wkb(building.outline))
        assert outline.is_valid, building.id
        assert outline.area > 15, building.id
        assert outline.disjoint(water), building.id


def test_houses_stand_beside_each_other_and_only_towers_on_something(built: Town) -> None:
    plane = Plane(LON, LAT)
    standing = [building for building in built.buildings if building.min_height_m == 0]
    shapes = [plane.metres(shapely.from_wkb(building.outline)) for building in standing]
    tree = shapely.STRtree(shapes)
    for first, second in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        if first < second:
            assert shapes[first].intersection(shapes[second]).area < 0.5, (standing[first].id, standing[second].id)
    for tower in (building for building in built.buildings if building.min_height_m > 0):
        below = plane.metres(shapely.from_wkb(tower.outline)).representative_point()
        podium = [house for house, shape in zip(standing, shapes, strict=True) if shape.contains(below)]
        assert [house.height_m for house in podium] == [tower.min_height_m]


def test_no_sensor_and_no_camera_stands_inside_a_wall(built: Town) -> None:
    walls = shapely.union_all([shapely.from_wkb(building.outline) for building in built.buildings])
    for about in built.abouts:
        if about.kind != "parking":
            assert not walls.contains(shapely.Point(about.lon, about.lat)), about.device_id


def test_a_height_says_how_it_is_known(built: Town) -> None:
    sources = Counter(building.height_source for building in built.buildings)
    assert set(sources) == {"tagged", "levels", "estimated", "unknown"}
    for building in built.buildings:
        assert (building.height_m is None) == (building.height_source == "unknown"), building.id
    assert max(building.height_m or 0 for building in built.buildings) > 100


def test_streets_have_vietnamese_names_with_english_beside(built: Town) -> None:
    roads = [
        feature.properties for feature in built.features if feature.layer == "roads" and "name" in feature.properties
    ]
    assert len({road["name"] for road in roads}) >= 20
    for road in roads:
        assert str(road["name"]).startswith(tuple(kind for kind, _sign in KINDS))
        assert str(road["name_en"]).isascii()


def test_names_without_tone_marks_keep_their_letters() -> None:
    assert plain("Đường Nguyễn Thị Minh Khai") == "Duong Nguyen Thi Minh Khai"
    assert english("Phố Hàng Muối") == "Hang Muoi Street"
    assert english("Đại lộ Biển Đông") == "Bien Dong Boulevard"
    assert english("Đường tỉnh 9") == "Provincial Road 9"


def test_the_basemap_has_a_river_a_bridge_parks_and_fields(built: Town) -> None:
    layers = Counter(feature.layer for feature in built.features)
    assert {"land", "water", "waterway", "green", "roads", "rail", "places"} == set(layers)
    names = {feature.properties.get("name") for feature in built.features}
    assert {"Sông Gương", "Cầu Gương", "Phố Cổ"} <= names
    assert all(feature.shape.is_valid for feature in built.features)


def test_the_town_says_that_it_is_simulated(built: Town) -> None:
    assert "mô phỏng" in built.city.name
    assert "Simulated" in built.city.attribution
    west, south, east, north = built.city.bounds
    assert west < built.city.lon < east
    assert south < built.city.lat < north


def test_incident_kinds_are_those_of_the_contract() -> None:
    from demo.incidents import KINDS as HAPPENING

    assert {kind[0] for kind in HAPPENING} == set(INCIDENT_KINDS)
