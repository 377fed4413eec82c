"""The first panel after signing in: what changed since one was here, readable in a minute."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dash.exceptions import PreventUpdate

from components.news import News, news
from components.since import MOST, panel, since_of, summary, told_to
from components.view import View
from data_access import words
from data_access.pulse import Pulse
from data_access.records import About, Packet, Reading
from data_access.writer import Message
from layers.since import Change, ranked
from tests.components.noon import found, said
from tests.components.remembering import Person, remembering
from tests.small_city import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
A_MINUTE_OF_READING = 238  # words of English, read silently by adults (Brysbaert 2019, a mean of 190 studies)


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def view(tmp_path: Path, person: Person) -> Iterator[View]:
    with words.speaking("en"), remembering(tmp_path, person) as made:
        yield made


def left(view: View, person: Person, minutes: float) -> None:
    """Somebody was here so many minutes before noon, and then went."""
    person.now = NOON - minutes * MINUTE
    told_to(view, None, False, None)
    person.now = NOON


def test_who_was_here_before_is_told_since_when(view: View, person: Person) -> None:
    left(view, person, 35)
    told, look, of = told_to(view, None, False, None)
    assert look == "news"
    assert of == (NOON - 35 * MINUTE).isoformat()
    assert "What changed since you were here" in said(told)
    assert "Since Monday 2 March 2026, 11:25" in said(told)


def test_it_tells_what_opened_what_ended_and_what_fell_silent(view: View) -> None:
    told = news(view, NOON - 35 * MINUTE)
    by_id = {change.id: change for change in told.changes}
    assert by_id["i-fire"].kind == "begun"
    assert by_id["i-crash"].kind == "over"
    assert by_id["air-silent"].kind == "begun"
    assert by_id["air-silent"].at == NOON - 30 * MINUTE
    assert told.lines[0].id == "i-fire", "the worst comes first"


def test_a_moment_within_an_outage_blames_no_device_and_nothing_has_settled_since(view: View) -> None:
    def told() -> dict[str, str]:
        return {change.id: change.kind for change in news(heard, NOON - 35 * MINUTE).changes}

    about = About("air-9", "Harbour", "sensor", 105.85, 21.03, {"pm25_ug_m3": "µg/m³"}, 60.0)
    spoke = [*range(50, 60), *range(20)]  # minutes before noon
    readings = [Reading("air-9", "pm25_ug_m3", 10.0, NOON - minute * MINUTE) for minute in spoke]
    heard = replace(view, pulse=lambda: Pulse(NOON.timestamp(), True))
    assert view.acts is not None
    with view.acts.writing() as writer:
        writer.commit(
            [Message("x", b"", NOON, packet=Packet((fact,), "air-9", None, None)) for fact in [about, *readings]]
        )
        assert told()["air-9"] == "over"
        writer.note_outage(NOON - 50 * MINUTE, NOON - 40 * MINUTE)
        assert told()["air-9"] == "over", "it had the time to speak again"
        writer.note_outage(NOON - 50 * MINUTE, NOON - 20 * MINUTE)
    assert "air-9" not in told()
    assert told()[""] == "over"
    (fact,) = (change for change in news(heard, NOON - 35 * MINUTE).changes if change.id == "")
    with view.acts.writing() as writer:  # by a clock that was ahead: it would hold for all that is past
        writer.note_outage(NOON - 45 * MINUTE, NOON + 24 * HOUR)
    assert "" in told()
    assert "broker or listener lost 15 minutes ago" in fact.what


def test_each_line_leads_to_its_thing_and_to_its_moment(view: View) -> None:
    told: Any = panel(news(view, NOON - 35 * MINUTE), NOON - 35 * MINUTE, None)
    _read, first, jump = found(told, "Button")[:3]
    assert (first.__dict__["data-layer"], first.__dict__["data-id"]) == ("incidents", "i-fire")
    assert jump.__dict__["data-at"] == (NOON - 12 * MINUTE).isoformat()


def test_numbers_are_told_as_they_were_and_as_they_are(view: View) -> None:
    told = {label: (before, after) for label, before, after in news(view, NOON - 35 * MINUTE).numbers}
    assert told["Open incidents"][0] == "1"
    assert told["Open incidents"][1].startswith("3")


def test_who_was_never_here_is_told_of_the_last_day(view: View) -> None:
    told, _look, of = told_to(view, None, False, None)
    assert of == "first"
    assert "for the first time" in said(told)


def test_what_was_read_is_one_line_that_opens_again(view: View, person: Person) -> None:
    left(view, person, 35)
    told, look, _of = told_to(view, {"do": "read"}, False, None)
    assert look == "news folded"
    assert said(told).strip() == "What changed since 11:25"
    assert told_to(view, None, False, None)[1] == "news folded", "also when the page is opened anew"
    assert told_to(view, {"do": "open"}, False, None)[1] == "news"


def test_another_span_can_be_asked_for_and_no_other_than_those_offered(view: View, person: Person) -> None:
    left(view, person, 35)
    assert "In the last" in said(told_to(view, {"do": "span", "hours": 8}, False, None)[0])
    for hours in (7, "8", None, 1e9):
        assert "11:25" in said(told_to(view, {"do": "span", "hours": hours}, False, None)[0])


def test_a_sign_of_life_leaves_the_panel_as_it_is(view: View, person: Person) -> None:
    left(view, person, 35)
    of = told_to(view, None, False, None)[2]
    person.now += MINUTE
    with pytest.raises(PreventUpdate):
        told_to(view, None, True, of)


def test_who_comes_back_to_a_page_that_stood_open_is_told_the_news(view: View, person: Person) -> None:
    left(view, person, 35)
    of = told_to(view, {"do": "read"}, False, None)[2]
    person.now += 9 * HOUR
    told, look, anew = told_to(view, {"do": "read"}, True, of)
    assert (look, anew) == ("news", NOON.isoformat())
    assert "9 hours ago" in said(told)


def test_a_stranger_and_a_desk_without_memory_are_told_nothing(view: View, person: Person) -> None:
    person.session = None
    assert told_to(view, None, False, None) == ([], "news folded", None)


def test_no_more_is_told_than_a_week_and_no_earlier_than_the_first_fact() -> None:
    week, first = timedelta(days=7), NOON - timedelta(days=30)
    assert since_of(NOON - timedelta(days=20), None, first, NOON) == NOON - week
    assert since_of(NOON - HOUR, None, first, NOON) == NOON - HOUR
    assert since_of(NOON - HOUR, 24, first, NOON) == NOON - timedelta(days=1)
    assert since_of(NOON - timedelta(days=2), None, NOON - HOUR, NOON) == NOON - HOUR
    assert since_of(None, None, None, NOON) == NOON - timedelta(days=1)


def told(changes: list[Change], **other: Any) -> News:
    numbers = tuple((f"Number {n}", "12", "13 µg/m³") for n in range(5))
    rest = {"numbers": numbers, "new": (), "gone": ()} | other
    return News(NOON - 9 * HOUR, NOON, tuple(changes), tuple(ranked(changes)), **rest)


def storm() -> list[Change]:
    return [
        Change(
            ("begun", "passed", "over", "moved", "noted")[n % 5],  # type: ignore[arg-type]  # each is a kind
            n % 4 + 1,
            ("incidents", "pm25", "cameras")[n % 3],
            f"x-{n}",
            f"Water on the corner of Trần Hưng Đạo and the quay {n}",
            "flood, opened 03:12; now: on scene",
            NOON - n * MINUTE,
        )
        for n in range(500)
    ]


@pytest.mark.parametrize("spoken", words.LANGUAGES)
def test_even_a_night_of_storm_is_read_in_a_minute(spoken: str) -> None:
    with words.speaking(spoken):
        shown: Any = panel(told(storm(), new=tuple("abcdef")), NOON - 9 * HOUR, None)
        assert len(said(shown).split()) <= A_MINUTE_OF_READING * (1.4 if spoken == "vi" else 1)  # syllables stand alone
        assert len([one for one in found(shown, "Button") if "need" in str(one.className)]) == MOST  # type: ignore[attr-defined]
        (rest,) = found(shown, "Rows")
        lines = ranked(storm())
        assert len(rest.rows) == len(lines) - MOST  # type: ignore[attr-defined]
        assert {pick[1] for pick in rest.picks} == {line.id for line in lines[MOST:]}  # type: ignore[attr-defined]


def test_nothing_new_is_said_to_be_nothing() -> None:
    with words.speaking("en"):
        quiet = panel(told([], numbers=()), NOON - 9 * HOUR, None)
        assert "the city is as you left it" in said(quiet)


def test_the_sentence_counts_what_opened_and_ended() -> None:
    with words.speaking("en"):
        counted = summary(told(storm()[:15], gone=("cam-9",)))
    assert counted.startswith("2 incidents opened; 2 incidents ended; 2 more things need attention")
    assert counted.endswith("1 device was taken out.")
