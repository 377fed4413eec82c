"""A change is made by the live desk alone: the server refuses it in a replay, and to a page that may only look."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.changing import changed, may_change
from components.view import View
from data_access.refusals import CannotDo
from tests.components.noon import desk_at_noon
from tests.small_city import NOON


class Hand:
    """Counts how often it was asked to write."""

    def __init__(self) -> None:
        self.writes = 0

    @contextmanager
    def writing(self) -> Iterator[Any]:
        self.writes += 1
        yield self


@pytest.fixture
def view(tmp_path: Path) -> View:
    return replace(desk_at_noon(tmp_path), acts=Hand(), who=lambda: "Lan")


def test_the_live_desk_changes_something_in_the_name_of_who_asks(view: View) -> None:
    assert changed(view, None, lambda writer, who: f"done by {who}") == (True, "done by Lan")
    assert view.acts.writes == 1  # type: ignore[union-attr]  # the Hand above


@pytest.mark.parametrize("at", [NOON.isoformat(), "nonsense", "", 0, False, {}])
def test_a_page_that_names_any_time_at_all_changes_nothing(view: View, at: object) -> None:
    made, told = changed(view, at, lambda writer, who: "done")
    assert not made
    assert "replay" in told
    assert view.acts.writes == 0  # type: ignore[union-attr]  # the Hand above


def test_a_page_that_may_only_look_changes_nothing(view: View) -> None:
    with pytest.raises(CannotDo, match="only shows"):
        may_change(replace(view, acts=None), None)
