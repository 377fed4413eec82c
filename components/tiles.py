"""Figures as one sees them: tiles in the desk's strip, each with a card of sentences, and the large ones of a wall."""

from collections.abc import Sequence
from typing import Any, ClassVar

from dash import html
from dash.development.base_component import Component

from components.incidents import mark, severity_name
from components.measures import DEVICES, Figure
from components.rail import icon
from components.script import declare
from data_access.words import _

declare("tiles.js")


class Tiles(Component):  # type: ignore[misc]  # Dash is untyped
    """The tiles as one component: Dash would make each anew with every value, and take the focus from it.

    Props:

    - `label`: what they are together.
    - `figures`: `told` of each.
    """

    _namespace = "cityglass_components"
    _type = "Tiles"
    # Dash wants lists here, and declares no types
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _prop_names: ClassVar[list[str]] = ["id", "label", "figures"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []

    def __init__(self, id: str, label: str, figures: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(id=id, label=label, figures=list(figures))


def told(figure: Figure) -> dict[str, Any]:
    """A figure as its tile has it, all in the reader's words; `table` is what leads to its rows, where it has any."""
    # What is unusual goes first: where there is no room for both, the other is cut.
    unusual = figure.compared not in ("", _("as usual"))
    meaning = [figure.band, figure.compared][:: -1 if unusual else 1]
    return {
        "key": figure.key,
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "trust": figure.trust,
        "meaning": " · ".join(filter(None, meaning)),
        "unusual": unusual,
        "sentences": [words for words in figure.sentences if words],
        "origin": figure.origin,
        "severity": figure.severity,
        "severe": severity_name(figure.severity) if figure.severity else "",
        # What is silent stands in the list of what needs attention.
        "table": "" if figure.key == DEVICES else _("Table of what it is made of"),
    }


def large(figures: Sequence[Figure]) -> list[Any]:
    """The figures of a wall, where nothing can be pressed."""
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


def _mark(figure: Figure) -> list[Any]:
    return [mark(figure.severity)] if figure.severity else []


def _value(figure: Figure) -> list[Any]:
    return [html.Span(figure.value, className="value"), " ", html.Span(figure.unit, className="unit")]
