"""Cameras and car parks out of OpenStreetMap: what is stated, nothing guessed, and never a zero nobody counted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data_access.importers.osm_devices import azimuth_deg
from data_access.queries import Cameras, Parking
from data_access.records import About
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.drawing import LAT, LON, Drawing, refused


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    drawing = Drawing(tmp_path / "tiny.osm.pbf")
    drawing.square(building="yes")
    return drawing


def abouts(drawing: Drawing) -> dict[str, About]:
    return {about.device_id: about for about in drawing.read().abouts}


@pytest.mark.parametrize(
    ("said", "degrees"),
    [
        ("270", 270.0), ("270°", 270.0), ("22.5", 22.5), ("0", 0.0), ("360", 0.0), ("N", 0.0), ("wnw", 292.5),
        ("SSE", 157.5), ("361", None), ("-10", None), ("90-180", None), ("90;270", None), ("forward", None), ("", None),
    ],
)  # fmt: skip
def test_a_direction_is_degrees_or_a_point_of_the_compass(said: str, degrees: float | None) -> None:
    assert azimuth_deg(said) == degrees


@given(some.text(max_size=8))
def test_every_direction_lies_on_the_compass(said: str) -> None:
    told = azimuth_deg(said)
    assert told is None or 0 <= told < 360


def test_a_camera_looks_where_it_is_said_to_look(drawing: Drawing) -> None:
    camera = {"man_made": "surveillance", "surveillance:type": "camera"}
    for tags in (
        {"camera:direction": "135", "height": "6 m", "name": "Ngã tư Sở"},
        {"direction": "NW"},
        {"camera:direction": "everywhere"},
        {},
        {"surveillance": "indoor"},
        {"surveillance:type": "guard"},
    ):
        drawing.point(LON, LAT, **camera | tags)
    found = drawing.read()
    assert [(about.kind, about.fields) for about in found.abouts] == [
        ("camera", {"azimuth_deg": 135.0, "mount_height_m": 6.0}),
        ("camera", {"azimuth_deg": 315.0}),
        ("camera", {}),
        ("camera", {}),
    ]
    assert found.abouts[0].name == "Ngã tư Sở"
    assert refused(found, "cameras") == {"inside a building": 1, "a guard, not a camera": 1}
    assert refused(found, "directions of cameras") == {"not a direction that can be understood": 1}


def test_a_car_park_is_a_site_where_its_spaces_are_stated_else_a_place(drawing: Drawing) -> None:
    drawing.point(LON, LAT, place="quarter", name="Kim Liên")
    drawing.square(0.001, amenity="parking", capacity="120", name="Bãi xe Trần Khánh Dư")
    drawing.point(LON, LAT, amenity="parking", capacity="14")
    drawing.square(0.003, amenity="parking", name="Bãi xe chợ")
    drawing.square(0.004, amenity="parking")
    drawing.square(0.005, amenity="parking", capacity="many")
    drawing.square(0.006, amenity="parking", capacity="0")
    drawing.square(0.007, amenity="parking", capacity="30", access="private")
    found = drawing.read()
    assert {about.device_id: (about.name, about.kind, about.fields) for about in found.abouts} == {
        "osm:way:2": ("Bãi xe Trần Khánh Dư", "parking", {"total_spaces": 120.0}),
        "osm:node:10": ("P Kim Liên", "parking", {"total_spaces": 14.0}),
    }
    assert refused(found, "car parks with a stated capacity") == {
        "not a number of spaces that can be understood": 2, "not open to everyone": 1,
    }  # fmt: skip
    assert [place.name for place in found.places if place.kind == "parking"] == ["Bãi xe chợ"]
    marked = {f.properties["name"] for f in found.features if f.properties.get("kind") == "parking"}
    assert marked == {"Bãi xe Trần Khánh Dư", "Bãi xe chợ"}


def test_what_a_map_knows_of_devices_is_unknown_until_they_speak_and_never_zero(
    drawing: Drawing, tmp_path: Path
) -> None:
    drawing.square(0.001, amenity="parking", capacity="120")
    drawing.point(LON, LAT, man_made="surveillance")
    url = f"sqlite:///{tmp_path}/city.db"
    writer = CityWriter.open(url)
    writer.declare(drawing.read().abouts, "tiny", complete=True)
    writer.close()
    store = CityStore.open(url)
    (site,) = store.answer(Parking())
    assert site.occupied_spaces is None or site.occupied_spaces != site.occupied_spaces
    assert (site.total_spaces, site.observed_at, site.interval_s) == (120.0, None, None)
    (camera,) = store.answer(Cameras())
    assert (camera.azimuth_deg, camera.observed_at, camera.online) == (None, None, None)
    store.close()
