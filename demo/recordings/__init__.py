"""Kinds of recordings, one file each; KINDS is the one list that registers them."""

from pathlib import Path

from demo.recording import Kind, Recording
from demo.recording import read as read_as
from demo.recordings import airnow, entities, garages

KINDS: tuple[Kind, ...] = (airnow.KIND, garages.KIND, entities.KIND)


def read(file: Path, year: int | None = None) -> Recording:
    """What the file says, by the kind that its first line shows.

    Raises:
        ReplayFault: it cannot be replayed.
    """
    return read_as(file, KINDS, year)
