"""The table twin of a layer: it says the same as the map, for those who do not see the map or want a list."""

from datetime import datetime, tzinfo
from typing import Any

import numpy as np
from dash import html

from components.ages import WORDS, has_age
from components.clock import moment
from components.rows import Rows
from components.view import View
from data_access.queries import Buildings
from data_access.table import Table
from data_access.words import _
from layers.base import Layer
from layers.phrases import clock, number

MOST = 300  # rows that a person still reads, and a browser still draws at once

Box = tuple[float, float, float, float]


def box(wish: object) -> Box | None:
    """The west, south, east and north that a browser names; None when they are none."""
    if not isinstance(wish, list) or len(wish) != 4:
        return None
    try:
        west, south, east, north = (float(bound) for bound in wish)
    except (TypeError, ValueError):
        return None
    return (west, south, east, north) if -180 <= west <= east <= 180 and -90 <= south <= north <= 90 else None


def rows_of(view: View, layer: Layer, at: datetime | None, seen: Box | None) -> tuple[Table, int]:
    """What the table lists, and how many there are: all, or as many as are in sight of the map when all is too much."""
    question = layer.query
    if isinstance(question, Buildings) and seen:
        question = Buildings(bbox=seen)
    table = view.store.answer(question, at)
    if len(table) > MOST and seen and not isinstance(question, Buildings):
        west, south, east, north = seen
        lon, lat = table["lon"], table["lat"]
        table = table.where((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    return table.where(np.arange(min(len(table), MOST))), len(table)


def table_view(layer: Layer, table: Table, of: int, now: datetime, at: datetime | None) -> Any:
    """The table with a caption that says of when it is and what it leaves out."""
    if not len(table):
        return html.P(empty(layer, at, now.tzinfo), className="empty")
    aged = has_age(table)
    titles = [str(column.title) for column in layer.columns]
    titles += [_("Measured"), _("Status")] if aged else []
    lines, picks = [], []
    for row in table:
        cells = [column.cell(row, now) for column in layer.columns]
        cells[0] = cells[0] or row.id
        if aged:
            cells += [clock(row.observed_at, now) if row.observed_at else "–", str(WORDS[layer.status(row, now)])]
        lines.append(cells)
        picks.append((layer.key, row.id))
    return Rows(caption(layer, len(table), of, now), titles, lines, picks)


def caption(layer: Layer, shown: int, of: int, now: datetime) -> str:
    """What the table is of."""
    told = _("{layer}, {moment}.").format(layer=layer.title, moment=moment(now, now.tzinfo))
    if shown < of:
        told += " " + _("The first {n} of {of} in sight; move the map closer to see others.").format(
            n=number(shown), of=number(of)
        )
    return told


def empty(layer: Layer, at: datetime | None, zone: tzinfo | None) -> str:
    """Why a table has no rows, and what fills it."""
    if at:
        return _("{layer}: nothing was known at {moment}.").format(layer=layer.title, moment=moment(at, zone))
    return _(
        "{layer}: nothing here yet. It fills when a device is declared, a map is imported or an event comes in."
    ).format(layer=layer.title)
