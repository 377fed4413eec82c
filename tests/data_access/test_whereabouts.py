"""Where a place lies in names, and how a thing came to be known."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from data_access.metres import Plane
from data_access.queries import Origin, Whereabouts
from data_access.records import About, District, Place, Reading
from data_access.store import CityStore
from data_access.whereabouts import ADDRESS_M, STREET_M
from data_access.writer import CityWriter
from tests.small_city import LAT, LON, NOON, url_of

PLANE = Plane(LON, LAT)
DAY = timedelta(days=1)


def place(id: str, kind: str, name: str, east: float, north: float, **more: Any) -> Place:
    return Place(id, kind, name, *PLANE.place(east, north), **more)


def street(id: str, name: str, *corners: tuple[float, float]) -> Place:
    """A street through these corners, in metres from the middle of the city."""
    line = PLANE.degrees(shapely.LineString(corners))
    middle = line.interpolate(0.5, normalized=True)
    return Place(id, "street", name, middle.x, middle.y, bounds=line.bounds, line=shapely.to_wkb(line))


def district(id: str, name: str, half_m: float) -> District:
    return District(id, name, shapely.to_wkb(PLANE.degrees(shapely.box(-half_m, -half_m, half_m, half_m))))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityStore:
    folder = tmp_path_factory.mktemp("whereabouts")
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    writer.divide([district("d-large", "Quận", 5000), district("d-small", "Phường", 1000)], "map", at=NOON - DAY)
    writer.name(
        [
            street("s-across", "Phố Chéo", (-3000.0, -3000.0), (3000.0, 3000.0)),
            street("s-ring", "Phố Vòng", (-3000.0, 40.0), (3000.0, 40.0)),
            Place("s-bare", "street", "Phố Trơn", LON, LAT, bounds=(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)),
            place("a-1", "address", "1 Phố Vòng", 400.0, 45.0),
            place("h-1", "hospital", "Bệnh viện", -900.0, 300.0),
            place("w-1", "water", "Hồ", 5.0, 5.0),
        ],
        "map",
        at=NOON - DAY,
    )
    writer.declare(
        [About("air-1", "Old", "sensor", LON, LAT, {"pm25_ug_m3": "µg/m³"})], "[[device]]", at=NOON - 2 * DAY
    )
    writer.declare([About("air-1", "New", "sensor", LON, LAT, {"pm25_ug_m3": "µg/m³"})], "mqtt", at=NOON - DAY)
    writer.bulk((Reading("air-1", "pm25_ug_m3", 1.0, NOON - n * DAY), NOON) for n in (1, 3))
    writer.close()
    return CityStore.open(url_of(folder))


def named(city: CityStore, east: float, north: float, at: Any = None) -> dict[str, str]:
    return {row.kind: row.name for row in reversed(list(city.answer(Whereabouts(*PLANE.place(east, north)), at)))}


def test_the_smallest_district_comes_first(city: CityStore) -> None:
    rows = list(city.answer(Whereabouts(LON, LAT)))
    assert [row.name for row in rows if row.kind == "district"] == ["Phường", "Quận"]
    assert [row.name for row in city.answer(Whereabouts(*PLANE.place(0, 3000))) if row.kind == "district"] == ["Quận"]


def test_the_nearest_street_is_told_by_its_line_and_not_by_its_box(city: CityStore) -> None:
    assert named(city, 0, -100)["street"] == "Phố Chéo"
    assert named(city, 1000, 20)["street"] == "Phố Vòng"
    assert "street" not in named(city, 1000, -1000)  # in the box of both, far from either


def test_a_street_of_which_nobody_knows_how_it_runs_is_never_the_nearest(city: CityStore) -> None:
    everywhere = {named(city, east, north).get("street") for east in range(-900, 901, 300) for north in (-900, 0, 900)}
    assert "Phố Trơn" not in everywhere


def test_distances_are_in_metres_and_what_is_far_is_left_out(city: CityStore) -> None:
    rows = {row.kind: row for row in city.answer(Whereabouts(*PLANE.place(400, 20)))}
    assert rows["street"].distance_m == pytest.approx(20, abs=0.5)
    assert rows["address"].distance_m == pytest.approx(25, abs=0.5)
    assert "address" not in named(city, 401 + ADDRESS_M, 45)
    assert "street" not in named(city, 2500, 45 + 2 * STREET_M)


def test_a_mark_is_told_where_no_house_is_near_and_a_lake_is_none(city: CityStore) -> None:
    assert named(city, -900, 310)["hospital"] == "Bệnh viện"
    assert "water" not in named(city, 0, 0)


def test_the_origin_of_a_device_is_that_of_its_version_then(city: CityStore) -> None:
    (now,) = city.answer(Origin("device", "air-1"))
    assert (now.source, now.since, now.versions) == ("mqtt", NOON - DAY, 2)
    assert now.heard_at == NOON - 3 * DAY
    (before,) = city.answer(Origin("device", "air-1"), NOON - DAY - timedelta(minutes=1))
    assert (before.source, before.since) == ("[[device]]", None)
    (early,) = city.answer(Origin("device", "air-1"), NOON - 9 * DAY)
    assert early.heard_at is None


@pytest.mark.parametrize(("register", "id"), [("district", "d-small"), ("building", "nobody"), ("device", "nobody")])
def test_what_no_register_holds_has_no_origin(city: CityStore, register: str, id: str) -> None:
    assert len(city.answer(Origin(register, id))) == (1 if id == "d-small" else 0)


def test_an_empty_city_knows_no_place(tmp_path: Path) -> None:
    CityWriter.open(url_of(tmp_path), clock=lambda: NOON).close()
    empty = CityStore.open(url_of(tmp_path))
    for at in (None, NOON):
        assert len(empty.answer(Whereabouts(LON, LAT), at)) == 0
        assert len(empty.answer(Origin("device", "air-1"), at)) == 0


def test_a_street_that_was_renamed_is_called_as_it_was_then(tmp_path: Path) -> None:
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    for name, at in (("Phố Cũ", NOON - 2 * DAY), ("Phố Mới", NOON - DAY)):
        writer.name([street("s-1", name, (-100.0, 10.0), (100.0, 10.0))], "map", at=at)
    writer.close()
    city = CityStore.open(url_of(tmp_path))
    assert named(city, 0, 0)["street"] == "Phố Mới"
    assert named(city, 0, 0, NOON - DAY - timedelta(seconds=1))["street"] == "Phố Cũ"
