"""Figures as one sees them: tiles in the desk's strip, each with a card of sentences, and the large ones of a wall."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import ids
from components.incidents import mark
from components.measures import DEVICES, Figure
from components.rail import icon
from data_access.words import _


def tiles(figures: Sequence[Figure]) -> list[Any]:
    """A tile for each: pointed at or pressed, it says the rest in a card below. assets/desk/numbers.js does both."""
    return [html.Li([_face(figure), _card(figure)], className="tile") for figure in figures]


def large(figures: Sequence[Figure]) -> list[Any]:
    """The same for a wall, where nothing can be pointed at."""
    return [
        html.Div(
            [
                html.Dt([*_mark(figure), figure.label]),
                html.Dd(_value(figure)),
                *([html.Dd(figure.trust, className="trust")] if figure.trust else []),
                *([html.Dd(figure.note, className="note")] if figure.note else []),
            ],
            className="figure",
        )
        for figure in figures
    ]


def scope(here: bool) -> Any:
    """What the tiles count: the whole city, or what the map shows. It is assets/desk/numbers.js that listens."""
    choices = ((False, "building-2", _("Whole city")), (True, "scan-eye", _("What I see")))
    return html.Div(
        [
            html.Button(
                [icon(name), words],
                className="button",
                **{"data-here": str(value).lower(), "aria-pressed": str(value == here).lower()},
            )
            for value, name, words in choices
        ],
        className="group-of-buttons scope",
        role="group",
        **{"aria-label": _("What the numbers count")},
    )


def _face(figure: Figure) -> Any:
    facts = (("trust", figure.trust), ("band", figure.band), ("compared", figure.compared))
    return html.Button(
        [
            html.Span([*_mark(figure), figure.label], className="label"),
            html.Span(_value(figure), className="reading"),
            *(html.Span(words, className=name) for name, words in facts if words),
        ],
        className="tile-face",
        **{"aria-expanded": "false", "aria-controls": _card_id(figure)},
    )


def _card(figure: Figure) -> Any:
    sentences = [html.P(words) for words in figure.sentences if words]
    if figure.origin:
        sentences.append(html.P(figure.origin, className="origin"))
    return html.Div(
        [html.H2(figure.label), *sentences, *_way(figure)], id=_card_id(figure), className="panel tile-card"
    )


def _way(figure: Figure) -> list[Any]:
    """From the number to the rows that it is made of."""
    if figure.key == DEVICES:  # what is silent stands in the list of what needs attention
        return []
    words = _("Table of what it is made of")
    return [html.Button([icon("table"), words], className="button", **{"data-table-of": figure.key})]


def _card_id(figure: Figure) -> str:
    return f"{ids.FIGURES}-{figure.key}"


def _mark(figure: Figure) -> list[Any]:
    return [mark(figure.severity)] if figure.severity else []


def _value(figure: Figure) -> list[Any]:
    return [html.Span(figure.value, className="value"), " ", html.Span(figure.unit, className="unit")]
