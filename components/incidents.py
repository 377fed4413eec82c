"""Two lists of what matters: incidents by severity and age, and everything else that needs a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import html

from components.picture import Picture, count
from components.view import View
from data_access.queries import Incidents
from data_access.words import _, ngettext
from layers.attention import Item, summed_up
from layers.incidents import SEVERITIES
from layers.phrases import clock, number

LONGEST = 40


def in_order(items: Sequence[Item]) -> list[Item]:
    """The worst first, and of equals the one that has waited longest."""
    ever = datetime.min.replace(tzinfo=UTC)
    return sorted(items, key=lambda item: (item.severity, item.since or ever, item.layer, item.id))


def parted(view: View, taken: Picture) -> tuple[list[Item], list[Item]]:
    """The incidents, and all else that needs a person; each in its order."""
    keys = {layer.key for layer in view.layers if isinstance(layer.query, Incidents)}
    items = in_order(taken.needs)
    return [item for item in items if item.layer in keys], [item for item in items if item.layer not in keys]


def lists(view: View, taken: Picture) -> list[Any]:
    """Both lists as the desk shows them: each line picks its thing."""
    incidents, others = parted(view, taken)
    return [
        _list(_("Incidents"), incidents, _("No open incident."), taken),
        _list(_("Also needs attention"), others, _all_well(view, taken), taken),
    ]


def plain(taken: Picture, most: int) -> Any:
    """One list for a wall: nothing to press. What the screen has no room for, assets/desk.js hides and counts."""
    items = in_order(summed_up(taken.needs))
    if not items:
        return html.P(_("Nothing needs attention."), className="empty")
    lines = [html.Li(_line(item, taken), className="need") for item in items[:most]]
    beyond = {"data-beyond": max(0, len(items) - most), "data-more": _more_words(0)}
    return html.Div([html.Ul(lines, className="needs"), html.P("", className="note", **beyond)])


def _all_well(view: View, taken: Picture) -> str:
    """Why nothing needs attention: all is well, or nobody is there who could say otherwise."""
    promised = [tally for layer in view.layers if (tally := count(layer, taken)).of is not None]
    if any(tally.n for tally in promised):
        if all(tally.n == tally.of for tally in promised):
            return _("Every device reports and no value is past its limit.")
        return _("No value is past its limit, and whoever promised to report does.")
    if any(tally.of for tally in promised):
        return _("No device reports: whether anything needs attention is not known.")
    return _("No device is declared yet: one appears when it speaks over MQTT, or when the city's file names it.")


def severity_name(severity: int) -> str:
    """What a severity is called."""
    return str(SEVERITIES[min(max(severity, 1), 4)])


def mark(severity: int) -> Any:
    """The shape of a severity; each has its own, so that colour is never all that tells."""
    name = severity_name(severity)
    return html.Span(
        className=f"mark severity-{min(max(severity, 1), 4)}", title=name, role="img", **{"aria-label": name}
    )


def _list(title: str, items: list[Item], empty: str, taken: Picture) -> Any:
    heading = html.H2([title, " ", html.Span(number(len(items)), className="tally")])
    if not items:
        return html.Section([heading, html.P(empty, className="empty")])
    lines = [
        html.Li(html.Button(_line(item, taken), className="need", **{"data-layer": item.layer, "data-id": item.id}))
        for item in items[:LONGEST]
    ]
    return html.Section([heading, html.Ul(lines, className="needs"), *_more(len(items) - LONGEST)])


def _line(item: Item, taken: Picture) -> list[Any]:
    since = clock(item.since, taken.now) if item.since else ""
    return [
        mark(item.severity),
        html.Span(item.title, className="title"),
        html.Span(since, className="since"),
        html.Span(item.why, className="why"),
    ]


def _more(n: int) -> list[Any]:
    if n <= 0:
        return []
    return [html.P(_more_words(n).format(n=number(n)), className="note")]


def _more_words(n: int) -> str:
    return ngettext("and {n} more", "and {n} more", n)
