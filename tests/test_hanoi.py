"""A real number from a real packet on a real city: Hanoi's buildings, and its PM2.5 of 2019 played over MQTT."""

import csv
import gzip
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from data_access.queries import BuildingCount, Track
from data_access.store import CityStore
from tests.conftest import HOUSE
from tests.running import Running
from tests.test_packet_to_pixel import Page, eventually

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.cities, pytest.mark.slow]

STATION, METRIC = "us-embassy-hanoi", "pm25_ug_m3"
NOON = datetime(2019, 3, 5, 5, 0, tzinfo=UTC)  # twelve o'clock in Hanoi
IN_THE_GAP = datetime(2019, 7, 15, 5, 0, tzinfo=UTC)


def measured(file: Path) -> dict[datetime, float]:
    """Every valid hour of 2019 by the end of that hour, read without any of our code."""
    hours = {}
    with gzip.open(file, "rt", encoding="utf-8-sig") as opened:
        for row in csv.DictReader(opened):
            if row["Year"] == "2019" and row["QC Name"] == "Valid" and float(row["Raw Conc."]) != -999:
                label = datetime(2019, int(row["Month"]), int(row["Day"]), tzinfo=UTC)
                hours[label + timedelta(hours=int(row["Hour"]) - 7)] = float(row["Raw Conc."])
    return hours


@pytest.fixture(scope="module")
def hanoi(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Hanoi with nobody speaking, and then the year 2019 played into it by the command a person would use."""
    city = shared / "hanoi" / "hanoi-centre.osm.pbf"
    running = Running(tmp_path_factory.mktemp("hanoi"), f"--city={city}", "--no-simulation")
    running.wait_until_ready(240)
    series = shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz"
    replay = ["replay", str(series), "--year=2019", f"--broker={running.broker}"]
    subprocess.run([sys.executable, str(HOUSE / "app.py"), *replay], check=True, capture_output=True, timeout=200)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def store(hanoi: Running) -> Iterator[CityStore]:
    opened = CityStore.open(f"sqlite:///{hanoi.folder}/city.db")
    yield opened
    opened.close()


def test_the_buildings_of_hanoi_and_their_heights_add_up(store: CityStore) -> None:
    counted = {(row.part, row.height_source): row.count for row in store.answer(BuildingCount())}
    whole = {source: count for (part, source), count in counted.items() if not part}
    assert sum(whole.values()) == 3564
    assert sum(count for (part, _source), count in counted.items() if part) == 54
    assert whole["tagged"] == 9
    assert set(whole) <= {"tagged", "levels", "estimated", "unknown"}


def test_the_year_stands_in_the_store_with_its_gap(store: CityStore, shared: Path) -> None:
    hours = measured(shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz")
    assert len(hours) > 4000
    year = Track(STATION, METRIC, datetime(2018, 12, 31, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC))
    told = {row.observed_at: row.value for row in store.answer(year)}
    assert {at: value for at, value in told.items() if value is not None} == hours
    moments = sorted(told)
    longest = max(later - earlier for earlier, later in pairwise(moments))
    assert longest > timedelta(days=150)


def test_a_real_number_stands_on_the_real_city_then_and_in_its_gap(hanoi: Running, shared: Path, chromium: Any) -> None:
    hours = measured(shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz")
    page = Page(chromium, hanoi.link())
    assert page.ask("() => window.cityglass.rendered().buildings") > 200
    address = page.page.url.split("?")[0]
    page.page.goto(f"{address}?at={NOON.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    page.wait_for_value("pm25", STATION, hours[NOON])
    page.page.goto(f"{address}?at={IN_THE_GAP.strftime('%Y-%m-%dT%H:%M:%SZ')}&selected=pm25/{STATION}")
    last = max(at for at in hours if at < IN_THE_GAP)
    page.wait_for_value("pm25", STATION, hours[last])
    drawer = page.page.locator("#detail")
    eventually(lambda: "silent" in drawer.inner_text(), 30)  # 10 weeks old, and said so
    assert page.complaints == []
    page.close()
