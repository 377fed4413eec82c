"""The recorded station over a real broker into the real store: its values, its absences with their reasons, its gap."""

import csv
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

from data_access.queries import Devices, Latest, Track
from data_access.store import CityStore
from data_access.words import speaking
from demo import recording
from demo.recording import ReplayFault
from demo.replay import METRIC, STATION, Summary, replay
from tests.conftest import Mosquitto
from tests.devices import Sender, asked, listening, until, url_in

HEAD = (
    "Site,Parameter,Date (LT),Year,Month,Day,Hour,NowCast Conc.,AQI,AQI Category,Raw Conc.,Conc. Unit,Duration,QC Name"
)
NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def row(hour: int, value: str = "12.5", check: str = "Valid", day: int = 1, **other: str) -> str:
    """One hour of 2019 as AirNow writes it."""
    cells = {
        "Site": "Hanoi", "Parameter": "PM2.5 - Principal", "Date": "-", "Year": "2019", "Month": "01",
        "Day": f"{day:02}", "Hour": f"{hour:02}", "NowCast": "-999.0", "AQI": "-999", "Category": "",
        "Raw": value, "Unit": "UG/M3", "Duration": "1 Hr", "Check": check,
    } | other  # fmt: skip
    return ",".join(cells.values())


def table(folder: Path, *rows: str, name: str = "hours.csv") -> Path:
    file = folder / name
    text = "\n".join([HEAD, *rows, ""])
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return file


@pytest.fixture
def hanoi(shared: Path) -> Path:
    return shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz"


def counted(file: Path, year: str | None = None) -> Counter[str]:
    """The file counted by itself, without our reader: values, and absences by their reason."""
    told: Counter[str] = Counter()
    with gzip.open(file, "rt", newline="") as text:
        for line in csv.DictReader(text):
            if year in (None, line["Year"]):
                check = line["QC Name"].lower()
                none = line["Raw Conc."] in ("-999", "-999.0")
                told["missing" if check == "valid" and none else "value" if check == "valid" else check] += 1
    return told


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


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.cities
@pytest.mark.parametrize(("year", "rows"), [(None, 35_735), (2019, 4_768), (2020, 5_088)])
def test_every_row_is_a_value_or_an_absence_with_its_reason(year: int | None, rows: int, hanoi: Path) -> None:
    told, mine = recording.read(hanoi, year), counted(hanoi, str(year) if year else None)
    assert told.rows == mine.total() == rows
    assert told.values == mine.pop("value")
    assert told.absent == mine
    assert told.bad == ()
    assert told.values + told.absent.total() + len(told.bad) == rows
    assert all(hour.value != -999 for hour in told.hours)


@pytest.mark.cities
def test_an_hour_is_labelled_by_its_end_on_the_stations_clock(hanoi: Path) -> None:
    hours = recording.read(hanoi).hours
    assert hours[0].at == datetime(2015, 12, 31, 18, tzinfo=UTC)  # 2016-01-01 01:00 in Hanoi
    assert hours[0].value == 94.7
    assert hours[-1].at == datetime(2020, 7, 31, 17, tzinfo=UTC)
    assert len({hour.at for hour in hours}) == 35_735


@pytest.mark.cities
def test_the_summer_of_2019_is_a_gap(hanoi: Path) -> None:
    gap = recording.read(hanoi, 2019).gap
    assert gap is not None
    assert (gap[0].month, gap[1].month) == (4, 10)
    assert gap[1] - gap[0] == timedelta(days=159, hours=23)


@pytest.mark.parametrize(
    ("value", "check", "absence"),
    [
        ("12.5", "Valid", None), ("0.0", "Valid", None), ("-1.7", "Valid", None), ("-999", "Valid", "missing"),
        ("-999.0", "Missing", "missing"), ("12.5", "Suspect", "suspect"), ("-5.0", "Invalid", "invalid"),
    ],
)  # fmt: skip
def test_what_the_quality_check_says_is_the_reason(value: str, check: str, absence: str | None, tmp_path: Path) -> None:
    (hour,) = recording.read(table(tmp_path, row(1, value, check))).hours
    assert (hour.value, hour.absence) == (None if absence else float(value), absence)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row(2, "dust"), "its value is no number"),
        (row(2, "nan"), "its value is no number"),
        (row(2, "inf"), "its value is no number"),
        (row(2, ""), "its value is no number"),
        (row(24), "its date and hour are none"),
        (row(2, Month="13"), "its date and hour are none"),
        (row(2, Year="soon"), "its date and hour are none"),
        (row(2, day=31, Month="02"), "its date and hour are none"),
        (row(2, Unit="PPM"), "it is not an hourly mean of PM2.5 in µg/m³"),
        (row(2, Duration="24 Hr"), "it is not an hourly mean of PM2.5 in µg/m³"),
        (row(2, Parameter="OZONE"), "it is not an hourly mean of PM2.5 in µg/m³"),
        (row(2, check="Perhaps"), "its quality check says a word that nobody knows"),
        (row(1), "its hour was there before"),
        ("Hanoi,PM2.5 - Principal,cut off he", "it has too few columns"),
    ],
)
def test_a_row_that_nobody_understands_is_counted_and_named_with_its_line(bad: str, why: str, tmp_path: Path) -> None:
    told = recording.read(table(tmp_path, row(1), bad, row(3)))
    assert [(line, str(reason)) for line, reason in told.bad] == [(3, why)]
    assert (told.rows, told.values) == (3, 2)


def test_hours_out_of_order_are_put_in_order_and_a_packed_file_says_the_same(tmp_path: Path) -> None:
    rows = [row(3, "3"), row(1, "1"), row(2, "2")]
    plain = recording.read(table(tmp_path, *rows))
    assert [hour.value for hour in plain.hours] == [1, 2, 3]
    assert recording.read(table(tmp_path, *rows, name="hours.csv.gz")) == plain


# --- faults ----------------------------------------------------------------------------------------------------------


def fault(file: Path, url: str = "mqtt://127.0.0.1:1", **more: Any) -> str:
    with pytest.raises(ReplayFault) as caught:
        replay(file, url, **more)
    return str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert fault(tmp_path / "no.csv") == f"There is no file {tmp_path / 'no.csv'}. Check the path."
    with speaking("vi"):
        assert fault(tmp_path / "no.csv").startswith("Không có tệp")
    assert fault(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def test_other_columns_are_said(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("time,pm25\n1,2\n")
    (tmp_path / "empty.csv").touch()
    assert "it lacks the columns Parameter, Year, Month, Day, Hour, Raw Conc." in fault(tmp_path / "other.csv")
    assert "it lacks the columns" in fault(tmp_path / "empty.csv")


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    packed = table(tmp_path, *(row(hour) for hour in range(24)), name="cut.csv.gz")
    packed.write_bytes(packed.read_bytes()[:-30])
    (tmp_path / "bytes.csv").write_bytes(bytes(range(128, 256)))
    assert "is damaged or is no table of text" in fault(packed)
    assert "is damaged or is no table of text" in fault(tmp_path / "bytes.csv")


def test_a_year_that_the_file_does_not_have_is_said(tmp_path: Path) -> None:
    assert fault(table(tmp_path, row(1)), year=1999).endswith("hours.csv holds no hour of 1999.")
    assert fault(table(tmp_path)).endswith("hours.csv holds no hour that can be replayed.")


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
        assert stopped == "Stopped after 1 of 6 hours. Play it again: none is kept twice."
        replay(file, mosquitto.url, speed=3600 * 100)
        until(lambda: {word["seq"] for word in readings(said)} == {1, 2, 3, 4, 5, 6})


@pytest.mark.broker
def test_the_account_is_told_in_sentences(mosquitto: Mosquitto, tmp_path: Path) -> None:
    bad = [row(hour, "dust") for hour in range(3, 10)]
    file = table(tmp_path, row(1), row(2, "-999", "Missing"), *bad, row(10, "3", "Suspect"), row(11, "4", day=9))
    told = replay(file, mosquitto.url).lines()
    assert told[0] == ("hours.csv: 11 rows = 2 values + 2 without a value (1 missing, 1 suspect) + 7 not understood.")
    assert told[1:6] == [f"Line {line}: its value is no number." for line in range(4, 9)]
    assert told[6] == "And 2 more like these."
    assert told[7] == (
        "Played 4 hours from 2018-12-31 18:00 UTC to 2019-01-09 04:00 UTC; the broker acknowledged each."
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


@pytest.mark.broker
@pytest.mark.cities
def test_the_year_2019_stands_in_the_store_with_its_gap_and_without_a_false_number(
    mosquitto: Mosquitto, tmp_path: Path, hanoi: Path
) -> None:
    again_with(
        mosquitto, "autosave_on_changes true", "autosave_on_changes false"
    )  # ten thousand messages: no fsync each
    with listening(mosquitto.url, tmp_path) as listener:
        summary = replay(hanoi, mosquitto.url, year=2019)
        until(lambda: listener.counts()["acknowledged"] == summary.acknowledged == 4_769)
        assert listener.counts()["stored"] == 4_768
        replay(hanoi, mosquitto.url, year=2019)  # once more: the same words, nothing new
        until(lambda: listener.counts()["queued"] == 0 and listener.counts()["duplicates"] >= 4_768)
        assert listener.counts()["stored"] == 4_768
        assert listener.counts()["quarantined"] == 0
    store = CityStore.open(url_in(tmp_path))
    try:
        track = store.answer(Track(STATION, METRIC, datetime(2018, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)))
        values, mine = track["value"], counted(hanoi, "2019")
        assert len(track) == 4_768
        assert np.isfinite(values).sum() == mine.pop("value")
        assert Counter(str(quality) for quality in track["quality"][~np.isfinite(values)]) == mine
        assert np.nanmin(values) > -20
        times = track["observed_at"].astype("datetime64[h]")
        assert np.diff(times).max() == np.timedelta64(160 * 24 - 1, "h")
        (station,) = store.answer(Devices())
        assert (station.id, station.kind, station.interval_s) == (STATION, "sensor", 3600)
        in_may = store.answer(Latest(METRIC), at=datetime(2019, 6, 1, tzinfo=UTC))
        assert in_may["observed_at"].astype("datetime64[h]")[0] == np.datetime64("2019-04-30T15", "h")
    finally:
        store.close()


def test_the_same_series_says_the_same_words(tmp_path: Path) -> None:
    from demo.replay import _payloads

    hours = recording.read(table(tmp_path, row(1), row(2))).hours
    still, moved = timedelta(0), timedelta(days=1)
    assert list(_payloads(hours, still)) == list(_payloads(hours, still))
    boots = {json.loads(word)["boot"] for span in (still, moved) for word in _payloads(hours, span)}
    assert len(boots) == 2
