"""What an importer finds in a source, whatever kind the source is: things, and an account of what was left out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct
from shapely.geometry.base import BaseGeometry

from data_access.city import City
from data_access.records import About, Building, District, Place
from data_access.words import _

# Told while an import works: what is being done, and how much of it is done (0 to 1; None where nobody knows).
Progress = Callable[[str, float | None], object]


class ImportFault(Exception):  # noqa: N818  # a fault of the source, told to a person in one sentence
    """The source cannot be used; the words say what is wrong, where, and what to do."""


class Feature(Struct, frozen=True):
    """A shape (WGS 84) for one layer of the basemap, with what the map needs to draw and name it."""

    layer: str
    shape: BaseGeometry
    properties: dict[str, str | float]


@dataclass
class Tally:
    """An account of one source: how many things of each kind were read, kept, and refused for which reason."""

    read: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def keep(self, kind: str) -> None:
        self.read[kind] += 1
        self.kept[kind] += 1

    def refuse(self, kind: str, reason: str) -> None:
        self.read[kind] += 1
        self.refused[kind, reason] += 1

    def lines(self) -> list[str]:
        """The account for a person, a line a kind."""
        told = []
        for kind, read in sorted(self.read.items()):
            why = ", ".join(
                f"{count} {reason}" for (what, reason), count in sorted(self.refused.items()) if what == kind
            )
            line = _("{kind}: {read} read, {kept} kept").format(kind=kind, read=read, kept=self.kept[kind])
            told.append(line + (_(", refused: {why}").format(why=why) if why else ""))
        return told


class Found(Struct, frozen=True):
    """Everything that one source holds."""

    city: City
    buildings: tuple[Building, ...]
    features: tuple[Feature, ...]
    abouts: tuple[About, ...]
    tally: Tally
    districts: tuple[District, ...] = ()
    places: tuple[Place, ...] = ()
