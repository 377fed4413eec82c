"""Twenty-four hours of one device as a Plotly chart: gaps stay gaps, bands come from the layer's own Scale."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from data_access.records import LATE
from data_access.table import Table
from data_access.words import _, language, ngettext
from layers.phrases import clock, number, span
from layers.scale import Scale

HOURS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of a chart by night or by day; they are those of assets/style.css."""

    text: str
    dim: str
    grid: str
    line: str
    panel: str


NIGHT = Inks(text="#e7edf4", dim="#93a4b8", grid="#2a3542", line="#7cc4ff", panel="#121922")
DAY = Inks(text="#17202b", dim="#52616f", grid="#d3dbe3", line="#0b63ce", panel="#ffffff")


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of silence between two readings, or before the first or after the last of a chart."""

    start: datetime
    end: datetime


def gaps(times: list[datetime], interval_s: float, start: datetime, end: datetime) -> list[Gap]:
    """Where more than twice the interval lies between neighbours; the chart's own ends are neighbours too."""
    longest = timedelta(seconds=LATE * interval_s)
    fence = [start, *times, end]
    return [Gap(a, b) for a, b in pairwise(fence) if b - a > longest]


def with_gaps(
    times: list[datetime], values: list[float | None], silent: list[Gap]
) -> tuple[list[datetime], list[float | None]]:
    """The line to draw: broken within every gap, and at every reading that has no number."""
    breaks = {gap.start: gap.start + (gap.end - gap.start) / 2 for gap in silent}
    xs: list[datetime] = []
    ys: list[float | None] = []
    for at, value in zip(times, values, strict=True):
        xs.append(at)
        ys.append(value)
        if at in breaks:
            xs.append(breaks[at])
            ys.append(None)
    return xs, ys


def marked(track: Table, interval_s: float) -> list[bool]:
    """Which readings came late or bear a flag."""
    delay_s = (track["received_at"] - track["observed_at"]) / np.timedelta64(1, "s")
    late = delay_s > max(LATE * interval_s, 60)
    return [bool(slow) or quality not in ("good", None) for slow, quality in zip(late, track["quality"], strict=True)]


def chart(track: Table, scale: Scale | None, unit: str, interval_s: float, end: datetime, inks: Inks) -> go.Figure:
    """The picture of a track that ends at `end`, in the hours of the zone that `end` is told in."""
    zone = end.tzinfo
    start = end - HOURS
    rows = list(track)
    times = [row.observed_at for row in rows]
    values = [row.value for row in rows]
    silent = gaps(times, interval_s, start, end)
    xs, ys = with_gaps(times, values, silent)
    known = [value for value in values if value is not None]
    floor, roof = _range(known, scale)
    # All shapes at once: each one added to a figure copies all that are there, minutes for a thousand gaps.
    shapes = [*_shades(silent, zone, inks), *_thresholds(scale, floor, roof)]
    figure = go.Figure(layout={**_layout(inks, unit), "shapes": shapes})
    hover = f"%{{x|%H:%M}}  %{{y:,.1f}} {unit}<extra></extra>"
    figure.add_scatter(
        x=[_wall(at, zone) for at in xs],
        y=ys,
        mode="lines",
        connectgaps=False,
        line={"color": inks.dim, "width": 1.5},
        hoverinfo="skip",
    )
    odd = marked(track, interval_s)
    for flagged in (False, True):
        picked = [row for row, mark in zip(rows, odd, strict=True) if mark is flagged and row.value is not None]
        colours = [scale.colour(row.value) if scale else inks.line for row in picked]
        figure.add_scatter(
            x=[_wall(row.observed_at, zone) for row in picked],
            y=[row.value for row in picked],
            mode="markers",
            marker={
                "size": 8 if flagged else _size(len(rows)),
                "symbol": "diamond-open" if flagged else "circle",
                "color": colours,
                "line": {"width": 1.5 if flagged else 0, "color": colours},
            },
            hovertemplate=hover,
        )
    figure.update_xaxes(range=[_wall(start, zone), _wall(end, zone)])
    figure.update_yaxes(range=[floor, roof])
    return figure


def summary(track: Table, unit: str, interval_s: float, end: datetime) -> str:
    """What the chart shows, in words, for those who do not see it."""
    rows = [row for row in track if row.value is not None]
    if not rows:
        return _("No readings in these 24 hours.")
    low, high = min(rows, key=lambda row: row.value), max(rows, key=lambda row: row.value)
    told = _("24 hours: lowest {low} {unit} at {low_at}, highest {high} {unit} at {high_at}.").format(
        low=_told(low.value),
        low_at=clock(low.observed_at, end),
        high=_told(high.value),
        high_at=clock(high.observed_at, end),
        unit=unit,
    )
    silent = gaps([row.observed_at for row in track], interval_s, end - HOURS, end)
    if silent:
        longest = max(silent, key=lambda gap: gap.end - gap.start)
        told += " " + ngettext("{n} gap, of {span}.", "{n} gaps, the longest of {span}.", len(silent)).format(
            n=len(silent), span=span(longest.end - longest.start)
        )
    odd = sum(marked(track, interval_s))
    if odd:
        told += " " + ngettext(
            "{n} reading came late or is doubtful (open diamond).",
            "{n} readings came late or are doubtful (open diamonds).",
            odd,
        ).format(n=odd)
    return told


def _told(value: float) -> str:
    return number(value, 1 if abs(value) < 10 else 0)


def _wall(at: datetime, zone: tzinfo | None) -> str:
    """The hour on the city's own clocks; Plotly knows no zones."""
    return at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _size(readings: int) -> float:
    return 5 if readings <= 150 else 3 if readings <= 500 else 2


def _range(known: list[float], scale: Scale | None) -> tuple[float, float]:
    """Room above and below the line; a quantity that is never negative starts at zero."""
    if not known:
        return (0.0, scale.breaks[-1] if scale else 1.0)
    low, high = min(known), max(known)
    room = (high - low) * 0.12 or max(abs(high) * 0.1, 1.0)
    floor = 0.0 if 0 <= low <= high - low else low - room
    return floor, high + room


def _shades(silent: list[Gap], zone: tzinfo | None, inks: Inks) -> list[dict[str, Any]]:
    """A veil over every stretch of silence; stretches that touch in a lone reading are one."""
    stretches: list[Gap] = []
    for gap in silent:
        if stretches and stretches[-1].end == gap.start:
            stretches[-1] = Gap(stretches[-1].start, gap.end)
        else:
            stretches.append(gap)
    veil = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    return [
        {**veil, "x0": _wall(gap.start, zone), "x1": _wall(gap.end, zone), "fillcolor": inks.dim, "opacity": 0.12}
        for gap in stretches
    ]


def _thresholds(scale: Scale | None, floor: float, roof: float) -> list[dict[str, Any]]:
    """A line at each break within sight, in the colour of the band that begins there."""
    if scale is None:
        return []
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
    return [
        {**line, "y0": level, "y1": level, "line": {"color": colour, "width": 1, "dash": "dot"}}
        for level, colour in zip(scale.breaks, scale.ramp[1:], strict=False)
        if floor < level < roof
    ]


def _layout(inks: Inks, unit: str) -> dict[str, Any]:
    axis = {
        "gridcolor": inks.grid,
        "linecolor": inks.grid,
        "zeroline": False,
        "tickfont": {"color": inks.dim, "size": 12},
        "fixedrange": True,
        "automargin": True,
    }
    return {
        "template": "none",
        "height": 200,
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, Noto Sans, sans-serif", "color": inks.text, "size": 13},
        "separators": ",." if language() == "vi" else ".,",
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": inks.panel, "bordercolor": inks.grid, "font": {"color": inks.text}},
        "xaxis": {**axis, "type": "date", "showgrid": False, "tickformat": "%H:%M", "nticks": 6},
        "yaxis": {**axis, "nticks": 5, "title": {"text": ""}},
        "annotations": [
            {
                "text": unit,
                "xref": "paper",
                "yref": "paper",
                "x": 0,
                "y": 1,
                "yshift": 18,
                "showarrow": False,
                "xanchor": "left",
                "font": {"color": inks.dim, "size": 12},
            }
        ],
    }
