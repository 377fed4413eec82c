"""The deep link: what is written is read again, and what a browser makes up is left out."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.link import FILTERS, Camera, Link, camera, read, selection, write
from components.view import View
from data_access.words import N_
from layers import LAYERS

VIEW = View("desk", N_("Desk"), LAYERS, cast(Any, None))
KEYS = [layer.key for layer in LAYERS]
LOOKS = [look.key for layer in LAYERS if layer.key == "buildings" for look in layer.looks]


EARLY, LATE = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone


def rounded(low: float, high: float, digits: int) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, digits) + 0.0)


cameras = st.builds(
    Camera, rounded(-180, 180, 6), rounded(-85, 85, 6), rounded(0, 24, 2), rounded(0, 85, 1), rounded(-180, 179.9, 1)
)
chosen = st.lists(st.sampled_from(KEYS), unique=True).map(lambda keys: tuple(key for key in KEYS if key in keys))
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)
times = st.datetimes(EARLY, LATE, timezones=st.just(UTC))


@given(
    st.builds(
        Link,
        st.none() | cameras,
        st.none() | chosen,
        st.none() | st.tuples(st.sampled_from(KEYS), ids),
        st.none() | times,
        st.none().map(lambda _none: {}) | st.sampled_from(LOOKS).map(lambda look: {"buildings": look}),
        filters=st.dictionaries(st.sampled_from(FILTERS), ids),
    )
)
def test_what_is_written_is_read_again(link: Link) -> None:
    told = read(write(link), VIEW)
    assert told.layers == link.layers
    assert told.selected == link.selected
    assert told.at == link.at
    assert told.looks == link.looks
    assert told.filters == link.filters
    if link.camera is None:
        assert told.camera is None
    else:
        assert told.camera is not None
        for name in ("lon", "lat", "zoom", "pitch", "bearing"):
            assert getattr(told.camera, name) == pytest.approx(getattr(link.camera, name), abs=1e-6)


@given(st.text(max_size=300))
def test_no_address_whatever_is_an_error(search: str) -> None:
    told = read("?" + search, VIEW)
    assert set(told.layers or ()) <= set(KEYS)


@given(
    st.recursive(
        st.none() | st.floats() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["lon", "lat", "zoom", "pitch", "bearing", "layer", "id"]), inner
        ),
    )
)
def test_nothing_a_browser_sends_is_an_error(wish: object) -> None:
    seen = camera(wish)
    assert seen is None or -180 <= seen.bearing < 180
    picked = selection(wish, VIEW)
    assert picked is None or picked[0] in KEYS


def test_layers_of_other_views_are_unknown_here() -> None:
    public = View("public", N_("Public"), tuple(layer for layer in LAYERS if layer.key == "pm25"), cast(Any, None))
    assert read("?layers=pm25,incidents,secrets", public).layers == ("pm25",)
    assert selection({"layer": "incidents", "id": "i-fire"}, public) is None


def test_looks_that_a_layer_does_not_have_are_left_out() -> None:
    assert read("?looks=buildings:year", VIEW).looks == {"buildings": "year"}
    assert read("?looks=buildings:gold,pm25:year,secrets:use,:,buildings", VIEW).looks == {}
    assert VIEW.worn([["buildings", "year"]]) == VIEW.worn(None) == VIEW.worn({"buildings": ["year"]}) == {}


def test_all_layers_off_is_not_the_same_as_nothing_said() -> None:
    assert read("?layers=", VIEW).layers == ()
    assert read("?at=2026-03-02T05:00:00Z", VIEW).layers is None
    assert read(write(Link(layers=())), VIEW).layers == ()


def test_a_camera_outside_the_world_is_none() -> None:
    assert camera({"lon": 200, "lat": 0, "zoom": 3, "pitch": 0}) is None
    assert camera({"lon": float("nan"), "lat": 0, "zoom": 3, "pitch": 0}) is None
    assert read("?camera=1,2,3", VIEW).camera is None


def test_a_time_keeps_its_microseconds_and_its_zone() -> None:
    at = datetime(2026, 3, 2, 5, 0, 0, 123456, tzinfo=UTC)
    assert read(write(Link(at=at)), VIEW).at == at
    assert read("?at=2026-03-02T12:00:00%2B07:00", VIEW).at == at - timedelta(microseconds=123456)
