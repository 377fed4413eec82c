"""What all measuring instruments have in common: how they are drawn, told and listed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data_access.words import N_, Text, _
from layers.base import Column, Fact, Layer, Mark, Need, Row
from layers.deck import CLEAR, GREY, INK, Part, aged, by_status, icons, if_known, only, words
from layers.phrases import QUALITY, known, missing, quantity
from layers.scale import Scale

AGES = {
    "fresh": N_("up to date: coloured by its value"),
    "late": N_("late: outline only"),
    "stale": N_("stale: its last value is too old to trust"),
    "dead": N_("silent for long"),
    "unknown": N_("no value: it never reported, or says that it cannot measure"),
}
# From farther away the numbers of neighbours lie over one another.
NUMBERS_FROM = 13.5


@dataclass(frozen=True, slots=True)
class Instrument:
    """One measured quantity. Its `shape` tells it from the others; where one device measures several, they stand side
    by side. From `abnormal_from` on (None: never) the number itself stands beside the symbol.
    """

    key: str
    title: Text
    scale: Scale
    digits: int
    abnormal_from: float | None
    shape: str = "disc"
    size_px: int = 20

    def draw(self) -> tuple[Part, ...]:
        """A shape coloured by its value while that can be trusted, a grey sign of its age when not.

        What has no value, and what is too old to have one, never wears a colour of the scale. The edge lets pale
        colours stand off the day's ground and dark ones off the night's.
        """
        sign = {status: aged(self.shape, status) for status in AGES}
        trusted = only("fresh", "late", size=self.size_px)
        silent = by_status(**sign | {"fresh": sign["unknown"], "late": sign["unknown"]})
        old = only("stale", "dead", "unknown", size=self.size_px)
        around = only("fresh", size=self.size_px + 3)
        drawn = (
            self._sign("edge", self.shape, if_known("value", GREY), around, pick=False),
            self._sign("value", by_status(fresh=self.shape, late=sign["late"]), self.scale.by("value"), trusted),
            self._sign("missing", sign["unknown"], if_known("value", CLEAR, GREY), trusted),
            self._sign("silent", silent, GREY, old),
        )
        return drawn if self.abnormal_from is None else (*drawn, self._number(self.abnormal_from))

    def _sign(self, part: str, icon: Any, colour: Any, size: Any, pick: bool = True) -> Part:
        return icons(f"{self.key}-{part}", icon, colour, size, pick, fan=True, shrink=True)

    def _number(self, abnormal_from: float) -> Part:
        """The number itself, above the symbol of what is abnormal."""
        return words(
            f"{self.key}-number",
            {"number": "value", "digits": self.digits},
            {"column": "value", "breaks": [abnormal_from], "colours": [CLEAR, INK], "missing": CLEAR},
            only("fresh", "late", size=15),
            (0, -self.size_px),
            fan=True,
            min_zoom=NUMBERS_FROM,
            rank={"column": "value", "times": -1},
        )

    def legend(self) -> tuple[Mark, ...]:
        """The ages of a value in this shape."""
        return tuple(Mark(aged(self.shape, status), GREY, told) for status, told in AGES.items())

    def reading(self, row: Row) -> str:
        """The value with its unit, or why there is none."""
        value = known(row, "value")
        return missing(row) if value is None else quantity(value, self.scale.unit, self.digits)

    def meaning(self, row: Row) -> str:
        """What the value means, by the words of the scale; a dash where nobody can say."""
        value = known(row, "value")
        return "–" if value is None else self.scale.word(value) or "–"

    def detail(self, row: Row, now: datetime) -> list[Fact]:
        """The value, what it means, how good it is, and whether its device is connected."""
        facts = [Fact(str(self.title), self.reading(row))]
        if known(row, "value") is not None:
            if self.scale.words:
                facts.append(Fact(_("Meaning"), self.meaning(row)))
            if known(row, "quality") in QUALITY:
                facts.append(Fact(_("Quality"), str(QUALITY[row.quality])))
        return facts + connection(row)

    def columns(self) -> tuple[Column, ...]:
        """The table that says the same as the map."""
        told = (
            Column(N_("Name"), lambda row, now: row.name or row.id),
            Column(self.title, lambda row, now: self.reading(row)),
        )
        return (*told, Column(N_("Meaning"), lambda row, now: self.meaning(row))) if self.scale.words else told

    def layer(self, needs: "Needs | None" = None, worst: "Worst | None" = None, **about: Any) -> Layer:
        """The layer of this quantity; `needs` says why a row needs a person, `about` is all that is its own.

        `worst` is how badly, as a rule by value that says the same.

        It can be had again with another scale, where a city has thresholds of its own.
        """
        return Layer(
            key=self.key,
            draw=self.draw,
            detail=self.detail,
            columns=self.columns(),
            scale=self.scale,
            unit=self.scale.unit or None,
            legend=self.legend(),
            with_scale=lambda scale: replace(self, scale=scale).layer(needs, worst, **about),
            gathers=True,
            worst=worst(self) if worst else None,
            attention=lambda row, now: needs(self, row, now) if needs else None,
            **about,
        )


Needs = Callable[[Instrument, Row, datetime], Need | None]
Worst = Callable[[Instrument], dict[str, Any] | None]


def connection(row: Row) -> list[Fact]:
    """Whether a device said that it came or went; nothing of one that never says so."""
    online = known(row, "online")
    if online is None:
        return []
    return [Fact(_("Connection"), _("connected") if online else _("says that it went offline"))]
