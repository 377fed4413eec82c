"""The sea out of coastlines: to their right, within the box, and never where two coasts disagree."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some
from shapely.geometry import LineString, Point, Polygon, box

from data_access.importers.coastline import Sea, sea

BOX = (0.0, 0.0, 10.0, 10.0)


def wet(found: Sea, *places: tuple[float, float]) -> list[bool]:
    return [any(area.contains(Point(place)) for area in found.areas) for place in places]


def test_the_sea_lies_to_the_right_of_a_coast() -> None:
    north = LineString([(5, -1), (5, 11)])
    assert wet(sea([north], BOX), (2, 5), (8, 5)) == [False, True]
    assert wet(sea([north.reverse()], BOX), (2, 5), (8, 5)) == [True, False]


def test_a_coast_in_pieces_is_one_coast() -> None:
    pieces = [LineString([(5, -1), (5, 3), (6, 4)]), LineString([(6, 4), (5, 7)]), LineString([(5, 7), (5, 11)])]
    found = sea(pieces, BOX)
    assert wet(found, (2, 5), (8, 5)) == [False, True]
    assert (found.outside, found.unclear) == (frozenset(), frozenset())


def test_an_island_is_dry_and_the_sea_around_it_is_not() -> None:
    island = LineString([(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)])  # counter-clockwise: land on the left
    found = sea([island], BOX)
    assert wet(found, (5, 5), (1, 1), (9, 9)) == [False, True, True]
    assert sum(area.area for area in found.areas) == pytest.approx(96)


def test_a_lagoon_within_an_island_is_wet() -> None:
    island = LineString([(2, 2), (8, 2), (8, 8), (2, 8), (2, 2)])
    lagoon = LineString([(4, 4), (4, 6), (6, 6), (6, 4), (4, 4)])  # clockwise: land outside
    assert wet(sea([island, lagoon], BOX), (1, 1), (3, 3), (5, 5)) == [True, False, True]


def test_a_strait_between_two_shores() -> None:
    shores = [LineString([(3, -1), (3, 11)]), LineString([(7, 11), (7, -1)])]
    assert wet(sea(shores, BOX), (1, 5), (5, 5), (9, 5)) == [False, True, False]


def test_no_coast_no_sea() -> None:
    assert sea([], BOX) == Sea(())
    assert sea([LineString([(20, 0), (20, 9)])], BOX) == Sea((), frozenset({0}))


def test_a_coast_that_ends_in_the_middle_drowns_nobody() -> None:
    found = sea([LineString([(5, -1), (5, 6)])], BOX)
    assert found.areas == ()
    assert found.unclear == {0}


def test_where_one_coast_is_unclear_another_still_has_its_sea() -> None:
    broken = LineString([(2, -1), (2, 5)])
    island = LineString([(7, 4), (9, 4), (9, 6), (7, 6), (7, 4)]).reverse()  # a lagoon, all by itself
    found = sea([broken, island], BOX)
    assert wet(found, (8, 5), (1, 8), (5, 8)) == [True, False, False]
    assert 0 in found.unclear


def test_two_coasts_that_disagree_are_both_doubted() -> None:
    found = sea([LineString([(3, -1), (3, 11)]), LineString([(7, -1), (7, 11)])], BOX)
    assert wet(found, (5, 5)) == [False]
    assert wet(found, (9, 5)) == [True]
    assert found.unclear == {0, 1}


def test_a_coast_along_the_edge_of_the_box_floods_nothing_within() -> None:
    assert sum(area.area for area in sea([LineString([(10, -1), (10, 11)])], BOX).areas) == pytest.approx(0)


@given(some.lists(some.floats(1, 9), min_size=3, max_size=20))
def test_land_and_sea_of_any_coast_fill_the_box(bends: list[float]) -> None:
    step = 12 / (len(bends) - 1)
    coast = LineString([(east, -1 + number * step) for number, east in enumerate(bends)])
    found = sea([coast], BOX)
    land = shapely.union_all(sea([coast.reverse()], BOX).areas)
    water = shapely.union_all(found.areas)
    assert water.area + land.area == pytest.approx(100)
    expected = Polygon([*coast.coords, (20, 11), (20, -1)]).intersection(box(*BOX))
    assert water.symmetric_difference(expected).area == pytest.approx(0, abs=1e-9)
