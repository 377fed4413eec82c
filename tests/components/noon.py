"""The desk of the small city at its fixed noon."""

from datetime import datetime
from pathlib import Path

from components.still import Still
from components.view import View
from data_access.words import N_
from layers import LAYERS
from tests.small_city import NOON, small_city


def desk_at_noon(folder: Path, now: datetime = NOON) -> View:
    return View("desk", N_("Desk"), LAYERS, small_city(folder), now=lambda: now)


def texts(component: object) -> list[str]:
    """Everything a component says, in order."""
    if component is None or isinstance(component, bool):
        return []
    if isinstance(component, (str, int, float)):
        return [str(component)]
    if isinstance(component, (list, tuple)):
        return [text for part in component for text in texts(part)]
    return texts(within(component))


def within(component: object) -> object:
    """What stands in a component, however it is drawn."""
    return component.parts if isinstance(component, Still) else getattr(component, "children", None)


def said(component: object) -> str:
    return " ".join(texts(component))


def found(component: object, kind: str) -> list[object]:
    """Every component of this kind within, in order."""
    if isinstance(component, (list, tuple)):
        return [hit for part in component for hit in found(part, kind)]
    if not hasattr(component, "_type"):
        return []
    inside = found(within(component), kind)
    return [component, *inside] if component._type == kind else inside
