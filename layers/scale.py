"""A Scale both paints the map and prints the legend, so that the two cannot disagree."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from data_access.city import Said
from data_access.words import Text
from layers.deck import CLEAR

# Five and six even steps of perceptually uniform, colour-blind-safe ramps: batlow, devon and lapaz (F. Crameri,
# Scientific colour maps 8.0, 2023) and cividis (Nuñez, Anderton and Renslow, PLOS ONE 13, 2018), taken without their
# darkest ends so that every step stands off both grounds. Devon and lapaz are for what is wet.
BATLOW = ("#1c5460", "#3c6d56", "#687b3e", "#9d892b", "#d29343", "#f8a17b")
CIVIDIS = ("#39486b", "#575d6d", "#707173", "#8a8779", "#a69d75", "#c4b56c")
DEVON = ("#275084", "#4a76c3", "#9d9de8", "#cac5f4", "#eeedfc")
LAPAZ = ("#263b84", "#315e99", "#4b80a3", "#76999f", "#a8a895", "#e4c9b2")


@dataclass(frozen=True, slots=True)
class Scale:
    """Bands of a measured quantity: n breaks, n + 1 colours and words, and who says that these are the breaks.

    A value equal to a break belongs to the band above it. Bands without words only tell more from less.
    """

    unit: str
    breaks: tuple[float, ...]
    ramp: tuple[str, ...]
    source: Text | Said
    words: tuple[Text | Said, ...] = ()

    def __post_init__(self) -> None:
        if list(self.breaks) != sorted(set(self.breaks)):
            raise ValueError(f"breaks do not rise: {self.breaks}")
        if len(self.ramp) < len(self.breaks) + 1 or (self.words and len(self.words) != len(self.breaks) + 1):
            raise ValueError(f"{len(self.breaks)} breaks need {len(self.breaks) + 1} colours and words")

    def band(self, value: float) -> int:
        """Which band the value falls into, from 0."""
        return bisect_right(self.breaks, value)

    def colour(self, value: float) -> str:
        return self.ramp[self.band(value)]

    def by(self, column: str, **number: Any) -> dict[str, Any]:
        """The same rule for the engine: colour by this column; where there is no number, nothing is drawn.

        `number` says how the column becomes the scale's number: over="total_spaces", times=100.
        """
        return {
            "column": column,
            **number,
            "breaks": list(self.breaks),
            "colours": list(self.ramp[: len(self.breaks) + 1]),
            "missing": CLEAR,
        }

    def word(self, value: float) -> str:
        """What a value means, in the reader's language; nothing where the bands have no words."""
        return str(self.words[self.band(value)]) if self.words else ""
