"""The way from the drawer to the page of registers, for what stands in one of them."""

from typing import Any
from urllib.parse import quote

from dash import html

from components.rail import icon
from components.registers import PATH, shelf_of_layer
from components.view import View
from data_access.words import _


def edit(view: View, layer: object, id: str, at: object) -> list[Any]:
    """A link that opens this thing in its register; nothing in a replay, or where this view may change nothing."""
    shelf = shelf_of_layer(view, layer)
    if shelf is None or at is not None or view.acts is None:
        return []
    where = f"{PATH}?list={shelf}&id={quote(id, safe='')}"
    words = _("Edit in the register")
    return [html.A([icon("settings"), words], href=where, className="button outlined register-link")]
