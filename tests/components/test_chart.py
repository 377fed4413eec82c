"""The 24 hour chart: silence is drawn as silence, and colours are the scale's."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from components.chart import NIGHT, Gap, chart, gaps, marked, summary, with_gaps
from data_access.table import Table
from data_access.words import speaking
from layers.pm25 import LAYER as PM25
from layers.scale import Scale

END = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
START = END - timedelta(hours=24)
SCALE = cast(Scale, PM25.scale)


def track(*readings: tuple[float, float | None], late_s: float = 1, quality: str = "good") -> Table:
    """Readings as (minutes before the end, value)."""
    rows = []
    for minutes, value in sorted(readings, reverse=True):
        at = END - timedelta(minutes=minutes)
        seen = int(at.timestamp() * 1e6)
        rows.append((seen, seen + int(late_s * 1e6), value, quality))
    return Table.of(rows, observed_at="t", received_at="t", value="f", quality="s")


def drawn(table: Table, interval_s: float = 60) -> Any:
    return chart(table, SCALE, "µg/m³", interval_s, END, NIGHT)


def test_a_gap_is_more_than_twice_the_interval() -> None:
    at = [START + timedelta(minutes=minutes) for minutes in (0, 2, 4.1)]
    assert gaps(at, 60, START, at[-1]) == [Gap(at[1], at[2])]


def test_silence_before_the_first_and_after_the_last_reading_is_a_gap_too() -> None:
    noon = END - timedelta(hours=12)
    assert gaps([noon], 3600, START, END) == [Gap(START, noon), Gap(noon, END)]
    assert gaps([], 60, START, END) == [Gap(START, END)]


@given(st.lists(st.integers(0, 86_400), unique=True, max_size=60), st.integers(1, 4000))
def test_the_line_breaks_exactly_in_the_gaps(seconds: list[int], interval_s: int) -> None:
    times = sorted(START + timedelta(seconds=second) for second in seconds)
    silent = gaps(times, interval_s, START, END)
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
    assert list(figure.data[0].y) == [10.0, None, 12.0]
    assert figure.data[0].connectgaps is False
    assert 0 not in [y for line in figure.data for y in line.y]


def test_each_point_has_the_colour_of_its_band() -> None:
    table = track((3, 5.0), (2, 30.0), (1, 80.0))
    assert list(drawn(table).data[1].marker.color) == [SCALE.colour(value) for value in (5.0, 30.0, 80.0)]


def test_thresholds_are_the_scales_own_breaks() -> None:
    shapes = [shape for shape in drawn(track((3, 0.0), (2, 100.0))).layout.shapes if shape.type == "line"]
    assert [shape.y0 for shape in shapes] == list(SCALE.breaks)
    assert [shape.line.color for shape in shapes] == list(SCALE.ramp[1 : len(SCALE.breaks) + 1])


def test_what_came_late_or_bears_a_flag_is_marked() -> None:
    assert marked(track((1, 1.0), late_s=121), 60) == [True]
    assert marked(track((1, 1.0), late_s=119), 60) == [False]
    assert marked(track((1, 1.0), quality="suspect"), 60) == [True]
    figure = drawn(track((1, 1.0), quality="suspect"))
    assert (len(figure.data[1].x), len(figure.data[2].x)) == (0, 1)


def test_a_thousand_gaps_are_one_veil() -> None:
    lone = track(*((float(minute), 1.0) for minute in range(1440)))
    veils = [shape for shape in drawn(lone, interval_s=15).layout.shapes if shape.type == "rect"]
    assert len(veils) == 1


def test_the_chart_is_told_in_words() -> None:
    with speaking("en"):
        told = summary(track(*((m, 10.0 + m) for m in range(60))), "µg/m³", 60, END)
        assert "lowest 10 µg/m³ at 05:00" in told
        assert "highest 69 µg/m³ at 04:01" in told
        assert "1 gap, of 23 hours" in told
        assert summary(track(), "µg/m³", 60, END) == "No readings in these 24 hours."


def test_hours_are_those_of_the_city() -> None:
    figure = chart(track((0, 1.0)), SCALE, "µg/m³", 60, END.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")), NIGHT)
    assert figure.layout.xaxis.range[1].startswith("2026-03-02T12:00")
