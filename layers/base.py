"""A Layer is one thing the city can show; these values say what every one of them has to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from data_access.privacy import Rule
from data_access.queries import Question
from data_access.words import Text
from layers.deck import Part
from layers.scale import Scale

Row = Any  # a named tuple with the columns of the layer's question; what is not known is None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a click tells: its name and its value, both for a person to read."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table that says the same as the map: how it is called, and how a row's cell reads."""

    title: Text
    cell: Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing the city can show, whole.

    `stale_after` serves devices that never said how often they speak. `public` None: never shown to the public.
    `metric` names the stream whose history a click shows. `attention` says why a row needs a person, or None when
    it does not; it sees rows of live devices only.
    """

    key: str
    title: Text
    group: Text
    icon: str
    query: Question
    draw: Callable[[], tuple[Part, ...]]
    detail: Callable[[Row], list[Fact]]
    columns: tuple[Column, ...]
    stale_after: timedelta
    public: Rule | None
    scale: Scale | None = None
    unit: str | None = None
    metric: str | None = None
    attention: Callable[[Row], "Need | None"] = field(default=lambda row: None)


@dataclass(frozen=True, slots=True)
class Need:
    """Why something needs a person: how badly (1 worst, 4 information) and in which words."""

    severity: int
    words: str
