"""Property tests: whatever comes, in whatever order, every answer is what a slow replay of all events says."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import keeper, keyframes
from data_access.queries import Cameras, Devices, IncidentHistory, Incidents, Latest, Parking, Question, Track
from data_access.records import INCIDENT_STATES, About, Incident, Online, Packet, Reading
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from tests.data_access.reference import Reference
from tests.small_city import NOON

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DEVICES = ("air-1", "cam-1", "park-1", "stranger")
METRICS = ("pm25_ug_m3", "occupied_spaces", "total_spaces")
KINDS = {"air-1": "sensor", "cam-1": "camera", "park-1": "parking"}
QUESTIONS: tuple[Question, ...] = (
    Latest("pm25_ug_m3"),
    Latest("occupied_spaces"),
    Parking(),
    Cameras(),
    Devices(),
    Incidents(),
    Incidents(open_only=False),
    IncidentHistory("i-1"),
    Track("air-1", "pm25_ug_m3", NOON - HOUR, NOON + HOUR),
)

# Few moments, so that things fall on the same one; some of them so far ahead that a clock must be wrong.
moments = st.integers(-20, 20).map(lambda n: NOON + n * MINUTE)
delays = st.sampled_from([timedelta(0), SECOND, -30 * SECOND, -61 * SECOND, 7 * MINUTE, HOUR])


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, Any]:
    device, metric, at = draw(st.sampled_from(DEVICES)), draw(st.sampled_from(METRICS)), draw(moments)
    # One key has one value: what happens otherwise is a matter of who came first, and tested in test_writer.
    value = float((len(metric) + at.minute) % 7)
    missing = at.minute % 5 == 0
    reading = Reading(
        device, metric, None if missing else value, at, "invalid" if missing else "good", "b", at.minute + 1
    )
    return reading, at + draw(delays)


@st.composite
def incidents(draw: st.DrawFn) -> tuple[Incident, Any]:
    at, state = draw(moments), draw(st.sampled_from(INCIDENT_STATES))
    told = (draw(st.sampled_from(["i-1", "i-2"])), at, "fire", draw(st.integers(1, 2)), state)
    # One time and state has one wording here, since the order of the digests is the store's own affair.
    wording = f"{told[0]} {at.minute} {state}"
    return Incident(*told[:3], 1 + len(wording) % 4, state, 105.8, 21.0, wording, "dispatch"), at + draw(delays)


@st.composite
def comings(draw: st.DrawFn) -> list[tuple[Online, Any, bool]]:
    steps = draw(st.lists(st.integers(1, 900), max_size=6))
    found, at = [], NOON - 20 * MINUTE
    for step in steps:
        at += step * SECOND
        boot = draw(st.sampled_from([None, "a", "b"]))
        told = Online(draw(st.sampled_from(DEVICES)), draw(st.booleans()), boot)
        found.append((told, at, draw(st.booleans())))
    return found


@st.composite
def abouts(draw: st.DrawFn) -> list[tuple[About, Any]]:
    found, at = [], NOON - 15 * MINUTE
    for _ in range(draw(st.integers(0, 5))):
        at += draw(st.integers(1, 500)) * SECOND
        device = draw(st.sampled_from(sorted(KINDS)))
        metrics = draw(st.sampled_from([{}, {"pm25_ug_m3": "µg/m³"}, {"occupied_spaces": "1"}]))
        fields = draw(st.sampled_from([{}, {"total_spaces": 90.0, "azimuth_deg": 45.0}]))
        found.append(
            (About(device, draw(st.sampled_from(["A", "Ă"])), KINDS[device], 105.8, 21.0, metrics, 60.0, fields), at)
        )
    return found


@st.composite
def lives(draw: st.DrawFn) -> tuple[Reference, list[Message]]:
    """What a city is told, and the messages that tell it in some order; some of them twice."""
    told = {(r.device_id, r.metric, r.observed_at): (r, at) for r, at in draw(st.lists(readings(), max_size=40))}
    said = {incident: (incident, at) for incident, at in draw(st.lists(incidents(), max_size=12))}
    city = Reference([*told.values()], draw(comings()), [*said.values()], draw(abouts()))
    free = [message(fact, at) for fact, at in [*city.readings, *city.incidents]]
    free += draw(st.lists(st.sampled_from(free), max_size=10)) if free else []
    free = draw(st.permutations(free))
    # Coming, going and declaring are dated by their arrival, so they keep their order among themselves.
    bound = [message(told, at, retained) for told, at, retained in city.comings]
    bound += [message(about, at) for about, at in city.abouts]
    bound.sort(key=lambda one: one.received_at)
    for one in bound:
        free.insert(draw(st.integers(0, len(free))), one)
    places = [i for i, one in enumerate(free) if one in bound]
    for place, one in zip(places, bound, strict=True):
        free[place] = one
    return city, free


def message(fact: Any, received_at: Any, retained: bool = False) -> Message:
    device = getattr(fact, "device_id", "events")
    packet = Packet((fact,), device, getattr(fact, "boot", None), getattr(fact, "seq", None))
    return Message(f"cityglass/{device}/x", b"{}", received_at, retained, packet)


@cache
def empty() -> Path:
    """An empty city, made once: every example begins with a copy."""
    path = Path(tempfile.mkdtemp()) / "city.db"
    CityWriter.open(f"sqlite:///{path}").close()
    return path


@contextmanager
def city_of(messages: list[Message], batch: int = 7) -> Iterator[tuple[CityStore, CityWriter]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copy(empty(), folder)}"
        writer = CityWriter.open(url, clock=lambda: NOON + 2 * HOUR)
        for start in range(0, len(messages), batch):
            writer.commit(messages[start : start + batch])
        store = CityStore.open(url)
        yield store, writer
        store.close()
        writer.close()


def rows(store: CityStore, question: Question, at: Any) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row._asdict().items() if name != "revision"}
        for row in store.answer(question, at)
    ]


TIMES = (None, *(NOON + n * MINUTE for n in (-60, -20, -19, -7, -3, 0, 1, 5, 20, 90)), NOON + 90 * SECOND)


@settings(max_examples=40, deadline=None)
@given(lives())
def test_every_answer_is_what_a_replay_of_all_events_says(life: tuple[Reference, list[Message]]) -> None:
    reference, messages = life
    with city_of(messages) as (store, _writer):
        for question in QUESTIONS:
            for at in TIMES:
                assert rows(store, question, at) == reference.answer(question, at), (question, at)


@settings(max_examples=25, deadline=None)
@given(lives(), st.integers(1, 9), st.integers(0, 40))
def test_keyframes_change_no_answer_even_when_data_comes_late(
    life: tuple[Reference, list[Message]], batch: int, made_after: int
) -> None:
    reference, messages = life
    before, keyframes.FEW = keyframes.FEW, 0
    least, keeper.LEAST = keeper.LEAST, 3
    try:
        with city_of(messages[:made_after], batch) as (store, writer):
            writer.keep_keyframes(NOON + HOUR)
            for remade in (False, True):  # what is late is right at once, and when the worker has come round
                if remade:
                    writer.keep_keyframes(NOON + 2 * HOUR)
                else:
                    writer.commit(messages[made_after:])
                for question in QUESTIONS[:5]:
                    for at in TIMES:
                        assert rows(store, question, at) == reference.answer(question, at), (question, at, remade)
    finally:
        keyframes.FEW, keeper.LEAST = before, least


def test_the_reference_would_see_a_wrong_answer() -> None:
    reading = Reading("air-1", "pm25_ug_m3", 5.0, NOON)
    about = About("air-1", "A", "sensor", 105.8, 21.0)
    reference = Reference([(reading, NOON)], [], [], [(about, NOON)])
    wrong = Reading("air-1", "pm25_ug_m3", 6.0, NOON)
    with city_of([message(about, NOON), message(wrong, NOON)]) as (store, _writer):
        assert rows(store, Latest("pm25_ug_m3"), None) != reference.answer(Latest("pm25_ug_m3"), None)


@settings(max_examples=12, deadline=None)
@given(lives(), st.randoms())
def test_telling_everything_again_in_another_order_changes_no_row(life: Any, chance: Any) -> None:
    _reference, messages = life
    again = [one for one in messages if isinstance(one.packet.facts[0], (Reading, Incident))] * 2
    chance.shuffle(again)
    with city_of(messages) as (store, writer):
        revision = store.revision()
        before = [rows(store, question, at) for question in QUESTIONS for at in TIMES]
        done = writer.commit(again)
        assert (done.stored, done.quarantined, store.revision()) == (0, 0, revision)
        assert done.duplicates == len(again)
        assert [rows(store, question, at) for question in QUESTIONS for at in TIMES] == before


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
def test_an_empty_city_answers_every_question(question: Question) -> None:
    with city_of([]) as (store, _writer):
        assert rows(store, question, None) == rows(store, question, NOON) == []
