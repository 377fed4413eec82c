"""What all measuring instruments have in common: how they are drawn, told and listed."""

from dataclasses import dataclass
from datetime import datetime

from data_access.words import N_, Text, _
from layers.base import Column, Fact, Mark, Row
from layers.deck import CLEAR, GREY, INK, Part, by_status, icons, if_known, only, words
from layers.phrases import QUALITY, known, missing, quantity
from layers.scale import Scale

AGES = (
    Mark("disc", GREY, N_("up to date: coloured by its value")),
    Mark("ring", GREY, N_("late: outline only")),
    Mark("hatch", GREY, N_("stale: its last value is too old to trust")),
    Mark("bar", GREY, N_("silent for long")),
    Mark("dotted", GREY, N_("no value: it never reported, or says that it cannot measure")),
)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One measured quantity. `offset_px` moves its symbol off the place where another metric of the device stands.

    From `abnormal_from` on the number itself stands beside the symbol.
    """

    key: str
    title: Text
    scale: Scale
    digits: int
    abnormal_from: float
    size_px: int = 20
    offset_px: tuple[int, int] = (0, 0)

    def draw(self) -> tuple[Part, ...]:
        """A disc coloured by its value while that can be trusted, a grey sign of its age when not.

        What has no value, and what is too old to have one, never wears a colour of the scale. The edge lets pale
        colours stand off the day's ground and dark ones off the night's.
        """
        size, at = self.size_px, self.offset_px
        trusted = only("fresh", "late", size=size)
        silent = by_status(fresh="dotted", late="dotted", stale="hatch", dead="bar", unknown="dotted")
        spoken = {"column": "value", "breaks": [self.abnormal_from], "colours": [CLEAR, INK], "missing": CLEAR}
        above = (at[0], at[1] - size)
        return (
            icons(f"{self.key}-edge", "disc", if_known("value", GREY), only("fresh", size=size + 3), False, at),
            icons(f"{self.key}-value", by_status(fresh="disc", late="ring"), self.scale.by("value"), trusted, True, at),
            icons(f"{self.key}-missing", "dotted", if_known("value", CLEAR, GREY), trusted, True, at),
            icons(f"{self.key}-silent", silent, GREY, only("stale", "dead", "unknown", size=size), True, at),
            words(
                f"{self.key}-number",
                {"number": "value", "digits": self.digits},
                spoken,
                only("fresh", "late", size=15),
                above,
            ),
        )

    def reading(self, row: Row) -> str:
        """The value with its unit, or why there is none."""
        value = known(row, "value")
        return missing(row) if value is None else quantity(value, self.scale.unit, self.digits)

    def meaning(self, row: Row) -> str:
        """What the value means, by the words of the scale."""
        value = known(row, "value")
        return "–" if value is None else self.scale.word(value)

    def detail(self, row: Row, now: datetime) -> list[Fact]:
        """The value, what it means, how good it is, and whether its device is connected."""
        facts = [Fact(str(self.title), self.reading(row))]
        if known(row, "value") is not None:
            facts.append(Fact(_("Meaning"), self.meaning(row)))
            if known(row, "quality") in QUALITY:
                facts.append(Fact(_("Quality"), str(QUALITY[row.quality])))
        return facts + connection(row)

    def columns(self) -> tuple[Column, ...]:
        """The table that says the same as the discs."""
        return (
            Column(N_("Name"), lambda row, now: row.name or row.id),
            Column(self.title, lambda row, now: self.reading(row)),
            Column(N_("Meaning"), lambda row, now: self.meaning(row)),
        )


def connection(row: Row) -> list[Fact]:
    """Whether a device said that it came or went; nothing of one that never says so."""
    online = known(row, "online")
    if online is None:
        return []
    return [Fact(_("Connection"), _("connected") if online else _("says that it went offline"))]
