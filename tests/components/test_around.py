"""What the drawer says around a thing: where it is, its neighbours, who sees it, and how it is known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from components.around import around, compared, nearest
from components.desk_panels import described
from components.known_by import coordinates, metres, source
from components.sight import seeing, unaimed_near
from components.view import View
from data_access import words
from data_access.writer import CityWriter
from data_access.writer import View as Seen
from layers import LAYERS
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, MINUTE, NOON, url_of

BY_KEY = {layer.key: layer for layer in LAYERS}
IN_VIEW = shapely.Point(105.8512, 21.031)  # of cam-1


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("around"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with words.speaking("en"):
        yield


def tables(view: View, chosen: tuple[str, str], at: Any = None) -> dict[str, Any]:
    """The tables around a thing by what they are of."""
    return {table.caption: table for table in found(around(view, chosen, at), "Rows")}  # type: ignore[attr-defined]  # Rows has one


def test_neighbours_are_the_nearest_of_the_same_kind_that_report(view: View) -> None:
    table = tables(view, ("pm25", "air-1"))["The nearest first"]
    assert sorted(pick[1] for pick in table.picks) == ["air-2", "air-missing"]  # not the silent one, nor itself
    assert {pick[0] for pick in table.picks} == {"pm25"}
    (lake,) = [cells for cells in table.rows if cells[0] == "Lake"]
    assert lake[1].startswith("60 µg/m³")
    assert lake[2] == "210 m"


def test_neighbours_of_a_past_hour_are_those_of_then(view: View) -> None:
    then = NOON - 35 * MINUTE
    picks = tables(view, ("pm25", "air-1"), then)["The nearest first"].picks
    assert ("pm25", "air-silent") in picks


def test_a_value_is_set_among_those_of_its_neighbours(view: View) -> None:
    dust, now = BY_KEY["pm25"], NOON.astimezone(view.zone())
    rows = {row.id: row for row in view.store.answer(dust.query)}
    near = nearest(view, dust, rows["air-1"], NOON - 35 * MINUTE, now - 35 * MINUTE)
    middle, high, low = (rows["air-1"]._replace(value=value) for value in (40.0, 999.0, 0.0))
    measured = [one for one in near if one.row.value is not None]
    assert len(measured) >= 2
    assert compared(dust, high, near).startswith(f"Higher than all {len(measured)} neighbours")
    assert compared(dust, low, near).startswith(f"Lower than all {len(measured)} neighbours")
    assert compared(dust, middle, near).startswith(f"Among its {len(measured)} neighbours")
    assert compared(dust, middle, near[:1]) == ""
    assert compared(dust, middle._replace(value=None), near) == ""


def test_an_incident_has_the_nearest_of_each_kind_beside_it(view: View) -> None:
    table = tables(view, ("incidents", "i-fire"))["The nearest first"]
    layers = [pick[0] for pick in table.picks]
    assert len(layers) == len(set(layers))
    assert {"pm25", "parking"} <= set(layers)
    assert not {"incidents", "buildings", "districts", "cameras", "camera-views"} & set(layers)
    assert table.rows[0][1].count(": ") >= 1


def test_cameras_see_what_lies_in_their_view_and_not_what_stands_near(view: View) -> None:
    assert list(seeing(view, IN_VIEW, None)["id"]) == ["cam-1"]
    behind = shapely.Point(105.8509, 21.031)  # ten metres behind the camera
    assert list(seeing(view, behind, None)["id"]) == []
    assert list(seeing(view, IN_VIEW, None, without="cam-1")["id"]) == []


def test_a_camera_tells_what_stands_in_its_view(view: View, tmp_path: Path) -> None:
    assert "No device and no incident stands in its view." in said(around(view, ("cameras", "cam-1"), None))
    assert "In its view" not in said(around(view, ("cameras", "cam-2"), None))  # nobody knows where it looks
    wide = desk_at_noon(tmp_path)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    ground = shapely.box(LON - 0.0001, LAT - 0.0001, LON + 0.0011, LAT + 0.0011)
    writer.see([Seen("cam-1", shapely.to_geojson(ground), 10.0, 0.0)], at=NOON)
    writer.close()
    told: Any = next(iter(found(around(wide, ("cameras", "cam-1"), None), "Rows")))
    assert {("pm25", "air-1"), ("incidents", "i-fire")} <= set(told.picks)
    assert ("pm25", "air-2") not in told.picks


def test_a_wall_that_a_view_reaches_is_seen(view: View) -> None:
    facade = shapely.box(105.8515, 21.0307, 105.8518, 21.0313)
    assert list(seeing(view, facade, None)["id"]) == ["cam-1"]
    assert list(seeing(view, shapely.box(105.852, 21.0307, 105.8523, 21.0313), None)["id"]) == []


def test_a_dark_camera_comes_after_those_that_see(view: View, tmp_path: Path) -> None:
    desk = desk_at_noon(tmp_path)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    ground = shapely.to_geojson(shapely.box(LON - 0.002, LAT, LON + 0.002, LAT + 0.002))
    writer.see([Seen(camera, ground, 10.0, 0.0) for camera in ("cam-1", "cam-2")], at=NOON)
    writer.close()
    beside_the_dark_one = ("pm25", "air-missing")
    table = tables(desk, beside_the_dark_one)["By what each sees between the walls"]
    assert [(pick[1], cells[1]) for pick, cells in zip(table.picks, table.rows, strict=True)] == [
        ("cam-1", "up to date"),
        ("cam-2", "silent"),
    ]


def test_a_camera_whose_direction_nobody_knows_is_told_and_not_counted(view: View) -> None:
    beside = shapely.Point(LON - 0.001, LAT + 0.0012)
    assert unaimed_near(view, beside, None) == 1
    assert list(seeing(view, beside, None)["id"]) == []
    assert unaimed_near(view, beside, None, without="cam-2") == 0
    assert unaimed_near(view, shapely.Point(LON, LAT), None) == 0


def test_the_drawer_lists_cameras_for_every_kind_of_thing_with_a_place(view: View) -> None:
    for layer in LAYERS:
        row = next(iter(view.store.answer(layer.query)), None)
        if row is None:
            continue
        told = said(around(view, (layer.key, row.id), None))
        assert ("see it" in told) == (layer.key != "districts"), layer.key


def test_where_a_thing_is_stands_among_its_facts(view: View) -> None:
    told = said(described(view, ("pm25", "air-never"), None)[0])
    assert "Where Lake ward" in told
    assert "21.03200° N, 105.85300° E" in said(around(view, ("pm25", "air-never"), None))
    with words.speaking("vi"):
        vietnamese = said(described(view, ("pm25", "air-never"), None)[0])
        below = said(around(view, ("pm25", "air-never"), None))
    assert "Phường Hồ" in vietnamese
    assert "21,03200° B" in below
    assert "Coordinates" not in said(around(view, ("districts", "d-1"), None))
    assert "Known as d-1" in said(around(view, ("districts", "d-1"), None))


def test_how_a_thing_is_known_is_told_with_its_source_and_first_word(view: View) -> None:
    told = said(around(view, ("pm25", "air-1"), None))
    assert "Named by register" in told
    assert "First heard of Monday 2 March 2026, 11:01" in told
    assert "First heard of never" in said(around(view, ("pm25", "air-never"), None))
    assert "Named by map" in said(around(view, ("buildings", "b-1"), None))
    assert "Named by map" in said(around(view, ("districts", "d-1"), None))


def test_a_district_tells_the_figures_of_its_own_ground(view: View) -> None:
    north, south = (said(around(view, ("districts", district), None)) for district in ("d-1", "d-2"))
    assert "Within it" in north
    assert "Fire in a stairwell" not in north
    assert "Fine dust 35 µg/m³" in north
    assert "2 of 5" in north
    assert "2 of 3" in south
    assert "Nothing reports Noise, Traffic" in north
    assert "Noise 62 dB" in south


def test_sources_that_are_no_file_have_words() -> None:
    assert [source(name) for name in ("mqtt", "Bản đồ 2025.gpkg")] == [
        "the device itself, over MQTT",
        "Bản đồ 2025.gpkg",
    ]


def test_nothing_stands_around_what_is_not_there(view: View) -> None:
    assert around(view, ("pm25", "nobody"), None) == []
    assert around(view, ("secrets", "1"), None) == []
    assert around(view, None, None) == []


@pytest.mark.parametrize(
    ("distance_m", "told"), [(0.4, "0 m"), (44.6, "45 m"), (104.0, "100 m"), (996.0, "1.0 km"), (1234.0, "1.2 km")]
)
def test_distances_are_said_as_finely_as_they_matter(distance_m: float, told: str) -> None:
    assert metres(distance_m) == told


def test_coordinates_name_their_half_of_the_earth() -> None:
    assert coordinates(-70.5, -33.25) == "33.25000° S, 70.50000° W"
