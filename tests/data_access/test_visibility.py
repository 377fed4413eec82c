"""What a camera sees, against streets that chance laid out."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from data_access.visibility import Eye, sector, seen

NORTH = Eye(0, 0, 0, 90, 100)
WALL = box(-5, 40, 5, 45)

eyes = st.builds(
    Eye,
    east=st.just(0.0),
    north=st.just(0.0),
    azimuth_deg=st.floats(0, 360),
    field_of_view_deg=st.floats(10, 360),
    range_m=st.floats(20, 150),
)
houses = st.lists(
    st.builds(
        lambda east, north, width, depth, turn: shapely.affinity.rotate(
            box(east, north, east + width, north + depth), turn
        ),
        st.floats(-120, 120),
        st.floats(-120, 120),
        st.floats(2, 40),
        st.floats(2, 40),
        st.floats(0, 90),
    ).filter(lambda house: house.distance(Point(0, 0)) > 0.5),
    max_size=8,
)


def test_with_nothing_around_it_a_camera_sees_its_whole_sector() -> None:
    view = seen(NORTH, [])
    assert view.clipped == 0
    assert view.area_m2 == pytest.approx(math.pi * 100**2 / 4, rel=0.001)
    assert view.area.covers(Point(0, 99))


def test_it_does_not_see_behind_a_wall_but_past_it() -> None:
    view = seen(NORTH, [WALL])
    assert not view.area.covers(Point(0, 60)), "behind the wall"
    assert not view.area.covers(Point(0, 42)), "within it"
    assert view.area.covers(Point(0, 39))
    assert view.area.covers(Point(20, 60))
    assert seen(NORTH, []).area.covers(Point(0, 60)), "without the wall it is in view"


def test_a_wide_wall_close_by_hides_all_behind_it() -> None:
    view = seen(NORTH, [box(-500, 1, 500, 2)])
    assert view.area.bounds[3] <= 1.001
    assert view.clipped > 0.95


def test_a_camera_on_its_own_wall_is_not_blinded_and_does_not_see_through() -> None:
    own = box(-10, -10, 10, 0.5)
    view = seen(NORTH, [own])
    assert view.area.covers(Point(0, 50))
    back = seen(Eye(0, 0.5, 180, 90, 100), [own])
    assert not back.area.covers(Point(0, -50)), "it looks through the house it hangs on"
    assert not back.area.covers(Point(0, -9))


def test_a_yard_within_a_building_hides_the_street_from_it() -> None:
    ring = Polygon(box(-30, -30, 30, 30).exterior, [box(-20, -20, 20, 20).exterior])
    view = seen(Eye(0, 0, 0, 360, 100), [ring])
    assert view.area_m2 == pytest.approx(1600, rel=0.001)


@pytest.mark.parametrize(("fov", "reach"), [(0, 50), (90, 0), (400, 50), (90, math.nan)])
def test_a_camera_without_a_sector_is_refused(fov: float, reach: float) -> None:
    with pytest.raises(ValueError, match="no sector"):
        seen(Eye(0, 0, 0, fov, reach), [])


@given(eyes, houses)
def test_what_it_sees_lies_within_its_sector_and_outside_all_houses(eye: Eye, around: list[Polygon]) -> None:
    view = seen(eye, around).area
    assert view.difference(sector(eye).buffer(0.01)).area < 0.01
    assert view.intersection(shapely.union_all(around).buffer(-0.01)).area < 0.01 * (1 + len(around))


@given(eyes, houses, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=5, max_size=20))
def test_a_point_is_in_view_exactly_when_nothing_stands_between(
    eye: Eye, around: list[Polygon], places: list[tuple[float, float]]
) -> None:
    view = seen(eye, around).area
    walls = shapely.union_all(around)
    for turn, share in places:
        bearing = math.radians(eye.azimuth_deg + (turn - 0.5) * eye.field_of_view_deg * 0.98)
        reach = share * eye.range_m * 0.98
        point = Point(math.sin(bearing) * reach, math.cos(bearing) * reach)
        line = LineString([Point(0, 0), point])
        if reach < 0.1 or 0 < line.distance(walls) < 0.05 or view.boundary.distance(point) < 0.05:
            continue  # so near an edge that a millimetre decides
        between = walls.intersects(line)
        if between and walls.boundary.intersection(line).length == 0 and walls.intersection(line).length < 0.05:
            continue  # the ray only grazes a corner
        assert view.covers(point) == (not between), (eye, point.wkt)


@given(eyes, houses, houses)
def test_more_houses_never_show_more(eye: Eye, some: list[Polygon], more: list[Polygon]) -> None:
    few, many = seen(eye, some), seen(eye, [*some, *more])
    assert many.area_m2 <= few.area_m2 + 0.5
    assert many.area.difference(few.area.buffer(0.01)).area < 0.5
    assert np.isfinite(many.clipped)
