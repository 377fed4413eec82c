"""When the tiles are counted anew, and of what: the callback as a browser calls it."""

from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from components import ids
from components.link import Link, read, write
from components.numbers import register_numbers
from components.view import View
from data_access.words import speaking
from tests.components.noon import desk_at_noon
from tests.small_city import LAT, LON, NOON

PAST = (NOON - timedelta(minutes=20)).isoformat()
AT_THE_OPERA = {"bbox": [LON - 1e-4, LAT - 1e-4, LON + 1e-4, LAT + 1e-4]}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("noon"))


class Tiles:
    """The callback of the tiles, called as a browser calls it."""

    def __init__(self, view: View) -> None:
        app = Dash(__name__)
        register_numbers(app, view)
        self.known = app.callback_map[f"{ids.FIGURES}.figures"]
        self.count = self.known["callback"].__wrapped__

    def ask(self, at: Any, counted: Any, seen: Any) -> str:
        with speaking("en"):
            return " ".join(tile["trust"] + " " + tile["label"] for tile in self.count(at, counted, None, None, seen))


@pytest.fixture
def tiles(view: View) -> Tiles:
    return Tiles(view)


def test_a_page_that_has_just_come_counts_the_whole_city(tiles: Tiles) -> None:
    assert "2 of 5" in tiles.ask(None, False, None)
    assert "2 of 5" in tiles.ask(None, True, None)  # a map that has not said yet what it shows


def test_no_move_of_the_map_and_no_pulse_in_a_replay_takes_an_answer_away(tiles: Tiles) -> None:
    """Dash throws the answer away that comes while the same is asked again, so only what matters may ask."""
    causes = {f"{one['id']}.{one['property']}" for one in tiles.known["inputs"]}
    assert causes == {f"{name}.data" for name in (ids.AT, ids.COUNTED, ids.NEWS, ids.COUNTED_SIGHT)}


def test_what_is_counted_follows_the_map_when_that_is_asked_for(tiles: Tiles) -> None:
    assert "2 of 5" in tiles.ask(None, False, AT_THE_OPERA)
    assert "1 of 1" in tiles.ask(None, True, AT_THE_OPERA)


def test_the_past_can_be_moved_over(tiles: Tiles) -> None:
    assert "1 of 1" in tiles.ask(PAST, True, AT_THE_OPERA)
    assert "1 of 5" in tiles.ask(PAST, False, None)


def test_a_link_says_what_is_counted(view: View) -> None:
    assert write(Link(counted=True)) == "?numbers=sight"
    assert read("?numbers=sight", view).counted is True
    for other in ("", "?numbers=", "?numbers=all", "?numbers=sight2"):
        assert read(other, view).counted is False
