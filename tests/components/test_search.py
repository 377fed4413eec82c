"""What the search field finds, how it says it, and where a result leads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.link import Camera, Link, read, write
from components.link import Place as Spot
from components.search import CLOSE_UP, confirmed, hits, way
from components.view import View
from data_access.records import District, Place
from data_access.words import speaking
from data_access.writer import CityWriter
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, NOON, url_of

STREET = (LON - 0.003, LAT - 0.001, LON + 0.003, LAT + 0.001)
PLACES = (
    Place("s-1", "street", "Phố Đà Nẵng", LON, LAT, "Da Nang Street", "Old Quarter", STREET),
    Place("a-1", "address", "12 Phố Đà Nẵng", LON + 0.001, LAT, None, "Old Quarter"),
    Place("h-1", "hospital", "Bệnh viện Đà Nẵng", LON - 0.002, LAT + 0.001, "Da Nang Hospital", "Old Quarter"),
)
SEEN = Camera(LON, LAT, 14.0, 50.0, 20.0)


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    desk = desk_at_noon(tmp_path)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.name(PLACES, "map", complete=True)
    writer.divide([District("d-1", "Phường Đà Nẵng", _box(), "Da Nang Ward", "ward")], "map", complete=True)
    writer.close()
    yield desk
    desk.store.close()  # type: ignore[attr-defined]  # the store of the tests is a real one


def _box() -> bytes:
    import shapely

    wkb: bytes = shapely.to_wkb(shapely.box(LON - 0.005, LAT - 0.005, LON + 0.004, LAT + 0.004))
    return wkb


def options(view: View, text: str) -> list[dict[str, str]]:
    """What each result is called, and what the browser hands back of it."""
    divs = list(found(hits(view, {"text": text, "n": 1}, None), "Div"))
    plain = [part.to_plotly_json()["props"] for part in divs]  # type: ignore[attr-defined]
    return [props | {"said": said(props["children"])} for props in plain if props.get("role") == "option"]


@pytest.mark.parametrize("text", ["đà nẵng", "Da Nang", "DA NANG", "  da  nang "])
def test_tone_marks_and_capitals_do_not_matter(view: View, text: str) -> None:
    assert {one["data-id"] for one in options(view, text)} == {"s-1", "a-1", "h-1", "d-1"}


def test_results_stand_in_groups_by_kind(view: View) -> None:
    with speaking("en"):
        told = said(hits(view, {"text": "da nang"}, None))
    assert told.startswith("4 results")
    for group in ("Districts", "Streets", "Addresses", "Places"):
        assert group in told


def test_a_name_is_in_the_readers_language_with_the_other_beside_it(view: View) -> None:
    with speaking("en"):
        street = next(one for one in options(view, "da nang street") if one["data-id"] == "s-1")
        assert street["said"] == "Da Nang Street Phố Đà Nẵng Old Quarter"
    with speaking("vi"):
        street = next(one for one in options(view, "phố đà nẵng") if one["data-id"] == "s-1")
        assert street["said"] == "Phố Đà Nẵng Da Nang Street Old Quarter"


@pytest.mark.parametrize(
    ("text", "layer", "id"),
    [("opera garage", "parking", "park-1"), ("station sq", "cameras", "cam-1"), ("stairwell", "incidents", "i-fire")],
)
def test_devices_and_incidents_are_found_with_the_layer_that_shows_them(
    view: View, text: str, layer: str, id: str
) -> None:
    (one,) = options(view, text)
    assert (one["data-layer"], one["data-id"]) == (layer, id)


def test_an_incident_that_was_not_yet_is_not_found_in_the_past(view: View) -> None:
    at = NOON.replace(hour=4, minute=20)
    assert "stairwell" not in said(hits(view, {"text": "stairwell"}, at)).replace("“stairwell”", "")


def test_nothing_found_says_what_can_be_looked_for(view: View) -> None:
    with speaking("en"):
        told = said(hits(view, {"text": "Atlantis"}, None))
    assert "Nothing here is called “Atlantis”. Streets, addresses, districts" in told


@pytest.mark.parametrize("wish", [None, 3, {}, {"text": None}, {"text": 7}, {"text": "a"}, {"text": "   "}])
def test_what_is_too_short_or_no_text_asks_for_nothing(view: View, wish: object) -> None:
    assert hits(view, wish, None) == []


def test_a_street_is_shown_whole_and_marked(view: View) -> None:
    wish = {"id": "s-1", "name": "Phố Đà Nẵng", "lon": LON, "lat": LAT, "bounds": list(STREET)}
    there = way(view, wish, SEEN)
    assert there is not None
    assert (there.selected, there.marked) == (None, Spot(LON, LAT, "Phố Đà Nẵng"))
    assert there.camera is not None
    assert (there.camera["bounds"], there.camera["zoom"]) == (list(STREET), CLOSE_UP)
    assert (there.camera["pitch"], there.camera["bearing"]) == (50.0, 20.0)


def test_a_device_is_selected_and_has_no_second_mark(view: View) -> None:
    there = way(view, {"id": "cam-1", "layer": "cameras", "name": "Station square", "lon": LON, "lat": LAT}, SEEN)
    assert there is not None
    assert (there.selected, there.marked) == (("cameras", "cam-1"), None)
    assert there.camera is not None
    assert there.camera["zoom"] == CLOSE_UP


@pytest.mark.parametrize(
    "wish",
    [
        None,
        "x",
        {"n": 3},
        {"lon": "east", "lat": 2, "name": "x"},
        {"lon": 500, "lat": 2, "name": "x"},
        {"lon": 1, "lat": float("nan"), "name": "x"},
        {"layer": "secrets", "id": "s-1"},
        {"lon": 1, "lat": 1, "name": 5},
    ],
)
def test_what_is_no_result_leads_nowhere(view: View, wish: object) -> None:
    assert way(view, wish, SEEN) is None


@pytest.mark.parametrize("bounds", [None, [1, 2, 3], ["a", 1, 2, 3], [5, 1, 2, 3], [float("nan")] * 4, "1,2,3,4"])
def test_bounds_that_are_none_leave_the_place_itself(view: View, bounds: object) -> None:
    there = way(view, {"id": "s-1", "name": "Phố", "lon": LON, "lat": LAT, "bounds": bounds}, None)
    assert there is not None
    assert there.camera is not None
    assert "bounds" not in there.camera


def test_a_marked_place_survives_its_link(view: View) -> None:
    link = Link(SEEN, place=Spot(LON, LAT, "Phố Đà Nẵng, 12/3 & more"))
    assert read(write(link), view).place == link.place
    assert read("?place=1,2", view).place is None
    assert read("?place=a,b,c", view).place is None


def test_a_link_marks_a_place_only_by_a_name_that_the_city_knows(view: View) -> None:
    assert confirmed(view, None, None) is None
    assert confirmed(view, Spot(LON, LAT, "Phố Đà Nẵng"), None) == {"lon": LON, "lat": LAT, "name": "Phố Đà Nẵng"}
    assert confirmed(view, Spot(LON, LAT, "A bomb is here"), None) == {"lon": LON, "lat": LAT, "name": ""}
