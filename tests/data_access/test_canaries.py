"""Canaries in every private place of a city, and none in what is published; counts that no difference gives away."""

import struct
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access.privacy import ByArea, OneByOne
from data_access.public_store import PublicStore
from data_access.publisher import publish
from data_access.queries import Cameras, Latest, Parking, Question
from data_access.records import About, Incident, Packet, Reading
from data_access.store import CityStore
from data_access.table import Table
from data_access.writer import CityWriter, Message, View
from layers import LAYERS
from tests.small_city import BUILDINGS, CITY, LAT, LON, MINUTE, NOON, small_city, url_of

QUESTIONS = [(layer.key, layer.query, layer.public) for layer in LAYERS]
LATER = NOON + 20 * MINUTE
PUBLISHED = [layer for layer in LAYERS if layer.public]

CANARY = "CANARY"
FIGURE = 7777.125  # a number that stands nowhere else; its eight bytes are searched for


def canary(name: str) -> str:
    return f"{CANARY}-{name}"


def plant(folder: Path) -> CityStore:
    """The small city with a canary in everything that no rule lets out."""
    small_city(folder).close()
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    fields: dict[str, float | str] = {"azimuth_deg": FIGURE, "mount_height_m": FIGURE, "range_m": FIGURE}
    secret = {canary("field"): canary("field-value")}
    writer.declare(
        [
            About(
                canary("camera"),
                canary("camera-name"),
                "camera",
                LON + 0.0001,
                LAT,
                {"frames_per_s": "1/s"},
                10.0,
                fields | secret,
            ),
            About(canary("sway"), canary("sway-name"), "sensor", LON, LAT, {"sway_mm": canary("unit")}, 60.0, secret),
            About(
                "air-9",
                "Tower",
                "sensor",
                LON,
                LAT,
                {"pm25_ug_m3": "µg/m³", "people_count": canary("unit")},
                60.0,
                secret,
            ),
        ],
        canary("register"),
        at=NOON - 60 * MINUTE,
    )
    writer.see([View(canary("camera"), f'{{"type":"Point","coordinates":[{FIGURE},1]}}', FIGURE, 0.5)], at=NOON)
    at = NOON - 30 * MINUTE
    writer.bulk(
        (reading, reading.observed_at)
        for reading in (
            Reading(canary("sway"), "sway_mm", FIGURE, at),
            Reading(canary("stranger"), "pm25_ug_m3", FIGURE, at),
            Reading("air-9", "people_count", FIGURE, at),
            Reading("air-9", canary("metric"), FIGURE, at),
            Reading("air-9", "pm25_ug_m3", 12.5, at, boot=canary("boot"), seq=5),
            Reading("air-9", "pm25_ug_m3", FIGURE, LATER - 5 * MINUTE),  # too young to be told
            Reading("air-9", "pm25_ug_m3", FIGURE, NOON - timedelta(days=3)),  # too old to be told
            Reading(canary("camera"), "frames_per_s", FIGURE, at),
        )
    )
    writer.say(
        [
            (
                Incident(
                    canary("incident"),
                    at,
                    "crime",
                    1,
                    state,
                    LON,
                    LAT,
                    canary("title"),
                    canary("source"),
                    canary("text"),
                ),
                at,
            )  # type: ignore[arg-type]  # a state's word
            for state in ("new", "closed")
        ]
    )
    topic = f"cityglass/{canary('topic')}/readings"
    writer.commit([Message(topic, canary("payload").encode(), NOON, fault=canary("reason"))])
    conflict = Packet((Reading("air-9", "pm25_ug_m3", FIGURE, at),), "air-9")
    writer.commit([Message("cityglass/air-9/readings", canary("conflict").encode(), NOON, packet=conflict)])
    writer.build(BUILDINGS, canary("map"), at=NOON)
    writer.close()
    return CityStore.open(url_of(folder))


def leaks(folder: Path) -> list[str]:
    """Where a canary shows: in the bytes of any file of the folder, or in any answer of its store."""
    found = []
    needles = [CANARY.encode(), struct.pack(">d", FIGURE), str(FIGURE).encode()]
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            found += [f"{path.name}: {needle!r}" for needle in needles if needle in raw]
    store = PublicStore(folder)
    told: list[Any] = [store.city(), store.readings(limit=100_000)]
    for layer in PUBLISHED:
        told += [list(store.answer(layer.query, at)) for at in (None, NOON, NOON - 30 * MINUTE)]
    told += [list(store.readings(limit=100_000)[0])]
    return found + [f"answer: {part!r}"[:200] for part in told if CANARY in repr(part) or str(FIGURE) in repr(part)]


def test_no_canary_is_in_the_bytes_or_the_answers_of_what_is_published(tmp_path: Path) -> None:
    city = plant(tmp_path)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("city.db*"))
    for name in (
        "camera-name",
        "title",
        "text",
        "source",
        "payload",
        "boot",
        "field-value",
        "metric",
        "register",
        "reason",
    ):
        assert canary(name).encode() in raw, f"{name} was never planted"
    publish(city, QUESTIONS, tmp_path / "public", LATER)
    assert leaks(tmp_path / "public") == []
    told = {row.id: row.value for row in PublicStore(tmp_path / "public").answer(Latest("pm25_ug_m3"))}
    assert told["air-9"] == 12.5  # the search was of a snapshot that holds what it should
    city.close()


class Leaky(OneByOne):
    """A rule that lets everything out and says that it keeps its promise: what the search must find."""

    __slots__ = ()
    moving = ()

    def apply(self, answer: Table, asked: datetime) -> Table:
        return answer

    def kept_by(self, told: Table, now: datetime) -> bool:
        return True


@pytest.mark.parametrize("question", [Cameras(), Latest("sway_mm"), Latest("pm25_ug_m3")], ids=repr)
def test_a_rule_that_leaks_would_be_found(question: Question, tmp_path: Path) -> None:
    city = plant(tmp_path)
    leaky = [(key, asked, rule) for key, asked, rule in QUESTIONS if asked != question]
    publish(city, [*leaky, ("leak", question, Leaky(timedelta(0)))], tmp_path / "public", LATER)
    assert leaks(tmp_path / "public") != []
    city.close()


def test_a_file_left_beside_the_snapshot_would_be_found(tmp_path: Path) -> None:
    city = plant(tmp_path)
    publish(city, QUESTIONS, tmp_path / "public", LATER)
    (tmp_path / "public" / "public.db-journal").write_bytes(b"..." + canary("journal").encode())
    assert leaks(tmp_path / "public") != []
    city.close()


def test_an_hour_of_snapshots_lets_nobody_count_single_cars(tmp_path: Path) -> None:
    """Cars come and go one by one; every snapshot, every past bucket and every difference is looked at."""
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.describe(CITY)
    writer.declare(
        [
            About(f"p{n}", f"P{n}", "parking", LON, LAT, {"occupied_spaces": "1"}, 60.0, {"total_spaces": total})
            for n, total in enumerate((25, 60, 200))
        ],
        "register",
        at=NOON - 600 * MINUTE,
    )
    taken = [
        min(total, max(0, start + (minute * 7) % 23 - 11))
        for minute in range(180)
        for start, total in ((8, 25), (52, 60), (101, 200))
    ]
    writer.bulk(
        (reading, reading.observed_at)
        for place, count in enumerate(taken)
        for reading in [Reading(f"p{place % 3}", "occupied_spaces", float(count), NOON - (180 - place // 3) * MINUTE)]
    )
    writer.close()
    city = CityStore.open(url_of(tmp_path))
    numbers: dict[str, set[float]] = {}
    for minute in range(0, 60, 4):
        publish(city, QUESTIONS, tmp_path / "public", NOON + minute * MINUTE)
        store = PublicStore(tmp_path / "public")
        for at in [None, *(NOON - m * MINUTE for m in range(0, 180, 5))]:
            for row in store.answer(Parking(), at):
                told = numbers.setdefault(row.id, {row.total_spaces})
                if row.occupied_spaces is not None:
                    told.add(row.occupied_spaces)
        store.close()
    assert len(numbers["p2"]) > 2, "nothing moved, so nothing was tried"
    for told in numbers.values():
        assert min(told) >= 10
        for one in told:
            for other in told:
                assert not 0 < abs(one - other) < 10
    city.close()


def test_one_question_with_two_rules_is_refused(tmp_path: Path) -> None:
    city = small_city(tmp_path)
    twice = [("fine", Cameras(), ByArea(500)), ("coarse", Cameras(), ByArea(700))]
    with pytest.raises(ValueError, match="two rules"):
        publish(city, twice, tmp_path / "public", LATER)
    assert not (tmp_path / "public" / "public.db").exists()


def test_no_two_layers_put_one_question_under_two_rules() -> None:
    rules: dict[str, Any] = {}
    for layer in LAYERS:
        assert rules.setdefault(repr(layer.query), layer.public) == layer.public
