"""A page's text as HTML from the first byte, for readers and machines that run no script."""

from collections.abc import Sequence
from html import escape
from typing import Any

from components.rows import Rows
from components.still import Still

NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "colSpan": "colspan", "hrefLang": "hreflang"}
EMPTY = {"Br", "Hr", "Img", "Input", "Col", "Wbr"}
NEEDS_SCRIPT = {"Button", "Input"}


def plain(component: Any) -> str:
    """Dash's HTML components as HTML; what needs a script (maps, charts, buttons) is left out.

    No style attributes: the content security policy forbids them.
    """
    if component is None or isinstance(component, bool):
        return ""
    if isinstance(component, (str, int, float)):
        return escape(str(component))
    if isinstance(component, Sequence):
        return "".join(plain(part) for part in component)
    if isinstance(component, Rows):
        return plain(component.plain())
    if isinstance(component, Still):
        return plain(component.parts)
    told = component.to_plotly_json()
    kind, props = told["type"], told["props"]
    if told["namespace"] != "dash_html_components" or kind in NEEDS_SCRIPT:
        return ""
    tag = kind.lower()
    if kind in EMPTY:
        return f"<{tag}{_attributes(props)}>"
    return f"<{tag}{_attributes(props)}>{plain(props.get('children'))}</{tag}>"


def _attributes(props: dict[str, Any]) -> str:
    told = []
    for name, value in props.items():
        if name in ("children", "style", "n_clicks", "disable_n_clicks") or value is None or value is False:
            continue
        word = NAMES.get(name, name.lower())
        told.append(f" {word}" if value is True else f' {word}="{escape(str(value))}"')
    return "".join(told)


def aria(**told: str) -> dict[str, Any]:
    """What is told to assistive technology, as Dash's HTML components take it."""
    return {f"aria-{name}": value for name, value in told.items()}
