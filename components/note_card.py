"""The card in which a note is written: where, what, about which minute."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import ids
from components.changing import changed, said
from components.clock import instant, typed, written
from components.detail import row_of
from components.link import camera, place, selection
from components.notes import KEY, reworked
from components.rail import icon
from components.view import View
from data_access import notes as kept
from data_access.queries import Buildings, CameraViews, Districts, Notes
from data_access.records import Note
from data_access.refusals import CannotDo
from data_access.words import _
from layers.phrases import known, number

AREAS = (Buildings, CameraViews, Districts)  # these have many places: the one that was clicked is meant
OPEN, CLOSED = "panel note-card", "panel note-card closed"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be written: a place and the thing that stands there, or a note that gets a new wording."""

    lon: float
    lat: float
    name: str = ""
    layer: str | None = None
    id: str | None = None
    note: str | None = None


def card() -> Any:
    """The card; it stays in the page, so that nothing typed is lost."""
    close = {"aria-label": _("Put the note away"), "title": _("Put the note away"), "data-note": "close"}
    when = html.Div(
        [
            html.Label(_("About"), htmlFor=ids.NOTE_TIME),
            dcc.Input(
                id=ids.NOTE_TIME,
                type="text",
                value="",
                placeholder=_("now, or day/month/year hours:minutes"),
                autoComplete="off",
            ),
            html.Button(_("Pin it"), id=ids.NOTE_PIN, n_clicks=0, className="button primary"),
        ],
        className="row",
    )
    return html.Section(
        [
            html.Button(icon("x"), className="button icon-button close", **close),
            html.H2(_("Pin a note"), id="note-title"),
            html.P("", id=ids.NOTE_PLACE, className="note", role="status"),
            html.Label(_("What is there to note?"), htmlFor=ids.NOTE_TEXT),
            dcc.Textarea(id=ids.NOTE_TEXT, value="", maxLength=kept.LONGEST, rows=3),
            when,
            html.P("", id=ids.NOTE_SAID, className="said", role="alert"),
            *(dcc.Store(id=name) for name in (ids.NOTE_DRAFT, ids.NOTE_WISH, ids.NOTE_WORK)),
        ],
        id=ids.NOTE_CARD,
        className=CLOSED,
        role="dialog",
        **{"aria-modal": "false", "aria-labelledby": "note-title"},
    )


def begun(view: View, wish: object, seen: object, at: datetime | None) -> tuple[Draft, str | None] | None:
    """What a browser wants to write, and the words to begin with (None: those that are there); None: nothing.

    `wish` is {"do": "begin"} (in the middle of the map), {"do": "here", "layer", "id"} or {"do": "anew", "id"}.
    """
    if not isinstance(wish, Mapping):
        return None
    if wish.get("do") == "here":
        found = _at_thing(view, wish, at)
        return (found, None) if found else None
    if wish.get("do") == "anew":
        row = next(iter(view.store.answer(Notes(id=str(wish.get("id"))), at)), None)
        return (Draft(row.lon, row.lat, row.title, note=row.id), row.text) if row else None
    looking = camera(seen)
    lon, lat = (looking.lon, looking.lat) if looking else view.centre()
    return (Draft(lon, lat), None) if wish.get("do") == "begin" else None


def moved(view: View, clicked: object, draft: object, at: datetime | None) -> Draft | None:
    """The draft at the thing or the ground that was clicked; None where nothing new is being written."""
    if not isinstance(draft, Mapping) or draft.get("note") or not isinstance(clicked, Mapping):
        return None
    spot = place({**clicked, "name": ""})
    thing = _at_thing(view, clicked, at)
    layer = view.layer(thing.layer) if thing else None
    if thing and spot and layer and isinstance(layer.query, AREAS):
        return replace(thing, lon=spot.lon, lat=spot.lat)
    return thing or (Draft(spot.lon, spot.lat) if spot else None)


def told_place(draft: Draft) -> str:
    """Where that is, and how to choose another place."""
    if draft.note:
        return _("The new wording holds from now on; a replay shows the old one until now.")
    if draft.name:
        return _("At {thing}. Click the map to choose another place.").format(thing=draft.name)
    where = f"{number(draft.lat, 5)}; {number(draft.lon, 5)}"
    return _("At the mark, {where}. Click the map to choose another place.").format(where=where)


def kept_note(view: View, draft: object, text: object, when: object, at: object) -> tuple[str | None, str]:
    """Keep what is written: the note's id, or None where it could not be kept, and the sentence that tells."""
    found: list[str] = []

    def change(writer: Any, who: str) -> str:
        if not isinstance(draft, Mapping):
            raise CannotDo(_("Choose the place of the note first."))
        told, words = Draft(**draft), text if isinstance(text, str) else ""
        if told.note:
            writer.act(kept.amend, told.note, words, who)
            found.append(told.note)
            return _("The note has its new wording.")
        note = Note(words, told.lon, told.lat, moment_of(view, when), told.layer, told.id)
        found.append(writer.act(kept.pin, note, who))
        return _("The note is pinned.")

    made, sentence = changed(view, at, change)
    return (found[0] if made else None), sentence


def moment_of(view: View, when: object) -> datetime:
    """The minute that was typed by the city's clocks; now, where nothing was.

    Raises:
        CannotDo: it is no time.
    """
    if not isinstance(when, str) or not when.strip():
        return view.now()
    found = typed(when.strip(), view.zone())
    if found is None:
        example = written(view.now(), view.zone())
        raise CannotDo(_("Write day/month/year hours:minutes, such as {moment}.").format(moment=example))
    return found


def register_notes(app: Dash, view: View) -> None:
    """Bind the notes to this app alone."""

    @app.callback(
        Output(ids.NOTE_DRAFT, "data"),
        Output(ids.NOTE_PLACE, "children"),
        Output(ids.NOTE_CARD, "className"),
        Output(ids.NOTE_TEXT, "value"),
        Output(ids.MAP, "place", allow_duplicate=True),
        Input(ids.NOTE_WISH, "data"),
        Input(ids.MAP, "clicked"),
        State(ids.MAP, "view"),
        State(ids.NOTE_DRAFT, "data"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def begin(wish: Any, clicked: Any, seen: Any, draft: Any, at: Any) -> Any:
        words = None
        if ctx.triggered_id == ids.MAP:
            found = moved(view, clicked, draft, instant(at))
        elif isinstance(wish, Mapping) and wish.get("do") == "close":
            return None, "", CLOSED, "" if wish.get("kept") else no_update, None
        else:
            found, words = begun(view, wish, seen, instant(at)) or (None, None)
        if found is None:
            raise PreventUpdate
        mark = {"lon": found.lon, "lat": found.lat, "name": found.name or _("Note")}
        return asdict(found), told_place(found), OPEN, no_update if words is None else words, mark

    @app.callback(
        Output(ids.NOTE_SAID, "children"),
        Output(ids.NOTE_TIME, "value"),
        Output(ids.NOTE_WISH, "data"),
        Output(ids.PICKED, "data", allow_duplicate=True),
        Output(ids.OUTCOME, "children", allow_duplicate=True),
        Input(ids.NOTE_PIN, "n_clicks"),
        State(ids.NOTE_DRAFT, "data"),
        State(ids.NOTE_TEXT, "value"),
        State(ids.NOTE_TIME, "value"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def keep(clicks: Any, draft: Any, text: Any, when: Any, at: Any) -> Any:
        if not clicks:
            raise PreventUpdate
        name, told = kept_note(view, draft, text, when, at)
        if name is None:
            return told, no_update, no_update, no_update, no_update
        picked = {"layer": KEY, "id": name, "n": f"note {clicks}"}
        return "", "", {"do": "close", "kept": True, "n": clicks}, picked, said(True, told)

    @app.callback(
        Output(ids.OUTCOME, "children", allow_duplicate=True),
        Output(ids.PICKED, "data", allow_duplicate=True),
        Input(ids.NOTE_WORK, "data"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def work(wish: Any, at: Any) -> Any:
        made, told, gone = reworked(view, wish, at)
        undo = {"data-note": "back", "data-thing": gone} if gone else None
        return said(made, told, undo), {"layer": None, "n": f"off {gone}"} if gone else no_update


def _at_thing(view: View, named: Mapping[str, Any], at: datetime | None) -> Draft | None:
    """A draft at the thing that a browser names, if it is there and has a place."""
    chosen = selection(named, view)
    layer = view.layer(chosen[0]) if chosen else None
    row = row_of(view, layer, chosen[1], at) if chosen and layer else None
    if row is None or known(row, "lon") is None or known(row, "lat") is None:
        return None
    name = known(row, "title") or known(row, "name") or row.id
    return Draft(row.lon, row.lat, name, layer.key if layer else None, row.id)
