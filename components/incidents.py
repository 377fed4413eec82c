"""Two lists of what matters: incidents, and everything else that needs a person; what comes first, and why."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dash import html

from components.incident_filter import OVER_LATELY, Filter, lately_over
from components.picture import Picture, count
from components.view import View
from data_access.queries import Incidents
from data_access.words import _, ngettext
from layers.attention import Item, in_order, summed_up
from layers.incidents import SEVERITIES
from layers.phrases import clock, number

LONGEST = 40


def parted(view: View, taken: Picture) -> tuple[list[Item], list[Item]]:
    """The incidents, and all else that needs a person; each in its order."""
    keys = {layer.key for layer in view.layers if isinstance(layer.query, Incidents)}
    items = in_order(taken.needs)
    return [item for item in items if item.layer in keys], [item for item in items if item.layer not in keys]


def lists(view: View, taken: Picture, wish: Filter | None = None) -> list[Any]:
    """What to look at first, and both lists as the desk shows them: each line picks its thing."""
    asked = wish or Filter()
    incidents, others = parted(view, taken)
    if asked.state == OVER_LATELY:
        incidents, others = lately_over(view, taken), []
    shown, besides = asked.kept(incidents, taken), asked.kept(others, taken)
    hidden = len(incidents) + len(others) - len(shown) - len(besides)
    title = _("Closed or resolved in the last 24 hours") if asked.state == OVER_LATELY else _("Incidents")
    quiet = _("No open incident.") if not incidents else _("None that the filter lets through.")
    # Both stand there always, empty or not: what follows keeps its place in the page, and with it the focus.
    told = [html.Div(_filtered(asked, hidden)), html.Div(_first([] if asked.any else [*incidents, *others]))]
    told.append(_list(title, shown, quiet, taken))
    if asked.state != OVER_LATELY:
        told.append(_list(_("Also needs attention"), besides, _why_nothing_else(view, others, taken), taken))
    return told


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


def _first(items: Sequence[Item]) -> list[Any]:
    """The one thing to look at first, and why it and no other."""
    waiting = [item for item in in_order(items) if item.severity <= 2 and not item.in_hand]
    if not waiting:
        return []
    item = waiting[0]
    alike = sum(other.severity == item.severity for other in waiting) - 1
    why = _("Look at this first: {severity}, and nobody has it in hand.").format(severity=severity_name(item.severity))
    if alike:
        told = ngettext(
            "{why} Of {n} other as urgent, none has waited longer.",
            "{why} Of {n} others as urgent, none has waited longer.",
            alike,
        )
        why = told.format(why=why, n=number(alike))
    line = [html.Span(why, className="why"), mark(item.severity), html.Span(item.title, className="title")]
    thing = {"key": f"{item.layer}/{item.id}", "data-layer": item.layer, "data-id": item.id}
    return [html.Button(line, className="look-first", **thing)]


def _filtered(asked: Filter, hidden: int) -> list[Any]:
    if not asked.any:
        return []
    told = ngettext("The filter hides {n} line.", "The filter hides {n} lines.", hidden).format(n=number(hidden))
    clear = html.Button(_("Show all"), className="link", **{"data-filter": "clear"})
    return [html.P([told, " ", clear], className="note filtered", role="status")]


def _why_nothing_else(view: View, others: Sequence[Item], taken: Picture) -> str:
    """Why the second list is empty: the filter, a quiet city, or one in which nothing can speak."""
    if others:
        return _("None that the filter lets through.")
    return _all_well(view, taken)


def _list(title: str, items: list[Item], empty: str, taken: Picture) -> Any:
    heading = html.H2([title, " ", html.Span(number(len(items)), className="tally")])
    if not items:
        return html.Section([heading, html.P(empty, className="empty")])
    lines = [
        html.Li(
            html.Button(
                _line(item, taken),
                className="need in-hand" if item.in_hand else "need",
                **{"data-layer": item.layer, "data-id": item.id},
            ),
            key=key,
        )
        for item, key in zip(items[:LONGEST], _keys(items), strict=False)
    ]
    return html.Section([heading, html.Ul(lines, className="needs"), *_more(len(items) - LONGEST)])


def _keys(items: Sequence[Item]) -> list[str]:
    """The line of a thing stays its own while others come and go: whoever is about to press it meets no other."""
    times: Counter[str] = Counter()
    keys = []
    for item in items:
        name = f"{item.layer}/{item.id}"
        keys.append(f"{name}/{times[name]}")
        times[name] += 1
    return keys


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
