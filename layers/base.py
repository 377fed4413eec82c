"""A Layer is one thing the city can show; these values say what every one of them has to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from data_access.privacy import Rule
from data_access.queries import Question
from data_access.records import Status, status
from data_access.words import Text
from layers.deck import Colour, Part
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
    cell: Callable[[Row, datetime], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a legend beside the bands of a scale: a symbol of the map and what it means."""

    symbol: str
    colour: Colour
    words: Text


@dataclass(frozen=True, slots=True)
class Need:
    """Why something needs a person: how badly (1 worst, 4 information) and in which words.

    `in_hand`: somebody has it already, so that others of the same severity come first.
    """

    severity: int
    words: str
    in_hand: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Another way of drawing the same layer, with the legend that goes with it: buildings by use, by year."""

    key: str
    title: Text
    draw: Callable[[], tuple[Part, ...]]
    scale: Scale | None = None
    legend: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing the city can show, whole.

    `about` says in a sentence what is shown and how it is known. Whoever tells a row also hands over `now`: the
    moment looked at, in the time zone in which clocks are read to this reader. `stale_after` serves devices that
    never said how often they speak. `public` None: never shown to the public, and `withheld` tells it why.
    `sentence` says aloud how things stand, from {city} and {meaning}, the scale's word for the median.
    `metric` names the stream whose history a click shows, in `unit`; the scale's own unit may be another.
    `things` names what its values count, where they have no unit.
    `stands_for_all` names the one of its devices' values that tells how things are: the median, or the highest where
    one place alone can be the danger.
    `looks` are other ways to draw it, for the reader to choose; without a choice it is drawn by `draw`. A look keeps
    the parts of `draw` and changes their paint alone, so that choosing one loads nothing anew.
    `shown`: on when a page is first opened; a reader turns the others on.
    `with_scale` gives the same layer with the thresholds of one city.
    `gathers`: where its things lie too close together to be told apart, they are drawn as one. `worst` is the
    severity of `attention` as a rule by column, with which a map sums up what it draws as one.
    `attention` says why a row needs a person, or None when it does not; it sees rows of live devices only.
    """

    key: str
    title: Text
    about: Text
    group: Text
    icon: str
    query: Question
    draw: Callable[[], tuple[Part, ...]]
    detail: Callable[[Row, datetime], list[Fact]]
    columns: tuple[Column, ...]
    stale_after: timedelta
    public: Rule | None
    withheld: Text | None = None
    sentence: Text | None = None
    scale: Scale | None = None
    unit: str | None = None
    metric: str | None = None
    things: Text | None = None
    stands_for_all: Literal["median", "highest"] = "median"
    legend: tuple[Mark, ...] = ()
    looks: tuple[Look, ...] = ()
    shown: bool = True
    with_scale: Callable[[Scale], "Layer"] | None = None
    gathers: bool = False
    worst: dict[str, Any] | None = None
    attention: Callable[[Row, datetime], Need | None] = field(default=lambda row, now: None)

    def look(self, key: object) -> Look | None:
        """The look of this key among its own; None: as `draw` draws it."""
        return next((look for look in self.looks if look.key == key), None)

    def status(self, row: Row, now: datetime) -> Status:
        """How old this row is by the bands of the contract; what never ages (a building) is always fresh."""
        if not hasattr(row, "observed_at"):
            return "fresh"
        promised = getattr(row, "interval_s", None)
        interval = self.stale_after / 3 if promised is None else timedelta(seconds=promised)
        return status(None if row.observed_at is None else now - row.observed_at, interval)
