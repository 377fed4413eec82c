"""Years out of start_date: many spellings of one year, and none made up out of a span."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data_access.importers.osm_years import OLDEST, year
from tests.drawing import Drawing, by_id, refused


@pytest.mark.parametrize(
    "said",
    [
        "1889", " 1889 ", "1889-05", "1889-05-20", "1889/05/20", "1889.5.2", "20.05.1889", "05/1889", "10/11/1889",
        "May 1889", "20 May 1889", "May 20, 1889", "~1889", "c. 1889", "ca 1889", "circa 1889", "j:1889-05-20",
        "1889-05-20T00:00:00Z", "năm 1889", "1889;1889-05",
    ],
)  # fmt: skip
def test_one_year_has_many_spellings(said: str) -> None:
    assert year(said, 2026) == 1889


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("1860s", "a span of years, not a year"),
        ("C18", "a span of years, not a year"),
        ("early C19", "a span of years, not a year"),
        ("mid 14th century", "a span of years, not a year"),
        ("before 1855", "a span of years, not a year"),
        ("after 1855", "a span of years, not a year"),
        ("<1855", "a span of years, not a year"),
        ("1914..1918", "a span of years, not a year"),
        ("1914-1918", "a span of years, not a year"),
        ("1914 – 1918", "a span of years, not a year"),
        ("1823 BC", "a span of years, not a year"),
        ("1903; 1927", "two different years"),
        ("2027", "in the future"),
        ("9999-12-31", "in the future"),
        ("85", "not a year that can be understood"),
        ("12/85", "not a year that can be understood"),
        ("1889-13", "not a year that can be understood"),
        ("18890520", "not a year that can be understood"),
        ("old", "not a year that can be understood"),
        ("", "not a year that can be understood"),
        (";", "not a year that can be understood"),
        ("Năm con rồng", "not a year that can be understood"),
    ],
)
def test_what_is_no_year_is_refused_with_its_reason(said: str, why: str) -> None:
    assert str(year(said, 2026)) == why


@given(some.text(max_size=20) | some.from_regex(r"[~<]?[0-9C]{1,4}([-/. ][0-9s]{1,4}){0,2}", fullmatch=True))
def test_no_text_gives_a_year_that_is_not_in_it(said: str) -> None:
    told = year(said, 2026)
    if isinstance(told, int):
        assert OLDEST <= told <= 2026
        assert str(told) in said


def test_a_building_bears_its_year_and_a_bad_one_leaves_it_standing(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "years.osm.pbf")
    drawing.square(0.000, building="yes", start_date="1911-07")
    drawing.square(0.001, building="yes", start_date="1860s")
    drawing.square(0.002, building="yes")
    drawing.square(0.000, building__part="yes", start_date="~1954")
    found = drawing.read()
    assert [by_id(found)[f"way/{n}"].built for n in (1, 2, 3, 4)] == [1911, None, None, 1954]
    assert refused(found, "years in which they were built") == {"a span of years, not a year": 1}
    assert found.tally.kept["years in which they were built"] == 2
