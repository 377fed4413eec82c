"""The tour: four stops, each a small card beside what it explains; for whoever is here for the first time.

It is no modal dialog: map and panels can be used meanwhile. assets/desk/tour.js opens it once in a browser, moves it
from stop to stop, and opens it again from the help button.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components import ids
from components.rail import icon
from components.still import still
from data_access.words import N_, Text, _


@dataclass(frozen=True, slots=True)
class Stop:
    """One card: what it stands beside (a CSS selector, or `mark`: a live mark on the map), and what it says."""

    beside: str
    title: Text
    text: Text


STOPS = (
    Stop(
        "mark",
        N_("The city, live"),
        N_(
            "Every mark is a thing that reports right now: its colour is what it measures, an outline says that its "
            "word is getting old. Click one, or a building, and all that is known of it opens at the right. Drag to "
            "move, drag with the right button to turn and tilt."
        ),
    ),
    Stop(
        "#rail",
        N_("What the map shows"),
        N_(
            "Each layer has a switch, the number of its devices that report, its legend with the source of its "
            "limits, and a table that says the same as the map."
        ),
    ),
    Stop(
        ".time-bar",
        N_("Any minute, not only this one"),
        N_(
            "Pull the slider, play, or write a day and a time: map, numbers and lists show the city as it was then. "
            "LIVE brings you back to now."
        ),
    ),
    Stop(
        "#drawer",
        N_("What needs somebody, and how to find anything"),
        N_(
            "The worst stands first, each with its reason. To find a street, an address, a place or a device, press / "
            "and write; tone marks do not matter."
        ),
    ),
)


def tour(live: Sequence[str]) -> Any:
    """All cards, none of them open. `live` are the layers whose marks the first one may stand beside, in that order."""
    ring = html.Div(className="tour-ring", hidden=True, **{"aria-hidden": "true"})
    cards = [_card(n, stop) for n, stop in enumerate(STOPS)]
    return html.Div(still([ring, *cards]), id=ids.TOUR, className="tour", **{"data-layers": json.dumps(list(live))})


def _card(n: int, stop: Stop) -> Any:
    title, last = f"tour-{n}", n == len(STOPS) - 1
    close = _("End the tour")
    steps = [
        html.Span(_("{n} of {of}").format(n=n + 1, of=len(STOPS)), className="note"),
        *([html.Button(_("Back"), className="button", **{"data-tour": "back"})] if n else []),
        html.Button(
            _("Begin") if last else _("Next"), className="button primary", **{"data-tour": "end" if last else "next"}
        ),
    ]
    return html.Section(
        [
            html.Button(
                icon("x"),
                className="button icon-button close",
                title=close,
                **{"aria-label": close, "data-tour": "end"},
            ),
            html.H2(str(stop.title), id=title, tabIndex=-1),
            html.P(str(stop.text), id=f"{title}-text"),
            html.Div(steps, className="steps-of-tour"),
        ],
        className="panel card",
        hidden=True,
        role="dialog",
        **{
            "aria-modal": "false",
            "aria-labelledby": title,
            "aria-describedby": f"{title}-text",
            "data-beside": stop.beside,
        },
    )
