"""Opening an incident: where it is (a click on the map, its middle, or what is selected), what, and how urgent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import ids
from components.changing import changed, said
from components.detail import row_of
from components.incident_words import distance_m
from components.known_by import coordinates, metres, where
from components.link import camera, selection
from components.rail import icon
from components.view import View
from data_access.incident_life import LONGEST, LONGEST_NAME, LONGEST_TITLE
from data_access.queries import Incidents
from data_access.records import Incident
from data_access.refusals import CannotDo
from data_access.words import _
from layers.base import Layer, Row
from layers.incidents import KINDS, SEVERITIES
from layers.phrases import known

KEY = "incidents"
SAME_M = 150.0  # an open incident so near may be the one that is about to be opened
MOST = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """Where an incident is about to be opened, and what stands there."""

    lon: float
    lat: float
    name: str = ""


def opener(view: View) -> list[Any]:
    """The button above the lists; a page that may change nothing has none."""
    if view.acts is None:
        return []
    return [html.Button([icon("plus"), _("New incident")], className="button new-incident", **{"data-new": "begin"})]


def here(view: View, row: Row, layer: Layer, at: datetime | None) -> list[Any]:
    """The button that opens an incident where the selected thing stands; none in a replay, and none on an incident."""
    if at is not None or view.acts is None or known(row, "lon") is None or isinstance(layer.query, Incidents):
        return []
    what = {"data-new": "here", "data-about": layer.key, "data-thing": row.id}
    return [html.Button([icon("siren"), _("Open an incident here")], className="button", **what)]


def card(view: View) -> list[Any]:
    """The card in which an incident is described; it stays in the page, so that nothing typed is lost."""
    if view.acts is None:
        return []
    close = _("Put the new incident away")
    kinds = [{"label": str(words), "value": kind} for kind, words in KINDS.items()]
    severities = [{"label": str(words), "value": severity} for severity, words in SEVERITIES.items()]
    fields = [
        (_("What has happened?"), dcc.Input(id=ids.NEW_TITLE, value="", maxLength=LONGEST_TITLE, autoComplete="off")),
        (_("Kind"), dbc.Select(id=ids.NEW_KIND, options=kinds, value="other")),
        (_("Severity"), dbc.Select(id=ids.NEW_SEVERITY, options=severities, value=3)),
        (
            _("Who reported it? (may stay empty)"),
            dcc.Input(id=ids.NEW_FROM, value="", maxLength=LONGEST_NAME, autoComplete="off"),
        ),
        (
            _("More about it (may stay empty)"),
            dcc.Textarea(id=ids.NEW_TEXT, value="", rows=2, maxLength=LONGEST - LONGEST_NAME - 2),
        ),
    ]
    return [
        html.Section(
            [
                html.Button(
                    icon("x"),
                    className="button icon-button close",
                    title=close,
                    **{"aria-label": close, "data-new": "close"},
                ),
                html.H2(_("New incident"), id="new-heading"),
                html.Div(id=ids.NEW_PLACE, role="status"),
                *(part for words, field in fields for part in (html.Label(words, htmlFor=field.id), field)),
                html.Div(
                    html.Button(_("Open it"), id=ids.NEW_OPEN, n_clicks=0, className="button primary"), className="row"
                ),
                html.P("", id=ids.NEW_SAID, className="said", role="alert"),
                dcc.Store(id=ids.NEW_WISH),
                dcc.Store(id=ids.NEW_DRAFT),
            ],
            id=ids.NEW_CARD,
            className="panel note-card new-card closed",
            role="dialog",
            **{"aria-modal": "false", "aria-labelledby": "new-heading"},
        )
    ]


def drafted(view: View, wish: object, clicked: object, seen: object, draft: object) -> Draft | None:
    """Where an incident is to be opened after this: at the click, at the thing that was meant, or in the map's middle.

    `wish` is {"do": "begin"} or {"do": "here", "layer", "id"}; a click counts only while there is a draft already.
    """
    if isinstance(clicked, Mapping):
        return _of_click(view, clicked) if isinstance(draft, Mapping) else None
    told = wish if isinstance(wish, Mapping) else {}
    if told.get("do") == "here":
        return _of_thing(view, told)
    if told.get("do") != "begin":
        return None
    looking = camera(seen)
    return Draft(looking.lon, looking.lat) if looking else Draft(*view.centre())


def placed(view: View, draft: Draft) -> list[Any]:
    """Where that is in words, how to choose another place, and the open incidents that may be this one already."""
    layer = view.layer(KEY)
    named = [fact.value for fact in where(view, layer, draft, None)] if layer else []
    spot = draft.name or (named[0] if len(named) > 1 else coordinates(draft.lon, draft.lat))
    told: list[Any] = [
        html.P(_("At: {place}. Click the map to choose another place.").format(place=spot), className="note")
    ]
    rows = [row for row in view.store.answer(Incidents()) if row.lon is not None]
    near = sorted(((distance_m(draft, row), row.id, row) for row in rows), key=lambda each: each[:2])
    for away_m, name, row in [each for each in near if each[0] <= SAME_M][:MOST]:
        words = _("Open already, {distance} away: {title}").format(distance=metres(away_m), title=row.title)
        told.append(html.P(html.Button(words, className="link", **{"data-layer": KEY, "data-id": name})))
    return told


def opened(view: View, draft: object, told: Mapping[str, object], at: object) -> tuple[str | None, str]:
    """Open the incident that is described: its id, or None; and the sentence that says what became of it.

    `told` has title, kind, severity, reporter and text, as a browser sends them.
    """
    found: list[str] = []

    def change(writer: Any, who: str) -> str:
        place = _placed(draft)
        said_by, more = (str(told.get(name) or "").strip() for name in ("reporter", "text"))
        begun = Incident(
            id="",
            at=view.now(),
            kind=str(told.get("kind")),
            severity=_severity(told.get("severity")),
            state="new",
            lon=place.lon,
            lat=place.lat,
            title=str(told.get("title") or ""),
            source="",
            text=": ".join(filter(None, (said_by, more))) or None,
        )
        found.append(writer.open_incident(begun, who))
        return _("Opened: it is on the map and in every list.")

    made, sentence = changed(view, at, change)
    return (found[0] if made else None), sentence


def _severity(told: object) -> int:
    """The severity that a browser names; 0 where it names none, which nobody takes."""
    return int(told) if isinstance(told, int | str) and str(told) in {"1", "2", "3", "4"} else 0


def _placed(draft: object) -> Draft:
    """Where the page's draft lies.

    Raises:
        CannotDo: it has none.
    """
    try:
        return Draft(float(draft["lon"]), float(draft["lat"]))  # type: ignore[index]  # whatever a browser sent
    except (KeyError, TypeError, ValueError) as fault:
        raise CannotDo(_("Choose where it is: click on the map, or take its middle.")) from fault


def _of_click(view: View, clicked: Mapping[str, Any]) -> Draft | None:
    try:
        spot = Draft(float(clicked["lon"]), float(clicked["lat"]))
    except (KeyError, TypeError, ValueError):
        return _of_thing(view, clicked)
    thing = _of_thing(view, clicked)
    return Draft(spot.lon, spot.lat, thing.name) if thing else spot


def _of_thing(view: View, wish: Mapping[str, Any]) -> Draft | None:
    chosen = selection(wish, view)
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], None) if chosen and layer else None
    if row is None or known(row, "lon") is None:
        return None
    return Draft(row.lon, row.lat, known(row, "title") or known(row, "name") or row.id)


def register_new(app: Dash, view: View) -> None:
    """Bind the card to this app alone."""
    if view.acts is None:
        return

    @app.callback(
        Output(ids.NEW_DRAFT, "data"),
        Output(ids.NEW_PLACE, "children"),
        Output(ids.NEW_CARD, "className"),
        Output(ids.MAP, "place", allow_duplicate=True),
        Input(ids.NEW_WISH, "data"),
        Input(ids.MAP, "clicked"),
        State(ids.MAP, "view"),
        State(ids.NEW_DRAFT, "data"),
        prevent_initial_call=True,
    )
    def choose(wish: Any, clicked: Any, seen: Any, draft: Any) -> Any:
        by_click = ctx.triggered_id == ids.MAP
        if by_click and not draft:
            raise PreventUpdate
        if not by_click and isinstance(wish, Mapping) and wish.get("do") == "close":
            return None, [], f"{CARD} closed", None
        found = drafted(view, None if by_click else wish, clicked if by_click else None, seen, draft)
        if found is None:
            raise PreventUpdate
        mark = {"lon": found.lon, "lat": found.lat, "name": _("New incident")}
        return asdict(found), placed(view, found), CARD, mark

    @app.callback(
        Output(ids.NEW_SAID, "children"),
        Output(ids.NEW_TITLE, "value"),
        Output(ids.NEW_FROM, "value"),
        Output(ids.NEW_TEXT, "value"),
        Output(ids.NEW_WISH, "data"),
        Output(ids.PICKED, "data", allow_duplicate=True),
        Output(ids.OUTCOME, "children", allow_duplicate=True),
        Input(ids.NEW_OPEN, "n_clicks"),
        State(ids.NEW_DRAFT, "data"),
        State(ids.NEW_TITLE, "value"),
        State(ids.NEW_KIND, "value"),
        State(ids.NEW_SEVERITY, "value"),
        State(ids.NEW_FROM, "value"),
        State(ids.NEW_TEXT, "value"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def begin(clicks: Any, draft: Any, title: Any, kind: Any, severity: Any, reporter: Any, text: Any, at: Any) -> Any:
        if not clicks:
            raise PreventUpdate
        told = {"title": title, "kind": kind, "severity": severity, "reporter": reporter, "text": text}
        name, sentence = opened(view, draft, told, at)
        if name is None:
            return sentence, *[no_update] * 6
        done = {"do": "close", "n": name}, {"layer": KEY, "id": name, "n": name}, said(True, sentence)
        return "", "", "", "", *done


CARD = "panel note-card new-card"
