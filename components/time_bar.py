"""The time bar: now, or any minute since the city's first fact. One time holds for everything on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import dcc, html

from components import ids
from components.clock import for_input, moment, typed, written
from components.rail import icon
from data_access.words import _

MINUTE = timedelta(minutes=1)
STEPS = (-60, -1, 1, 60)


@dataclass(frozen=True, slots=True)
class Reach:
    """From the minute of the first fact to now; without a fact there is only now."""

    first: datetime
    now: datetime

    @property
    def minutes(self) -> int:
        """Whole minutes between both; the last one is now itself."""
        return max(0, int((self.now - self.first) / MINUTE))

    def within(self, at: datetime | None) -> datetime | None:
        """This minute, or the first one for what was before it; None, now, for all that is not yet past."""
        if at is None or at > self.now - MINUTE:
            return None
        return max(at, self.first)

    def place(self, at: datetime | None) -> int:
        """Where the slider stands at this time."""
        return self.minutes if at is None else max(0, round((at - self.first) / MINUTE))

    def minute(self, place: int) -> datetime | None:
        """The time at this place of the slider."""
        return self.within(self.first + place * MINUTE) if 0 <= place < self.minutes else None


def reach(first: datetime | None, now: datetime) -> Reach:
    """How far back one can go; whole minutes by the clock, so that every place of the slider is one."""
    start = (first or now).astimezone(UTC)
    return Reach(start.replace(second=0, microsecond=0), now)


def wished(wish: object, at: datetime | None, ends: Reach, zone: ZoneInfo) -> datetime | None:
    """The time that a browser asks for; what it does not ask for sensibly leaves the time as it is.

    A wish is one of {"live": true}, {"step": minutes}, {"place": place of the slider}, {"typed": local time}.
    """
    if not isinstance(wish, Mapping):
        return at
    if wish.get("live"):
        return None
    try:
        if "step" in wish:
            return ends.within((at or ends.now) + int(wish["step"]) * MINUTE)
        if "place" in wish:
            return ends.minute(int(wish["place"]))
    except (TypeError, ValueError, OverflowError):
        return at
    when = typed(wish.get("typed"), zone)
    return ends.within(when) if when else at


def told(at: datetime | None, ends: Reach, zone: ZoneInfo) -> dict[str, Any]:
    """How the bar stands at this time, for the browser to set: `at`, and what slider, field and calendar show."""
    return {
        "at": at.isoformat() if at else None,
        "place": ends.place(at),
        "places": ends.minutes,
        "typed": written(at or ends.now, zone),
        "calendar": [for_input(when, zone) for when in (ends.first, at or ends.now, ends.now)],
        "said": moment(at or ends.now, zone),
    }


def replayed(at: datetime | None, zone: ZoneInfo) -> str:
    """What the frame says while the page shows a past hour; nothing while it shows now."""
    return _("REPLAY · {moment}").format(moment=moment(at, zone)) if at else ""


def time_bar(ends: Reach, at: datetime | None, zone: ZoneInfo) -> Any:
    """The bar: live, steps, slider, typed time."""
    words = {
        -60: (_("−1 h"), _("One hour back")),
        -1: (_("−1 min"), _("One minute back")),
        1: (_("+1 min"), _("One minute on")),
        60: (_("+1 h"), _("One hour on")),
    }
    step = {
        minutes: html.Button(
            sign, id=ids.step(minutes), n_clicks=0, title=name, className="button step", **{"aria-label": name}
        )
        for minutes, (sign, name) in words.items()
    }
    return html.Section(
        [
            html.Button(
                [html.Span(className="dot"), _("LIVE")],
                id=ids.LIVE,
                n_clicks=0,
                className="button live",
                title=_("Show what is now"),
                **{"aria-pressed": "false" if at else "true"},
            ),
            html.Div([step[-60], step[-1]], className="steps"),
            html.Label(_("Minute shown"), htmlFor=ids.SLIDER, className="unseen"),
            dcc.Input(
                id=ids.SLIDER,
                type="range",
                min=0,
                max=ends.minutes,
                step=1,
                value=ends.place(at),
                className="slider",
            ),
            html.Div([step[1], step[60]], className="steps"),
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
                        title=_("Choose in a calendar"),
                        **{"aria-label": _("Choose in a calendar")},
                    ),
                ],
                className="when",
                **{
                    "data-format": _("Write day/month/year hours:minutes, such as {moment}.").format(
                        moment=written(ends.now, zone)
                    )
                },
            ),
        ],
        className="panel time-bar",
        **{"aria-label": _("Time")},
    )
