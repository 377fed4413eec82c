"""What cameras see, kept true over a real store while cameras turn and houses rise."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
import shapely

from data_access.camera_views import Watch
from data_access.metres import Plane
from data_access.queries import CameraViews
from data_access.records import Building
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import ABOUTS, BUILDINGS, LAT, LON, small_city, url_of

CAMERA = next(about for about in ABOUTS if about.device_id == "cam-1")


class Spied:
    """The store, counting which cameras' surroundings were asked for."""

    def __init__(self, store: CityStore) -> None:
        self.asked: list[Any] = []
        self._store = store

    def answer(self, question: Any) -> Any:
        if type(question).__name__ == "Buildings":
            self.asked.append(question)
        return self._store.answer(question)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[Spied, CityWriter, Watch]]:
    store = small_city(tmp_path)
    writer = CityWriter.open(url_of(tmp_path))
    spied = Spied(store)
    yield spied, writer, Watch(spied, writer)
    writer.close()
    store.close()


def view(store: Any, camera: str = "cam-1") -> Any:
    return next(iter(store.answer(CameraViews(camera))), None)


def house_before_the_camera() -> Building:
    plane = Plane(CAMERA.lon, CAMERA.lat)
    outline = plane.degrees(shapely.box(20, -30, 30, 30))
    return Building("b-new", shapely.to_wkb(outline), 12.0, "tagged")


def test_a_camera_with_a_direction_gets_its_view_and_one_without_gets_none(
    parts: tuple[Spied, CityWriter, Watch],
) -> None:
    store, _writer, watch = parts
    watch.refresh()
    seen = view(store)
    area = shapely.from_geojson(seen.geometry)
    assert area.distance(shapely.Point(CAMERA.lon, CAMERA.lat)) < 1e-5
    assert area.bounds[2] > CAMERA.lon + 0.0003, "it looks east"
    assert seen.area_m2 > 1000
    assert view(store, "cam-2") is None


def test_a_second_look_at_an_unchanged_city_writes_nothing(parts: tuple[Spied, CityWriter, Watch]) -> None:
    store, _writer, watch = parts
    watch.refresh()
    before = store.revision()
    watch.refresh()
    watch.refresh()
    assert store.revision() == before


def test_a_new_house_in_the_way_hides_ground_and_its_end_shows_it_again(parts: tuple[Spied, CityWriter, Watch]) -> None:
    store, writer, watch = parts
    watch.refresh()
    free = view(store).area_m2
    writer.build([*BUILDINGS, house_before_the_camera()], source="test", complete=False)
    watch.refresh()
    hidden = view(store)
    assert hidden.area_m2 < free / 2
    assert hidden.clipped > 0.5
    writer.build(BUILDINGS, source="test", complete=True)
    watch.refresh()
    assert view(store).area_m2 == pytest.approx(free)


def test_a_camera_that_turns_gets_another_view_and_one_that_loses_its_direction_loses_it(
    parts: tuple[Spied, CityWriter, Watch],
) -> None:
    store, writer, watch = parts
    watch.refresh()
    before = orjson.loads(view(store).geometry)
    turned = msgspec.structs.replace(CAMERA, fields={**CAMERA.fields, "azimuth_deg": 270.0})
    writer.declare([turned], source="test")
    watch.refresh()
    assert orjson.loads(view(store).geometry) != before
    lost = {name: value for name, value in CAMERA.fields.items() if name != "azimuth_deg"}
    writer.declare([msgspec.structs.replace(CAMERA, fields=lost)], source="test")
    watch.refresh()
    assert view(store) is None


def test_a_camera_that_nobody_placed_any_more_sees_nothing(parts: tuple[Spied, CityWriter, Watch]) -> None:
    store, writer, watch = parts
    watch.refresh()
    writer.declare([msgspec.structs.replace(CAMERA, lon=math.nan, lat=math.nan)], source="mqtt")
    writer.build([house_before_the_camera()], source="test", complete=False)
    watch.refresh()
    assert view(store) is None


def test_a_house_far_away_makes_no_camera_look_again(parts: tuple[Spied, CityWriter, Watch]) -> None:
    store, writer, watch = parts
    watch.refresh()
    store.asked.clear()
    far = shapely.box(LON + 0.05, LAT + 0.05, LON + 0.0501, LAT + 0.0501)
    writer.build([Building("b-far", shapely.to_wkb(far), 5.0, "tagged")], source="far", complete=False)
    watch.refresh()
    assert store.asked == []
    writer.build([house_before_the_camera()], source="near", complete=False)
    watch.refresh()
    assert len(store.asked) == 1, "the control: a house within reach does"


def test_what_begins_above_the_ground_hides_nothing_of_it(parts: tuple[Spied, CityWriter, Watch]) -> None:
    store, writer, watch = parts
    watch.refresh()
    free = view(store).area_m2
    bridge = msgspec.structs.replace(house_before_the_camera(), min_height_m=5.0)
    writer.build([bridge], source="near", complete=False)
    watch.refresh()
    assert view(store).area_m2 == pytest.approx(free)
