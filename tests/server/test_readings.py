"""All readings of a stretch as one CSV: every row once, one head, and nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from data_access.records import Packet, Reading
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from server import problems, readings
from server.shapes import inert
from tests.small_city import NOON, url_of

LIVELY = '=HYPERLINK("http://elsewhere","look")'
MINUTE = timedelta(minutes=1)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the address over a store with 25 readings, of which a page holds four."""
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    facts = [
        Reading("d-1", "pm25_ug_m3", 0.1 * n, NOON - n * MINUTE, "good" if n % 5 else "suspect") for n in range(25)
    ]
    writer.bulk((fact, fact.observed_at) for fact in facts)
    lively = Reading("=1+1", "@sum", 1.0, NOON - MINUTE, boot=LIVELY, seq=7)
    packet = Packet((lively,), lively.device_id, LIVELY, 7)
    writer.commit([Message("anything", b"", NOON, packet=packet)])
    writer.close()
    monkeypatch.setattr(readings, "READINGS", 4)
    router, server = APIRouter(), FastAPI()
    readings.serve(router, CityStore.open(url_of(tmp_path)).readings, lambda: NOON + MINUTE)
    problems.watch(server)
    server.include_router(router)
    with TestClient(server) as client:

        def ask(**query: str) -> Any:
            return client.get("/api/readings", params={"format": "csv", **query})

        yield ask


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


def test_a_whole_stretch_comes_at_once_and_each_reading_once(asked: Any) -> None:
    answer = asked(device="d-1", limit="all")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "link" not in answer.headers
    rows = rows_of(answer)
    assert answer.text.count("observed_at") == 1
    assert [float(row["value"]) for row in rows] == [0.1 * n for n in reversed(range(25))]


def test_it_is_the_same_as_its_pages_one_after_the_other(asked: Any) -> None:
    whole, pages = rows_of(asked(limit="all")), []
    answer = asked(limit="4")
    while True:
        pages += rows_of(answer)
        if "link" not in answer.headers:
            break
        query = answer.links["next"]["url"].partition("?")[2]
        answer = asked(**dict(pair.split("=") for pair in query.replace("%3A", ":").replace("%2B", "+").split("&")))
    assert pages == whole
    assert len(whole) == 26


def test_whatever_a_device_calls_itself_does_nothing_in_a_spreadsheet(asked: Any) -> None:
    (row,) = [row for row in rows_of(asked(limit="all")) if row["value"] == "1.0" and row["seq"] == "7"]
    assert (row["device_id"], row["metric"], row["boot"]) == ("'=1+1", "'@sum", inert(LIVELY))
    assert row["boot"].startswith("'=")


def test_all_is_for_a_table_only_and_json_keeps_its_pages(asked: Any) -> None:
    assert asked(format="json", limit="all").status_code == 400
    assert asked(limit="5").status_code == 400
    assert asked(limit="all", **{"from": "2026-03-02T06:00:00Z"}).status_code == 400
