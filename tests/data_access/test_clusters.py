"""What lies together on the map: every thing in exactly one group at every zoom, whatever the places are."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.clusters import FARTHEST, GAP_PX, NEAREST, STEP, TILE_PX, tree
from data_access.table import Table

ZOOMS = [float(zoom) for zoom in np.arange(FARTHEST - 2, NEAREST + 3, STEP)]
NEARBY = st.tuples(st.floats(105.8, 105.9), st.floats(20.9, 21.1))
ANYWHERE = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
PLACES = st.lists(NEARBY | ANYWHERE | st.sampled_from([(105.85, 21.02), (math.nan, math.nan)]), max_size=40)


def made(places: list[tuple[float, float]]) -> Table:
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    return tree([f"d{i}" for i in range(len(places))], lon, lat)


def group_of(told: Table, row: int, zoom: float) -> int:
    """As the map reads it: the farthest group that is still one at this zoom."""
    while not math.isnan(up := told["parent"][row]) and told["until"][int(up)] > zoom:
        row = int(up)
    return row


def groups(told: Table, zoom: float) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in np.flatnonzero(np.isinf(told["until"])):
        found.setdefault(group_of(told, int(row), zoom), set()).add(str(told["id"][row]))
    return found


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_every_thing_is_in_exactly_one_group_at_every_zoom(places: list[tuple[float, float]]) -> None:
    told = made(places)
    known = {f"d{i}" for i, (lon, _lat) in enumerate(places) if not math.isnan(lon)}
    for zoom in ZOOMS:
        found = groups(told, zoom)
        assert sum(len(members) for members in found.values()) == len(known)
        assert set().union(*found.values()) == known


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_a_group_only_grows_as_one_goes_away(places: list[tuple[float, float]]) -> None:
    told = made(places)
    for near, far in zip(ZOOMS[1:], ZOOMS, strict=False):
        larger = list(groups(told, far).values())
        assert all(any(members <= other for other in larger) for members in groups(told, near).values())


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_a_group_stands_among_its_things(places: list[tuple[float, float]]) -> None:
    told = made(places)
    where = {str(row.id): (row.lon, row.lat) for row in told}
    for zoom in (FARTHEST, 12.0, NEAREST):
        for row, members in groups(told, zoom).items():
            for axis in (0, 1):
                at = [where[member][axis] for member in members]
                assert min(at) - 1e-6 <= where[str(told["id"][row])][axis] <= max(at) + 1e-6


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_the_same_places_in_another_order_make_the_same_groups(places: list[tuple[float, float]]) -> None:
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    ids = [f"d{i}" for i in range(len(places))]
    one, other = tree(ids, lon, lat), tree(ids[::-1], lon[::-1], lat[::-1])
    assert one["id"].tolist() == other["id"].tolist()
    for column in ("lon", "lat", "parent", "until"):
        np.testing.assert_array_equal(one[column], other[column])


def test_things_part_when_there_is_room_between_them() -> None:
    degrees_px = 360 / (TILE_PX * 2**12)  # at zoom 12
    for gap, apart in ((GAP_PX * 0.9, False), (GAP_PX * 1.1, True)):
        told = made([(105.85, 21.0), (105.85 + gap * degrees_px, 21.0)])
        assert (len(groups(told, 12.0)) == 2) is apart
    assert len(groups(told, 11.0)) == 1  # but not from farther away


def test_from_close_by_even_what_stands_at_one_place_stands_alone() -> None:
    told = made([(105.85, 21.0)] * 3)
    assert len(groups(told, NEAREST)) == 1
    assert len(groups(told, NEAREST + STEP)) == 3


@pytest.mark.parametrize("places", [[], [(105.85, 21.0)], [(math.nan, math.nan)]])
def test_few_things_make_no_group(places: list[tuple[float, float]]) -> None:
    assert np.isinf(made(places)["until"]).all()


def test_a_large_city_makes_few_groups_from_afar() -> None:
    random = np.random.default_rng(7)
    lon, lat = 105.6 + 0.4 * random.random(5000), 20.9 + 0.3 * random.random(5000)
    told = tree([f"d{i}" for i in range(5000)], lon, lat)
    assert len(groups(told, 11.0)) < 400
    assert len(groups(told, NEAREST)) > 1000
