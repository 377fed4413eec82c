"""What the drawer shows of a device's past: a chart of a chosen stretch, what is usual behind it, the raw readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html

from components import ids
from components.ages import Promise, interval_s
from components.chart import DAY, NIGHT, chart, summary
from components.clock import moment, written
from components.detail import row_of
from components.rows import Rows
from components.stretch import CHOICES, HOURS, OWN, Stretch, last, wished
from components.usual_band import Band, usual
from components.view import View
from data_access.metric_units import unit_of
from data_access.queries import Devices, Origin, RegisterVersions, Track
from data_access.table import Table
from data_access.words import _
from layers.base import Layer, Row
from layers.phrases import QUALITY, clock, number, span

MOST_LISTED = 200  # raw readings that a person still reads; the CSV has all
PROMPT = timedelta(seconds=60)  # what is heard of within a minute is not worth a word

Selection = tuple[str, str] | None
SETTINGS = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser wants to see of a past: a metric, and a choice of CHOICES with the typed ends of its own one."""

    metric: object = None
    choice: object = HOURS
    start: object = None
    end: object = None


@dataclass(frozen=True, slots=True)
class Past:
    """The readings of one metric of one device over a stretch, and how often it was to speak meanwhile.

    `fault` says what was wrong with the wish for it.
    """

    row: Row
    layer: Layer
    metric: str
    unit: str
    stretch: Stretch
    track: Table
    promise: Promise
    fault: str


def parts(view: View) -> list[Any]:
    """The frame of the history in the drawer; it is hidden while what is selected has none."""
    ends = [
        dcc.Input(id=name, type="text", debounce=True, autoComplete="off", className="typed", placeholder=hint)
        for name, hint in (
            (ids.HISTORY_START, written(view.now() - timedelta(days=2), view.zone())),
            (ids.HISTORY_END, ""),
        )
    ]
    names = (_("From, as day/month/year hours:minutes"), _("To; empty: the time that is shown"))
    return [
        html.Section(
            [
                html.Label(_("What is drawn"), htmlFor=ids.HISTORY_METRIC, className="unseen"),
                dbc.Select(id=ids.HISTORY_METRIC, options=[], value=None, className="metric"),
                html.Fieldset(
                    [
                        html.Legend(_("Stretch of time"), className="unseen"),
                        dbc.RadioItems(
                            id=ids.HISTORY_CHOICE,
                            options=[{"label": str(words), "value": key} for key, words in CHOICES.items()],
                            value=HOURS,
                            inline=True,
                        ),
                    ],
                    className="stretches",
                ),
                html.Div(
                    [html.Label([html.Span(name), end]) for name, end in zip(names, ends, strict=True)],
                    className="ends",
                ),
                html.Div(id=ids.CHART),
                html.Button(
                    _("Raw readings"),
                    id=ids.RAW_OPEN,
                    n_clicks=0,
                    className="button link",
                    **{"aria-expanded": "false", "aria-controls": ids.RAW},
                ),
                html.Div(id=ids.RAW),
            ],
            id=ids.HISTORY,
            className="history hidden",
            **{"aria-label": _("History")},
        )
    ]


def metrics_of(view: View, chosen: Selection, at: datetime | None) -> tuple[list[dict[str, str]], str | None]:
    """What a device has a history of, as choices, and which of them comes first; none for what is no device."""
    layer = view.layer(chosen[0]) if chosen else None
    if not chosen or not layer:
        return [], None
    row = row_of(view, layer, chosen[1], at)
    if row is None or not hasattr(row, "interval_s"):
        return [], None
    device = next(iter(view.store.answer(Devices(chosen[1]), at)), None)
    known = [metric for metric in (device.metrics or "").split(",") if metric] if device else []
    if layer.metric and layer.metric not in known:
        known.insert(0, layer.metric)
    choices = [{"label": metric_name(view, metric), "value": metric} for metric in known]
    return choices, layer.metric or next(iter(known), None)


def metric_name(view: View, metric: str) -> str:
    """What a metric is called: as its layer, or by its own name where no layer shows it."""
    titles = [str(layer.title) for layer in view.layers if layer.metric == metric]
    return titles[0] if titles else metric


def past_of(view: View, chosen: Selection, at: datetime | None, asked: Asked) -> Past | None:
    """The readings that a browser asks for; None where what is selected has no history."""
    layer = view.layer(chosen[0]) if chosen else None
    choices, first = metrics_of(view, chosen, at)
    if not chosen or layer is None or first is None:
        return None
    metric = str(asked.metric if asked.metric in [choice["value"] for choice in choices] else first)
    shown = next((each for each in view.layers if each.metric == metric), layer)
    now = (at or view.now()).astimezone(view.zone())
    stretch, fault = wished(asked.choice, asked.start, asked.end, now, view.zone())
    row = row_of(view, layer, chosen[1], at)
    return _read(view, row, shown, metric, stretch, _promise(view, row, shown, at), at, fault)


def last_day(view: View, chosen: Selection, theme: object) -> Any:
    """The last 24 hours of what a layer measures, for a view whose store knows neither devices nor days before."""
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], None) if chosen and layer else None
    if layer is None or layer.metric is None or row is None:
        return []
    stretch = last(view.now().astimezone(view.zone()))
    promise = Promise([interval_s(row.interval_s, layer)])
    return chart_of(_read(view, row, layer, layer.metric, stretch, promise), theme)


def _promise(view: View, row: Row, layer: Layer, at: datetime | None) -> Promise:
    """What the register said at each time, from the first reading on."""
    versions = list(view.store.answer(RegisterVersions("device", row.id), at)) or [row]
    every = [interval_s(version.interval_s, layer) for version in versions]
    known = next(iter(view.store.answer(Origin("device", row.id), at)), None)
    return Promise(every, [version.since for version in versions[1:]], known.heard_at if known else None)


def _read(
    view: View,
    row: Row,
    layer: Layer,
    metric: str,
    stretch: Stretch,
    promise: Promise,
    at: datetime | None = None,
    fault: str = "",
) -> Past:
    unit = (layer.unit or "") if layer.metric == metric else unit_of(metric).removeprefix("1")
    question = Track(row.id, metric, stretch.start, stretch.end + timedelta(microseconds=1))  # with what is at its end
    return Past(row, layer, metric, unit, stretch, view.store.answer(question, at), promise, fault)


def band_of(view: View, past: Past | None) -> Band | None:
    """What is usual behind these readings; None where there are none to lay it behind."""
    if past is None or not _measured(past):
        return None
    return usual(view, past.row.id, past.metric, past.stretch)


def chart_of(past: Past | None, theme: object, band: Band | None = None) -> Any:
    """The chart, and the same in words; where there is no line to draw, why."""
    if past is None:
        return []
    head = [html.H3(past.stretch.called(), className="" if past.stretch.choice == OWN else "told-above")]
    if past.fault:
        head.append(html.P(past.fault, className="fault", role="alert"))
    if not _measured(past):
        return html.Figure([*head, html.Figcaption(why_empty(past), className="note")])
    scale = scale_of(past)
    drawn = chart(past.track, scale, past.unit, past.promise, past.stretch, DAY if theme == "day" else NIGHT, band)
    words = [standing_since(past), summary(past.track, past.unit, past.promise, past.stretch)]
    words += [band.told()] if band else []
    return html.Figure(
        [
            *head,
            dcc.Graph(figure=drawn, config=SETTINGS, className="chart"),
            html.Figcaption([html.P(told) for told in words if told], className="note"),
        ]
    )


def _measured(past: Past) -> bool:
    """Whether any reading has a number."""
    return not np.isnan(past.track["value"]).all()


def scale_of(past: Past) -> Any:
    """The scale that fits the readings: one of another unit paints something else, as a car park's share."""
    scale = past.layer.scale if past.layer.metric == past.metric else None
    return scale if scale and scale.unit == past.unit else None


def standing_since(past: Past) -> str:
    """In which band of its scale the newest reading stands, and since when; nothing where bands have no words."""
    scale = scale_of(past)
    known = ~np.isnan(past.track["value"])
    if scale is None or not scale.words or not known.any():
        return ""
    rows = list(past.track.where(known))
    band, name = scale.band(rows[-1].value), scale.word(rows[-1].value)
    name = name[:1].upper() + name[1:]
    since = rows[-1]
    for row in reversed(rows):
        if scale.band(row.value) != band:
            word = _("{word}, since {clock} ({span}).")
            length = span(rows[-1].observed_at - since.observed_at)
            return word.format(word=name, clock=clock(since.observed_at, past.stretch.end), span=length)
        since = row
    return _("{word}, all this time.").format(word=name)


def why_empty(past: Past) -> str:
    """Why there is no line to draw, and what would draw one."""
    if len(past.track):
        return _("The device said each time that it could not measure: there is no line to draw.")
    if past.row.observed_at is None:
        told = _("{layer}: this device has never reported any, so there is no line. Its first reading will begin one.")
        return told.format(layer=past.layer.title)
    told = _("No readings in this time; the newest is of {clock}. The next one will draw the line again.")
    return told.format(clock=moment(past.row.observed_at, past.stretch.end.tzinfo))


def raw_of(past: Past | None) -> Any:
    """The newest readings of the stretch as a table, each with what is known of how it came, and all of them as CSV."""
    if past is None:
        return []
    count = len(past.track)
    if not count:
        return html.P(why_empty(past), className="empty")
    rows = list(past.track.where(np.arange(count) >= count - MOST_LISTED))[::-1]
    lines = [[clock_to_second(row.observed_at, past.stretch.end), *_told(row, past)] for row in rows]
    caption = _("The newest {n} of {of} readings.") if count > MOST_LISTED else _("All {of} readings.")
    titles = [_("Measured"), _("Value"), _("Quality"), _("Came")]
    return [
        html.P(html.A(_("All of them as CSV"), href=csv_address(past), download=True, className="link")),
        html.Div(
            Rows(caption.format(n=number(MOST_LISTED), of=number(count)), titles, lines),
            className="raw-rows",
            tabIndex=0,
            role="region",
            **{"aria-label": _("Raw readings")},
        ),
    ]


def csv_address(past: Past) -> str:
    """Where the same readings are had whole, with boot and number of each."""
    told: Mapping[str, str] = {
        "device": past.row.id,
        "metric": past.metric,
        "from": past.stretch.start.isoformat(),
        "to": (past.stretch.end + timedelta(microseconds=1)).isoformat(),
        "format": "csv",
        "limit": "all",
    }
    return f"/api/readings?{urlencode(told)}"


def clock_to_second(at: datetime, now: datetime) -> str:
    """The second of a reading, with its day unless that is today."""
    here = at.astimezone(now.tzinfo)
    return here.strftime("%H:%M:%S" if here.date() == now.date() else "%d/%m %H:%M:%S")


def _told(row: Row, past: Past) -> Sequence[str]:
    digits = 2 if row.value is not None and abs(row.value) < 10 and row.value % 1 else 1 if (row.value or 0) % 1 else 0
    value = "–" if row.value is None else " ".join(filter(None, (number(row.value, digits), past.unit)))
    delay = row.received_at - row.observed_at
    came = _("{span} later").format(span=span(delay)) if delay > PROMPT else _("at once")
    return value, str(QUALITY.get(row.quality, row.quality)), came
