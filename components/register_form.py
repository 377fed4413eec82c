"""The forms of the registers: what can be written about a thing, and the buttons that keep it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import register_ids as ids
from components.rail import icon
from components.register_fields import CAMERA, DEVICE, ID, KIND, KINDS, METRICS, PARKING, Field, shown
from data_access.words import _
from layers.base import Row

REST_S = 0.4  # so long after the last key a draft is worked out anew
TOGETHER = ("lon", "lat", "azimuth_deg", "field_of_view_deg", "range_m", "mount_height_m")  # two in a line


def editing(fields: Sequence[Field], row: Row, save: str, placed: bool = False, removable: bool = False) -> Any:
    """The fields of a thing as it stands, why it is changed, and the buttons that keep it or take it out."""
    inputs = [_labelled(field, shown(row, field)) for field in fields]
    return _section(save, [_grid(inputs)], placed, [removal()] if removable else [])


def declaring(id: str, values: Mapping[str, str]) -> Any:
    """The form for a device that nobody has declared; one without an id is asked for that, too."""
    first = [*([] if id else [ID]), KIND, *DEVICE, METRICS]
    inputs = [_labelled(field, values.get(field.name, "")) for field in first]
    of_kinds = [(_("If it is a camera"), CAMERA), (_("If it is a parking site"), PARKING)]
    more = [
        html.Details([html.Summary(words), _grid([_labelled(field, "") for field in fields])], className="more")
        for words, fields in of_kinds
    ]
    return _section(_("Declare it"), [_grid(inputs), *more], True, [])


def removal() -> Any:
    """Taking a thing out asks once more."""
    words = _(
        "It is no longer drawn, listed and counted from now on; its readings and its history stay. It can be undone."
    )
    sure = html.Button(_("Yes, take it out"), id=ids.act("remove"), n_clicks=0, className="button outlined harm")
    return html.Details([html.Summary(_("Take it out of the register …")), html.P(words, className="note"), sure])


def _section(save: str, inputs: Sequence[Any], placed: bool, after: Sequence[Any]) -> Any:
    why = dcc.Input(id=ids.NOTE, type="text", value="", maxLength=500, autoComplete="off")
    label = html.Label(_("Why (kept in the history)"), htmlFor=ids.NOTE)
    return html.Section(
        [
            *inputs,
            *([_middle()] if placed else []),
            html.P("", id=ids.SEES, className="note sees", role="status"),
            html.Div([label, why], className="field wide"),
            html.Div(
                [html.Button([icon("check"), save], id=ids.SAVE, n_clicks=0, className="button primary")],
                className="acts",
            ),
            *after,
        ],
        className="register-form",
    )


def _middle() -> Any:
    """For those who would rather aim with the map than write numbers."""
    words = _("Put it in the middle of the map")
    return html.Button([icon("locate-fixed"), words], id=ids.MIDDLE, n_clicks=0, className="button outlined")


def _grid(inputs: Sequence[Any]) -> Any:
    return html.Div(list(inputs), className="fields")


def _labelled(field: Field, value: str) -> Any:
    """A field under its name, with its unit and a word of help."""
    name = f"register-{field.name}"
    words = [str(field.label), *([html.Span(f" {field.unit}", className="unit")] if field.unit else [])]
    hint = [html.Span(str(field.help), className="note", id=f"{name}-help")] if field.help else []
    wide = "" if field.name in TOGETHER else " wide"
    return html.Label([html.Span(words, className="label"), _input(field, value), *hint], className=f"field{wide}")


def _input(field: Field, value: str) -> Any:
    if field is KIND:
        options = [{"label": str(words), "value": kind} for kind, words in KINDS.items()]
        return dbc.Select(id=ids.field(field.name), options=options, value=value or "sensor")
    if field.lines:
        return dcc.Textarea(id=ids.field(field.name), value=value, rows=4, maxLength=field.longest)
    more: dict[str, Any] = {"inputMode": "decimal", "debounce": REST_S} if field.number else {}
    longest = 40 if field.number else field.longest
    return dcc.Input(id=ids.field(field.name), type="text", value=value, maxLength=longest, autoComplete="off", **more)
