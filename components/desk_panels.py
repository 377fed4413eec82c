"""What each panel of the desk shows for a time and a selection: the pure half of the callbacks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html, no_update

from components.detail import detail, heading, nothing_there, row_of
from components.figures import state_of_the_city
from components.incident_filter import Filter
from components.incident_new import here
from components.incidents import lists
from components.known_by import where
from components.legend import legend
from components.picture import count, picture
from components.rail import told as tally
from components.register_link import edit
from components.still import still
from components.table_view import Box, rows_of, table_view
from components.view import View
from data_access.queries import Incidents

Selection = tuple[str, str] | None


def overview(
    view: View, at: datetime | None, keys: Sequence[str], wish: Filter | None = None
) -> tuple[list[str], str, list[Any]]:
    """Counts for the rail (in the order of the keys), the sentence and the filtered lists: all of one picture."""
    taken = picture(view, at)
    layers = [view.layer(key) for key in keys]
    counts = [tally(count(layer, taken)) if layer else "" for layer in layers]
    return counts, state_of_the_city(view, taken), lists(view, taken, wish)


def described(view: View, chosen: Selection, at: datetime | None) -> tuple[Any, str]:
    """The drawer for what is selected, and its class; without a selection it shows the lists."""
    layer = view.layer(chosen[0]) if chosen else None
    if not chosen or not layer:
        return [], "panel drawer"
    now = (at or view.now()).astimezone(view.zone())
    row = row_of(view, layer, chosen[1], at)
    if row is None:
        return [*heading(None, layer, chosen[1]), nothing_there(layer, chosen[1], at, view.zone())], "panel drawer open"
    if isinstance(layer.query, Incidents):  # what can be done comes first there, then the facts (incident_work)
        return heading(row, layer, chosen[1]), "panel drawer open"
    told = [*heading(row, layer, chosen[1]), *detail(row, layer, now, where(view, layer, row, at))]
    deeds = [*here(view, row, layer, at), *edit(view, layer.key, chosen[1], at)]
    return [*told, html.Div(deeds, className="deeds")] if deeds else told, "panel drawer open"


def legends_of(view: View, keys: Sequence[str], worn: Mapping[str, str]) -> list[Any]:
    """The legend of each of these layers in the look that it wears; nothing new for a layer that has no looks."""
    layers = [view.layer(key) for key in keys]
    return [
        still(legend(layer, layer.look(worn.get(layer.key))).children) if layer and layer.looks else no_update
        for layer in layers
    ]


def table_of(view: View, key: object, at: datetime | None, seen: Box | None) -> tuple[Any, str]:
    """The table of a layer in its sheet, and the sheet's class."""
    layer = view.layer(key)
    if layer is None:
        return [], "panel sheet closed"
    now = (at or view.now()).astimezone(view.zone())
    return table_view(layer, *rows_of(view, layer, at, seen), now, at), "panel sheet"
