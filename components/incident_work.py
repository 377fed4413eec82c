"""Working on an incident in the drawer: what can be done next, what was said and done, and what may be the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from components import ids
from components.changing import changed, said
from components.clock import instant
from components.detail import detail, row_of
from components.incident_words import Entry, Like, entries, likes
from components.known_by import where
from components.link import LONGEST_ID, selection
from components.rail import icon
from components.still import Still, nodes, still
from components.view import View
from data_access.incident_life import Deed, possible
from data_access.queries import IncidentHistory, Incidents
from data_access.refusals import CannotDo
from data_access.table import Table
from data_access.words import N_, Text, _
from layers.base import Row
from layers.phrases import clock, known

# Who can be sent, whatever the city calls them; another is written by hand.
UNITS: tuple[Text, ...] = (
    N_("Fire brigade"),
    N_("Police"),
    N_("Ambulance"),
    N_("Roads"),
    N_("Water and drains"),
    N_("Power"),
    N_("Parks"),
)
MOST_UNITS = 12
REASONS: tuple[Text, ...] = (
    N_("Dealt with"),
    N_("Nothing found there"),
    N_("Passed on to others"),
    N_("Opened by mistake"),
)
PLAIN: Mapping[str, tuple[Text, str]] = {
    "acknowledge": (N_("Acknowledge"), "eye"),
    "arrive": (N_("On the scene"), "map-pin"),
    "resolve": (N_("Resolved"), "check"),
    "reopen": (N_("Reopen"), "rotate-ccw"),
    "part": (N_("Part them again"), "share-2"),
}
ORDER = ("acknowledge", "assign", "arrive", "resolve", "reopen", "part", "note", "join", "close")
NEXT = {
    "new": "acknowledge",
    "acknowledged": "assign",
    "assigned": "arrive",
    "on_scene": "resolve",
    "resolved": "close",
    "closed": "reopen",
}


def place() -> list[Any]:
    """Where the work on an incident stands in the drawer, and where its wishes and their outcome are kept.

    What is pressed and typed in stands apart from what is told: it is drawn once for each incident, so that nothing
    that somebody has begun to type is lost when others work on the same one.
    """
    parts = [html.Div(id=ids.WORK_DEEDS), Still([], ids.WORK_TOLD)]
    return [html.Div(parts, id=ids.WORK, className="work"), *(dcc.Store(id=name) for name in STORES)]


def deeds(view: View, row: Row, at: datetime | None) -> list[Any]:
    """Everything that can ever be done about this incident; what cannot be done now is hidden. None in a replay."""
    if at is not None or view.acts is None:
        return []
    look, others = looks(view, row), view.store.answer(Incidents())
    plain = {
        act: html.Button([icon(sign), str(words)], id=ids.deed(act), className=look[act], **_does(act, row))
        for act, (words, sign) in PLAIN.items()
    }
    forms = {
        "assign": (_("Assign …"), _assigning(row, others)),
        "note": (_("Note …"), _writing(row, "note", _("Add the note"), _("The note"))),
        "join": (_("The same as …"), [html.Div(still(alike(view, row)), id=ids.like("join"))]),
        "close": (_("Close …"), _closing(row)),
    }
    opened = {act: _form(act, *parts, look[act]) for act, parts in forms.items()}
    everything = plain | opened
    return [html.Div([everything[act] for act in ORDER], className="deeds")]


def looks(view: View, row: Row) -> dict[str, str]:
    """The class of each deed's button or form: hidden where it cannot be done, set off where it is the next step."""
    can = set(possible(row.state, known(row, "joined_to"), row.joined))
    if "join" in can and not _likes(view, row):
        can.remove("join")
    kinds = {act: "button" if act in PLAIN else "deed" for act in ORDER}
    first = NEXT.get(row.state)
    return {
        act: kind + (" primary" if act == first else "") + ("" if act in can else " hidden")
        for act, kind in kinds.items()
    }


def alike(view: View, row: Row) -> list[Any]:
    """The open incidents that may be the same, each with why, and the button that says so."""
    return [_like(one, row) for one in _likes(view, row)]


def told(view: View, row: Row, at: datetime | None) -> list[Any]:
    """The facts of this incident and its history, with what can be taken back; in a replay as it was."""
    now = (at or view.now()).astimezone(view.zone())
    titles = _titles(view, row, at)
    free = at is None and view.acts is not None
    head: list[Any] = []
    if known(row, "joined_to"):
        head.append(_joined(row.joined_to, titles))
    if at is not None:
        head.append(html.P(_("A replay: as it was. Choose LIVE to work on it."), className="note"))
    lines = entries(view.store.answer(IncidentHistory(row.id), at), row.id, titles)
    layer = view.layer("incidents")
    facts = detail(row, layer, now, where(view, layer, row, at)) if layer else []
    return [*head, *facts, html.H3(_("What was said and done")), _history(lines, row.id, now, free)]


def worked(view: View, wish: object, at: object) -> tuple[bool, str, int | None]:
    """Do what was asked about an incident: whether it was done, the sentence that tells, and what would undo it.

    `wish` is {"do": a deed, "id", "unit", "text", "other"}, or {"do": "take_back", "id", "undoes"}.
    """
    asked = wish if isinstance(wish, Mapping) else {}
    act, name = str(asked.get("do"))[:40], str(asked.get("id"))[:LONGEST_ID]
    kept: list[int] = []

    def change(writer: Any, who: str) -> str:
        if act == "take_back":
            writer.take_back(name, _number(asked.get("undoes")), who)
            return _("Taken back. The history keeps both.")
        unit, text, other = (_text(asked.get(field)) for field in ("unit", "text", "other"))
        deed = writer.work(Deed(name, 0, who, act, assignee=unit, text=text, other=other))
        kept.append(deed.at)
        return str(OUTCOMES[act]).format(unit=deed.assignee)

    made, sentence = changed(view, at, change)
    return made, sentence, kept[0] if made and kept else None


STORES = (ids.WORK_WISH, ids.WORK_DONE, ids.WORK_SEEN, ids.WORK_FOR)
OUTCOMES: Mapping[str, Text] = {
    "acknowledge": N_("Acknowledged: others see that it is in hand."),
    "assign": N_("Assigned to {unit}."),
    "arrive": N_("Noted: somebody is on the scene."),
    "resolve": N_("Resolved: it has left the list of open incidents."),
    "close": N_("Closed: it has left the list of open incidents."),
    "reopen": N_("Reopened."),
    "note": N_("Noted."),
    "join": N_("Joined: the two are one line now, and both histories are kept."),
    "part": N_("Parted: each stands for itself again."),
}


def _incident(view: View, chosen: tuple[str, str] | None, at: datetime | None) -> Row | None:
    layer = view.layer(chosen[0]) if chosen else None
    if not chosen or not layer or not isinstance(layer.query, Incidents):
        return None
    return row_of(view, layer, chosen[1], at)


def _text(told: object) -> str | None:
    return told if isinstance(told, str) else None


def _number(told: object) -> int:
    """The time that names a deed.

    Raises:
        CannotDo: it is none.
    """
    try:
        return int(str(told))
    except ValueError as fault:
        raise CannotDo(_("There is nothing to take back.")) from fault


def _titles(view: View, row: Row, at: datetime | None) -> dict[str, str]:
    """What the incidents are called that this one's history names."""
    told = view.store.answer(IncidentHistory(row.id), at)
    named = {name for each in told for name in (each.id, known(each, "other")) if name and name != row.id}
    named |= {known(row, "joined_to")} - {None}
    found = [next(iter(view.store.answer(Incidents().one(name), at)), None) for name in sorted(named)]
    return {one.id: one.title for one in found if one is not None}


def _joined(joined_to: str, titles: Mapping[str, str]) -> Any:
    told = _("The same as: {title}").format(title=titles.get(joined_to, joined_to))
    return html.P(html.Button(told, className="link", **{"data-layer": "incidents", "data-id": joined_to}))


def _likes(view: View, row: Row) -> list[Like]:
    return likes(row, view.store.answer(Incidents()), view.now())


def _does(act: str, row: Row, **more: str) -> dict[str, str]:
    """What assets/desk/work.js reads off a button."""
    return {"data-deed": act, "data-thing": row.id, **{f"data-{name}": told for name, told in more.items()}}


def _form(act: str, title: str, inside: list[Any], look: str) -> Any:
    parts = [html.Summary(title, className="button"), html.Div(inside, className="deed-form")]
    return html.Details(parts, id=ids.deed(act), className=look, **{"data-form": act})


def _assigning(row: Row, others: Table) -> list[Any]:
    """Whoever has another incident now stands first: those are the units that this city really has."""
    at_work = {unit for unit in others["assigned_to"] if unit} - {known(row, "assigned_to")}
    units = [*sorted(at_work), *(str(unit) for unit in UNITS if str(unit) not in at_work)]
    chips = [html.Button(unit, className="button", **_does("assign", row, unit=unit)) for unit in units[:MOST_UNITS]]
    return [
        html.Div(chips, className="chips"),
        html.Label(_("Another unit or department"), htmlFor="deed-assign"),
        html.Textarea(id="deed-assign", rows=1, maxLength=80),
        html.Button(_("Assign it"), className="button primary", **_does("assign", row)),
    ]


def _writing(row: Row, act: str, button: str, label: str) -> list[Any]:
    return [
        html.Label(label, htmlFor=f"deed-{act}"),
        html.Textarea(id=f"deed-{act}", rows=3, maxLength=2000),
        html.Button(button, className="button primary", **_does(act, row)),
    ]


def _closing(row: Row) -> list[Any]:
    chips = [html.Button(str(reason), className="button", **{"data-reason": str(reason)}) for reason in REASONS]
    return [
        html.Div(chips, className="chips"),
        *_writing(row, "close", _("Close it"), _("Why it is closed")),
    ]


def _like(one: Like, row: Row) -> Any:
    return html.Div(
        [
            html.Button(one.title, className="link", **{"data-layer": "incidents", "data-id": one.id}),
            html.P(one.why, className="note"),
            html.Button(_("It is the same"), className="button", **_does("join", row, other=one.id)),
        ],
        className="like",
    )


def _history(lines: list[Entry], name: str, now: datetime, free: bool) -> Any:
    return html.Ol([html.Li(_entry(line, name, now, free)) for line in reversed(lines)], className="history-of")


def _entry(line: Entry, name: str, now: datetime, free: bool) -> list[Any]:
    what = html.Del(line.what) if line.undone else html.Span(line.what, className="what")
    told = [
        html.Span(clock(line.at, now), className="when"),
        html.Span(line.who, className="who desk" if line.by_desk else "who"),
        what,
    ]
    if line.text:
        told.append(html.P(html.Del(line.text) if line.undone else line.text, className="text"))
    if free and line.undoes is not None:
        undo = {"data-deed": "take_back", "data-thing": name, "data-undoes": str(line.undoes)}
        told.append(html.Button([icon("rotate-ccw"), _("Take it back")], className="link", **undo))
    return told


def register_work(app: Dash, view: View) -> None:
    """Bind the work on incidents to this app alone."""

    @app.callback(
        Output(ids.WORK_DEEDS, "children"),
        Output(ids.WORK_FOR, "data"),
        Input(ids.WORKED, "data"),
        Input(ids.MOVED_WORKED, "data"),
        State(ids.AT, "data"),
        State(ids.WORK_FOR, "data"),
    )
    def offer(selected: Any, _moved: Any, at: Any, shown: Any) -> Any:
        row = _incident(view, selection(selected, view), instant(at))
        mark = f"{row.id if row else None} {at}"
        if mark == shown:
            raise PreventUpdate
        return deeds(view, row, instant(at)) if row else [], mark

    @app.callback(
        Output(ids.WORK_TOLD, "inside"),
        Output(ids.WORK_SEEN, "data"),
        Output({"deed": ALL}, "className"),
        Output({"like": ALL}, "children"),
        Input(ids.WORKED, "data"),
        Input(ids.NEWS_WORKED, "data"),
        Input(ids.WORK_DONE, "data"),
        State(ids.AT, "data"),
        State(ids.WORK_SEEN, "data"),
        State({"deed": ALL}, "id"),
        State({"like": ALL}, "id"),
    )
    def tell(selected: Any, _news: Any, _done: Any, at: Any, seen: Any, shown: Any, alike_shown: Any) -> Any:
        chosen = selection(selected, view)
        row = _incident(view, chosen, instant(at))
        mark = f"{chosen} {at} {row.revision if row else None} {view.now():%H:%M}"
        if mark == seen:  # nothing happened, and no age has changed
            raise PreventUpdate
        if row is None:
            return [], mark, [no_update] * len(shown), [no_update] * len(alike_shown)
        look = looks(view, row)
        classes = [look[one["deed"]] for one in shown]
        return nodes(told(view, row, instant(at))), mark, classes, [still(alike(view, row)) for _one in alike_shown]

    @app.callback(
        Output(ids.WORK_DONE, "data"),
        Output(ids.OUTCOME, "children", allow_duplicate=True),
        Input(ids.WORK_WISH, "data"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def do(wish: Any, at: Any) -> Any:
        if not isinstance(wish, Mapping):
            raise PreventUpdate
        made, sentence, undoes = worked(view, wish, at)
        undo = None
        if undoes is not None:
            undo = {"data-deed": "take_back", "data-thing": wish["id"], "data-undoes": str(undoes)}
        return {"n": wish.get("n"), "made": made, "act": wish.get("do")}, said(made, sentence, undo)

    done = ClientsideFunction("work", "done")  # of assets/desk/work.js
    app.clientside_callback(done, Input(ids.WORK_DONE, "data"), prevent_initial_call=True)
