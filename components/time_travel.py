"""The wiring of the time bar: a wish becomes the page's time, and a stretch of time its events."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from components import ids
from components.clock import instant
from components.happenings import events, next_event
from components.happenings import told as told_events
from components.time_bar import reach, told, wished
from components.view import View

LONGEST = timedelta(days=3660)  # of a stretch whose events are asked for


def register_time(app: Dash, view: View) -> None:
    """Bind the time bar to this app alone."""

    @app.callback(
        Output(ids.AT, "data"),
        Output(ids.TOLD, "data"),
        Input(ids.WISH, "data"),
        Input(ids.MINUTE, "n_intervals"),
        State(ids.AT, "data"),
        State(ids.TOLD, "data"),
    )
    def travel(wish: Any, _minute: Any, at: Any, before: Any) -> Any:
        called = any(cause["prop_id"] == f"{ids.WISH}.data" for cause in ctx.triggered)
        kept, told = time_of(view, wish if called or unheard(wish, before) else None, instant(at))
        return kept, told | {"wish": wish}

    @app.callback(Output(ids.EVENTS, "data"), Input(ids.STRETCH, "data"), prevent_initial_call=True)
    def happen(stretch: Any) -> Any:
        return events_of(view, stretch)

    for name, part, prop in (
        ("told", ids.TOLD, "data"),
        ("happened", ids.EVENTS, "data"),
        ("followed", ids.NEEDS, "inside"),
    ):
        app.clientside_callback(ClientsideFunction("time_bar", name), Input(part, prop))  # of assets/desk/time_bar.js


def unheard(wish: object, before: object) -> bool:
    """Whether this wish was never answered, by what the bar was told last.

    A tick of the minute that comes while a wish is on its way takes its place in the browser, answer and all.
    """
    return wish is not None and wish != (before.get("wish") if isinstance(before, Mapping) else None)


def time_of(view: View, wish: object, at: datetime | None) -> tuple[Any, dict[str, Any]]:
    """The time that follows from a wish: as the page keeps it (unless it stays), and as the bar has it.

    Beside the wishes of time_bar.wished there is {"jump": 1 or -1, "from": RFC 3339}: to the event after or before.
    `mine` comes back as it was sent: by it the bar knows its own wishes from other people's.
    """
    zone, ends = view.zone(), reach(view.store.first_fact(), view.now())
    asked = wish if isinstance(wish, Mapping) else {}
    event = None
    if asked.get("jump") in (1, -1):
        start = instant(asked.get("from")) or at or ends.now
        event = next_event(view, min(max(start, ends.first), ends.now), int(asked["jump"]), ends.first, ends.now)
        then = ends.within(event.at) if event else at
    else:
        then = wished(wish, at, ends, zone)
    kept = no_update if then == at else (then.isoformat() if then else None)
    more: dict[str, Any] = {"mine": asked["mine"]} if isinstance(asked.get("mine"), int) else {}
    if not asked:
        more["tick"] = True
    if "jump" in asked:
        more["event"] = told_events([event], view, ends.now)[0] if event else None
    return kept, told(then, ends, zone) | more


def events_of(view: View, stretch: object) -> Any:
    """What happened in a stretch {"from": RFC 3339, "to": …}; nothing new for what is none."""
    asked = stretch if isinstance(stretch, Mapping) else {}
    start, end = instant(asked.get("from")), instant(asked.get("to"))
    if start is None or end is None or not start < end <= start + LONGEST:
        return no_update
    now = view.now()
    found = events(view, start, min(end, now)) if start < now else []
    return {"from": asked["from"], "to": asked["to"], "events": told_events(found, view, now)}
