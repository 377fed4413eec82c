"""The past in the drawer: which stretch, which metric, what is said beside the line, and every reading to be had."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import plotly.graph_objects as go
import pytest

from components.history import (
    MOST_LISTED,
    Asked,
    band_of,
    chart_of,
    last_day,
    metrics_of,
    past_of,
    raw_of,
    standing_since,
)
from components.stretch import LONGEST, OWN, wished
from components.view import View
from data_access import words
from data_access.queries import Incidents, Latest, Track
from data_access.records import Reading
from data_access.writer import CityWriter
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import MINUTE, NOON, url_of

DUST = ("pm25", "air-1")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """The small city, of which air-1 has been heard for five days, half hour by half hour."""
    folder = tmp_path_factory.mktemp("past")
    desk = desk_at_noon(folder)
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    times = [NOON - 5 * DAY + n * 30 * MINUTE for n in range(4 * 48)]
    writer.bulk((Reading("air-1", "pm25_ug_m3", 20.0, at), at) for at in times)
    late = NOON - 3 * 60 * MINUTE
    writer.bulk([(Reading("air-1", "pm25_ug_m3", 44.5, late, "suspect"), late + 20 * MINUTE)])
    writer.close()
    return desk


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with words.speaking("en"):
        yield


def drawn(view: View, chosen: tuple[str, str], at: Any = None, **asked: Any) -> Any:
    return chart_of(past := past_of(view, chosen, at, Asked(**asked)), "night", band_of(view, past))


def plotted(told: Any) -> Any:
    """The figure, looked at whole by Plotly itself."""
    return go.Figure(found(told, "Graph")[0].figure)  # type: ignore[attr-defined]  # a Graph has one


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in plotted(figure).data}


def test_a_chart_stands_only_where_there_is_a_history(view: View) -> None:
    assert drawn(view, ("buildings", "b-1")) == []
    assert drawn(view, ("incidents", "i-fire")) == []
    assert drawn(view, ("secrets", "1")) == []
    assert found(drawn(view, DUST), "Graph")
    never = drawn(view, ("pm25", "air-never"))
    assert found(never, "Graph") == []
    assert "Fine dust: this device has never reported any, so there is no line." in said(never)
    later = drawn(view, ("pm25", "air-silent"), NOON + 2 * DAY)
    assert "No readings in this time; the newest is of Monday 2 March 2026, 11:30." in said(later)


def test_a_chart_ends_at_the_time_that_is_looked_at(view: View) -> None:
    then = NOON - 30 * MINUTE
    ends = {traces(drawn(view, DUST, at))["readings"].x[-1] for at in (then, None)}
    assert {end[11:16] for end in ends} == {"11:30", "12:00"}


def test_a_share_is_no_scale_for_a_number_of_spaces(view: View) -> None:
    shapes = plotted(drawn(view, ("parking", "park-1"))).layout.shapes
    assert [shape for shape in shapes if shape.type == "line"] == []


def test_a_week_and_a_span_of_ones_own_are_drawn_as_they_are_asked(view: View) -> None:
    day, week = (traces(drawn(view, DUST, choice=choice))["readings"].x for choice in ("24h", "7d"))
    assert len(week) > len(day)
    assert week[0].startswith("2026-02-25T12:00")
    own = drawn(view, DUST, choice=OWN, start="26/02/2026 00:00", end="26/02/2026 06:00")
    assert {moment[:10] for moment in traces(own)["readings"].x} == {"2026-02-26"}
    assert said(own).startswith("6 hours")


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        ("yesterday", None, "Write day/month/year"),
        ("01/03/2026 00:00", "soon", "Write day/month/year"),
        ("01/03/2026 00:00", "01/03/2026 00:00", "It must begin before it ends"),
        ("09/03/2026 00:00", None, "It must begin before it ends"),
        ("01/01/2025 00:00", None, "At most 31 days at once"),
        (None, None, "Type when it should begin."),
        (["01/03/2026"], {}, "Write day/month/year"),
    ],
)
def test_a_span_that_cannot_be_drawn_says_why_and_the_last_day_stays(
    view: View, start: Any, end: Any, fault: str
) -> None:
    told = drawn(view, DUST, choice=OWN, start=start, end=end)
    assert fault in said(told)
    assert traces(told)["readings"].x[0] >= "2026-03-01T12:00"


def test_no_span_reaches_beyond_the_time_that_is_looked_at(view: View) -> None:
    then = (NOON - DAY).astimezone(view.zone())
    stretch, fault = wished(OWN, "27/02/2026 00:00", "20/03/2026 00:00", then, view.zone())
    assert (stretch.end, fault) == (then, "")
    stretch, fault = wished(OWN, (then - LONGEST).strftime("%d/%m/%Y %H:%M"), None, then, view.zone())
    assert fault == ""


def test_before_its_first_reading_a_device_was_not_silent(view: View) -> None:
    """Both promise every minute; air-2 is heard since 11:01, and was not for eleven minutes."""
    with_a_past, new = (said(drawn(view, ("pm25", device))) for device in ("air-1", "air-2"))
    assert "gaps, the longest of" in with_a_past
    assert "1 gap, of 11 minutes." in new
    earlier = drawn(view, ("pm25", "air-2"), choice=OWN, start="01/03/2026 00:00", end="02/03/2026 11:05")
    assert "gap" not in said(earlier)


def test_a_device_that_measures_much_offers_all_of_it_and_the_layers_own_first(view: View) -> None:
    choices, first = metrics_of(view, ("noise", "street-1"), None)
    assert first == "noise_db"
    assert {"label": "Noise", "value": "noise_db"} in choices
    assert {"no2_ug_m3", "vehicle_count", "humidity_pct"} <= {choice["value"] for choice in choices}
    humidity = past_of(view, ("noise", "street-1"), None, Asked("humidity_pct"))
    assert humidity is not None
    assert (humidity.unit, set(humidity.track["value"])) == ("%", {78.0})
    other = past_of(view, ("noise", "street-1"), None, Asked("no2_ug_m3"))
    assert other is not None
    assert other.layer.key == "no2"


def test_a_metric_that_is_not_the_devices_is_not_asked_for(view: View) -> None:
    for wish in ("pm25_ug_m3", "$online", None, 7, ["no2_ug_m3"]):
        past = past_of(view, ("noise", "street-1"), None, Asked(wish))
        assert past is not None
        assert past.metric == "noise_db"


def test_a_camera_has_a_history_of_what_it_tells_of_itself(view: View) -> None:
    assert metrics_of(view, ("cameras", "cam-1"), None)[1] == "frames_per_s"
    assert "frames_per_s" not in said(drawn(view, ("cameras", "cam-1")))
    assert found(drawn(view, ("cameras", "cam-1")), "Graph")


def test_what_is_usual_lies_behind_the_line_and_says_on_how_many_days_it_rests(view: View) -> None:
    told = drawn(view, DUST)
    assert set(traces(told)["usual"].y) == {20.0}
    assert "8 of 10 readings of the" in said(told)
    fresh = drawn(view, ("pm25", "air-2"))
    assert "usual" not in traces(fresh)
    assert "What is usual is not known yet: only 0 days before are known" in said(fresh)


def test_it_is_said_since_when_the_value_stands_in_its_band(view: View) -> None:
    past = past_of(view, DUST, None, Asked())
    assert past is not None
    assert "Clean: within the WHO guideline, since 11:56 (4 minutes)." in standing_since(past)
    whole = past_of(view, DUST, NOON - 2 * DAY, Asked())
    assert whole is not None
    assert standing_since(whole).endswith(", all this time.")


def test_raw_readings_are_listed_newest_first_with_how_they_came(view: View) -> None:
    table = found(raw_of(past_of(view, DUST, None, Asked())), "Rows")[0]
    assert table.rows[0][0] == "12:00:00"  # type: ignore[attr-defined]  # Rows has rows
    (late,) = [cells for cells in table.rows if cells[1].startswith("44.5")]  # type: ignore[attr-defined]  # same
    assert late[0] == "09:00:00"
    assert late[2].startswith("doubtful")
    assert late[3] == "20 minutes later"
    missing = found(raw_of(past_of(view, ("pm25", "air-missing"), None, Asked())), "Rows")[0]
    assert missing.rows[0][1] == "–"  # type: ignore[attr-defined]  # same


def test_a_long_list_says_what_it_leaves_out(view: View) -> None:
    told = raw_of(past_of(view, DUST, None, Asked(choice="7d")))
    table = found(told, "Rows")[0]
    assert len(table.rows) == MOST_LISTED  # type: ignore[attr-defined]  # Rows has rows
    assert table.caption.startswith(f"The newest {MOST_LISTED} of ")  # type: ignore[attr-defined]  # same


def test_the_csv_is_of_the_very_readings_that_are_drawn(view: View) -> None:
    then = NOON - 30 * MINUTE
    past = past_of(view, DUST, then, Asked())
    assert past is not None
    link = found(raw_of(past), "A")[0].href  # type: ignore[attr-defined]  # a link has an address
    asked = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
    assert (asked["device"], asked["metric"], asked["format"], asked["limit"]) == ("air-1", "pm25_ug_m3", "csv", "all")
    store: Any = view.store
    table, _more = store.readings(
        "air-1", "pm25_ug_m3", *(datetime.fromisoformat(asked[end]) for end in ("from", "to")), None, 10_000
    )
    assert table["observed_at"].tolist() == past.track["observed_at"].tolist()


def test_the_public_chart_asks_for_nothing_but_its_layer_and_its_track(view: View) -> None:
    class Published:
        def answer(self, question: Any, at: Any = None) -> Any:
            assert isinstance(question, Latest | Track | Incidents), question
            return view.store.answer(question, at)

        def city(self) -> Any:
            return view.store.city()

    public = replace(view, store=Published())  # type: ignore[arg-type]  # all that is asked of it
    told = last_day(public, DUST, "day")
    assert len(traces(told)["readings"].x) == len(traces(drawn(view, DUST))["readings"].x)
    assert "usual" not in said(told)
    assert last_day(public, ("incidents", "i-fire"), "day") == []
    assert last_day(public, ("pm25", "nobody"), "day") == []
