"""Markup that calls nothing back, as one Dash component however much it is.

Dash asks its store for each of its components at every change of anything on the page: a thousand of them, most of
which never change, took a third of a second from every answer. What listens to nothing but the page's own scripts (they
go by data attributes) is written by React at once instead.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.rows import Rows
from components.script import declare

declare("still.js")

HTML = "dash_html_components"


class Still(Component):  # type: ignore[misc]  # Dash is untyped
    """Elements and texts side by side; `parts` are the components it was made of.

    Props:

    - `inside`: texts, and `[tag, attributes, ...what is inside]`.
    - `id`, `attributes`: it is then a div of this name. A callback that changes its `inside` leaves what stays the same
      as it is, with the focus in it; Dash would make all of it anew.
    """

    _namespace = "cityglass_components"
    _type = "Still"
    # Dash wants lists here, and declares no types
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _prop_names: ClassVar[list[str]] = ["id", "inside", "attributes"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []

    def __init__(self, parts: Sequence[Any], id: str | None = None, attributes: dict[str, Any] | None = None) -> None:
        named = {} if id is None else {"id": id, "attributes": attributes or {}}
        super().__init__(inside=nodes(parts), **named)
        self.parts = list(parts)


def still(parts: Any) -> list[Any]:
    """The same parts, all that calls nothing back drawn together; fields, and what counts clicks, stay as they are.

    A name alone does not tell: a part that a callback changes is not to be handed in here.
    """
    found = parts if isinstance(parts, (list, tuple)) else [parts]
    drawn: list[Any] = []
    for quiet, group in groupby(filter(_shown, found), key=_is_still):
        alike = list(group)
        drawn += [Still(alike)] if quiet else alike
    return drawn


def nodes(parts: Sequence[Any]) -> list[Any]:
    """What a callback tells a `Still` that has an id.

    Raises:
        TypeError: something in there calls back.
    """
    shown = [part for part in parts if _shown(part)]
    for part in shown:
        if not _is_still(part):
            raise TypeError(f"Dash has to know this one: {part!r}"[:300])
    return [_node(part) for part in shown]


def _shown(part: Any) -> bool:
    return part is not None and not isinstance(part, bool)


def _is_still(part: Any) -> bool:
    """Whether nothing in here is a component that Dash has to know."""
    if not isinstance(part, Component) or isinstance(part, (Rows, Still)):
        return True
    if part._namespace != HTML or isinstance(getattr(part, "id", None), dict) or hasattr(part, "n_clicks"):
        return False
    return all(_is_still(one) for one in _inside(part))


def _inside(part: Component) -> list[Any]:
    inside = getattr(part, "children", None)
    return [one for one in (inside if isinstance(inside, (list, tuple)) else [inside]) if _shown(one)]


def _node(part: Any) -> Any:
    if not isinstance(part, Component):
        return part if isinstance(part, (int, float)) else str(part)
    props = part.to_plotly_json()["props"]
    attributes = {name: value for name, value in props.items() if name != "children"}
    if isinstance(part, (Rows, Still)):
        return [part._type, attributes]
    return [part._type.lower(), attributes, *(_node(one) for one in _inside(part))]
