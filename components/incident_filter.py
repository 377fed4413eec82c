"""Which lines of the lists a reader wants to see: by words, urgency, state, and what the map shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import dash_bootstrap_components as dbc
import shapely
from dash import ClientsideFunction, Dash, Input, Output, ctx, dcc, html, no_update

from components import ids
from components.extent import Ground, ground
from components.picture import Picture
from components.rail import icon
from components.view import View
from data_access.folding import fold
from data_access.queries import Incidents
from data_access.records import INCIDENT_STATES, OVER
from data_access.words import _
from layers.attention import Item
from layers.incidents import SEVERITIES, STATES, word
from layers.phrases import ago

ANY, OVER_LATELY = "any", "over"
LATELY = timedelta(hours=24)
WAITING = "waiting"
LONGEST = 80  # letters of the words one looks for


@dataclass(frozen=True, slots=True)
class Filter:
    """What is let through; without anything, all is. `state` is one of an incident's, WAITING or OVER_LATELY."""

    words: str = ""
    severities: tuple[int, ...] = ()
    state: str = ""
    seen: Ground | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked for at all."""
        return bool(self.words or self.severities or self.state or self.seen)

    def kept(self, items: Iterable[Item], taken: Picture) -> list[Item]:
        """Those that are let through, in their order."""
        states = {row.id: row.state for row in taken.answers.get("incidents", ())} if self.state else {}
        return [item for item in items if self._lets(item, states)]

    def _lets(self, item: Item, states: Mapping[str, str]) -> bool:
        if self.severities and item.severity not in self.severities:
            return False
        if not all(part in fold(f"{item.title} {item.why}") for part in fold(self.words).split()):
            return False
        if self.state == WAITING and item.in_hand:
            return False
        if self.state in INCIDENT_STATES and (item.layer != "incidents" or states.get(item.id) != self.state):
            return False
        if self.seen is None:
            return True
        if item.lon is None or item.lat is None:  # what has no place is nowhere in sight
            return False
        return bool(shapely.intersects_xy(self.seen, item.lon, item.lat))


def read(told: object, seen: object) -> Filter:
    """The filter that a page keeps as {"words", "severity": "1,2", "state", "seen": "1"}; `seen` is the map's view."""
    if not isinstance(told, Mapping):
        return Filter()
    words, severity, state = (str(told.get(name) or "")[:LONGEST] for name in ("words", "severity", "state"))
    chosen = tuple(int(one) for one in severity.split(",") if one in {"1", "2", "3", "4"})
    shown = ground(seen) if told.get("seen") else None
    return Filter(words.strip(), chosen, state if state in _states() and state != ANY else "", shown)


def lately_over(view: View, taken: Picture) -> list[Item]:
    """The incidents that were resolved or closed in the last 24 hours, the newest first."""
    at = None if taken.live else taken.now
    found = [
        row
        for row in view.store.answer(Incidents(open_only=False), at)
        if row.state in OVER and row.joined_to is None and row.observed_at >= taken.now - LATELY
    ]
    found.sort(key=lambda row: row.observed_at, reverse=True)
    return [
        Item(
            int(row.severity),
            "incidents",
            row.id,
            row.title,
            _("{state} {ago}").format(state=word(STATES, row.state), ago=ago(row.observed_at, taken.now)),
            row.opened_at,
            row.lon,
            row.lat,
            in_hand=True,
        )
        for row in found
    ]


def controls(kept: Mapping[str, str] | None = None) -> Any:
    """The filter as it stands above the lists; closed until somebody wants it. `kept`: what a link asks for."""
    severities = [{"label": str(words), "value": str(severity)} for severity, words in SEVERITIES.items()]
    return html.Details(
        [
            html.Summary([icon("funnel"), _("Filter")]),
            html.Div(
                [
                    html.Label(_("Words"), htmlFor=ids.FILTER_WORDS),
                    dcc.Input(
                        id=ids.FILTER_WORDS,
                        type="search",
                        value="",
                        debounce=0.25,
                        maxLength=LONGEST,
                        autoComplete="off",
                    ),
                    html.Label(_("State"), htmlFor=ids.FILTER_STATE),
                    dbc.Select(
                        id=ids.FILTER_STATE,
                        value=ANY,
                        options=[{"label": label, "value": value} for value, label in _states().items()],
                    ),
                    html.Fieldset(
                        [
                            html.Legend(_("Severity")),
                            dbc.Checklist(id=ids.FILTER_SEVERITY, options=severities, value=[]),
                        ]
                    ),
                    dbc.Checklist(
                        id=ids.FILTER_SEEN, options=[{"label": _("Only what the map shows"), "value": "1"}], value=[]
                    ),
                ],
                className="filter-form",
            ),
            dcc.Store(id=ids.FILTER_SIGHT),
            dcc.Store(id=ids.FILTER, data=dict(kept) if kept else None),
        ],
        className="filter",
        open=bool(kept),
    )


def _states() -> dict[str, str]:
    """What one may ask of the state, and how that is called."""
    still: dict[str, str] = {state: word(STATES, state) for state in INCIDENT_STATES if state not in OVER}
    return {
        ANY: _("All that is open"),
        WAITING: _("Nobody has it in hand"),
        **still,
        OVER_LATELY: _("Over: last 24 hours"),
    }


def as_kept(words: object, state: object, severities: object, seen: object) -> dict[str, str] | None:
    """What the fields say, as a page keeps it; None where they ask for nothing."""
    told = {
        "words": words.strip() if isinstance(words, str) else "",
        "state": state if isinstance(state, str) and state != ANY else "",
        "severity": ",".join(sorted(str(one) for one in severities)) if isinstance(severities, list) else "",
        "seen": "1" if seen else "",
    }
    return {name: value for name, value in told.items() if value} or None


def fields(kept: object) -> tuple[str, str, list[str], list[str]]:
    """What the fields show for what a page keeps."""
    told = read(kept, None)
    seen = ["1"] if isinstance(kept, Mapping) and kept.get("seen") else []
    return told.words, told.state or ANY, [str(one) for one in told.severities], seen


def register_filter(app: Dash) -> None:
    """Bind the filter to this app alone: its fields make what the page keeps, and a saved view fills the fields."""

    @app.callback(
        Output(ids.FILTER, "data"),
        Output(ids.FILTER_WORDS, "value"),
        Output(ids.FILTER_STATE, "value"),
        Output(ids.FILTER_SEVERITY, "value"),
        Output(ids.FILTER_SEEN, "value"),
        Input(ids.FILTER, "data"),
        Input(ids.FILTER_WORDS, "value"),
        Input(ids.FILTER_STATE, "value"),
        Input(ids.FILTER_SEVERITY, "value"),
        Input(ids.FILTER_SEEN, "value"),
    )
    def choose(kept: Any, *shown: Any) -> Any:
        if ctx.triggered_id in (None, ids.FILTER):
            return no_update, *fields(kept)
        return as_kept(*shown), no_update, no_update, no_update, no_update

    # Only while the lists follow the map does its movement concern them.
    app.clientside_callback(
        ClientsideFunction("work", "sight"),  # of assets/desk/work.js
        Output(ids.FILTER_SIGHT, "data"),
        Input(ids.MAP, "view"),
        Input(ids.FILTER, "data"),
        prevent_initial_call=True,
    )
