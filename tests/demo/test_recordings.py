"""Recorded series as their files hold them: every row is a value, an absence with its reason, or named as not read."""

import csv
import gzip
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.words import speaking
from demo.recording import Entity, Measured, Recording, ReplayFault
from demo.recordings import KINDS, read
from demo.recordings.airnow import METRIC
from demo.recordings.entities import moved
from demo.recordings.garages import TAKEN
from tests.demo.recorded import GARAGES, HEAD, counted, garages, row, table


def measured(recording: Recording) -> list[Measured]:
    return [word for word in recording.said if isinstance(word, Measured)]


def adds_up(recording: Recording) -> bool:
    parts = recording.values + recording.absent.total() + recording.silent + len(recording.bad)
    return recording.rows == parts


@pytest.fixture
def hanoi(shared: Path) -> Path:
    return shared / "hanoi" / "hanoi-pm25-hourly-2016-2020.csv.gz"


@pytest.fixture
def aarhus(shared: Path) -> Path:
    return shared / "aarhus" / "aarhus-parking-occupancy.csv.gz"


# --- which kind it is ------------------------------------------------------------------------------------------------


def test_what_a_file_is_its_beginning_says_and_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "air.parquet").write_text("\n".join([HEAD, row(1)]))
    (tmp_path / "2.txt").write_text("\n".join([GARAGES, "1,2014-06-01 10:00:00,1,65,NORREPORT,-"]))
    flow = {"id": "urn:ngsi-ld:ItemFlowObserved:1", "type": "ItemFlowObserved", "vehicleCount": 3}
    (tmp_path / "flow.csv").write_text(json.dumps([flow | {"dateObserved": "2025-12-09T15:00:00Z"}], indent=1))
    assert [list(word.values) for word in measured(read(tmp_path / "air.parquet"))] == [[METRIC]]
    assert [list(word.values) for word in measured(read(tmp_path / "2.txt"))] == [[TAKEN]]
    assert [type(word) for word in read(tmp_path / "flow.csv").said] == [Entity]


def fault(file: Path, year: int | None = None) -> str:
    with pytest.raises(ReplayFault) as caught:
        read(file, year)
    return str(caught.value)


def test_a_file_of_no_kind_is_said_and_the_kinds_are_named(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("time,pm25\n1,2\n")
    (tmp_path / "empty.csv").touch()
    for name in ("other.csv", "empty.csv"):
        told = fault(tmp_path / name)
        assert told.startswith(f"{tmp_path / name} is no recording that can be replayed.")
        assert all(str(kind.name) in told for kind in KINDS)


def test_columns_that_lack_are_said(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("Raw Conc.,QC Name\n1,Valid\n")
    (tmp_path / "cars.csv").write_text("garagecode,vehiclecount\nA,1\n")
    assert fault(tmp_path / "few.csv").endswith(
        "hourly PM2.5 of AirNow. But it lacks the columns Parameter, Year, Month, Day, Hour, Conc. Unit, Duration."
    )
    assert "it lacks the columns updatetime, _id, totalspaces" in fault(tmp_path / "cars.csv")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert fault(tmp_path / "no.csv") == f"There is no file {tmp_path / 'no.csv'}. Check the path."
    with speaking("vi"):
        assert fault(tmp_path / "no.csv").startswith("Không có tệp")
    assert fault(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    packed = table(tmp_path, *(row(hour) for hour in range(24)), name="cut.csv.gz")
    packed.write_bytes(packed.read_bytes()[:-30])
    (tmp_path / "bytes.csv").write_bytes(bytes(range(128, 256)))
    (tmp_path / "cut.json").write_text('[{"id": "urn:ngsi-ld:ItemFlowObserved:1", "type"')
    assert "is damaged or is no table of text" in fault(packed)
    assert "is damaged or is no table of text" in fault(tmp_path / "bytes.csv")
    assert "is damaged: it is not JSON" in fault(tmp_path / "cut.json")


def test_a_year_that_the_file_does_not_have_is_said(tmp_path: Path) -> None:
    assert fault(table(tmp_path, row(1)), year=1999).endswith("hours.csv holds no row of 1999.")
    assert fault(table(tmp_path)).endswith("hours.csv holds no row that can be replayed.")


# --- Hanoi's hours ---------------------------------------------------------------------------------------------------


@pytest.mark.cities
@pytest.mark.parametrize(("year", "rows"), [(None, 35_735), (2019, 4_768), (2020, 5_088)])
def test_every_row_is_a_value_or_an_absence_with_its_reason(year: int | None, rows: int, hanoi: Path) -> None:
    told, mine = read(hanoi, year), counted(hanoi, str(year) if year else None)
    assert told.rows == mine.total() == rows
    assert told.values == mine.pop("value")
    assert told.absent == mine
    assert told.bad == ()
    assert adds_up(told)
    assert all(word.values[METRIC] != -999 for word in measured(told))


@pytest.mark.cities
def test_the_whole_series_has_34_657_values_negative_ones_among_them(hanoi: Path) -> None:
    told = read(hanoi)
    assert (told.values, told.absent.total()) == (34_657, 1_078)
    below = [word.values[METRIC] for word in measured(told) if (word.values[METRIC] or 0) < 0]
    with gzip.open(hanoi, "rt", newline="") as text:
        mine = [float(line["Raw Conc."]) for line in csv.DictReader(text) if line["QC Name"] == "Valid"]
    assert sorted(below, key=float) == sorted(value for value in mine if -999 < value < 0)
    assert below


@pytest.mark.cities
def test_an_hour_is_labelled_by_its_end_on_the_stations_clock(hanoi: Path) -> None:
    hours = measured(read(hanoi))
    assert hours[0].at == datetime(2015, 12, 31, 18, tzinfo=UTC)  # 2016-01-01 01:00 in Hanoi
    assert hours[0].values == {METRIC: 94.7}
    assert hours[-1].at == datetime(2020, 7, 31, 17, tzinfo=UTC)
    assert len({hour.at for hour in hours}) == 35_735


@pytest.mark.cities
def test_the_summer_of_2019_is_a_gap(hanoi: Path) -> None:
    gap = read(hanoi, 2019).gap
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
    (hour,) = measured(read(table(tmp_path, row(1, value, check))))
    assert (hour.values[METRIC], hour.absence) == (None if absence else float(value), absence)


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
    told = read(table(tmp_path, row(1), bad, row(3)))
    assert [(line, str(reason)) for line, reason in told.bad] == [(3, why)]
    assert (told.rows, told.values) == (3, 2)


def test_hours_out_of_order_are_put_in_order_and_a_packed_file_says_the_same(tmp_path: Path) -> None:
    rows = [row(3, "3"), row(1, "1"), row(2, "2")]
    plain = read(table(tmp_path, *rows))
    assert [hour.values[METRIC] for hour in measured(plain)] == [1, 2, 3]
    assert read(table(tmp_path, *rows, name="hours.csv.gz")) == plain


# --- Aarhus' garages -------------------------------------------------------------------------------------------------


@pytest.mark.cities
def test_every_count_of_every_garage_is_there_and_the_impossible_ones_are_suspect(aarhus: Path) -> None:
    told = read(aarhus)
    assert (told.rows, told.values, told.bad) == (55_264, 55_264, ())
    assert adds_up(told)
    with gzip.open(aarhus, "rt", newline="") as text:
        rows = list(csv.DictReader(text))
    over = Counter(f"aarhus-{line['garagecode'].lower()}" for line in rows if more_cars_than_spaces(line))
    assert over.total() == told.suspect == 4_520
    assert Counter(word.device for word in measured(told) if word.quality) == over
    counts = Counter((f"aarhus-{line['garagecode'].lower()}", float(line["vehiclecount"])) for line in rows)
    assert Counter((word.device, word.values[TAKEN]) for word in measured(told)) == counts


def more_cars_than_spaces(line: dict[str, str]) -> bool:
    return int(line["vehiclecount"]) > int(line["totalspaces"])


@pytest.mark.cities
def test_each_garage_is_declared_and_the_one_without_a_place_has_none(aarhus: Path) -> None:
    told = read(aarhus)
    assert len(told.about) == 8
    salling, nowhere = told.about["aarhus-salling"], told.about["aarhus-skolebakken"]
    assert (salling["name"], salling["kind"], salling["total_spaces"]) == ("Salling", "parking", 700)
    assert (salling["lon"], salling["lat"]) == (10.207709, 56.153909)
    assert nowhere["name"] == "Skolebakken"
    assert "lon" not in nowhere
    assert any("listed and not drawn: Skolebakken." in note for note in told.notes)


@pytest.mark.cities
def test_no_half_hour_is_lost_or_told_twice_when_the_clock_goes_back(aarhus: Path) -> None:
    night = [
        word.at
        for word in measured(read(aarhus))
        if word.device == "aarhus-salling" and timedelta(0) <= word.at - datetime(2014, 10, 25, 22, tzinfo=UTC)
        and word.at < datetime(2014, 10, 26, 4, tzinfo=UTC)
    ]  # fmt: skip
    steps = [later - earlier for earlier, later in pairwise(night)]
    assert len(night) == 12
    assert all(abs(step - timedelta(minutes=30)) < timedelta(seconds=1) for step in steps)


def test_local_times_in_both_spellings_are_moments(tmp_path: Path) -> None:
    file = garages(
        tmp_path,
        "1,2014-01-22 09:09:04,1,65,A,-",
        "2,2014-07-22 09:09:04.145,2,65,A,-",
        "3,2014-07-22 09:39:04.1,3,65,A,-",
    )
    assert [word.at for word in measured(read(file))] == [
        datetime(2014, 1, 22, 8, 9, 4, tzinfo=UTC),
        datetime(2014, 7, 22, 7, 9, 4, 145_000, tzinfo=UTC),
        datetime(2014, 7, 22, 7, 39, 4, 100_000, tzinfo=UTC),
    ]


def test_the_hour_that_comes_twice_is_told_apart_by_the_recorders_numbers(tmp_path: Path) -> None:
    file = garages(
        tmp_path,
        "10,2014-10-26 02:28:41.664,1,65,A,-",
        "30,2014-10-26 02:28:41.677,3,65,A,-",
        "20,2014-10-26 02:58:41.663,2,65,A,-",
        "40,2014-10-26 02:58:41.665,4,65,A,-",
    )
    told = measured(read(file))
    assert [word.values[TAKEN] for word in told] == [10, 20, 30, 40]
    assert [(word.at.hour, word.at.minute) for word in told] == [(0, 28), (0, 58), (1, 28), (1, 58)]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("7,2014-03-30 02:30:00,2,65,A,-", "its clock was put forward over that time"),
        ("7,2014-06-01 10:00:00,2,65,A,-", "its garage was counted at that moment before"),
        ("7,1 June 2014,2,65,A,-", "its date and hour are none"),
        ("7,2014-06-31 10:00:00,2,65,A,-", "its date and hour are none"),
        ("-1,2014-06-01 11:00:00,2,65,A,-", "its value is no number"),
        ("many,2014-06-01 11:00:00,2,65,A,-", "its value is no number"),
        ("7,2014-06-01 11:00:00,x,65,A,-", "the recorder's number of the row is none"),
        ("7,2014-06-01 11:00:00,2,65,A/B,-", "its garage has no code that a device may bear"),
        ("7,2014-06-01 11", "it has too few columns"),
    ],
)
def test_a_count_that_nobody_understands_is_named_with_its_line(bad: str, why: str, tmp_path: Path) -> None:
    told = read(garages(tmp_path, "1,2014-06-01 10:00:00,1,65,A,-", bad))
    assert [(line, str(reason)) for line, reason in told.bad] == [(3, why)]
    assert (told.rows, told.values) == (2, 1)


def test_a_garage_that_grows_says_its_spaces_with_the_count(tmp_path: Path) -> None:
    told = read(garages(tmp_path, "70,2014-06-01 10:00:00,1,65,A,-", "70,2014-06-01 11:00:00,2,90,A,-"))
    first, second = measured(told)
    assert (first.values, first.quality) == ({TAKEN: 70.0}, {TAKEN: "suspect"})
    assert (second.values, second.quality) == ({TAKEN: 70.0, "total_spaces": 90.0}, {})
    assert told.about["aarhus-a"]["total_spaces"] == 65


# --- NGSI-LD ---------------------------------------------------------------------------------------------------------


@pytest.mark.cities
def test_ho_chi_minh_citys_entities_add_up(shared: Path) -> None:
    counts = read(shared / "hcmc" / "hcmc-camera-itemflow-ngsi-ld.json.gz")
    assert (counts.rows, counts.values, counts.silent, counts.bad) == (701, 701, 0, ())
    air = read(shared / "hcmc" / "hcmc-camera-weather-airquality-ngsi-ld.json.gz")
    assert (air.rows, air.values, air.silent, air.bad) == (2_090, 1_389, 701, ())
    assert adds_up(counts)
    assert adds_up(air)
    assert air.notes[0].startswith("8 names stand for devices at several places")


def test_an_entity_that_nobody_reads_is_counted_and_named(tmp_path: Path) -> None:
    entities: list[Any] = [
        {"id": "urn:ngsi-ld:WeatherObserved:a", "type": "WeatherObserved", "temperature": 3, "dateObserved": "soon"},
        {"id": "urn:ngsi-ld:Camera:b", "type": "Camera", "location": {"type": "Point", "coordinates": [106, 10]}},
        7,
        {"id": "urn:ngsi-ld:ItemFlowObserved:c", "type": "ItemFlowObserved", "vehicleCount": 3}
        | {"dateObserved": "2025-12-09T15:00:00Z"},
    ]
    (tmp_path / "e.json").write_text(json.dumps(entities))
    told = read(tmp_path / "e.json")
    assert (told.rows, told.values, told.silent) == (4, 1, 1)
    assert [line for line, _why in told.bad] == [1, 3]
    assert adds_up(told)


def test_every_moment_in_an_entity_moves_and_nothing_else_does() -> None:
    said = {"dateObserved": {"value": "2025-12-09T15:07:34.040497Z"}, "n": 7, "id": "x-20251209T150734Z", "l": ["a"]}
    assert moved(said, timedelta(days=1)) == {
        "dateObserved": {"value": "2025-12-10T15:07:34.040497Z"}, "n": 7, "id": "x-20251209T150734Z", "l": ["a"],
    }  # fmt: skip
    assert moved(said, timedelta(0)) is said


CELL = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["2014-10-26 02:28:41", "2014-06-01 10:00:00.5", "7", "65", "A", "2019", "01", "-999", "Valid", "UG/M3", "1 Hr"]
)


@given(head=st.sampled_from([HEAD, GARAGES]), rows=st.lists(st.lists(CELL, max_size=15), max_size=8))
def test_whatever_stands_in_a_table_each_row_is_accounted_for(
    head: str, rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "any.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        text.write(f"{head}\n{row(1) if head == HEAD else '7,2014-06-01 10:00:00,1,65,A,-'}\n")
        csv.writer(text).writerows(rows)
    told = read(file)
    assert adds_up(told)
    assert told.values >= 1
    with file.open(encoding="utf-8", newline="") as text:
        assert told.rows == sum(1 for cells in csv.reader(text) if cells) - 1


def test_csv_quotes_do_not_hide_a_column(tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEAD.split(","), row(1).split(",")])
    (tmp_path / "quoted.csv").write_text(text.getvalue())
    assert read(tmp_path / "quoted.csv").values == 1
