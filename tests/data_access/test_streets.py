"""Streets and where things lie: one street is one place to look for, whatever pieces it is mapped in."""

import shapely
from hypothesis import given
from hypothesis import strategies as some
from shapely.geometry import LineString, box

from data_access.importers.streets import Line, streets
from data_access.importers.surroundings import Surroundings
from data_access.metres import Plane
from data_access.records import District

LON, LAT = 105.82, 21.0
PLANE = Plane(LON, LAT)


def piece(id: str, name: str, *places: tuple[float, float], name_en: str | None = None) -> Line:
    """A piece of a street, its corners in metres east and north of the middle."""
    return Line(id, name, LineString([PLANE.place(*place) for place in places]), name_en)


def test_the_pieces_of_a_street_are_one_place_with_its_bounds() -> None:
    lines = [
        piece("way/10", "Phố Huế", (0, 0), (0, 300)),
        piece("way/9", "Phố Huế", (0, 340), (0, 900), name_en="Hue Street"),
        piece("way/3", "Phố Lê Duẩn", (50, 0), (50, 90)),
    ]
    hue, duan = streets(lines, PLANE)
    assert (hue.id, hue.kind, hue.name, hue.name_en) == ("street/way/9", "street", "Phố Huế", "Hue Street")
    assert (duan.id, duan.name_en) == ("street/way/3", None)
    west, south, east, north = hue.bounds or (0, 0, 0, 0)
    assert [round(edge) for edge in (*PLANE.point(west, south), *PLANE.point(east, north))] == [0, 0, 0, 900]
    assert [round(metres) for metres in PLANE.point(hue.lon, hue.lat)] == [0, 620]  # upon its longest piece


def test_streets_of_one_name_in_two_quarters_are_two() -> None:
    lines = [
        piece("way/1", "Hauptstraße", (0, 0), (100, 0)),
        piece("way/2", "Hauptstraße", (3000, 0), (3100, 0)),
        piece("way/3", "Hauptstraße", (130, 0), (180, 0)),
    ]
    found = streets(lines, PLANE, context=lambda lon, lat: "west" if lon < LON + 0.01 else "east")
    assert [(place.id, place.context) for place in found] == [("street/way/1", "west"), ("street/way/2", "east")]


@given(some.lists(some.integers(0, 40), min_size=1, max_size=12, unique=True))
def test_however_a_street_is_cut_and_ordered_it_is_the_same_street(starts: list[int]) -> None:
    lines = [piece(f"way/{start}", "Đê", (start * 150, 0), (start * 150 + 100, 0)) for start in starts]
    found = {place.id: place.bounds for place in streets(lines, PLANE)}
    assert found == {place.id: place.bounds for place in streets(reversed(lines), PLANE)}
    gaps = [right - left for left, right in zip(sorted(starts), sorted(starts)[1:], strict=False)]
    assert len(found) == 1 + sum(gap * 150 - 100 > 400 for gap in gaps)


def district(name: str, east_m: float, size_m: float) -> District:
    west, south = PLANE.place(east_m, 0)
    east, north = PLANE.place(east_m + size_m, size_m)
    return District(name, name, shapely.to_wkb(box(west, south, east, north)))


def test_a_place_lies_in_the_smallest_district_around_it_else_near_a_quarter() -> None:
    quarters = [("Kim Liên", *PLANE.place(9000, 0)), ("Trung Tự", *PLANE.place(9900, 0))]
    around = Surroundings([district("city", 0, 5000), district("ward", 1000, 800)], quarters, PLANE)
    assert around.of(*PLANE.place(1100, 100)) == "ward"
    assert around.of(*PLANE.place(100, 100)) == "city"
    assert around.of(*PLANE.place(9600, 0)) == "Trung Tự"
    assert around.of(*PLANE.place(20_000, 0)) is None
    assert Surroundings([], [], PLANE).of(LON, LAT) is None
