"""Heights from OpenStreetMap: who says so, what is refused, and that a guess never looks measured."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data_access.importers import osm_heights
from tests.drawing import Drawing, by_id, refused


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    return Drawing(tmp_path / "tiny.osm.pbf")


@pytest.mark.parametrize(
    ("said", "height"),
    [
        ("12", 12.0), ("12.5", 12.5), ("12 m", 12.0), ("12m", 12.0), (" 8 ", 8.0), ("40'", 12.19), ("40 ft", 12.19),
        ("12'6\"", 3.81), ("12' 6\"", 3.81), ("3 metres", 3.0),
    ],
)  # fmt: skip
def test_a_height_is_read_in_metres_and_feet(said: str, height: float) -> None:
    assert osm_heights.metres(said) == pytest.approx(height)
    assert osm_heights.height({"building": "yes", "height": said}, "yes", 100).source == "tagged"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("high", "not a number that can be understood"),
        ("12,5", "not a number that can be understood"),
        ("10;12", "not a number that can be understood"),
        ("-3", "not a number that can be understood"),
        ("nan", "not a number that can be understood"),
        ("", "not a number that can be understood"),
        ("0", "not a possible size"),
        ("10000", "not a possible size"),
    ],
)
def test_a_bad_height_is_refused_with_its_reason_and_the_building_stays(said: str, why: str, drawing: Drawing) -> None:
    drawing.square(building="house", height=said)
    found = drawing.read()
    (house,) = found.buildings
    assert (house.height_m, house.height_source) == (6.0, "estimated")
    assert refused(found, "tags for heights") == {f"height: {why}": 1}
    assert found.tally.kept["buildings"] == 1


@given(some.text(max_size=12))
def test_no_text_in_a_height_is_taken_for_more_than_it_says(said: str) -> None:
    height = osm_heights.height({"building": "yes", "height": said, "building:levels": said}, "yes", None)
    if height.source == "unknown":
        assert height.metres is None
        assert height.faults
    else:
        assert height.metres is not None
        assert 0 < height.metres <= 1_000


def test_levels_count_where_no_height_is_given(drawing: Drawing) -> None:
    drawing.square(0.000, building="yes", building__levels="5")
    drawing.square(0.001, building="yes", building__levels="5", roof__levels="1")
    drawing.square(0.002, building="yes", building__levels="5", height="17")
    drawing.square(0.003, building="yes", building__levels="many")
    tall = by_id(drawing.read())
    assert (tall["way/1"].height_m, tall["way/1"].height_source, tall["way/1"].levels) == (16.0, "levels", 5)
    assert (tall["way/2"].height_m, tall["way/2"].height_source) == (19.2, "levels")
    assert (tall["way/3"].height_m, tall["way/3"].height_source, tall["way/3"].levels) == (17.0, "tagged", 5)
    assert (tall["way/4"].height_source, tall["way/4"].levels) == ("estimated", None)


def test_a_guess_never_looks_measured(drawing: Drawing) -> None:
    for number, kind in enumerate([*osm_heights.USUAL_LEVELS, "yes"]):
        drawing.square(number / 1000, building=kind)
    for building in drawing.read().buildings:
        assert building.height_source == "estimated"
        assert building.height_m == round(building.height_m or 0.5)
        assert building.levels is None


def test_of_a_large_building_of_no_kind_nobody_says_a_height(drawing: Drawing) -> None:
    drawing.square(0.00, 0.00003, building="yes")  # 10 m²: a stall
    drawing.square(0.01, 0.0001, building="yes")
    drawing.square(0.02, 0.001, building="yes")  # over a hectare
    drawing.square(0.03, 0.0001, building="zeppelin")
    told = by_id(drawing.read())
    assert [(told[f"way/{n}"].height_m, told[f"way/{n}"].height_source) for n in (1, 2, 3, 4)] == [
        (3.0, "estimated"), (10.0, "estimated"), (None, "unknown"), (None, "unknown"),
    ]  # fmt: skip


def test_a_part_hangs_where_it_says_and_is_never_estimated(drawing: Drawing) -> None:
    drawing.square(building="office", height="60")
    drawing.square(building__part="yes", height="60", min_height="20")
    drawing.square(building__part="yes", building__levels="10", building__min_level="5")
    drawing.square(building__part="roof")
    drawing.square(building__part="yes", height="10", min_height="30")
    found = drawing.read()
    told = by_id(found)
    assert [told[f"way/{n}"].part for n in (1, 2, 3, 4, 5)] == [False, True, True, True, True]
    assert (told["way/2"].height_m, told["way/2"].min_height_m) == (60.0, 20.0)
    assert (told["way/3"].height_m, told["way/3"].min_height_m, told["way/3"].height_source) == (32.0, 16.0, "levels")
    assert (told["way/4"].height_m, told["way/4"].height_source) == (None, "unknown")
    assert told["way/5"].height_source == "unknown"
    assert refused(found, "tags for heights of parts") == {"height: not a possible size": 1}
    assert (found.tally.kept["buildings"], found.tally.kept["parts of buildings"]) == (1, 4)
