"""The page of health: one sentence for how it stands, every count with its meaning, and what is missing by its name."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from components import health
from components.around import around
from components.page import page
from components.view import View
from data_access.pulse import Pulse
from data_access.records import Packet, Reading
from data_access.words import N_, Text, speaking
from data_access.writer import CityWriter, Message
from tests.components.noon import desk_at_noon, said
from tests.small_city import NOON, url_of

AT = NOON.timestamp()
COUNTS = {"received": 1_200, "stored": 2_400, "duplicates": 3, "quarantined": 4, "held": 0, "queued": 5}
WELL = Pulse(AT, True, lag_s=0.2, started=AT - 3_600, stored_at=AT - 1, counts=COUNTS)


@pytest.fixture
def view(tmp_path: Path) -> View:
    return replace(desk_at_noon(tmp_path), pulse=lambda: WELL)


@pytest.mark.parametrize(
    ("pulse", "severity", "words"),
    [
        (None, 1, "nothing is taken in"),
        (Pulse(AT, True, fault=Text("The disk is full.")), 1, "The disk is full."),
        (Pulse(AT, False, deaf_since=AT - 60), 2, "on its way to the broker"),
        (Pulse(AT, True, lag_s=95.0), 2, "it waits 2 minutes"),
        (Pulse(AT, True, counts={"held": 7}), 3, "held back"),
        (Pulse(AT, True, started=AT - 60, counts={"received": 0}), 4, "nothing has come"),
        (WELL, 4, "All is well"),
    ],
)
def test_how_it_stands_is_one_sentence(pulse: Pulse | None, severity: int, words: str) -> None:
    found, sentence = health.standing(pulse, NOON)
    assert found == severity
    assert words in sentence


def test_what_is_wrong_is_said_in_the_readers_language_not_in_the_listeners(tmp_path: Path) -> None:
    wrong = N_("No broker answers at {address}: {reason}.").format(address="mqtt://here:1883", reason="Refused {0}")
    Pulse(AT, False, fault=wrong).write(tmp_path)
    told = Pulse.last(tmp_path)
    assert health.standing(told, NOON) == (1, "No broker answers at mqtt://here:1883: Refused {0}.")
    with speaking("vi"):
        _severity, sentence = health.standing(told, NOON)
    assert "mqtt://here:1883" in sentence
    assert "answers" not in sentence


def test_every_count_stands_there_with_its_meaning(view: View) -> None:
    told = said(health.body(view))
    for words in ("2,400", "Received 1,200 messages since", "Delay less than a second", "Broker connected"):
        assert words in told
    assert "Of every device that numbers its messages all have come." in told


def test_what_is_held_back_is_not_told_twice(view: View) -> None:
    loud = Pulse(AT, True, counts=COUNTS | {"quarantined": 4_004, "held": 4_000})
    told = said(health.body(replace(view, pulse=lambda: loud)))
    assert "Refused 4 messages" in told
    assert "Held back 4,000 messages" in told


def test_without_a_listener_nothing_is_made_up(view: View) -> None:
    for last in (None, msgspec.structs.replace(WELL, at=AT - 11)):
        told = said(health.body(replace(view, pulse=lambda last=last: last)))
        assert "It tells every second how it fares; it has not for ten." in told
        assert "Received" not in told


def test_what_is_missing_and_what_was_refused_is_named(tmp_path: Path, view: View) -> None:
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)

    def numbered(seq: int) -> Message:
        reading = Reading("air-1", "pm25_ug_m3", 1.0, NOON - timedelta(days=400) + seq * timedelta(seconds=1))
        return Message("cityglass/air-1/readings", b"", NOON, packet=Packet((reading,), "air-1", "b7", seq))

    writer.commit(
        [numbered(1), numbered(4), Message("cityglass/bad/readings", b"x", NOON, fault="no JSON object", count=9)]
    )
    writer.close()
    parts = health.body(view)
    rows = [row for part in parts for table in tables(part) for row in table.rows]
    assert ("air-1", "b7", "2", "2-3", "0") in rows
    assert ("bad", "no JSON object", "9") in rows


def test_whose_clock_is_wrong_is_told_there_and_in_its_drawer(tmp_path: Path, view: View) -> None:
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    for n in range(2):
        reading = Reading("air-1", "pm25_ug_m3", 1.0, NOON + timedelta(minutes=10, seconds=n))
        heard = NOON - timedelta(seconds=2 - n)
        writer.commit([Message("cityglass/air-1/readings", b"", heard, packet=Packet((reading,), "air-1"))])
    writer.close()
    rows = [row for part in health.body(view) for table in tables(part) for row in table.rows]
    assert ("air-1", "10 minutes ahead") in rows
    assert "Its clock 10 minutes ahead" in said(around(view, ("pm25", "air-1"), None))
    assert "Its clock" not in said(around(view, ("pm25", "air-1"), NOON))  # what was then is not known


def tables(part: object) -> list[health.Rows]:
    """Every table within."""
    if isinstance(part, health.Rows):
        return [part]
    inside = getattr(part, "children", None)
    parts = inside if isinstance(inside, list) else [inside]
    return [table for one in parts if one is not None and not isinstance(one, str) for table in tables(one)]


@pytest.mark.parametrize(("language", "words"), [("en", "Health"), ("vi", "Tình trạng")])
def test_the_page_has_its_address_in_both_languages(view: View, language: str, words: str) -> None:
    with speaking(language):
        parts, name = page("/health", "", None, view, view)
        assert name == "health"
        assert words in said(parts)
