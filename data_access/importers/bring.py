"""Bringing what a source holds into a city's folder: its description, its map tiles, its buildings and devices."""

from pathlib import Path
from typing import Protocol

import msgspec

from data_access.city import City
from data_access.declarations import Counts
from data_access.importers import tiles
from data_access.importers.found import Found, Progress
from data_access.records import About, Building
from data_access.words import _


class Writer(Protocol):
    def describe(self, city: City) -> None: ...
    def build(self, buildings: tuple[Building, ...], source: str) -> Counts: ...
    def declare(self, abouts: tuple[About, ...], source: str, complete: bool) -> Counts: ...


def bring(found: Found, source: str, folder: Path, writer: Writer, progress: Progress) -> tuple[Counts, Counts]:
    """Keep all that was found; what became of buildings and devices.

    Whatever this source named before and names no longer is ended, not deleted. The city is described first, so that
    a folder of another one is refused before any work, and again at the end, with the version of its tiles.

    Raises:
        WrongCity: the folder holds another city.
        ImportFault: the tiles could not be made.
    """
    writer.describe(found.city)
    version = tiles.make(folder, found.features, found.buildings, progress)
    progress(_("Registering {count} buildings").format(count=len(found.buildings)), None)
    built = writer.build(found.buildings, source)
    declared = writer.declare(found.abouts, source, complete=True)
    writer.describe(msgspec.structs.replace(found.city, tiles=version))
    return built, declared
