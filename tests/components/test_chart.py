"""The 24 hour chart: silence is drawn as silence, and colours are the scale's."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ages import Promise
from components.chart import MOST, NIGHT, Gap, chart, gaps, marked, summary, with_gaps
from components.stretch import Stretch, last
from components.usual_band import band
from data_access.table import Table
from data_access.words import speaking
from layers.pm25 import LAYER as PM25
from layers.scale import Scale

END = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
START = END - timedelta(hours=24)
SCALE = cast(Scale, PM25.scale)
STRETCH = last(END)
MINUTE = Promise([60])


def track(*readings: tuple[float, float | None], late_s: float = 1, quality: str = "good") -> Table:
    """Readings as (minutes before the end, value)."""
    rows = []
    for minutes, value in sorted(readings, reverse=True):
        at = END - timedelta(minutes=minutes)
        seen = int(at.timestamp() * 1e6)
        rows.append((seen, seen + int(late_s * 1e6), value, quality))
    return Table.of(rows, observed_at="t", received_at="t", value="f", quality="s")


def drawn(table: Table, interval_s: float = 60, stretch: Stretch = STRETCH) -> Any:
    return go.Figure(chart(table, SCALE, "µg/m³", Promise([interval_s]), stretch, NIGHT))


def line(figure: Any, name: str) -> Any:
    """The one trace of this name."""
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found


def test_a_gap_is_more_than_twice_the_interval() -> None:
    at = [START + timedelta(minutes=minutes) for minutes in (0, 2, 4.1)]
    assert gaps(at, MINUTE, START, at[-1]) == [Gap(at[1], at[2])]


def test_silence_before_the_first_and_after_the_last_reading_is_a_gap_too() -> None:
    noon = END - timedelta(hours=12)
    assert gaps([noon], Promise([3600]), START, END) == [Gap(START, noon), Gap(noon, END)]
    assert gaps([], MINUTE, START, END) == [Gap(START, END)]


def test_who_was_first_heard_of_at_noon_was_not_silent_before() -> None:
    noon = END - timedelta(hours=12)
    new = Promise([3600], heard_of=noon)
    assert gaps([noon + timedelta(hours=5)], new, START, END) == [
        Gap(noon, noon + timedelta(hours=5)),
        Gap(noon + timedelta(hours=5), END),
    ]
    assert gaps([], new, START, END) == [Gap(noon, END)]
    assert gaps([], new, START, noon - timedelta(hours=1)) == []
    assert gaps([], new, noon + timedelta(hours=8), END) == [Gap(noon + timedelta(hours=8), END)]
    recorded_before = noon - timedelta(hours=3)
    assert gaps([recorded_before], new, START, END) == [Gap(recorded_before, END)]


def test_who_was_to_speak_less_often_yesterday_was_not_silent_in_between() -> None:
    noon = END - timedelta(hours=12)
    seldom = [START + timedelta(minutes=minutes) for minutes in range(0, 720, 5)]
    often = [noon + timedelta(minutes=minutes) for minutes in range(721) if minutes not in (300, 301, 302)]
    assert len(gaps([*seldom, *often], MINUTE, START, END)) == len(seldom) + 1
    silence = Gap(noon + timedelta(minutes=299), noon + timedelta(minutes=303))
    assert gaps([*seldom, *often], Promise([300, 60], [noon]), START, END) == [silence]


@given(st.lists(st.integers(0, 86_400), unique=True, max_size=60), st.integers(1, 4000))
def test_the_line_breaks_exactly_in_the_gaps(seconds: list[int], interval_s: int) -> None:
    times = sorted(START + timedelta(seconds=second) for second in seconds)
    silent = gaps(times, Promise([interval_s]), START, END)
    xs, ys = with_gaps(times, [1.0] * len(times), silent)
    assert xs == sorted(xs)
    inner = [gap for gap in silent if gap.start in times]
    assert ys.count(None) == len(inner)
    assert [x for x, y in zip(xs, ys, strict=True) if y is not None] == times
    for a, b in pairwise(times):
        broken = any(a < x < b for x, y in zip(xs, ys, strict=True) if y is None)
        assert broken == (b - a > timedelta(seconds=2 * interval_s))


def test_a_missing_value_breaks_the_line_and_is_not_zero() -> None:
    figure = drawn(track((3, 10.0), (2, None), (1, 12.0)))
    assert list(line(figure, "line").y) == [10.0, None, 12.0]
    assert line(figure, "line").connectgaps is False
    assert 0 not in [y for trace in figure.data for y in trace.y]


def test_each_point_has_the_colour_of_its_band() -> None:
    table = track((3, 5.0), (2, 30.0), (1, 80.0))
    assert list(line(drawn(table), "readings").marker.color) == [SCALE.colour(value) for value in (5.0, 30.0, 80.0)]


def test_thresholds_are_the_scales_own_breaks() -> None:
    shapes = [shape for shape in drawn(track((3, 0.0), (2, 100.0))).layout.shapes if shape.type == "line"]
    assert [shape.y0 for shape in shapes] == list(SCALE.breaks)
    assert [shape.line.color for shape in shapes] == list(SCALE.ramp[1 : len(SCALE.breaks) + 1])


def test_what_came_late_or_bears_a_flag_is_marked() -> None:
    assert marked(track((1, 1.0), late_s=121), MINUTE) == [True]
    assert marked(track((1, 1.0), late_s=119), MINUTE) == [False]
    assert marked(track((1, 1.0), quality="suspect"), MINUTE) == [True]
    seldom = Promise([300, 60], [END - timedelta(minutes=2)])  # it spoke less often until then
    assert marked(track((3, 1.0), (2, 1.0), (1, 1.0), late_s=121), seldom) == [False, True, True]
    figure = drawn(track((1, 1.0), quality="suspect"))
    assert (len(line(figure, "readings").x), len(line(figure, "odd").x)) == (0, 1)


def test_a_thousand_gaps_are_one_veil() -> None:
    lone = track(*((float(minute), 1.0) for minute in range(1440)))
    veils = [shape for shape in drawn(lone, interval_s=15).layout.shapes if shape.type == "rect"]
    assert len(veils) == 1


def test_the_chart_is_told_in_words() -> None:
    with speaking("en"):
        told = summary(track(*((m, 10.0 + m) for m in range(60))), "µg/m³", MINUTE, STRETCH)
        assert "lowest 10 µg/m³ at 05:00" in told
        assert "highest 69 µg/m³ at 04:01" in told
        assert "1 gap, of 23 hours" in told
        assert summary(track(), "µg/m³", MINUTE, STRETCH) == "No readings in this time."


def test_hours_are_those_of_the_city() -> None:
    figure = drawn(track((0, 1.0)), stretch=last(END.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))))
    assert figure.layout.xaxis.range[1].startswith("2026-03-02T12:00")


def test_of_very_many_readings_the_highest_and_the_lowest_are_drawn_and_none_is_made_up() -> None:
    minutes = range(7 * 1440)
    table = track(*((float(minute), 500.0 if minute == 4321 else -3.0 if minute == 99 else 20.0) for minute in minutes))
    figure = drawn(table, stretch=last(END, "7d"))
    points = line(figure, "readings")
    assert len(points.y) <= MOST
    assert {500.0, -3.0} <= set(points.y) <= {500.0, -3.0, 20.0}
    told = {(row.observed_at.replace(tzinfo=None).isoformat(timespec="milliseconds"), row.value) for row in table}
    assert set(zip(points.x, points.y, strict=True)) <= told


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_thinning_hides_no_gap_no_missing_value_and_no_odd_reading(seed: int) -> None:
    luck = np.random.default_rng(seed)
    minutes = luck.choice(4000, size=MOST + 500, replace=False).tolist()
    table = track(*((float(minute), 1.0 + minute % 7) for minute in minutes))
    odd, missing = luck.choice(len(table), 2, replace=False).tolist()
    value, quality = table["value"].copy(), table["quality"].copy()
    quality[odd], value[missing], quality[missing] = "suspect", np.nan, "missing"
    table = table.with_columns(value=value, quality=quality)
    stretch = Stretch(END - timedelta(minutes=4000), END, "own")
    figure = drawn(table, stretch=stretch)
    xs, ys = line(figure, "line").x, line(figure, "line").y
    assert len(line(figure, "odd").x) == 1
    broken = {x for x, y in zip(xs, ys, strict=True) if y is None}
    silent = gaps([row.observed_at for row in table], MINUTE, stretch.start, END)
    for gap in silent[1:]:
        a, b = (moment.replace(tzinfo=None).isoformat(timespec="milliseconds") for moment in (gap.start, gap.end))
        assert any(a < x < b for x in broken)
    at = list(table)[missing].observed_at
    assert at.replace(tzinfo=None).isoformat(timespec="milliseconds") in broken


def usual_of(days: int) -> Any:
    moments = [END - timedelta(hours=hour) for hour in (3, 2, 1, 0)]
    rows = [
        ("air", int(at.timestamp() * 1e6), 10.0, 20.0, 30.0, 0 if number == 1 else days)
        for number, at in enumerate(moments)
    ]
    return band(Table.of(rows, id="s", at="t", low="f", median="f", high="f", days="i"))


def test_the_usual_band_lies_behind_the_line_and_breaks_where_nothing_is_known() -> None:
    figure = go.Figure(chart(track((3, 5.0)), SCALE, "µg/m³", MINUTE, STRETCH, NIGHT, usual_of(7)))
    names = [trace.name for trace in figure.data]
    assert names.index("usual") < names.index("line") < names.index("readings")
    assert [len(trace.x) for trace in figure.data if trace.name == "usual"] == [2]
    assert list(line(figure, "usual-high").y) == [30.0, 30.0]
    assert figure.layout.yaxis.range[1] > 30.0  # the band is seen whole


def test_two_days_say_nothing_of_what_is_usual() -> None:
    figure = go.Figure(chart(track((3, 5.0)), SCALE, "µg/m³", MINUTE, STRETCH, NIGHT, usual_of(2)))
    assert "usual" not in [trace.name for trace in figure.data]
    with speaking("en"):
        assert usual_of(2).told() == "What is usual is not known yet: only 2 days before are known, and it takes 3."
        assert "of the 7 days before" in usual_of(7).told()
