"""Recorded series over a real broker into the real store: values, absences with reasons, gaps, and nothing lost."""

import gzip
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_access.queries import Devices, Latest, Parking, Track
from data_access.records import QUALITIES
from data_access.store import CityStore
from data_access.table import Table
from data_access.writer import CityWriter
from demo.recording import ReplayFault
from demo.recordings import read
from demo.recordings.airnow import METRIC, STATION
from demo.replay import Summary, _messages, replay
from tests.conftest import Mosquitto
from tests.demo.recorded import counted, garages, row, table
from tests.devices import Sender, asked, listening, until, url_in

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


@pytest.fixture
def hanoi(shared: Path) -> Path:
    return shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz"


@contextmanager
def heard(mosquitto: Mosquitto) -> Iterator[list[tuple[str, Any]]]:
    """Everything that is said at this broker meanwhile."""
    with Sender(mosquitto.port, "hearer", "cityglass/#") as hearer:
        yield hearer.heard


def again_with(mosquitto: Mosquitto, before: str, after: str) -> None:
    """Start the broker anew with one line of its settings changed."""
    mosquitto.stop()
    settings = mosquitto.folder / "mosquitto.conf"
    settings.write_text(settings.read_text().replace(before, after))
    mosquitto.start()


def readings(said: list[tuple[str, Any]]) -> list[Any]:
    return [word for topic, word in said if topic == f"cityglass/{STATION}/readings"]


def fault(file: Path, url: str = "mqtt://127.0.0.1:1", **more: Any) -> str:
    with pytest.raises(ReplayFault) as caught:
        replay(file, url, **more)
    return str(caught.value)


def test_a_broker_that_is_not_there_is_said(tmp_path: Path, port: int) -> None:
    file = table(tmp_path, row(1))
    assert (
        fault(file, f"mqtt://127.0.0.1:{port}") == f"No broker answers at mqtt://127.0.0.1:{port}: Connection refused."
    )
    assert "looks like mqtt://host:1883" in fault(file, "http://broker")
    assert "must be a number above 0" in fault(file, speed=0)


@pytest.mark.broker
def test_a_broker_that_refuses_us_is_said(mosquitto: Mosquitto, tmp_path: Path) -> None:
    again_with(mosquitto, "allow_anonymous true", "allow_anonymous false")
    assert "refuses us: Not authorized" in fault(table(tmp_path, row(1)), mosquitto.url)


# --- over a broker ---------------------------------------------------------------------------------------------------


@pytest.mark.broker
def test_the_station_declares_itself_and_numbers_what_it_says(mosquitto: Mosquitto, tmp_path: Path) -> None:
    file = table(tmp_path, row(1, "-999", "Missing"), row(2, "7.5"))
    with heard(mosquitto) as said:
        summary = replay(file, mosquitto.url)
        until(lambda: len(said) == 3)
    (topic, about), *words = said
    assert topic == f"cityglass/{STATION}/about"
    assert (about["lon"], about["lat"], about["kind"], about["interval_s"]) == (105.8190, 21.0215, "sensor", 3600)
    assert about["metrics"] == {"pm25_ug_m3": "µg/m³"}
    first, second = (word for _, word in words)
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["boot"] == second["boot"]
    assert (first["values"], first["quality"]) == ({METRIC: None}, {METRIC: "missing"})
    assert (second["values"], second.get("quality")) == ({METRIC: 7.5}, None)
    assert datetime.fromisoformat(second["at"]) == datetime(2018, 12, 31, 19, tzinfo=UTC)
    assert summary.acknowledged == 3


@pytest.mark.broker
def test_moved_to_now_the_last_hour_ends_now_and_the_others_keep_their_distance(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    file = table(tmp_path, row(1), row(2), row(9))
    with heard(mosquitto) as said:
        summary = replay(file, mosquitto.url, shift=True, now=NOW)
        until(lambda: len(readings(said)) == 3)
    times = [datetime.fromisoformat(word["at"]) for word in readings(said)]
    assert times == [NOW - timedelta(hours=8), NOW - timedelta(hours=7), NOW]
    assert (summary.first, summary.last) == (times[0], NOW)


@pytest.mark.broker
def test_paced_it_waits_for_each_hour_and_can_be_stopped(mosquitto: Mosquitto, tmp_path: Path) -> None:
    file = table(tmp_path, *(row(hour) for hour in range(6)))
    stop = threading.Event()

    def told(words: str, share: float | None) -> None:
        if share:  # the first hour is said; the second is due in an hour
            stop.set()

    with heard(mosquitto) as said:
        stopped = fault(file, mosquitto.url, speed=1, stop=stop, progress=told)
        assert stopped == "Stopped after 1 of 6 rows. Play it again: none is kept twice."
        replay(file, mosquitto.url, speed=3600 * 100)
        until(lambda: {word["seq"] for word in readings(said)} == {1, 2, 3, 4, 5, 6})


@pytest.mark.broker
def test_the_account_is_told_in_sentences(mosquitto: Mosquitto, tmp_path: Path) -> None:
    bad = [row(hour, "dust") for hour in range(3, 10)]
    file = table(tmp_path, row(1), row(2, "-999", "Missing"), *bad, row(10, "3", "Suspect"), row(11, "4", day=9))
    told = replay(file, mosquitto.url).lines()
    assert told[0] == (
        "hours.csv: 11 rows = 2 with a value + 2 without a value (1 missing, 1 suspect) + 7 not understood."
    )
    assert told[1:6] == [f"Row {line}: its value is no number." for line in range(4, 9)]
    assert told[6] == "And 2 more like these."
    assert told[7] == (
        "Played from 2018-12-31 18:00 UTC to 2019-01-09 04:00 UTC; the broker acknowledged each of 5 messages."
    )
    assert told[8] == "Its longest gap has 8.0 days, from 2019-01-01 03:00 UTC; it stays a gap."


@pytest.mark.broker
def test_a_broker_that_comes_back_hears_the_rest(mosquitto: Mosquitto, tmp_path: Path) -> None:
    file = table(tmp_path, *(row(hour, day=day) for day in range(1, 21) for hour in range(24)))
    told: list[Summary] = []
    with listening(mosquitto.url, tmp_path) as listener:
        playing = threading.Thread(target=lambda: told.append(replay(file, mosquitto.url, speed=3600 * 200)))
        playing.start()
        until(lambda: listener.counts()["stored"] > 50)
        mosquitto.stop()
        mosquitto.start()
        playing.join(60)
        until(lambda: listener.counts()["stored"] == 480)
    assert told[0].recording.values == 480
    assert asked(tmp_path, "SELECT count(*), count(DISTINCT observed_at) FROM reading WHERE seq IS NOT NULL") == [
        (480, 480)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CityStore]:
    CityWriter.open(url_in(tmp_path)).close()
    opened = CityStore.open(url_in(tmp_path))
    yield opened
    opened.close()


def played(file: Path, mosquitto: Mosquitto, folder: Path, **more: Any) -> tuple[Summary, dict[str, float]]:
    """The file played to a listener with the real writer, and what that counted once all of it was stored."""
    with listening(mosquitto.url, folder) as listener:
        summary = replay(file, mosquitto.url, **more)
        until(lambda: listener.counts()["acknowledged"] == summary.acknowledged, 120)
        return summary, dict(listener.counts())


def of_device(store: CityStore, device: str, metric: str) -> Table:
    return store.answer(Track(device, metric, datetime(2010, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)))


@pytest.mark.broker
@pytest.mark.cities
@pytest.mark.slow
def test_five_years_of_hanoi_stand_in_the_store_with_their_gap_and_without_a_false_number(
    mosquitto: Mosquitto, tmp_path: Path, hanoi: Path, store: CityStore
) -> None:
    summary, counts = played(hanoi, mosquitto, tmp_path)
    assert summary.acknowledged == 35_736  # and the station's word about itself
    assert (counts["stored"], counts["duplicates"], counts["quarantined"]) == (35_735, 0, 0)
    track, mine = of_device(store, STATION, METRIC), counted(hanoi)
    values = track["value"]
    assert len(track) == 35_735
    assert np.isfinite(values).sum() == mine.pop("value") == 34_657
    assert Counter(str(quality) for quality in track["quality"][~np.isfinite(values)]) == mine
    assert mine.total() == 1_078
    assert -20 < np.nanmin(values) < 0
    times = track["observed_at"].astype("datetime64[h]")
    longest = np.diff(times).argmax()
    assert (times[longest], times[longest + 1]) == (np.datetime64("2019-04-30T15"), np.datetime64("2019-10-07T14"))
    (station,) = store.answer(Devices())
    assert (station.id, station.kind, station.interval_s) == (STATION, "sensor", 3600)
    in_may = store.answer(Latest(METRIC), at=datetime(2019, 6, 1, tzinfo=UTC))
    assert in_may["observed_at"].astype("datetime64[h]")[0] == np.datetime64("2019-04-30T15", "h")


@pytest.mark.broker
@pytest.mark.cities
def test_a_year_played_twice_is_kept_once(mosquitto: Mosquitto, tmp_path: Path, hanoi: Path, store: CityStore) -> None:
    played(hanoi, mosquitto, tmp_path, year=2019)
    _again, counts = played(hanoi, mosquitto, tmp_path, year=2019)
    assert (counts["stored"], counts["duplicates"], counts["quarantined"]) == (0, 4_768, 0)
    assert len(of_device(store, STATION, METRIC)) == 4_768


@pytest.mark.broker
@pytest.mark.cities
@pytest.mark.slow
def test_the_garages_of_aarhus_stand_in_the_store_full_ones_with_their_true_count(
    mosquitto: Mosquitto, tmp_path: Path, shared: Path, store: CityStore
) -> None:
    summary, counts = played(shared / "aarhus" / "aarhus-parking-occupancy.csv.gz", mosquitto, tmp_path)
    assert summary.acknowledged == 55_264 + 8
    assert (counts["stored"], counts["duplicates"], counts["quarantined"]) == (55_264, 0, 0)
    assert asked(tmp_path, "SELECT count(*) FROM reading") == [(55_264,)]
    suspect = QUALITIES.index("suspect")
    assert asked(tmp_path, f"SELECT count(*) FROM reading WHERE quality = {suspect}") == [(4_520,)]
    track = of_device(store, "aarhus-norreport", "occupied_spaces")
    assert track["value"][track["quality"] == "suspect"].min() > 65
    assert track["value"][track["quality"] == "good"].max() <= 65
    sites = {row.id: row for row in store.answer(Parking())}
    assert len(sites) == 8
    assert {site.total_spaces for site in sites.values()} == {953, 1240, 210, 130, 700, 65, 400, 512}
    assert sites["aarhus-skolebakken"].lon is None  # nobody published where it stands
    assert sites["aarhus-skolebakken"].occupied_spaces is not None
    assert sites["aarhus-salling"].lon == 10.207709
    busy = next(iter(store.answer(Parking("aarhus-busgadehuset"), at=datetime(2014, 9, 4, 15, 10, tzinfo=UTC))))
    assert (busy.total_spaces, busy.quality) == (130, "suspect")
    assert busy.occupied_spaces == 200


@pytest.mark.broker
@pytest.mark.cities
def test_ho_chi_minh_citys_counts_reach_the_store_by_camera(
    mosquitto: Mosquitto, tmp_path: Path, shared: Path, store: CityStore
) -> None:
    file = shared / "hcmc" / "hcmc-camera-itemflow-ngsi-ld.json.gz"
    summary, counts = played(file, mosquitto, tmp_path, shift=True, now=NOW)
    assert summary.acknowledged == 701
    assert (counts["stored"], counts["quarantined"]) == (701, 0)
    told = store.answer(Latest("vehicle_count"))
    mine = {
        f"ItemFlowObserved:{e['refDevice']['object'].rsplit(':')[-1]}": e["vehicleCount"]["value"] for e in of(file)
    }
    assert dict(zip(told["id"], told["value"], strict=True)) == mine
    assert np.isfinite(told["lon"]).all()
    assert told["observed_at"].max() == np.datetime64(NOW.replace(tzinfo=None), "us")  # moved to now


@pytest.mark.broker
@pytest.mark.cities
def test_ho_chi_minh_citys_air_and_weather_reach_the_store_and_what_contradicts_waits(
    mosquitto: Mosquitto, tmp_path: Path, shared: Path, store: CityStore
) -> None:
    file = shared / "hcmc" / "hcmc-camera-weather-airquality-ngsi-ld.json.gz"
    summary, counts = played(file, mosquitto, tmp_path)
    assert summary.acknowledged == 2_090 - 701  # its cameras are a register, and measure nothing
    readings = 695 * 5 + 694 * 7
    assert counts["stored"] + counts["duplicates"] + counts["quarantined"] == readings
    kinds = Counter(row.kind for row in store.answer(Devices()))
    names = {(e["type"], e["id"].split("-2025")[0]) for e in of(file)}
    assert set(kinds) == {"sensor"}
    assert kinds["sensor"] == sum(kind != "Camera" for kind, _name in names)
    air = store.answer(Latest("pm25_ug_m3"))
    assert len(air) == sum(kind == "AirQualityObserved" for kind, _name in names)
    assert np.isfinite(air["value"]).all()
    assert set(store.answer(Latest("co_mg_m3"))["quality"]) == {"suspect"}  # 276 mg/m³ is no air


def of(file: Path) -> list[Any]:
    return list(json.loads(gzip.decompress(file.read_bytes())))


@pytest.mark.broker
def test_a_site_that_nobody_placed_is_listed_and_has_no_place(
    mosquitto: Mosquitto, tmp_path: Path, store: CityStore
) -> None:
    file = garages(tmp_path, "7,2014-06-01 10:00:00,1,65,NOWHERE,-")
    _summary, counts = played(file, mosquitto, tmp_path)
    assert counts["quarantined"] == 0
    (site,) = store.answer(Parking())
    assert (site.id, site.name, site.lon, site.lat, site.occupied_spaces) == (
        "aarhus-nowhere", "NOWHERE", None, None, 7,
    )  # fmt: skip
    (listed,) = store.answer(Devices())
    assert (listed.id, listed.kind, listed.lon) == ("aarhus-nowhere", "parking", None)


def test_the_same_series_says_the_same_words_and_each_device_has_its_own_numbers(tmp_path: Path) -> None:
    file = garages(
        tmp_path,
        *(f"7,2014-06-01 1{hour}:00:00,{hour}{n},65,{code},-" for hour in (0, 1) for n, code in enumerate("AB")),
    )
    said = read(file).said
    still, moved = ([json.loads(each.payload) for each in _messages(said, timedelta(days=n))] for n in (0, 1))
    assert [json.loads(each.payload) for each in _messages(said, timedelta(0))] == still
    assert [word["seq"] for word in still] == [1, 1, 2, 2]
    assert {word["boot"] for word in still}.isdisjoint(word["boot"] for word in moved)
