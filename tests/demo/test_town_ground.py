"""The simulated city's ground plan in metres: nothing stands in a street, in the water, or in something else."""

from collections import Counter

import numpy as np
import pytest
import shapely

from data_access.metres import Plane
from demo.names import KINDS, english, plain
from demo.quarters import Plan, plan
from demo.streets import CARRIAGEWAY, corridors
from demo.town import LAT, LON, SEED, Town, town

ON_WATER = {"bridge", "crane"}  # a bridge's pylons stand in it, beside the road; a crane's boom reaches over it


@pytest.fixture(scope="module")
def ground() -> Plan:
    return plan(SEED)


@pytest.fixture(scope="module")
def built() -> Town:
    return town(SEED)


@pytest.fixture(scope="module")
def outlines(built: Town) -> np.ndarray:
    """The outlines as they went out into the world, back in metres."""
    plane = Plane(LON, LAT)
    return np.array([plane.metres(shapely.from_wkb(building.outline)) for building in built.buildings])


def test_every_outline_is_sound_and_large_enough_to_live_in(built: Town, outlines: np.ndarray) -> None:
    assert shapely.is_valid(outlines).all()
    small = [
        building.id
        for building, area in zip(built.buildings, shapely.area(outlines), strict=True)
        if area < 6 and building.use not in ON_WATER
    ]
    assert not small


def test_no_building_stands_in_the_water(built: Town, outlines: np.ndarray, ground: Plan) -> None:
    wet = shapely.STRtree(outlines).query(shapely.get_parts(ground.land.water), predicate="intersects")[1]
    assert {built.buildings[number].use for number in wet} <= ON_WATER


def test_no_building_stands_in_a_street(built: Town, outlines: np.ndarray, ground: Plan) -> None:
    driven = corridors(ground.streets, CARRIAGEWAY)
    hit = shapely.STRtree(outlines).query(driven, predicate="intersects")[1]
    over = {
        number for number in hit if built.buildings[number].use == "bridge" and built.buildings[number].min_height_m > 9
    }
    assert [built.buildings[number].id for number in hit if number not in over] == []


def test_houses_stand_beside_each_other_and_only_towers_on_something(built: Town, outlines: np.ndarray) -> None:
    standing = [number for number, building in enumerate(built.buildings) if building.min_height_m == 0]
    shapes = outlines[standing]
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    pairs = first < second
    shared = shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]]))
    assert shared.max() < 0.5
    tree_of_all = shapely.STRtree(outlines)
    tops = np.array([building.height_m or 0 for building in built.buildings])
    for number, building in enumerate(built.buildings):
        if building.min_height_m > 0 and building.use not in ON_WATER:
            below = outlines[number].representative_point()
            under = tree_of_all.query(below, predicate="within")
            assert (np.abs(tops[under] - building.min_height_m) < 0.11).any(), building.id


def test_nothing_of_the_city_reaches_beyond_its_wards(built: Town) -> None:
    whole = shapely.coverage_union_all([shapely.from_wkb(district.outline) for district in built.districts])
    shapely.prepare(whole)
    inside = shapely.contains(whole, shapely.from_wkb([building.outline for building in built.buildings]))
    assert [building.id for building, held in zip(built.buildings, inside, strict=True) if not held] == []


def test_no_sensor_and_no_camera_stands_inside_a_wall(built: Town) -> None:
    walls = shapely.STRtree([shapely.from_wkb(building.outline) for building in built.buildings])
    masts = [about for about in built.abouts if about.kind != "parking"]
    hit = walls.query([shapely.Point(about.lon, about.lat) for about in masts], predicate="within")[0]
    assert [masts[number].device_id for number in hit] == []


def test_what_counts_vehicles_stands_at_a_main_street_and_a_gauge_at_the_water(built: Town, ground: Plan) -> None:
    plane = Plane(LON, LAT)
    main = shapely.union_all(
        [street.line for street in ground.streets if street.kind not in ("residential", "service")]
    )
    water = ground.land.water
    for about in built.abouts:
        here = shapely.Point(plane.point(about.lon, about.lat))
        if "vehicle_count" in about.metrics:
            assert main.distance(here) < 20, about.device_id
        if "water_level_m" in about.metrics:
            assert water.distance(here) < 6, about.device_id


def test_a_camera_looks_along_a_street(built: Town, ground: Plan) -> None:
    plane = Plane(LON, LAT)
    lines = shapely.STRtree([street.line for street in ground.streets])
    for about in built.abouts:
        if about.kind == "camera" and "azimuth_deg" in about.fields:
            east, north = plane.point(about.lon, about.lat)
            turn = np.radians(float(about.fields["azimuth_deg"]))
            ahead = shapely.Point(east + 60 * np.sin(turn), north + 60 * np.cos(turn))
            assert lines.query_nearest(ahead, return_distance=True)[1][0] < 14, about.device_id


def test_the_network_hangs_together(ground: Plan) -> None:
    lines = [street.line for street in ground.streets]
    near = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=1.0).T
    reached, waiting = {0}, [0]
    meets: dict[int, list[int]] = {}
    for one, other in near.tolist():
        meets.setdefault(one, []).append(other)
    while waiting:
        for other in meets[waiting.pop()]:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    apart = [ground.streets[number].name for number in range(len(lines)) if number not in reached]
    assert apart == []


def test_broad_streets_are_few_and_carry_more(ground: Plan) -> None:
    length = Counter[str]()
    for street in ground.streets:
        length[street.kind] += int(street.line.length) if street.quarter != "country" else 0
    assert length["residential"] > length["secondary"] > length["primary"]
    mean = {
        kind: np.mean([s.traffic for s in ground.streets if s.kind == kind])
        for kind in ("primary", "secondary", "residential")
    }
    assert mean["primary"] > mean["secondary"] > mean["residential"]


def test_streets_have_vietnamese_names_with_english_beside(built: Town) -> None:
    roads = [
        feature.properties for feature in built.features if feature.layer == "roads" and "name" in feature.properties
    ]
    assert len({road["name"] for road in roads}) >= 200
    for road in roads:
        assert str(road["name"]).startswith(tuple(kind for kind, _sign in KINDS))
        assert str(road["name_en"]).isascii()


def test_names_without_tone_marks_keep_their_letters() -> None:
    assert plain("Đường Nguyễn Thị Minh Khai") == "Duong Nguyen Thi Minh Khai"
    assert english("Phố Hàng Muối") == "Hang Muoi Street"
    assert english("Đại lộ Biển Đông") == "Bien Dong Boulevard"
    assert english("Đường tỉnh 9") == "Provincial Road 9"
    assert english("Ngõ 12 Hàng Muối") == "12 Hang Muoi Lane"


def test_the_basemap_has_rivers_bridges_parks_and_fields(built: Town) -> None:
    layers = Counter(feature.layer for feature in built.features)
    assert {"land", "water", "waterway", "green", "roads", "rail", "places", "addresses"} == set(layers)
    names = {feature.properties.get("name") for feature in built.features}
    assert {"Sông Gương", "Sông Sào", "Cầu Gương", "Cầu Sắt", "Biển Đông", "Phố Hàng Muối", "Núi Hải Đăng"} <= names
    classes = {feature.properties.get("class") for feature in built.features if feature.layer == "green"}
    assert {"park", "farmland", "beach", "wood"} <= classes
    assert all(feature.shape.is_valid and not feature.shape.is_empty for feature in built.features)
