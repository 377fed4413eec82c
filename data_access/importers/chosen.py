"""The city that was chosen: a description with its sources, or a bare file that tells what it holds."""

import hashlib
from pathlib import Path

from data_access import description
from data_access.description import Description
from data_access.importers import described, osm
from data_access.importers.found import Found, Progress

DESCRIPTION = ".toml"


def folder_of(city: Path, sources: Path | None) -> Path:
    """Where the files stand that a description names: where one says, else beside the description itself."""
    return sources or city.parent


def read(city: Path, sources: Path | None) -> Description | None:
    """The description in this file; None for a bare file, which describes itself.

    Raises:
        DescriptionFault: something in it is wrong, or a file that it names is not there.
    """
    return description.read(city, folder_of(city, sources)) if city.suffix == DESCRIPTION else None


def gather(city: Path, told: Description | None, sources: Path | None, progress: Progress) -> list[tuple[str, Found]]:
    """What each source of the city holds, by the source's name.

    Raises:
        ImportFault: a file cannot be used; the sentence says why and what to do.
    """
    if told is None:
        return [(city.name, osm.read(city, progress))]
    return described.gather(told, folder_of(city, sources), progress)


def mark(city: Path, told: Description | None, sources: Path | None) -> str:
    """Changes whenever one of the files does, so that nothing is imported twice."""
    named = [folder_of(city, sources) / source.file for source in told.sources] if told else []
    running = hashlib.sha256(city.read_bytes() if told else b"")
    for path in [city, *named]:
        stat = path.stat()
        running.update(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return running.hexdigest()
