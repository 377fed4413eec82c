"""The wiring of the desk and the wall: each callback gathers, calls one pure function, returns.

What a browser sends is a wish. These are plain functions: the server gives each its thread.
"""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update

from components import ids
from components.clock import instant
from components.desk_panels import described, legends_of, overview, table_of
from components.drawer import register_drawer
from components.figures import figures, state_of_the_city
from components.flight import flown_to
from components.incident_filter import read as wanted
from components.incident_filter import register_filter
from components.incident_new import register_new
from components.incident_work import register_work
from components.incidents import plain
from components.link import Link, camera, filters, place, selection, write
from components.note_card import register_notes
from components.numbers import register_numbers
from components.picture import picture
from components.register_callbacks import register_registers
from components.saved import register_saved
from components.search import hits, way
from components.since import register_since
from components.sky import register_sky
from components.still import nodes
from components.table_view import box
from components.tiles import large
from components.time_travel import register_time
from components.view import View
from components.wall import LINES


def in_browser(name: str) -> ClientsideFunction:
    """A function of assets/desk.js."""
    return ClientsideFunction("desk", name)


def register_desk(app: Dash, view: View) -> None:
    """Bind the desk's panels, its time and its selection to this app alone."""
    register_time(app, view)
    _selection(app, view)
    register_drawer(app, view)
    register_since(app, view)
    register_saved(app, view)
    register_notes(app, view)
    _search(app, view)
    _panels(app, view)
    register_work(app, view)
    register_new(app, view)
    register_filter(app)
    register_numbers(app, view)
    register_registers(app, view)
    register_sky(app, view, ids.MAP, ids.THEME, ids.MINUTE, replays=True)
    app.clientside_callback(in_browser("hear"), Input(ids.MAP, "pulse"))
    app.clientside_callback(
        in_browser("news"),
        *(Output(part, "data") for part in (ids.NEWS, ids.NEWS_OPENED, ids.NEWS_WORKED, ids.NEWS_TABLE)),
        *(Output(part, "data") for part in (ids.MOVED_OPENED, ids.MOVED_WORKED, ids.MOVED_MEASURED)),
        Input(ids.MAP, "pulse"),
        Input(ids.AT, "data"),
        *(State(part, "data") for part in (ids.SELECTED, ids.WORKED, ids.TABLE, ids.MEASURED)),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        in_browser("unless_replayed"),
        Output(ids.NEW_MINUTE, "data"),
        Input(ids.MINUTE, "n_intervals"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        in_browser("shown"),
        Output(ids.SHOWN, "data"),
        Output(ids.MAP, "visible"),
        Input({"switch": ALL}, "value"),
        State({"switch": ALL}, "id"),
    )

    linked = (ids.SHOWN, ids.SELECTED, ids.AT, ids.LOOKS, ids.PLACE, ids.COUNTED, ids.FILTER)
    app.clientside_callback(
        in_browser("rest"),
        Input(ids.MAP, "view"),
        *(Input(part, "data") for part in linked),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.ADDRESS, "data"),
        Input(ids.REST, "data"),
        State(ids.MAP, "view"),
        *(State(part, "data") for part in linked),
        prevent_initial_call=True,
    )
    def remember(
        _rest: Any, seen: Any, shown: Any, selected: Any, at: Any, looks: Any, marked: Any, counted: Any, sifted: Any
    ) -> str:
        chosen, worn = selection(selected, view), view.worn(looks)
        here = (camera(seen), view.chosen(shown), chosen, instant(at), worn, place(marked))
        return write(Link(*here, counted=counted is True, filters=filters(sifted)))

    @app.callback(
        Output(ids.LOOKS, "data"),
        Output(ids.MAP, "looks"),
        Output({"legend": ALL}, "children"),
        Input({"look": ALL}, "value"),
        State({"look": ALL}, "id"),
        State({"legend": ALL}, "id"),
        prevent_initial_call=True,
    )
    def dress(values: Any, names: Any, legends: Any) -> Any:
        worn = view.worn({name["look"]: value for name, value in zip(names, values, strict=True)})
        return worn, worn, legends_of(view, [name["legend"] for name in legends], worn)

    app.clientside_callback(in_browser("remember"), Input(ids.ADDRESS, "data"), prevent_initial_call=True)


def _selection(app: Dash, view: View) -> None:
    app.clientside_callback(
        in_browser("select"),
        Output(ids.SELECTED, "data"),
        Output(ids.MAP, "selected"),
        Input(ids.MAP, "clicked"),
        Input(ids.PICKED, "data"),
        Input(ids.CLOSE, "n_clicks"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.MAP, "camera"),
        Input(ids.FLIGHT, "data"),
        State(ids.MAP, "view"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def fly(picked: Any, seen: Any, at: Any) -> Any:
        return flown_to(view, selection(picked, view), instant(at), camera(seen)) or no_update

    @app.callback(
        Output(ids.DETAIL, "inside"),
        Output(ids.DRAWER, "className"),
        Input(ids.SELECTED, "data"),
        Input(ids.NEWS_OPENED, "data"),
        Input(ids.WORK_DONE, "data"),
        State(ids.AT, "data"),
        prevent_initial_call=True,
    )
    def describe(selected: Any, _news: Any, _done: Any, at: Any) -> Any:
        told, name = described(view, selection(selected, view), instant(at))
        return nodes(told), name

    app.clientside_callback(
        in_browser("unfold"),
        Output(ids.OPENED, "data"),
        Output(ids.WORKED, "data"),
        Output(ids.MEASURED, "data"),
        Input(ids.DETAIL, "inside"),
        State(ids.SELECTED, "data"),
        State(ids.OPENED, "data"),
        prevent_initial_call=True,
    )


def _search(app: Dash, view: View) -> None:
    @app.callback(
        Output(ids.HITS, "inside"), Input(ids.SOUGHT, "data"), State(ids.AT, "data"), prevent_initial_call=True
    )
    def find(wish: Any, at: Any) -> Any:
        return nodes(hits(view, wish, instant(at)))

    @app.callback(
        Output(ids.SELECTED, "data", allow_duplicate=True),
        Output(ids.MAP, "selected", allow_duplicate=True),
        Output(ids.MAP, "camera", allow_duplicate=True),
        Output(ids.PLACE, "data"),
        Output(ids.MAP, "place"),
        Input(ids.CHOSEN, "data"),
        State(ids.MAP, "view"),
        prevent_initial_call=True,
    )
    def go(chosen: Any, seen: Any) -> Any:
        found = way(view, chosen, camera(seen))
        marked = found.marked.as_json() if found and found.marked else None
        if found is None:  # the field was cleared: the mark goes, what is selected stays
            return no_update, no_update, no_update, marked, marked
        told = {"layer": found.selected[0], "id": found.selected[1]} if found.selected else None
        return told, told, found.camera or no_update, marked, marked


def _panels(app: Dash, view: View) -> None:
    @app.callback(
        Output({"tally": ALL}, "children"),
        Output(ids.STATE, "children"),
        Output(ids.NEEDS, "inside"),
        Input(ids.AT, "data"),
        Input(ids.NEWS, "data"),
        Input(ids.WORK_DONE, "data"),
        Input(ids.FILTER, "data"),
        Input(ids.FILTER_SIGHT, "data"),
        State({"tally": ALL}, "id"),
        State({"tally": ALL}, "children"),
        State(ids.STATE, "children"),
        State(ids.MAP, "view"),
        prevent_initial_call=True,
    )
    def oversee(
        at: Any, _news: Any, _done: Any, wish: Any, _sight: Any, tallies: Any, counted: Any, said: Any, seen: Any
    ) -> Any:
        keys = [tally["tally"] for tally in tallies]
        counts, state, needs = overview(view, instant(at), keys, wanted(wish, seen))
        # The browser's store is asked by every part of the page at each thing that changes: what did not is not sent.
        fresh = [no_update if now == was else now for now, was in zip(counts, counted, strict=True)]
        return fresh, no_update if state == said else state, nodes(needs)

    app.clientside_callback(
        in_browser("table"),
        Output(ids.TABLE, "data"),
        Input({"table": ALL}, "n_clicks"),
        Input(ids.SHEET_CLOSE, "n_clicks"),
        State(ids.TABLE, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.SHEET, "children"),
        Output(ids.SHEET_FRAME, "className"),
        Input(ids.TABLE, "data"),
        Input(ids.NEWS_TABLE, "data"),
        State(ids.AT, "data"),
        State(ids.MAP, "view"),
        prevent_initial_call=True,
    )
    def list_rows(key: Any, _news: Any, at: Any, seen: Any) -> Any:
        return table_of(view, key, instant(at), box(seen.get("bbox")) if isinstance(seen, dict) else None)

    app.clientside_callback(in_browser("fold"), Output(ids.RAIL, "className"), Input(ids.FOLD, "n_clicks"))


def register_wall(app: Dash, view: View) -> None:
    """Bind the wall's panels to this app alone; the wall shows now and nothing else."""
    register_sky(app, view, ids.WALL_MAP, ids.WALL_THEME, ids.WALL_MINUTE, replays=False)
    app.clientside_callback(in_browser("hear"), Input(ids.WALL_MAP, "pulse"))

    @app.callback(
        Output(ids.WALL_STATE, "children"),
        Output(ids.WALL_FIGURES, "children"),
        Output(ids.WALL_NEEDS, "children"),
        Input(ids.WALL_MAP, "pulse"),
    )
    def oversee(_pulse: Any) -> Any:
        taken = picture(view, None)
        return state_of_the_city(view, taken), large(figures(view, taken)), plain(taken, LINES)
