"""Bringing what a city's sources hold into its folder: its description, its map tiles, all its registers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any, Protocol

import msgspec

from data_access.city import City
from data_access.declarations import Counts
from data_access.importers import tiles
from data_access.importers.found import Feature, Found, ImportFault, Progress
from data_access.records import About, Building, District, Place
from data_access.words import N_, _

REGISTERS = {
    "buildings": N_("Registering {count} buildings"),
    "abouts": N_("Registering {count} devices"),
    "districts": N_("Registering {count} districts"),
    "places": N_("Registering {count} names"),
}


class Writer(Protocol):
    def describe(self, city: City) -> None: ...
    def build(self, buildings: Iterable[Building], source: str, complete: bool) -> Counts: ...
    def declare(self, abouts: Iterable[About], source: str, complete: bool) -> Counts: ...
    def divide(self, districts: Iterable[District], source: str, complete: bool) -> Counts: ...
    def name(self, places: Iterable[Place], source: str, complete: bool) -> Counts: ...


def bring(holdings: Sequence[tuple[str, Found]], folder: Path, writer: Writer, progress: Progress) -> Counts:
    """Keep all that the sources of one city hold, each under its name; what became of it.

    Whatever a source named before and names no longer is ended, not deleted, and so is all of a source that is named
    no longer. What two sources name alike belongs to the first; the account of the other says so. The city is
    described first, so that a folder of another one is refused before any work, and again at the end, with the version
    of its tiles. Killed at any moment, it leaves a folder that can be used, and the same call finishes the work.

    Raises:
        WrongCity: the folder holds another city.
        ImportFault: the tiles could not be made, or another import is at work in this folder.
    """
    city = holdings[0][1].city
    with _alone(folder):
        writer.describe(msgspec.structs.replace(city, tiles=tiles.version_of(folder)))
        held = _unlike(holdings)
        features: list[Feature] = [feature for _source, found in holdings for feature in found.features]
        buildings = [building for register in held.values() for building in register["buildings"]]
        version = tiles.make(folder, features, buildings, progress)
        counts = _registered(held, folder / "sources.json", writer, progress)
        writer.describe(msgspec.structs.replace(city, tiles=version))
    return counts


def _registered(held: dict[str, dict[str, list[Any]]], kept: Path, writer: Writer, progress: Progress) -> Counts:
    """Every register of every source, and the end of what gone sources named."""
    known = set(msgspec.json.decode(kept.read_bytes(), type=list[str])) if kept.exists() else set()
    _keep(kept, known | held.keys())  # before anything is written under a new name: an import may be cut off
    steps: dict[str, Callable[..., Counts]] = {
        "buildings": writer.build,
        "abouts": writer.declare,
        "districts": writer.divide,
        "places": writer.name,
    }
    counts = Counts()
    for what, write in steps.items():
        total = sum(len(register[what]) for register in held.values())
        if total:
            progress(str(REGISTERS[what]).format(count=total), None)
        for source, register in held.items():
            counts += write(register[what], source, complete=True)
        for source in sorted(known - held.keys()):
            counts += write([], source, complete=True)
    _keep(kept, held.keys())
    return counts


def _keep(kept: Path, sources: Iterable[str]) -> None:
    beside = kept.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(sorted(sources)))
    beside.replace(kept)


def _unlike(holdings: Sequence[tuple[str, Found]]) -> dict[str, dict[str, list[Any]]]:
    """What each source holds in each register, without what one before it has named."""
    held: dict[str, dict[str, list[Any]]] = {source: {} for source, _found in holdings}
    for what, key in (("buildings", "id"), ("abouts", "device_id"), ("districts", "id"), ("places", "id")):
        named: dict[str, str] = {}
        for source, found in holdings:
            mine = held[source].setdefault(what, [])
            for thing in getattr(found, what):
                first = named.setdefault(getattr(thing, key), source)
                if first == source:
                    mine.append(thing)
                else:
                    found.tally.refuse(_("things of two sources"), _("named by {source} already").format(source=first))
    return held


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other import works in this folder meanwhile; a dead one holds nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "importing").open("w") as mark:
        try:
            flock(mark, LOCK_EX | LOCK_NB)
        except OSError:
            raise ImportFault(
                _("Another import is at work in {folder}. Wait until it has ended.").format(folder=folder)
            ) from None
        yield
