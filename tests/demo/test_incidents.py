"""What happens in the town: all kinds of incidents, each from new to closed in order; more in rush and storm."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.records import INCIDENT_KINDS, INCIDENT_STATES, OVER, Incident
from demo.clock import hour
from demo.incidents import A_DAY, LONGEST_S, fires, life, storm_life, told
from demo.rain import STORM_LASTS_S, Storm, storms
from demo.town import SEED, town

START = datetime(2026, 3, 1, 17, tzinfo=UTC)  # Monday, 2 March, midnight in the town
WEEK = told(SEED, START, START + timedelta(days=7))
NEW = [word for word in WEEK if word.state == "new"]


def hours(words: list[Incident]) -> np.ndarray:
    return hour(np.array([word.at.timestamp() for word in words]))


def open_at(now: datetime, raised: tuple[Storm, ...] = ()) -> list[Incident]:
    """The newest word about each incident that is not over."""
    newest = {word.id: word for word in told(SEED, now - timedelta(seconds=2 * LONGEST_S), now, raised)}
    return [word for word in newest.values() if word.state not in OVER]


def in_order(words: list[Incident]) -> bool:
    """Whether these words about one incident are a life that is whole."""
    return [word.state for word in words] == list(INCIDENT_STATES) and all(
        earlier.at < later.at for earlier, later in pairwise(words)
    )


@pytest.mark.parametrize("start", range(0, 60, 7))
def test_all_twelve_kinds_occur_within_any_week(start: int) -> None:
    begin = START + timedelta(days=start)
    assert {word.kind for word in told(SEED, begin, begin + timedelta(days=7))} == set(INCIDENT_KINDS)


def test_each_closed_incident_ran_through_its_states_in_order() -> None:
    begun = {word.id for word in NEW}
    lives: dict[str, list[Incident]] = {}
    for word in WEEK:
        if word.id in begun:
            lives.setdefault(word.id, []).append(word)
    closed = [words for words in lives.values() if words[-1].state == "closed"]
    assert len(closed) > 300
    assert all(in_order(words) for words in closed)
    assert not in_order(closed[0][:2] + closed[0][3:])  # a step left out
    assert not in_order([*closed[0][:1], closed[0][2], closed[0][1], *closed[0][3:]])  # two exchanged


@given(st.integers(19_000, 23_000), st.integers(0, A_DAY - 1))
@settings(max_examples=60)
def test_a_life_is_over_in_time_and_stays_one_thing(day: int, number: int) -> None:
    words = list(life(SEED, day, number))
    assert in_order(words)
    steps = np.diff([word.at.timestamp() for word in words])
    assert 60 <= steps[0] <= 20 * 60 or words[0].kind in ("road", "other", "water", "tree")
    assert 15 * 60 < steps.sum() < LONGEST_S
    assert len({(word.id, word.kind, word.lon, word.lat, word.title, word.severity) for word in words}) == 1


def test_urgent_matters_are_met_sooner_than_small_ones() -> None:
    first = {word.id: word for word in NEW}
    waits: dict[int, list[float]] = {1: [], 4: []}
    for word in WEEK:
        if word.state == "on_scene" and word.id in first and word.severity in waits:
            waits[word.severity].append((word.at - first[word.id].at).total_seconds())
    assert np.median(waits[1]) < 0.6 * np.median(waits[4])


def test_incidents_lie_in_the_town_and_name_a_street() -> None:
    west, south, east, north = town(SEED).city.bounds
    streets = {place.name for place in town(SEED).places if place.kind == "street"}
    for word in NEW:
        assert west < word.lon < east
        assert south < word.lat < north
        assert word.title.rsplit(", ", 1)[1] in streets
        assert word.text


def test_a_few_incidents_are_open_at_any_time_and_never_too_many_to_follow() -> None:
    counts = [len(open_at(START + timedelta(minutes=17 * step))) for step in range(590)]
    assert min(counts) >= 1
    assert max(counts) <= 30
    assert 3 < np.mean(counts) < 12


def test_new_incidents_come_at_a_rate_a_person_can_follow() -> None:
    assert len(NEW) / 7 < 144  # one in ten minutes is what alarm standards call acceptable
    spans = Counter(int(word.at.timestamp() // 600) for word in NEW)
    assert max(spans.values()) < 10  # and ten in ten minutes a flood


def test_more_happens_in_the_rush_than_at_night() -> None:
    calm = hours([word for word in NEW if "storm" not in word.id])
    rush = ((calm >= 6.5) & (calm < 8.5)).sum() + ((calm >= 16.5) & (calm < 19)).sum()
    night = ((calm >= 0.5) & (calm < 5)).sum()  # as many hours
    assert rush > 2 * night
    crashes = hours([word for word in NEW if word.kind == "crash" and "storm" not in word.id])
    assert ((crashes >= 6) & (crashes < 20)).mean() > 0.7


def test_most_happens_in_a_storm_and_it_is_what_storms_bring() -> None:
    storm = storms(SEED, START.timestamp(), START.timestamp() + 7 * 86_400)[0]
    near = [word for word in NEW if 0 <= word.at.timestamp() - storm.begin < STORM_LASTS_S]
    usual = (len(NEW) - len(near)) / (7 * 86_400 - STORM_LASTS_S) * STORM_LASTS_S
    assert len(near) > 2 * usual
    for kind in ("tree", "flood", "power"):
        assert sum(word.kind == kind for word in near) >= 2
    blocked, flooded = (
        [word.at.timestamp() - storm.begin for word in near if "storm" in word.id and word.title.startswith(title)]
        for title in ("Cây đổ", "Nước sông")
    )
    assert np.median(blocked) < np.median(flooded)  # the wind is there before the river


def test_a_storm_on_demand_brings_incidents_that_were_not_there_and_changes_none() -> None:
    begin = storms(SEED, START.timestamp(), START.timestamp() + 7 * 86_400)[0].begin + 3 * 86_400
    now = datetime.fromtimestamp(begin, UTC)
    raised = told(SEED, now, now + timedelta(hours=12), (Storm(begin),))
    usual = told(SEED, now, now + timedelta(hours=12))
    more = [word for word in raised if word not in usual]
    assert set(usual) <= set(raised)
    assert len({word.id for word in more}) >= 15
    assert min(word.at for word in more) > now
    lives = [[word for word in more if word.id == one] for one in {word.id for word in more}]
    assert sum(in_order(words) for words in lives) > 0.8 * len(lives)
    assert in_order(list(storm_life(SEED, Storm(begin), 0)))


def test_what_burns_is_a_fire_that_was_told_of() -> None:
    day = int((START.timestamp() + 7 * 3600) // 86_400)
    burning = [fire for one in range(7) for fire in fires(SEED, day + one)]
    bad = [word for word in NEW if word.kind == "fire" and word.severity <= 2 and "storm" not in word.id]
    assert sorted((lon, lat) for lon, lat, *_rest in burning) == sorted((word.lon, word.lat) for word in bad)
    assert all(600 < end - begin < LONGEST_S for _lon, _lat, begin, end, _severity in burning)


@given(st.integers(0, 10_000), st.integers(1, 5_000), st.integers(1, 5_000))
@settings(max_examples=30)
def test_two_spans_tell_what_one_tells(start: int, first: int, second: int) -> None:
    begin = START + timedelta(minutes=start)
    middle, end = begin + timedelta(minutes=first), begin + timedelta(minutes=first + second)
    assert told(SEED, begin, middle) + told(SEED, middle, end) == told(SEED, begin, end)
