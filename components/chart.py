"""The history of one device as a Plotly chart: gaps stay gaps, bands come from the layer's own Scale.

Behind the line lies what is usual at each time of day, where enough days before are known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import numpy as np

from components.ages import Promise
from components.stretch import Stretch
from components.usual_band import Band
from data_access.records import LATE
from data_access.table import Table
from data_access.words import _, language, ngettext
from layers.phrases import clock, number, span
from layers.scale import Scale

MOST = 1200  # readings drawn one by one; of more, the lowest and the highest of each step
MOST_ODD = 300  # marks of late and doubtful readings, which no step swallows; beyond that only the newest are drawn


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of a chart by night or by day; they are those of assets/style.css."""

    text: str
    dim: str
    grid: str
    line: str
    panel: str
    usual: str


NIGHT = Inks(
    text="#e7edf4", dim="#93a4b8", grid="#2a3542", line="#7cc4ff", panel="#121922", usual="rgba(124,196,255,0.14)"
)
DAY = Inks(text="#17202b", dim="#52616f", grid="#d3dbe3", line="#0b63ce", panel="#ffffff", usual="rgba(11,99,206,0.12)")


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of silence between two readings, or before the first or after the last of a chart."""

    start: datetime
    end: datetime


def gaps(times: list[datetime], promise: Promise, start: datetime, end: datetime) -> list[Gap]:
    """Where more than twice the interval lies between neighbours; the chart's own ends are neighbours too.

    A device that nobody had heard of was not silent.
    """
    first = min([promise.heard_of or start, *times[:1]])
    fence = [max(start, first), *times, max(first, end)]
    longest = [timedelta(seconds=LATE * promise.at(at)) for at in fence]
    pairs = zip(pairwise(fence), pairwise(longest), strict=True)
    return [Gap(a, b) for (a, b), both in pairs if b - a > max(both)]


def with_gaps(
    times: list[datetime], values: list[float | None], silent: list[Gap]
) -> tuple[list[datetime], list[float | None]]:
    """The line to draw: broken within every gap, and at every reading that has no number."""
    breaks = [(gap.start + (gap.end - gap.start) / 2, None) for gap in silent if times and gap.start >= times[0]]
    points = sorted([*zip(times, values, strict=True), *breaks], key=lambda point: point[0])
    return [at for at, _value in points], [value for _at, value in points]


def marked(track: Table, promise: Promise) -> list[bool]:
    """Which readings came late or bear a flag."""
    delay_s = (track["received_at"] - track["observed_at"]) / np.timedelta64(1, "s")
    late = delay_s > np.maximum(LATE * promise.each(track["observed_at"]), 60)
    return [bool(slow) or quality not in ("good", None) for slow, quality in zip(late, track["quality"], strict=True)]


def drawn_of(track: Table, odd: list[bool]) -> np.ndarray:
    """Which readings are drawn, as a mask: all of a few, else the lowest and the highest of each even step of time.

    What is odd is drawn as well, and a missing value still breaks the line. Nothing is averaged: every point was
    measured.
    """
    keep = np.ones(len(track), dtype=bool)
    if len(track) <= MOST:
        return keep
    at, value = track["observed_at"].astype(np.int64), track["value"]
    step = np.minimum((at - at[0]) * (MOST // 2) // max(int(at[-1] - at[0]), 1), MOST // 2 - 1)
    keep[:] = False
    order = np.lexsort((value, step))  # NaN, what is missing, comes last in its step
    told = order[~np.isnan(value[order])]
    if len(told):
        first = np.flatnonzero(np.diff(step[told], prepend=-1))
        last = np.append(first[1:], len(told)) - 1
        keep[told[first]] = keep[told[last]] = True
    missing = np.isnan(value)
    keep[missing & ~np.roll(missing, 1)] = True
    keep[[0, -1]] = True
    keep[np.flatnonzero(odd)[-MOST_ODD:]] = True
    return keep


def chart(
    track: Table,
    scale: Scale | None,
    unit: str,
    promise: Promise,
    stretch: Stretch,
    inks: Inks,
    usual: Band | None = None,
) -> dict[str, Any]:
    """The picture of a track as Plotly takes it, in the hours of the zone that the stretch's end is told in.

    A plain dictionary: the Python side of Plotly would look at every colour of every point for a fifth of a second.
    """
    zone = stretch.end.tzinfo
    silent = gaps([row.observed_at for row in track], promise, stretch.start, stretch.end)
    odd = np.array(marked(track, promise), dtype=bool)
    keep = drawn_of(track, odd.tolist())
    rows, odd = list(track.where(keep)), odd[keep]
    xs, ys = with_gaps([row.observed_at for row in rows], [row.value for row in rows], silent)
    known = [value for value in ys if value is not None]
    floor, roof = _range([*known, *(usual.values() if usual else ())], scale)
    shapes = [*_shades(silent, zone, inks), *_thresholds(scale, floor, roof)]
    line = {
        "type": "scatter",
        "x": [_wall(at, zone) for at in xs],
        "y": ys,
        "mode": "lines",
        "connectgaps": False,
        "line": {"color": inks.dim, "width": 1.5},
        "hoverinfo": "skip",
        "name": "line",
    }
    layout = _layout(inks, unit, stretch) | {"shapes": shapes}
    layout["xaxis"]["range"] = [_wall(stretch.start, zone), _wall(stretch.end, zone)]
    layout["yaxis"]["range"] = [floor, roof]
    points = [_points(rows, odd, flagged, scale, unit, stretch, inks) for flagged in (False, True)]
    return {"data": [*(_usual(usual, zone, inks) if usual else []), line, *points], "layout": layout}


def _points(
    rows: list[Any], odd: np.ndarray, flagged: bool, scale: Scale | None, unit: str, stretch: Stretch, inks: Inks
) -> dict[str, Any]:
    """The readings themselves, each in the colour of its band; those that are odd as open diamonds."""
    picked = [row for row, mark in zip(rows, odd, strict=True) if mark == flagged and row.value is not None]
    colours = [scale.colour(row.value) if scale else inks.line for row in picked]
    return {
        "type": "scatter",
        "x": [_wall(row.observed_at, stretch.end.tzinfo) for row in picked],
        "y": [row.value for row in picked],
        "mode": "markers",
        "marker": {
            "size": 8 if flagged else _size(len(rows)),
            "symbol": "diamond-open" if flagged else "circle",
            "color": colours,
            "line": {"width": 1.5 if flagged else 0, "color": colours},
        },
        "hovertemplate": f"%{{x|{'%H:%M' if stretch.short else '%d/%m %H:%M'}}}  %{{y:,.1f}} {unit}<extra></extra>",
        "name": "odd" if flagged else "readings",
    }


def _usual(usual: Band, zone: tzinfo | None, inks: Inks) -> list[dict[str, Any]]:
    """The band under everything else, its middle as a dotted line; broken where no usual value is known."""
    found = []
    for first, last in usual.pieces():
        xs = [_wall(at, zone) for at in usual.at[first:last]]
        edge = {"type": "scatter", "x": xs, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        low, middle, high = (each[first:last].tolist() for each in (usual.low, usual.middle, usual.high))
        found += [
            {**edge, "y": low, "name": "usual-low"},
            {**edge, "y": high, "fill": "tonexty", "fillcolor": inks.usual, "name": "usual-high"},
            {**edge, "y": middle, "line": {"color": inks.dim, "width": 1, "dash": "dot"}, "name": "usual"},
        ]
    return found


def summary(track: Table, unit: str, promise: Promise, stretch: Stretch) -> str:
    """What the chart shows, in words, for those who do not see it."""
    rows = [row for row in track if row.value is not None]
    if not rows:
        return _("No readings in this time.")
    low, high = min(rows, key=lambda row: row.value), max(rows, key=lambda row: row.value)
    told = _("{stretch}: lowest {low} {unit} at {low_at}, highest {high} {unit} at {high_at}.").format(
        stretch=stretch.called(),
        low=_told(low.value),
        low_at=clock(low.observed_at, stretch.end),
        high=_told(high.value),
        high_at=clock(high.observed_at, stretch.end),
        unit=unit,
    )
    silent = gaps([row.observed_at for row in track], promise, stretch.start, stretch.end)
    if silent:
        longest = max(silent, key=lambda gap: gap.end - gap.start)
        told += " " + ngettext("{n} gap, of {span}.", "{n} gaps, the longest of {span}.", len(silent)).format(
            n=number(len(silent)), span=span(longest.end - longest.start)
        )
    odd = sum(marked(track, promise))
    if odd:
        told += " " + ngettext(
            "{n} reading came late or is doubtful (open diamond).",
            "{n} readings came late or are doubtful (open diamonds).",
            odd,
        ).format(n=number(odd))
    if len(track) > MOST:
        told += " " + _("Of {n} readings the line shows the lowest and the highest of each step.").format(
            n=number(len(track))
        )
    return told.replace(" .", ".").replace("  ", " ")


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


def _ticks(stretch: Stretch) -> dict[str, Any]:
    """Hours under a short stretch, days under a long one."""
    if stretch.short:
        return {"tickformat": "%H:%M", "nticks": 6}
    return (
        {"tickformat": "%-d/%-m", "nticks": 8} if stretch.days >= 4 else {"tickformat": "%H:%M\n%-d/%-m", "nticks": 6}
    )


def _layout(inks: Inks, unit: str, stretch: Stretch) -> dict[str, Any]:
    axis = {
        "gridcolor": inks.grid,
        "linecolor": inks.grid,
        "zeroline": False,
        "tickfont": {"color": inks.dim, "size": 12},
        "fixedrange": True,
        "automargin": True,
    }
    return {
        "height": 200,
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, Noto Sans, sans-serif", "color": inks.text, "size": 13},
        "separators": ",." if language() == "vi" else ".,",
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": inks.panel, "bordercolor": inks.grid, "font": {"color": inks.text}},
        "xaxis": {**axis, "type": "date", "showgrid": False, **_ticks(stretch)},
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
