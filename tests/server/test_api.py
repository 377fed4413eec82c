"""The addresses others rely on: their shapes, their ages, and a sentence for whatever they cannot answer."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.queries import Buildings
from data_access.table import Table
from live import frames
from server.asked import box, instant
from server.problems import Problem
from server.shapes import collection, comma_separated, inert, within
from tests.server.small_ops import NOON, Ops, SmallStore, microseconds, small_ops


@pytest.fixture(scope="module")
def ops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ops]:
    with small_ops(tmp_path_factory.mktemp("ops"), SmallStore(sensors=5)) as served:
        served.store.say("s1", 20.0, at=NOON - timedelta(minutes=4))
        served.store.say("s2", None, at=NOON - timedelta(hours=1))
        served.store.say("s3", 5.5, lon=106.5)
        yield served


def get(ops: Ops, path: str, **more: Any) -> httpx.Response:
    headers = ops.bearer | more.pop("headers", {})
    return httpx.get(ops.url + path, headers=headers, **more)


def test_the_list_of_layers_names_key_title_group_and_unit(ops: Ops) -> None:
    (layer,) = get(ops, "/api/layers").json()
    assert (layer["key"], layer["title"], layer["group"], layer["unit"]) == ("pm25", "Fine dust", "Air", "µg/m³")


def test_features_carry_id_place_value_with_its_unit_age_and_status(ops: Ops) -> None:
    answer = get(ops, "/api/layers/pm25")
    assert answer.headers["content-type"] == "application/geo+json"
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    by_id = {feature["id"]: feature for feature in told["features"]}
    assert by_id["s1"]["geometry"] == {"type": "Point", "coordinates": [105.85, 21.03]}
    late = by_id["s1"]["properties"]
    assert (late["pm25_ug_m3"], late["age_s"], late["status"]) == (20.0, 240.0, "stale")
    assert late["observed_at"] == "2026-03-01T04:56:00Z"
    assert by_id["s2"]["properties"]["pm25_ug_m3"] is None
    assert by_id["s2"]["properties"]["status"] == "dead"
    assert by_id["s0"]["properties"]["status"] == "fresh"
    assert "value" not in late
    assert "revision" not in late


def test_a_box_and_a_limit_hold_and_the_answer_says_so(ops: Ops) -> None:
    inside = get(ops, "/api/layers/pm25?bbox=105.8,21,105.9,21.1").json()
    assert {feature["id"] for feature in inside["features"]} == {"s0", "s1", "s2", "s4"}
    few = get(ops, "/api/layers/pm25?limit=2").json()
    assert (len(few["features"]), few["matched"], few["truncated"]) == (2, 5, True)
    assert not inside["truncated"]


def test_the_past_is_told_with_the_ages_of_then(ops: Ops) -> None:
    then = get(ops, "/api/layers/pm25", params={"at": "2026-03-01T11:56:00+07:00"}).json()
    assert {feature["id"]: feature["properties"]["age_s"] for feature in then["features"]} == {"s1": 0.0, "s2": 3360.0}
    unescaped = get(ops, "/api/layers/pm25?at=2026-03-01T11:56:00+07:00").json()
    assert unescaped == then


def test_columns_are_one_frame_of_the_live_channel(ops: Ops) -> None:
    answer = get(ops, "/api/columns/pm25", params={"at": "2026-03-01T04:56:00Z", "bbox": "105,21,106,22"})
    frame = frames.decode(answer.content)
    assert frame.kind == "snapshot"
    assert frame.header["revision"] == ops.store.revision()
    assert frame.header["at"] == (NOON - timedelta(minutes=4)).timestamp() * 1000
    assert frame.columns["id"] == ["s1", "s2"]


@pytest.mark.parametrize("path", ["/api/columns/pm25", "/api/layers/pm25"])
def test_what_did_not_change_is_not_sent_again(ops: Ops, path: str) -> None:
    first = get(ops, path)
    again = get(ops, path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    ops.store.say("s4", 14.0)
    changed = get(ops, path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "at=yesterday",
        "at=2026-03-01T05:00:00",
        "at=2027-03-01T05:00:00Z",
        "at=1960-01-01T00:00:00Z",
        "at=0001-01-01T00:00:00%2B14:00",
        "at=9999-12-31T23:59:59-14:00",
        "bbox=1,2,3",
        "bbox=nan,nan,nan,nan",
        "bbox=-inf,-90,inf,90",
        "bbox=170,10,-170,20",
        "bbox=0,0,0,0",
        "bbox=0,0,1,91",
        "bbox=1e400,0,2,1",
        "limit=0",
        "limit=-1",
        "limit=1e3",
        "limit=٣",
        "limit=99999999999999999999",
        "limit=50001",
    ],
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_makes_no_sense_is_refused_in_a_sentence(ops: Ops, query: str, language: str) -> None:
    answer = get(ops, f"/api/layers/pm25?{query}", headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert (told["status"], told["type"]) == (400, "about:blank")
    name = query.partition("=")[0]
    assert f"“{name}”" in told["detail"]
    assert ("đã nhận" in told["detail"]) == (language == "vi")
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nosuch", "/api/layers/nosuch", "/api/columns/x", "/api/a/b/c"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_addresses_are_404(ops: Ops, path: str, method: str) -> None:
    answer = httpx.request(method, ops.url + path, headers=ops.bearer)
    assert answer.status_code in (404, 405)
    assert answer.status_code == 404 or method != "GET"
    assert answer.headers["content-type"] == "application/problem+json"


def test_readings_come_page_by_page_without_a_gap(ops: Ops) -> None:
    path, seen = "/api/readings?limit=2&from=2026-03-01T00:00:00Z&to=2026-03-01T05:00:00Z", []
    path = path.replace("to=2026-03-01T05:00:00Z", "to=2026-03-01T05:00:30Z")
    pages = 0
    while path:
        page = get(ops, path).json()
        seen += [reading["device_id"] for reading in page["readings"]]
        path, pages = page["next"], pages + 1
        assert pages < 10
    assert seen == ["s0", "s1", "s2", "s3", "s4"]
    assert pages == 3


def test_readings_as_csv_have_a_head_and_say_where_the_next_page_is(ops: Ops) -> None:
    span = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T05:00:30Z"}
    answer = get(ops, "/api/readings", params={**span, "format": "csv", "limit": "4"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == [
        "device_id",
        "metric",
        "observed_at",
        "value",
        "quality",
        "received_at",
        "boot",
        "seq",
        "revision",
    ]
    assert [row["value"] for row in rows] == ["10.0", "20.0", "", "5.5"]
    assert rows[0]["observed_at"] == "2026-03-01T05:00:00Z"
    following = answer.headers["link"].partition(">")[0].lstrip("<")
    assert [row["device_id"] for row in csv.DictReader(io.StringIO(get(ops, following).text))] == ["s4"]


@pytest.mark.parametrize(
    "query", ["format=xml", "limit=10001", "from=2026-03-01T05:00:00Z&to=2026-03-01T04:00:00Z", "from=x"]
)
def test_readings_that_cannot_be_are_refused(ops: Ops, query: str) -> None:
    assert get(ops, f"/api/readings?{query}").status_code == 400


def test_the_health_of_a_store_that_does_not_answer_is_down(ops: Ops) -> None:
    assert httpx.get(ops.url + "/healthz").json() == {"status": "ok", "version": "test"}
    ops.store.broken = OSError("/secret/path/city.db")
    try:
        answer = httpx.get(ops.url + "/healthz")
        failed = get(ops, "/api/layers/pm25")
    finally:
        ops.store.broken = None
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert failed.status_code == 500
    assert "secret" not in failed.text + answer.text


# Shapes


def test_polygons_come_as_polygons_and_a_box_meets_them_by_their_outline() -> None:
    square = '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}'
    table = Table.of([("a", 9.0, 9.0, square), ("b", 1.0, 1.0, None)], id="s", lon="f", lat="f", geometry="s")
    met = within(table, (0.5, 0.5, 0.6, 0.6))
    assert met["id"].tolist() == ["a"]
    told = collection(table, None, timedelta(minutes=1), NOON, 10)
    assert json.loads(json.dumps(told["features"][1]["geometry"])) == {"type": "Point", "coordinates": [1.0, 1.0]}


def test_a_building_without_a_known_height_says_null(ops: Ops) -> None:
    table = Table.of([("b", float("nan"), float("nan"), None)], id="s", lon="f", lat="f", height_m="f")
    (feature,) = collection(table, None, timedelta(days=1), NOON, 10)["features"]
    assert feature["geometry"] is None
    assert feature["properties"]["height_m"] is None
    assert feature["properties"]["status"] == "unknown"


def test_the_box_is_part_of_the_question_about_buildings() -> None:
    assert Buildings(bbox=box("1,2,3,4")) == Buildings(bbox=(1.0, 2.0, 3.0, 4.0))


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_query(told: str) -> None:
    with suppress(Problem):
        at = instant(told, "at", NOON)
        assert at is None or at <= NOON + timedelta(minutes=1)
    with suppress(Problem):
        assert told == "" or box(told)


# Exports that do nothing (G19)

LIVELY = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\0=1",
    " =1",
    "\u00a0=1",
    "a\n=1",
    "a\r\n  @b",
    "＝1",
    "%0A=x",
    "|cmd",
]


@pytest.mark.parametrize("text", LIVELY)
def test_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    for line in inert(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = line.lstrip(" \t\u00a0\0")
        assert not bare or bare[0] not in "=+-@＝＋－＠|%"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30), st.floats())
def test_what_is_exported_is_read_again_exactly(text: str, number: float) -> None:
    written = comma_separated(Table.of([(text, number, microseconds(NOON))], note="s", value="f", at="t"))
    head, row = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert head == ["note", "value", "at"]
    assert row[0] == inert(text)
    assert row[0].replace("'", "") == text.replace("'", "")
    assert row[1] == ("" if number != number else repr(number))
    assert row[2] == "2026-03-01T05:00:00Z"
    for line in row[0].splitlines():
        assert not line or line[0] not in "=+-@\t"
