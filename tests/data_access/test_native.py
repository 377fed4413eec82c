"""The native dialect, word by word: what is taken, what is refused and with which reason."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import nan
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.decoders import DecodeError
from data_access.decoders.native import decode
from data_access.records import About, Incident, Online, Packet, Reading
from tests.captured import captured

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOX = "cityglass/air-opera/readings"
TAKEN = {packet.name: packet for packet in captured("native")}


def reading(metric: str, value: float | None, at: datetime, **more: Any) -> Reading:
    return Reading("air-opera", metric, value, at, **more)


FIRE = Incident(
    "2026/0017", NOON - 1.5 * MINUTE, "fire", 1, "new", 105.85, 21.03, "Cháy nhà hàng", "114", "Tầng hai.\nCó khói."
)
SAID = {
    "after_boot.json": (
        reading("pm25_ug_m3", 12.5, NOON, boot="b-7f3a", seq=1),
        reading("temperature_c", 31.2, NOON, boot="b-7f3a", seq=1),
    ),
    "zero_is_a_value.json": (
        reading("rain_mm_h", 0.0, NOON + MINUTE),
        reading("temperature_c", 0.0, NOON + MINUTE),
    ),
    "null_is_nothing.json": (reading("temperature_c", 30.9, NOON + 2 * MINUTE),),
    "sensor_fault_with_its_reason.json": (
        reading("pm25_ug_m3", None, NOON + 3 * MINUTE, quality="invalid"),
        reading("temperature_c", 71.5, NOON + 3 * MINUTE, quality="suspect"),
    ),
    "epoch_seconds.json": (
        reading("noise_db", 61.0, NOON + 4 * MINUTE + timedelta(milliseconds=250), boot="b-7f3a", seq=5),
    ),
    "epoch_milliseconds.json": (reading("noise_db", 58.4, NOON + 5 * MINUTE + timedelta(milliseconds=250)),),
    "numbers_lost_for_good.json": (),
    "alive_with_nothing_to_say.json": (),
    "pretty_printed_by_hand.json": (reading("humidity_pct", 81.0, NOON + 7 * MINUTE + timedelta(microseconds=123456)),),
    "came.bin": (Online("air-opera", True),),
    "last_will.bin": (Online("air-opera", False),),
    "came_after_boot.json": (Online("air-opera", True, "b-7f3a"),),
    "camera_with_its_optics.json": (
        About(
            "cam-bridge",
            "Cầu Long Biên",
            "camera",
            105.86,
            21.044,
            {"frames_per_s": "1/s"},
            10.0,
            {"mount_height_m": 6.0, "azimuth_deg": 120.0, "field_of_view_deg": 70.0, "range_m": 90.0},
        ),
    ),
    "camera_of_unknown_direction.json": (
        About("cam-bridge", "Chợ", "camera", 105.85, 21.038, fields={"range_m": 60.0}),
    ),
    "no_place.json": (About("cam-bridge", "X", "camera", nan, nan),),
    "parking_site.json": (
        About(
            "parking-hang-da",
            "Bãi đỗ Hàng Da",
            "parking",
            105.846,
            21.031,
            {"occupied_spaces": "1"},
            30.0,
            {"total_spaces": 120.0},
        ),
    ),
    "opened.json": (FIRE,),
    "nothing_more_to_say.json": (
        Incident("2026/0017", FIRE.at, "fire", 1, "new", 105.85, 21.03, "Cháy nhà hàng", "114"),
    ),
}
REFUSED = {
    "cut_off.bin": "it is not JSON",
    "empty.bin": "the payload is empty",
    "two_in_one.bin": "it is not JSON",
    "windows_text_file.bin": "it is not JSON",
    "latin1_instead_of_utf8.bin": "it is not JSON",
    "sixteen_bit_text.bin": "it is not JSON",
    "line_noise.bin": "it is not JSON",
    "not_a_number.bin": "it is not JSON",
    "larger_than_any_number.json": "it is not JSON",
    "number_in_quotes.json": "not a finite number: pm25_ug_m3",
    "yes_is_no_number.json": "not a finite number: people_count",
    "same_metric_twice.json": "a name stands in it twice: pm25_ug_m3",
    "clock_without_zone.json": "the time is neither RFC 3339 with its time zone nor a number",
    "thirtieth_of_february.json": "there is no such time",
    "no_time.json": "something is missing: at",
    "sequence_from_zero.json": "a number outside its range: seq 0",
    "nul_in_boot.json": "a character that must not stand in text: boot U+0000",
    "half_a_character.json": "it is not JSON",
    "list_instead_of_object.json": "it is not a JSON object",
    "missing_yet_there.json": "a value is there that is said to be missing: pm25_ug_m3",
    "name_with_a_space.json": "the device's name in the topic is not allowed: 'air opera'",
    "shouting.bin": "not one of the values allowed: status b'ONLINE'",
    "unknown_word.json": "not one of the values allowed: status sleeping",
    "place_outside_the_world.json": "a number outside its range: lon 205.86",
    "name_that_turns_round.json": "a character that must not stand in text: name U+202E",
    "half_a_place.json": "something is missing: lat",
    "severity_five.json": "a number outside its range: severity 5",
    "unknown_state.json": "not one of the values allowed: state burning",
    "kind_of_another_topic.json": "the topic names another kind than the message: 'flood'",
    "unknown_kind.json": "not one of the values allowed: kind party",
}


def test_every_captured_packet_has_its_expected_end() -> None:
    assert set(TAKEN) == set(SAID) | set(REFUSED)


@pytest.mark.parametrize("name", SAID)
def test_a_good_packet_says_exactly_this(name: str) -> None:
    packet = decode(TAKEN[name].topic, TAKEN[name].payload)
    assert packet.facts == SAID[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_packet_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode(TAKEN[name].topic, TAKEN[name].payload)
    assert refused.value.reason.startswith(REFUSED[name])


def test_numbers_lost_for_good_are_told_without_readings() -> None:
    packet = decode(BOX, TAKEN["numbers_lost_for_good.json"].payload)
    assert packet == Packet((), "air-opera", "b-7f3a", None, ((18, 19), (25, 25)))


def test_a_sign_of_life_is_numbered_like_a_reading() -> None:
    packet = decode(BOX, TAKEN["alive_with_nothing_to_say.json"].payload)
    assert (packet.device_id, packet.boot, packet.seq) == ("air-opera", "b-7f3a", 20)


def said(**more: Any) -> bytes:
    return json.dumps({"at": "2026-03-02T05:00:00Z", "values": {"pm25_ug_m3": 12.5}} | more).encode()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "the payload is too large"),
        (b"[" * 30_000 + b"]" * 30_000, "it is not JSON"),
        (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "it is not JSON: nested too deep"),
        (b'{"a\\u0062":' * 1_000 + b"1" + b"}" * 1_000, "it is not JSON: nested too deep"),
        (b'{"at":' + b"9" * 5_000 + b"}", "it is not JSON"),
        (said(at=-1), "the time lies before 1970"),
        (said(at="1969-12-31T23:59:59Z"), "the time lies before 1970"),
        (said(at="0001-01-01T00:00:00+23:59"), "there is no such time"),
        (said(at=1e300), "there is no such time"),
        (said(at="2026-W10-1T05:00:00Z"), "the time is neither"),
        (said(at="٢٠٢٦-03-02T05:00:00Z"), "the time is neither"),
        (said(at=True), "not a finite number: at"),
        (said(values=[12.5]), "not an object: values"),
        (said(values={"PM2.5": 1}), "a metric's name"),
        (said(values={"": 1}), "a metric's name"),
        (said(values={"$online": 1}), "a metric's name"),
        (said(values={f"m{i}": i for i in range(257)}), "too many at once"),
        (said(quality={"noise_db": "suspect"}), "a quality is stated"),
        (said(quality={"pm25_ug_m3": "future"}), "not one of the values allowed"),
        (said(quality={"pm25_ug_m3": ["suspect"]}), "not one of the values allowed"),
        (said(boot=7), "not a text: boot"),
        (said(boot=" "), "an empty text: boot"),
        (said(boot="b" * 65), "a text too long: boot"),
        (said(boot="b", seq=1.0), "not a whole number: seq"),
        (said(boot="b", seq=True), "not a whole number: seq"),
        (said(boot="b", seq=2**63), "a number outside its range: seq"),
        (said(lost=[[1, 2]]), "something is missing: boot"),
        (said(boot="b", lost=[[2, 1]]), "a number outside its range: lost"),
        (said(boot="b", lost=[[1, 2, 3]]), "not a list of ranges"),
        (said(boot="b", lost={"1": 2}), "not a list of ranges"),
        (said(boot="b", lost=[[1, 1]] * 257), "too many at once"),
    ],
)
def test_what_no_honest_device_sends_is_refused(payload: bytes, reason: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode(BOX, payload)
    assert refused.value.reason.startswith(reason)
    assert len(refused.value.reason) < 300


def test_a_double_name_hidden_behind_an_escape_is_still_found() -> None:
    hidden = b'{"at":"2026-03-02T05:00:00Z","x":"\\u003a","values":{"pm25_ug_m3":1,"pm25_ug_m3":2}}'
    with pytest.raises(DecodeError, match="a name stands in it twice"):
        decode(BOX, hidden)


def test_colons_within_text_are_no_double_names() -> None:
    packet = decode(BOX, said(note="a:b::c", more={"x:y": [":", {"z": ":"}]}))
    assert len(packet.facts) == 1


def test_a_leap_second_is_the_moment_after() -> None:
    (fact,) = decode(BOX, said(at="2016-12-31T23:59:60Z")).facts
    assert isinstance(fact, Reading)
    assert fact.observed_at == datetime(2017, 1, 1, tzinfo=UTC)


def test_a_name_in_two_writings_is_one_name() -> None:
    about = {"kind": "sensor", "lon": 105.8, "lat": 21.0}
    composed, decomposed = (
        decode("cityglass/x/about", json.dumps(about | {"name": normalize(form, "Hồ Tây")}).encode()).facts
        for form in ("NFC", "NFD")
    )
    assert composed == decomposed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("azimuth_deg", 361),
        ("azimuth_deg", "north"),
        ("total_spaces", -1),
        ("interval_s", 0),
        ("interval_s", "60"),
        ("kind", "Sensor"),
        ("metrics", ["pm25_ug_m3"]),
        ("metrics", {"pm25_ug_m3": 1}),
        ("Colour", "red"),
        ("owner", {"name": "x"}),
        ("name", ""),
        ("name", "a\nb"),
        ("lat", None),
    ],
)
def test_a_declaration_with_a_false_field_is_refused(field: str, value: Any) -> None:
    about = {"name": "Opera", "kind": "sensor", "lon": 105.8, "lat": 21.0} | {field: value}
    with pytest.raises(DecodeError):
        decode("cityglass/x/about", json.dumps(about).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("at", "boot", "seq", "values", "quality", "lost", "status", "name", "kind", "lon", "lat", "metrics"),
        *("interval_s", "azimuth_deg", "total_spaces", "id", "severity", "state", "title", "source", "text"),
    ]
)
TOPICS = st.sampled_from(
    [f"cityglass/box/{what}" for what in ("readings", "status", "about")] + ["cityglass/events/fire"]
)


@settings(max_examples=500, deadline=None)
@given(
    TOPICS, st.dictionaries(NAMES, JSON | st.sampled_from(["2026-03-02T05:00:00Z", "fire", "new", 1, 21.0]), max_size=9)
)
def test_any_object_of_known_names_is_taken_or_refused(topic: str, content: dict[str, Any]) -> None:
    with suppress(DecodeError):
        repr(decode(topic, json.dumps(content).encode())).encode()


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
        st.floats(allow_nan=False, allow_infinity=False),
        max_size=5,
    ),
    st.datetimes(NOON.replace(year=1971, tzinfo=None), NOON.replace(year=9998, tzinfo=None), timezones=st.timezones()),
)
def test_what_a_device_measured_comes_out_as_it_went_in(values: dict[str, float], at: datetime) -> None:
    at = at.astimezone(UTC)
    packet = decode(BOX, json.dumps({"at": at.isoformat(), "values": values}).encode())
    assert {fact.metric: fact.value for fact in packet.facts if isinstance(fact, Reading)} == values
    assert all(fact.observed_at == at for fact in packet.facts if isinstance(fact, Reading))
