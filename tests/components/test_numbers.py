"""When the tiles are counted anew, and of what: the callback as a browser calls it."""

from datetime import timedelta
from typing import Any

import pytest
from dash import Dash
from dash.exceptions import PreventUpdate

from components import ids
from components.link import Link, read, write
from components.numbers import register_numbers
from components.view import View
from data_access.words import speaking
from tests.components.noon import desk_at_noon
from tests.small_city import LAT, LON, NOON

TICK, MOVE = f"{ids.MAP}.pulse", f"{ids.MAP}.view"
PAST = (NOON - timedelta(minutes=20)).isoformat()
AT_THE_OPERA = {"bbox": [LON - 1e-4, LAT - 1e-4, LON + 1e-4, LAT + 1e-4]}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("noon"))


class Tiles:
    """The callback of the tiles, called with what a browser has changed."""

    def __init__(self, view: View, monkeypatch: pytest.MonkeyPatch) -> None:
        app = Dash(__name__)
        register_numbers(app, view)
        (known,) = app.callback_map.values()
        self.count = known["callback"].__wrapped__
        self.patch = monkeypatch

    def ask(self, at: Any, counted: Any, seen: Any, *changed: str) -> str:
        caused = [{"prop_id": name, "value": None} for name in changed]
        self.patch.setattr("components.numbers.ctx", type("Called", (), {"triggered": caused}))
        with speaking("en"):
            return " ".join(tile["trust"] + " " + tile["label"] for tile in self.count(at, counted, None, seen))


@pytest.fixture
def tiles(view: View, monkeypatch: pytest.MonkeyPatch) -> Tiles:
    return Tiles(view, monkeypatch)


def test_a_page_that_has_just_come_counts_the_whole_city(tiles: Tiles) -> None:
    assert "2 of 5" in tiles.ask(None, False, None)


def test_a_move_of_the_map_counts_nothing_while_the_whole_city_is_counted(tiles: Tiles) -> None:
    with pytest.raises(PreventUpdate):
        tiles.ask(None, False, AT_THE_OPERA, MOVE)
    assert "2 of 5" in tiles.ask(None, False, AT_THE_OPERA, MOVE, TICK)


def test_what_is_counted_follows_the_map_when_that_is_asked_for(tiles: Tiles) -> None:
    assert "1 of 1" in tiles.ask(None, True, AT_THE_OPERA, MOVE)
    assert "1 of 1" in tiles.ask(None, True, AT_THE_OPERA, TICK)
    assert "2 of 5" in tiles.ask(None, True, None, f"{ids.COUNTED}.data")  # a map that has not said yet what it shows


def test_the_past_does_not_go_on_but_can_be_moved_over(tiles: Tiles) -> None:
    with pytest.raises(PreventUpdate):
        tiles.ask(PAST, False, AT_THE_OPERA, TICK)
    with pytest.raises(PreventUpdate):
        tiles.ask(PAST, False, AT_THE_OPERA, TICK, MOVE)
    assert "1 of 1" in tiles.ask(PAST, True, AT_THE_OPERA, MOVE)
    assert "1 of 5" in tiles.ask(PAST, False, None, f"{ids.AT}.data")


def test_a_link_says_what_is_counted(view: View) -> None:
    assert write(Link(counted=True)) == "?numbers=sight"
    assert read("?numbers=sight", view).counted is True
    for other in ("", "?numbers=", "?numbers=all", "?numbers=sight2"):
        assert read(other, view).counted is False
