"""The time bar: now, or any moment since the city's first fact. One time holds for everything on the page.

What a hand does on it assets/desk/time_bar.js answers at once, map and frame included; panels follow by callbacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import dcc, html

from components import ids
from components.clock import for_input, instant, moment, typed, written
from components.rail import icon
from components.still import still
from data_access.words import N_, _, language

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
STEPS = (-60, -1, 1, 60)  # minutes
SPEEDS = (1, 10, 60, 600, 3600)
# How much of the past the slider spans, in minutes; 0: all of it.
SPANS = {60: N_("1 hour"), 360: N_("6 hours"), 1440: N_("24 hours"), 10080: N_("7 days"), 0: N_("All")}
KEYS = (
    ("Space", N_("play or pause")),
    ("← →", N_("one step back or on; with Shift ten")),
    ("Ctrl ← →", N_("to the event before or after")),
    ("Home End", N_("to the beginning of the slider, to its end")),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """From the minute of the first fact to now; without a fact there is only now."""

    first: datetime
    now: datetime

    def within(self, at: datetime | None) -> datetime | None:
        """This moment, or the first one for what was before it; None, now, for all that is not yet past."""
        if at is None or at > self.now - SECOND:
            return None
        return max(at, self.first)


def reach(first: datetime | None, now: datetime) -> Reach:
    """How far back one can go; from a whole minute by the clock."""
    start = (first or now).astimezone(UTC)
    return Reach(start.replace(second=0, microsecond=0), now)


def wished(wish: object, at: datetime | None, ends: Reach, zone: ZoneInfo) -> datetime | None:
    """The time that a browser asks for; what it does not ask for sensibly leaves the time as it is.

    A wish is one of {"live": true}, {"at": RFC 3339}, {"typed": local time}.
    """
    if not isinstance(wish, Mapping):
        return at
    if wish.get("live"):
        return None
    when = instant(wish.get("at")) or typed(wish.get("typed"), zone)
    return ends.within(when) if when else at


def told(at: datetime | None, ends: Reach, zone: ZoneInfo) -> dict[str, Any]:
    """How things stand, for the bar to set: `at`, both ends, and what field and calendar show."""
    return {
        "at": at.isoformat() if at else None,
        "first": ends.first.isoformat(),
        "now": ends.now.isoformat(),
        "typed": written(at or ends.now, zone),
        "calendar": [for_input(when, zone) for when in (ends.first, at or ends.now, ends.now)],
    }


def replayed(at: datetime | None, zone: ZoneInfo) -> str:
    """What the frame says while the page shows a past hour; nothing while it shows now."""
    return _("REPLAY · {moment}").format(moment=moment(at, zone)) if at else ""


def time_bar(ends: Reach, at: datetime | None, zone: ZoneInfo) -> Any:
    """The bar: live, steps, play, slider, typed time; above it, when that is opened, the events of the stretch."""
    return html.Section(
        [
            html.Div(
                still(
                    [
                        html.H2(_("Events of this stretch")),
                        html.Ol([], id=ids.EVENT_LIST, className="event-list"),
                        html.P(_("No incident began here, and no value passed a threshold."), className="empty"),
                        _keys(),
                    ]
                ),
                id=ids.MORE_TIME,
                className="more-time",
                hidden=True,
            ),
            html.Div(
                still([_live(at), *_steering(), _track(), *_typed(ends, at, zone), _more()]), className="time-line"
            ),
            dcc.Store(id=ids.STRETCH),
            dcc.Store(id=ids.EVENTS),
        ],
        className="panel time-bar",
        **{
            "aria-label": _("Time"),
            "data-zone-of-time": zone.key,
            "data-language-of-time": language(),
            "data-moment-pattern": _("EEEE d MMMM y, HH:mm"),
            "data-replay": _("REPLAY · {moment}"),
            "data-mark-pattern": _("d MMM, HH:mm"),
            "data-now": _("now"),
            "data-play": _("Play"),
            "data-pause": _("Pause"),
            "data-none": _("There is no further event on this side."),
        },
    )


def _live(at: datetime | None) -> Any:
    return html.Button(
        [html.Span(className="dot"), _("LIVE")],
        id=ids.LIVE,
        className="button live",
        title=_("Show what is now"),
        **{"aria-pressed": "false" if at else "true"},
    )


def _steering() -> list[Any]:
    """Back, play, on, and how fast."""
    words = {
        -60: (_("−1 h"), _("One hour back")),
        -1: (_("−1 min"), _("One minute back")),
        1: (_("+1 min"), _("One minute on")),
        60: (_("+1 h"), _("One hour on")),
    }
    step = {
        minutes: html.Button(sign, title=name, className="button step", **{"aria-label": name, "data-step": minutes})
        for minutes, (sign, name) in words.items()
    }
    return [
        html.Div([_press("skip-back", _("To the event before"), jump=-1), step[-60], step[-1]], className="steps back"),
        html.Button(
            [icon("play"), icon("pause")],
            id=ids.PLAY,
            className="button icon-button play",
            title=_("Play"),
            **{"aria-label": _("Play"), "aria-pressed": "false"},
        ),
        html.Div([step[1], step[60], _press("skip-forward", _("To the next event"), jump=1)], className="steps on"),
        _choice(ids.SPEED, _("Speed"), {str(speed): f"{speed:,}×" for speed in SPEEDS}),
    ]


def _press(sign: str, name: str, jump: int) -> Any:
    return html.Button(
        icon(sign),
        title=name,
        className="button icon-button step jump",
        **{"aria-label": name, "data-jump": jump},
    )


def _choice(id: str, name: str, choices: Mapping[str, str]) -> Any:
    options = [html.Option(words, value=value) for value, words in choices.items()]
    return html.Select(options, id=id, className="choice", title=name, **{"aria-label": name})


def _track() -> Any:
    """Where the slider comes; the script makes it, so that no frame of a drag waits for anything."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(className="track-from"),
                    html.Span(id=ids.CAPTION, className="caption", role="status"),
                    html.Span(className="track-to"),
                ],
                className="track-words",
            ),
            html.Label(_("Moment shown"), htmlFor=ids.SLIDER, className="unseen"),
            html.Div(id=ids.TRACK_BED, className="track-bed"),
        ],
        className="track",
    )


def _typed(ends: Reach, at: datetime | None, zone: ZoneInfo) -> list[Any]:
    choose = _("Choose in a calendar")
    form = _("Write day/month/year hours:minutes, such as {moment}.").format(moment=written(ends.now, zone))
    return [
        _choice(ids.SPAN, _("How much the slider spans"), {str(span): str(words) for span, words in SPANS.items()}),
        html.Label(_("Go to date and time"), htmlFor=ids.TYPED, className="unseen"),
        html.Div(
            [
                dcc.Input(
                    id=ids.TYPED,
                    type="text",
                    value=written(at or ends.now, zone),
                    autoComplete="off",
                    className="typed",
                ),
                html.Button(
                    icon("calendar"),
                    id=ids.CALENDAR,
                    className="button icon-button",
                    title=choose,
                    **{"aria-label": choose},
                ),
            ],
            className="when",
            **{"data-format": form},
        ),
    ]


def _more() -> Any:
    name = _("Events and keys")
    return html.Button(
        icon("chevron-up"),
        id=ids.MORE_TIME_OPEN,
        className="button icon-button more-open",
        title=name,
        **{"aria-label": name, "aria-expanded": "false", "aria-controls": ids.MORE_TIME},
    )


def _keys() -> Any:
    lines = [[html.Dt(html.Kbd(key)), html.Dd(str(words))] for key, words in KEYS]
    return html.Details(
        [html.Summary(_("Keys")), html.Dl([part for line in lines for part in line], className="keys")],
        className="keys-of-time",
    )
