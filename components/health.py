"""The page that says how it goes with what comes in: whether anything is lost, late or refused, and what to do then."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import Dash, Input, Output, dcc, html

from components.clock import moment
from components.incidents import mark
from components.known_by import AHEAD_S, BEHIND_S, off
from components.rail import icon
from components.register_lists import reason
from components.rows import Rows
from components.silence import clock
from components.still import Still, nodes, still
from components.strip import languages
from components.view import View
from data_access.pulse import LONG_LAG_S, Pulse
from data_access.queries import Clocks, Gaps, Quarantined
from data_access.words import _
from layers.base import Row
from layers.phrases import number, span

PATH = "/health"
BODY, TICK = "health-body", "health-tick"
EVERY_S = 5
MOST = 20  # devices in one table


def page(view: View) -> list[Any]:
    """The whole page; it tells anew every few seconds."""
    head = html.Header(
        [
            html.Div(
                [html.H1([view.place(), " · ", _("Health")], className="city"), html.P(_about(), className="state")]
            ),
            html.A([icon("map"), _("To the desk")], href="/", className="button outlined"),
            html.Div([clock(view.zone().key), languages()], className="about-page"),
        ],
        className="panel strip",
    )
    return [
        html.A(_("Skip to the content"), href=f"#{BODY}", className="skip"),
        *still(head),
        html.Main(Still(body(view), BODY, {"tabIndex": -1}), className="panel health-page"),
        dcc.Interval(id=TICK, interval=EVERY_S * 1000),
    ]


def register_health(app: Dash, view: View) -> None:
    """Bind the page to this app alone."""

    @app.callback(Output(BODY, "inside"), Input(TICK, "n_intervals"), prevent_initial_call=True)
    def tell(_tick: Any) -> Any:
        return nodes(body(view))


def body(view: View) -> list[Any]:
    """What the page says now."""
    now = view.now()
    told = view.pulse()
    pulse = None if told is None or told.absent(now.timestamp()) else told
    severity, sentence = standing(pulse, now)
    return [
        html.P([mark(severity), sentence], className="health-state", role="status"),
        html.Section([html.H2(_("What comes in")), html.Dl(_facts(pulse, now, view), className="health-facts")]),
        html.Section([html.H2(_("Numbers that never came")), *_gaps(view)]),
        html.Section([html.H2(_("Clocks that are wrong")), *_clocks(view)]),
        html.Section([html.H2(_("In quarantine")), *_waiting(view)]),
        html.Section(
            [html.H2(_("What each state means, and what to do")), html.Dl(_meanings(), className="health-facts")]
        ),
    ]


def standing(pulse: Pulse | None, now: datetime) -> tuple[int, str]:
    """How bad it is (1 worst, 4 well), and a sentence that says so and what to do."""
    if pulse is None:
        return 1, _("The listener is not there: nothing is taken in. It is started anew by itself; what comes waits.")
    if pulse.fault is not None:
        return 1, str(pulse.fault)
    if not pulse.connected:
        return 2, _("The listener is on its way to the broker.")
    if pulse.lag_s >= LONG_LAG_S:
        told = _("More comes than can be stored: it waits {span}. Nothing is lost; find out below who talks so much.")
        return 2, told.format(span=span(timedelta(seconds=pulse.lag_s)))
    if pulse.counts.get("held"):
        return 3, _("A device talks too much and is held back; the others do not notice. Quarantine names it.")
    if not pulse.counts.get("received"):
        return 4, _("The listener stands ready; since it started nothing has come.")
    return 4, _("All is well: what comes is stored at once.")


def _about() -> str:
    return _("Whether anything that devices say is lost, late or refused.")


def _fact(name: str, value: str, meaning: str) -> Any:
    return html.Div([html.Dt(name), html.Dd(value, className="value"), html.Dd(meaning, className="note")])


def _facts(pulse: Pulse | None, now: datetime, view: View) -> list[Any]:
    if pulse is None:
        return [_fact(_("Listener"), _("silent"), _("It tells every second how it fares; it has not for ten."))]
    zone = view.zone()
    # Quarantine has them all; a page that tells them apart must not tell those that are held back twice.
    counts = pulse.counts | {"quarantined": pulse.counts.get("quarantined", 0) - pulse.counts.get("held", 0)}

    def when(at: float | None) -> str:
        return moment(datetime.fromtimestamp(at, UTC), zone) if at else _("not yet")

    broker = _("connected") if pulse.connected else _("away since {moment}").format(moment=when(pulse.deaf_since))
    delay = _("less than a second") if pulse.lag_s < 1 else span(timedelta(seconds=pulse.lag_s))
    told = (
        ("received", _("Received"), _("messages since the listener started")),
        ("stored", _("Stored"), _("readings that are on disk; a message may hold several")),
        ("duplicates", _("Twice"), _("readings that came again and were stored already; each is kept once")),
        ("quarantined", _("Refused"), _("messages that nobody could read, kept with their reason")),
        ("held", _("Held back"), _("messages beyond the measure of a device that talks too much")),
        ("queued", _("Waiting"), _("messages that are here and not stored yet")),
    )
    return [
        _fact(_("Broker"), broker, _("through which all devices speak")),
        _fact(_("Delay"), delay, _("from the broker until it is on disk and acknowledged")),
        _fact(_("Last stored"), when(pulse.stored_at), _("when a reading was last put on disk")),
        _fact(_("Listener since"), when(pulse.started), _("the counts below begin there")),
        *(_fact(name, number(counts.get(key, 0)), meaning) for key, name, meaning in told),
    ]


def _gaps(view: View) -> list[Any]:
    rows = list(view.store.answer(Gaps(MOST)))
    if not rows:
        return [html.P(_("Of every device that numbers its messages all have come."), className="empty")]
    lines = [(row.id, row.boot, number(row.missing), _which(row), number(row.lost)) for row in rows]
    titles = (_("Device"), _("Start of the device"), _("Missing"), _("Which"), _("Given up by its sender"))
    return [Rows(_("Numbers that are missing, by device"), titles, lines)]


def _which(row: Row) -> str:
    if not row.untold:
        return str(row.ranges)
    told = _("up to {n} no longer known one by one").format(n=number(row.untold))
    return f"{row.ranges}, {told}" if row.ranges else told


def _clocks(view: View) -> list[Any]:
    rows = list(view.store.answer(Clocks(None, AHEAD_S, BEHIND_S, MOST)))
    if not rows:
        return [
            html.P(_("No device that was heard within the last hour has another time than we have."), className="empty")
        ]
    lines = [(row.id, off(row.ahead_s)) for row in rows]
    return [Rows(_("Clocks that differ from ours, by device"), (_("Device"), _("Its clock")), lines)]


def _waiting(view: View) -> list[Any]:
    found: dict[tuple[str, str], int] = {}
    for row in view.store.answer(Quarantined()):
        found[row.source, row.reason] = found.get((row.source, row.reason), 0) + row.count
    way = html.P(html.A(_("To the quarantine in the registers"), href="/registers?list=quarantine"))
    if not found:
        return [html.P(_("Nothing waits there: whatever came could be read and stored."), className="empty")]
    most = sorted(found.items(), key=lambda one: -one[1])[:MOST]
    lines = [(source, reason(why), number(count)) for (source, why), count in most]
    return [Rows(_("What was refused, by device"), (_("Device"), _("Why"), _("Messages")), lines), way]


def _meanings() -> Sequence[Any]:
    told = (
        (
            _("Nothing has come"),
            _("No device speaks. Look whether they have the broker's address and may speak there."),
        ),
        (
            _("Broker away"),
            _("Devices cannot be heard. Start the broker again; those that keep their messages resend."),
        ),
        (
            _("Delay of minutes"),
            _("A flood or a slow disk. What is not stored waits with the broker; look who talks most."),
        ),
        (_("The disk is nearly full"), _("Intake has stopped in time. Free some space: it goes on by itself.")),
        (_("Numbers missing"), _("A device sent them and they did not arrive. A gateway would have kept them.")),
        (
            _("A clock that is wrong"),
            _("Set it, or let the device fetch the time. What is a minute ahead is kept, and never shown as now."),
        ),
        (_("Refused messages"), _("Correct the decoder or the register, and read them again from the quarantine.")),
        (_("Held back"), _("Correct the device, or declare how often it is to speak.")),
    )
    return [html.Div([html.Dt(name), html.Dd(words)]) for name, words in told]
