"""The first panel after signing in: what changed since one was here, the worst first, readable in a minute."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_datetime
from dash import Dash, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from components import ids
from components.clock import moment
from components.incidents import mark
from components.news import News, news
from components.rail import icon
from components.rows import Rows
from components.still import still
from components.view import View
from data_access.words import _, language, ngettext
from layers.phrases import clock, number, span
from layers.since import Change

MOST = 7  # lines that one reads in a minute; the others wait behind them
FIRST = timedelta(hours=24)  # told to one who was never here
FARTHEST = timedelta(days=7)
HOURS = (8, 24, 168)  # a shift, a day, a week

Told = list[Any]


def panel(told: News, left_at: datetime | None, hours: int | None) -> Told:
    """The panel; `left_at` is when this person was last here, `hours` the span that was asked for instead."""
    lines, rest = told.lines[:MOST], told.lines[MOST:]
    return [
        html.Div(
            [
                html.H2(_("What changed since you were here") if left_at and not hours else _("What changed")),
                html.Button([icon("check"), _("I have read it")], className="button primary", **{"data-since": "read"}),
            ],
            className="news-head",
        ),
        html.P(_told_since(told, left_at, hours), className="note"),
        html.P(summary(told), className="lede"),
        *([html.Ul([_line(change, told.now) for change in lines], className="needs")] if lines else []),
        *([_rest(rest, told.now)] if rest else []),
        *_figures(told),
        _choices(hours, left_at is not None),
    ]


def folded(since: datetime, now: datetime) -> Told:
    """The one line that is left when the news were read."""
    words = _("What changed since {clock}").format(clock=clock(since, now))
    return [html.Button([icon("newspaper"), words], className="button", **{"data-since": "open"})]


def summary(told: News) -> str:
    """How much of what changed, in one sentence or two."""
    kinds = Counter((change.kind, _is_incident(change)) for change in told.changes)
    begun = kinds["begun", True] + kinds["passed", True]
    over = kinds["over", True] + kinds["passed", True]
    parts = [
        (begun, ngettext("{n} incident opened", "{n} incidents opened", begun)),
        (over, ngettext("{n} incident ended", "{n} incidents ended", over)),
        (
            kinds["begun", False],
            ngettext("{n} more thing needs attention", "{n} more things need attention", kinds["begun", False]),
        ),
        (kinds["over", False], ngettext("{n} needs it no longer", "{n} need it no longer", kinds["over", False])),
        (
            kinds["passed", False],
            ngettext(
                "{n} value was past its limit and is back",
                "{n} values were past their limits and are back",
                kinds["passed", False],
            ),
        ),
        (kinds["noted", False], ngettext("{n} note was pinned", "{n} notes were pinned", kinds["noted", False])),
        (len(told.new), ngettext("{n} device is new", "{n} devices are new", len(told.new))),
        (len(told.gone), ngettext("{n} device was taken out", "{n} devices were taken out", len(told.gone))),
    ]
    said = [words.format(n=number(n)) for n, words in parts if n]
    if not said:
        return _("Nothing that anybody needs to know: the city is as you left it.")
    return _("{list}.").format(list="; ".join(said))


def since_of(left_at: datetime | None, hours: int | None, first_fact: datetime | None, now: datetime) -> datetime:
    """From when on it is told: the end of the last visit, or so many hours back; never from before the first fact."""
    wanted = now - timedelta(hours=hours) if hours else left_at or now - FIRST
    return max(wanted, now - FARTHEST, first_fact or now - FARTHEST)


def place(view: View) -> list[Any]:
    """The panel as it stands first in the drawer, and what the page remembers of it."""
    told, name, of = told_to(view, None, False, None)
    return [
        html.Section(still(told), id=ids.SINCE, className=name, **{"aria-label": _("What changed")}),
        dcc.Store(id=ids.SINCE_WISH),
        dcc.Store(id=ids.SINCE_TOLD, data=of),
        dcc.Store(id=ids.HERE),
    ]


def told_to(view: View, wish: object, here: bool, told: object) -> tuple[Told, str, Any]:
    """The panel for whoever asks, its class, and the visit that it tells of.

    `wish` is {"do": "read" | "open" | "span", "hours"}; `here`: nobody asked, someone only gave a sign of life, and
    the panel stays as it is unless that one had been away, or was not answered yet (`told`: the visit it tells of).
    """
    session = view.session()
    if view.memory is None or session is None:
        return [], "news folded", None
    visit = view.memory.here(session.name, session.label)
    now = view.now()
    of = visit.left_at.isoformat() if visit.left_at else "first"
    if here and told == of:
        raise PreventUpdate
    asked = wish if isinstance(wish, Mapping) and not here else {}
    hours = asked.get("hours") if asked.get("do") == "span" and asked.get("hours") in HOURS else None
    since = since_of(visit.left_at, hours, view.store.first_fact(), now)
    if asked.get("do") == "read":
        view.memory.read(session.name)
    if asked.get("do") == "read" or (visit.read and not asked):
        here_now = now.astimezone(view.zone())
        return folded(since, here_now), "news folded", of
    return panel(news(view, since), visit.left_at, hours), "news", of


def register_since(app: Dash, view: View) -> None:
    """Bind the panel to this app alone."""

    @app.callback(
        Output(ids.SINCE, "children"),
        Output(ids.SINCE, "className"),
        Output(ids.SINCE_TOLD, "data"),
        Input(ids.SINCE_WISH, "data"),
        Input(ids.HERE, "data"),
        State(ids.SINCE_TOLD, "data"),
        prevent_initial_call=True,
    )
    def tell(wish: Any, _here: Any, told: Any) -> Any:
        parts, name, of = told_to(view, wish, ctx.triggered_id == ids.HERE, told)
        return still(parts), name, of


def _is_incident(change: Change) -> bool:
    return change.layer == "incidents"


def _told_since(told: News, left_at: datetime | None, hours: int | None) -> str:
    length = span(told.now - told.since)
    since = moment(told.since, told.now.tzinfo)
    if hours or left_at is None:
        words = (
            _("In the last {span}, since {moment}.")
            if hours
            else _("You are here for the first time: the last {span}.")
        )
        return words.format(span=length, moment=since)
    if left_at < told.since - timedelta(minutes=1):
        last = moment(left_at, told.now.tzinfo)
        return _("You were last here on {moment}; this tells of the last {span}.").format(moment=last, span=length)
    return _("Since {moment}, {span} ago.").format(moment=since, span=length)


def _clock(at: datetime | None, now: datetime) -> str:
    """When that was, short enough for a line; nothing where nobody knows."""
    if at is None:
        return ""
    here = at.astimezone(now.tzinfo)
    pattern = "HH:mm" if here.date() == now.date() else "EEE HH:mm"
    return str(format_datetime(here, pattern, locale=language()))


def _line(change: Change, now: datetime) -> Any:
    signs = {"over": icon("check"), "noted": icon("sticky-note")}
    told = [
        signs.get(change.kind) or mark(change.severity),
        html.Span(change.title, className="title"),
        html.Span(_clock(change.at, now), className="since"),
        html.Span(change.what, className="why"),
    ]
    row: list[Any] = [
        html.Button(told, className=f"need {change.kind}", **{"data-layer": change.layer, "data-id": change.id})
    ]
    if change.at:
        words = _("Show this moment: {title}, {clock}").format(title=change.title, clock=_clock(change.at, now))
        row.append(
            html.Button(
                icon("history"),
                className="button icon-button jump",
                title=_("Show this moment"),
                **{"data-at": change.at.isoformat(), "aria-label": words},
            )
        )
    return html.Li(row, className="change")


def _rest(changes: tuple[Change, ...], now: datetime) -> Any:
    """What did not fit a minute: a table that opens."""
    count = len(changes)
    rows = [(change.title, change.what, _clock(change.at, now) or "–") for change in changes]
    table = Rows(
        _("What changed, too"),
        (_("What"), _("Change"), _("When")),
        rows,
        [(change.layer, change.id) for change in changes],
    )
    return html.Details(
        [html.Summary(ngettext("and {n} more", "and {n} more", count).format(n=number(count))), table], className="more"
    )


def _figures(told: News) -> list[Any]:
    if not told.numbers:
        return []
    lines = [
        html.Div([html.Dt(label), html.Dd(_("{before} → {after}").format(before=before, after=after))])
        for label, before, after in told.numbers
    ]
    return [html.Dl(lines, className="facts")]


def _choices(hours: int | None, visited: bool) -> Any:
    """Another span: since the last visit, a shift, a day, a week."""
    words = {8: _("8 hours"), 24: _("24 hours"), 168: _("7 days")}
    told = [(None, _("My last visit"))] if visited else []
    buttons = [
        html.Button(
            label,
            className="button",
            **{
                "data-since": "span" if span_h else "open",
                "data-hours": str(span_h or ""),
                "aria-pressed": str(span_h == hours).lower(),
            },
        )
        for span_h, label in [*told, *words.items()]
    ]
    return html.Div(buttons, className="group-of-buttons", role="group", **{"aria-label": _("How far back")})
