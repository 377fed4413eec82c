"""How the page says whether what it shows is live: the data's age, the clock, the frame.

The map engine marks the document by `data-silence` (amber after 8 s without a word, red after 30 s) and
assets/desk.js counts the seconds; here stand the words.
"""

from typing import Any

from dash import html

from data_access.words import _, language


def data_age() -> Any:
    """How old the newest word of the server is; it counts on by itself, so a frozen page cannot look alive.

    Nobody wants to hear that each second: what is said aloud is when the server falls silent, and when it is back.
    """
    words = {
        "data-live": _("Data {n} s old"),
        "data-minutes": _("Data {n} min old"),
        "data-replay": _("Replay: not live"),
        "data-connecting": _("Connecting …"),
    }
    seen = html.P([html.Span(className="dot"), html.Span("", className="data-age", **words)], className="liveness")
    heard = {"data-lost": _("No word from the server any more."), "data-live": _("The server is heard again.")}
    return html.Div([seen, html.P("", id="heard", className="unseen", role="status", **heard)])


def clock(zone: str) -> Any:
    """The city's own clock; it ticks, so one sees that the page lives."""
    hands = html.Time("", className="clock", **{"data-zone": zone, "data-language": language()})
    return html.P([hands, html.Span("", className="today")], className="city-clock")
