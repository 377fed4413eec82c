"""The API over the real store: every layer answers now and then, and no query, however odd, makes it fail."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import notes
from data_access.records import Note
from data_access.writer import CityWriter
from layers import LAYERS
from live import frames
from server import api, problems
from tests import small_city
from tests.conftest import free_port
from tests.server.small_ops import serving

KEYS = [layer.key for layer in LAYERS]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, port = tmp_path_factory.mktemp("city"), free_port()
    store = small_city.small_city(folder)
    writer = CityWriter.open(small_city.url_of(folder), clock=lambda: small_city.NOON)
    writer.act(notes.pin, Note("Road closed until six", small_city.LON, small_city.LAT, small_city.NOON), "Lan")
    writer.close()
    server = FastAPI()
    problems.watch(server)
    server.include_router(api.routes(store, LAYERS, frames.snapshot, finds=True, now=lambda: small_city.NOON))
    with serving(server, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    store.close()


@pytest.mark.parametrize("key", KEYS)
def test_every_layer_has_features_and_columns_that_agree(client: httpx.Client, key: str) -> None:
    told = client.get(f"/api/layers/{key}").json()
    frame = frames.decode(client.get(f"/api/columns/{key}").content)
    assert [feature["id"] for feature in told["features"]] == frame.columns["id"]
    assert told["matched"] > 0
    for feature in told["features"]:
        assert {"observed_at", "age_s", "status"} <= feature["properties"].keys()
        assert feature["geometry"] is None or feature["geometry"]["type"] in ("Point", "Polygon", "MultiPolygon")


def test_what_a_person_wrote_about_an_incident_is_told_to_those_who_may_ask(client: httpx.Client) -> None:
    (fire,) = [f for f in client.get("/api/layers/incidents").json()["features"] if f["id"] == "i-fire"]
    assert (fire["properties"]["severity"], fire["properties"]["state"]) == (1, "assigned")


def test_a_sensor_half_an_hour_ago_says_what_it_said_then(client: httpx.Client) -> None:
    def air(**query: str) -> dict[str, Any]:
        found = client.get("/api/layers/pm25", params=query).json()["features"]
        return {feature["id"]: feature["properties"] for feature in found}

    assert air()["air-1"]["pm25_ug_m3"] == 10.0
    assert air()["air-silent"]["status"] == "dead"
    then = air(at="2026-03-02T04:30:00Z")
    assert (then["air-1"]["pm25_ug_m3"], then["air-silent"]["status"]) == (40.0, "fresh")
    assert then["air-never"]["status"] == "unknown"


def test_a_missing_value_says_why_and_is_no_zero(client: httpx.Client) -> None:
    found = client.get("/api/layers/pm25").json()["features"]
    (missing,) = [feature["properties"] for feature in found if feature["id"] == "air-missing"]
    assert (missing["pm25_ug_m3"], missing["quality"]) == (None, "missing")


def test_all_readings_of_a_day_page_by_page(client: httpx.Client) -> None:
    path = "/api/readings?device=air-1&limit=50&from=2026-03-02T04:00:30Z&to=2026-03-02T05:00:01Z"
    seen: list[dict[str, Any]] = []
    while path:
        page = client.get(path).json()
        seen += page["readings"]
        path = page["next"]
    assert len(seen) == 120
    assert len({(row["metric"], row["observed_at"]) for row in seen}) == 120
    numbered = [row for row in seen if row["seq"]]
    assert {type(row["seq"]) for row in numbered} == {int}
    assert {row["boot"] for row in numbered} == {"a"}


def test_a_search_tells_what_it_is_where_it_lies_and_which_layer_shows_it(client: httpx.Client) -> None:
    (camera,) = client.get("/api/search", params={"q": "station SQUARE"}).json()
    assert camera == {
        "id": "cam-1",
        "kind": "camera",
        "layer": "cameras",
        "name": "Station square",
        "name_en": None,
        "context": "cam-1",
        "lon": small_city.LON + 0.001,
        "lat": small_city.LAT + 0.001,
        "bounds": None,
    }
    (hall,) = client.get("/api/search", params={"q": "hall", "limit": "1"}).json()
    assert (hall["id"], hall["layer"]) == ("b-1", "buildings")
    assert hall["bounds"][0] < hall["lon"] < hall["bounds"][2]
    assert client.get("/api/search").json() == []
    assert len(client.get("/api/search", params={"q": "a", "limit": "2"}).json()) == 2


@pytest.mark.parametrize(
    ("query", "words"), [({"q": "x" * 201}, "up to 200 characters"), ({"q": "a", "limit": "101"}, "from 1 to 100")]
)
def test_a_search_without_bounds_is_refused(client: httpx.Client, query: dict[str, str], words: str) -> None:
    answer = client.get("/api/search", params=query)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


ODD = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "0", "-1", "1e9", "nan", "2026-03-02T05:00:00Z", "0,0,1,1", "105,21,106,22", "\0", "😀", "%", "null"]
    ),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.tuples(*[st.floats()] * 4).map(lambda box: ",".join(map(str, box))),
)
NAMES = st.sampled_from(["at", "bbox", "limit", "device", "metric", "from", "to", "format", "after", "lang", "q"])
PATHS = st.one_of(
    st.sampled_from([f"/api/{what}/{key}" for what in ("layers", "columns") for key in (*KEYS, "none")]),
    st.sampled_from(["/api/readings", "/api/search"]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS, query=st.lists(st.tuples(NAMES, ODD), max_size=4))
def test_no_query_makes_it_fail(client: httpx.Client, path: str, query: list[tuple[str, str]]) -> None:
    encoded = urlencode([(name, value.encode("utf-8", "replace")) for name, value in query])
    answer = client.get(f"{path}?{encoded}")
    assert answer.status_code in (200, 400, 404), answer.text
    if answer.status_code != 200:
        assert answer.json()["detail"]
