"""The light over the page and its map: of the time that is shown, unless somebody chose another."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import no_update

from components.desk import desk
from components.link import Link
from components.page import shade_of
from components.sky import shone
from components.view import View
from tests.components.noon import desk_at_noon, found
from tests.small_city import NOON


@pytest.fixture
def view(tmp_path: Path) -> View:
    return desk_at_noon(tmp_path)


def midnight(view: View) -> datetime:
    return NOON.astimezone(view.zone()).replace(hour=0)


def test_a_night_that_is_looked_back_at_is_dark(view: View) -> None:
    tone, sun = shone(view, "sun", None, "night", None)
    assert tone == "day"
    assert sun["altitude"] > 30
    tone, sun = shone(view, "sun", midnight(view), "day", sun)
    assert tone == "night"
    assert sun["altitude"] < -30


def test_who_chose_a_light_by_hand_keeps_it_and_the_sun_goes_its_way(view: View) -> None:
    tone, sun = shone(view, "day", midnight(view), "day", {"azimuth": 180.0, "altitude": 60.0})
    assert tone is no_update
    assert sun["altitude"] < -30


def test_nothing_is_lit_anew_while_the_sun_hardly_moves(view: View) -> None:
    tone, sun = shone(view, "sun", None, "night", None)
    later = NOON - timedelta(seconds=30)
    assert shone(view, "sun", later, tone, sun) == (no_update, no_update)
    assert shone(view, "sun", NOON - timedelta(minutes=20), tone, sun)[1] is not no_update


@pytest.mark.parametrize("told", [None, "bright", {}, {"azimuth": "x", "altitude": 1}, {"azimuth": float("nan")}])
def test_what_a_browser_says_of_the_sun_is_not_believed(view: View, told: Any) -> None:
    assert shone(view, "sun", None, "day", told)[1]["altitude"] > 30


def test_a_link_to_the_day_comes_light_from_its_first_byte_though_it_is_night(tmp_path: Path) -> None:
    view = desk_at_noon(tmp_path, NOON + timedelta(hours=12))
    assert shade_of(None, view, (view,)) == "night"
    assert shade_of(None, view, (view,), NOON) == "day"
    assert shade_of("night", view, (view,), NOON) == "night"
    (drawn,) = found(desk(view, Link(at=NOON), "sun"), "CityMap")
    assert drawn.theme == "day"  # type: ignore[attr-defined]
    assert drawn.light["altitude"] > 30  # type: ignore[attr-defined]


def test_a_wall_shows_now_whatever_its_address_says(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "wall").mkdir()
    desk, wall = (desk_at_noon(tmp_path / name, NOON + timedelta(hours=12)) for name in ("desk", "wall"))
    assert shade_of(None, wall, (desk, wall), NOON) == "night"
