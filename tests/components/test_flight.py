"""Where the map goes when something is picked from a list."""

import pytest

from components.flight import CLOSE_UP, flown_to, looking_at
from components.link import Camera
from components.stage import first_view
from components.view import View
from data_access.queries import Districts
from tests.components.noon import desk_at_noon
from tests.small_city import LON


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("city"))


def test_a_list_flies_to_its_thing_and_keeps_the_way_one_looks(view: View) -> None:
    seen = Camera(0, 0, 14, 30, 77)
    there = flown_to(view, ("incidents", "i-fire"), None, seen)
    assert there is not None
    assert (there["lon"], there["pitch"], there["bearing"]) == (LON + 0.001, 30, 77)
    assert there["zoom"] > 14
    assert flown_to(view, ("incidents", "nobody"), None, seen) is None


def test_a_link_that_names_a_thing_looks_at_it(view: View) -> None:
    there = looking_at(view, ("incidents", "i-fire"), None)
    assert there is not None
    assert (there.lon, there.zoom) == (LON + 0.001, CLOSE_UP)
    assert looking_at(view, ("incidents", "nobody"), None) is None
    assert looking_at(view, None, None) is None
    district = next(iter(view.store.answer(Districts())))
    there = looking_at(view, ("districts", district.id), None)
    assert there is not None
    assert (there.lon, there.zoom) == (district.lon, first_view(view.store.city()).zoom)


def test_a_district_is_seen_whole(view: View) -> None:
    district = next(iter(view.store.answer(Districts())))
    there = flown_to(view, ("districts", district.id), None, Camera(0, 0, 18, 30, 77))
    assert there is not None
    west, south, east, north = there["bounds"]
    assert west < district.lon < east
    assert south < district.lat < north
    assert there["zoom"] < 18
    assert there["bearing"] == 77
