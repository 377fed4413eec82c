"""The wiring of the page of registers: each callback gathers, calls one pure function, returns."""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from components import register_ids as ids
from components.camera_draft import drafted
from components.clock import instant
from components.link import camera
from components.register_flight import flown_to
from components.register_keeping import acted, kept
from components.register_lists import ALL as EVERY
from components.register_lists import shelf, table
from components.register_sheet import NEW, OPEN, SHUT, sheet
from components.registers import filters, nav, shelf_of_layer, shown, write
from components.sky import register_sky
from components.view import View

FIELDS = Input({"register-field": ALL}, "value"), State({"register-field": ALL}, "id")


def in_browser(name: str) -> ClientsideFunction:
    """A function of assets/desk/registers.js."""
    return ClientsideFunction("registers", name)


def typed(values: Any, names: Any) -> dict[str, Any]:
    """What stands in the fields of the form, by their names."""
    return {name["register-field"]: value for name, value in zip(names, values, strict=True)}


def pressed() -> bool:
    """Whether somebody pressed something: a button that has just come into the page calls, too."""
    return any(cause["value"] for cause in ctx.triggered)


def register_registers(app: Dash, view: View) -> None:
    """Bind the page of registers to this app alone."""
    _lists(app, view)
    _opening(app, view)
    _drafting(app, view)
    _keeping(app, view)
    register_sky(app, view, ids.MAP, ids.THEME, ids.MINUTE, replays=False)
    app.clientside_callback(ClientsideFunction("desk", "hear"), Input(ids.MAP, "pulse"))


def _lists(app: Dash, view: View) -> None:
    @app.callback(
        Output(ids.SHELF, "data"),
        Output(ids.FIND, "value"),
        Input({"register-tab": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def turn(_clicks: Any) -> Any:
        if not pressed() or not isinstance(ctx.triggered_id, dict):
            raise PreventUpdate
        return shelf(ctx.triggered_id.get("register-tab")).key, ""

    @app.callback(
        Output(ids.NAV, "children"),
        Input(ids.SHELF, "data"),
        Input(ids.MADE, "data"),
        Input(ids.MINUTE, "n_intervals"),
        State(ids.AT, "data"),
    )
    def count(key: Any, _made: Any, _minute: Any, at: Any) -> Any:
        return nav(view, key, instant(at))

    @app.callback(
        Output(ids.FILTER, "options"),
        Output(ids.FILTER, "value"),
        Output(ids.LIST, "className"),
        Output(ids.MAP, "visible"),
        Input(ids.SHELF, "data"),
    )
    def narrow(key: Any) -> Any:
        return filters(key), EVERY, f"register-list of-{shelf(key).key}", shown(view, key)

    @app.callback(
        Output(ids.LIST, "children"),
        Input(ids.SHELF, "data"),
        Input(ids.FIND, "value"),
        Input(ids.FILTER, "value"),
        Input(ids.MADE, "data"),
        Input(ids.MINUTE, "n_intervals"),
        State(ids.AT, "data"),
    )
    def listed(key: Any, wanted: Any, mark: Any, _made: Any, _minute: Any, at: Any) -> Any:
        return table(view, key, wanted, mark, instant(at))


def _opening(app: Dash, view: View) -> None:
    @app.callback(
        Output(ids.CHOSEN, "data"),
        Output(ids.SAID, "children"),
        Input(ids.PICKED, "data"),
        Input(ids.MAP, "clicked"),
        Input(ids.CLOSE, "n_clicks"),
        Input(ids.ADD, "n_clicks"),
        prevent_initial_call=True,
    )
    def choose(picked: Any, clicked: Any, _close: Any, _add: Any) -> Any:
        if not pressed():
            raise PreventUpdate
        if ctx.triggered_id == ids.ADD:
            return {"shelf": "unknown", "id": NEW}, ""
        if ctx.triggered_id == ids.MAP:
            key = shelf_of_layer(view, clicked.get("layer")) if isinstance(clicked, dict) else None
            if key is None or not clicked.get("id"):
                raise PreventUpdate
            return {"shelf": key, "id": clicked["id"]}, ""
        return (picked if ctx.triggered_id == ids.PICKED else None), ""

    @app.callback(
        Output(ids.SHEET, "children"),
        Output(ids.FRAME, "className"),
        Output(ids.UPON, "data"),
        Output(ids.MAP, "draft"),
        Input(ids.CHOSEN, "data"),
        Input(ids.MADE, "data"),
        State(ids.AT, "data"),
    )
    def show(chosen: Any, _made: Any, at: Any) -> Any:
        opened = sheet(view, chosen, instant(at))
        return opened.told, SHUT if opened.shut else OPEN, opened.upon, None

    @app.callback(
        Output(ids.MAP, "camera"),
        Output(ids.MAP, "selected"),
        Input(ids.CHOSEN, "data"),
        State(ids.MAP, "view"),
        State(ids.AT, "data"),
    )
    def fly(chosen: Any, seen: Any, at: Any) -> Any:
        there, selected = flown_to(view, chosen, camera(seen), instant(at))
        return there or no_update, selected

    @app.callback(
        Output(ids.ADDRESS, "data"), Input(ids.SHELF, "data"), Input(ids.CHOSEN, "data"), State(ids.AT, "data")
    )
    def remember(key: Any, chosen: Any, at: Any) -> str:
        return write(key, chosen, at)

    remembered = ClientsideFunction("desk", "remember")
    app.clientside_callback(remembered, Input(ids.ADDRESS, "data"), prevent_initial_call=True)
    app.clientside_callback(in_browser("focus"), Input(ids.SHEET, "children"), prevent_initial_call=True)


def _drafting(app: Dash, view: View) -> None:
    @app.callback(
        Output(ids.MAP, "draft", allow_duplicate=True),
        Output({"register-sees": ALL}, "children"),
        *FIELDS,
        State(ids.UPON, "data"),
        State({"register-sees": ALL}, "id"),
        prevent_initial_call=True,
    )
    def draft(values: Any, names: Any, upon: Any, notes: Any) -> Any:
        form = typed(values, names)
        if "lon" not in form or not isinstance(upon, dict):
            raise PreventUpdate
        kind = form.get("kind") or upon.get("kind")
        found = drafted(view, str(upon.get("id") or NEW), form, kind == "camera")
        return found.draft, [found.said] * len(notes)

    fields = Output({"register-field": ALL}, "value")
    app.clientside_callback(
        in_browser("dragged"),
        fields,
        Input(ids.MAP, "dragged"),
        Input({"register-middle": ALL}, "n_clicks"),
        State(ids.MAP, "view"),
        State({"register-field": ALL}, "value"),
        State({"register-field": ALL}, "id"),
        prevent_initial_call=True,
    )


def _keeping(app: Dash, view: View) -> None:
    @app.callback(
        Output(ids.SAID, "children", allow_duplicate=True),
        Output(ids.MADE, "data", allow_duplicate=True),
        Output(ids.CHOSEN, "data", allow_duplicate=True),
        Input(ids.SAVE, "n_clicks"),
        State({"register-field": ALL}, "value"),
        State({"register-field": ALL}, "id"),
        State(ids.NOTE, "value"),
        State(ids.UPON, "data"),
        State(ids.AT, "data"),
        State(ids.MADE, "data"),
        prevent_initial_call=True,
    )
    def keep(_save: Any, values: Any, names: Any, note: Any, upon: Any, at: Any, made: Any) -> Any:
        if not pressed():
            raise PreventUpdate
        done, words, thing = kept(view, at, upon, typed(values, names), note)
        declared = done and isinstance(upon, dict) and upon.get("register") == "device" and not upon.get("revision")
        chosen = {"shelf": "devices", "id": thing} if declared else no_update
        return outcome(done, words), (made or 0) + 1 if done else no_update, chosen

    @app.callback(
        Output(ids.SAID, "children", allow_duplicate=True),
        Output(ids.MADE, "data", allow_duplicate=True),
        Input({"register-act": ALL, "of": ALL}, "n_clicks"),
        State(ids.UPON, "data"),
        State(ids.AT, "data"),
        State(ids.MADE, "data"),
        prevent_initial_call=True,
    )
    def act(_clicks: Any, upon: Any, at: Any, made: Any) -> Any:
        asked = ctx.triggered_id
        if not pressed() or not isinstance(asked, dict):
            raise PreventUpdate
        done, words = acted(view, at, asked.get("register-act"), asked.get("of"), upon, None)
        return outcome(done, words), (made or 0) + 1 if done else no_update


def outcome(done: bool, words: str) -> Any:
    """What a change did, or why it was not made."""
    return html.P(words, className="made" if done else "refused")
