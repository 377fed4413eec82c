"""May this page change anything now? One answer for every callback that does; a replay never may.

The server asks this itself: a button that is not shown protects nothing.
"""

from collections.abc import Callable
from typing import Any

from dash import html

from components import ids
from components.view import Acts, View
from data_access.refusals import CannotDo
from data_access.words import _


def may_change(view: View, at: object) -> Acts:
    """The hand by which this view changes things; `at` is the page's own time, as the browser sent it.

    Raises:
        CannotDo: the page shows a past hour (whatever is no plain None counts as one), or may only look.
    """
    if at is not None:
        raise CannotDo(_("This is a replay: nothing can be changed in the past. Choose LIVE first."))
    if view.acts is None:
        raise CannotDo(_("This page only shows; nothing can be changed from it."))
    return view.acts


def changed(view: View, at: object, change: Callable[[Any, str], str]) -> tuple[bool, str]:
    """Make a change, as `change(writer, who)`, whose answer is the sentence that tells of it.

    Returns whether it was made, and that sentence or the one that says why not.
    """
    try:
        with may_change(view, at).writing() as writer:
            return True, change(writer, view.who())
    except CannotDo as refusal:
        return False, str(refusal)


def outcome() -> Any:
    """The one place of a page where it is said what a change did."""
    return html.Div(id=ids.OUTCOME, className="outcome", role="status")


def said(made: bool, words: str, undo: dict[str, str] | None = None) -> list[Any]:
    """What became of a change, for `outcome`; `undo` is what a script reads off the button that takes it back."""
    back = [html.Button(_("Undo"), className="link", **undo)] if made and undo else []
    return [html.Div([html.P(words), *back], className="panel told" if made else "panel told refused")]
