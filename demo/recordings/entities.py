"""NGSI-LD entities as a context broker handed them out, an array of them: counts by camera, air, weather.

They are said again as they were recorded, one message an entity; only their times move where they are to. One that
measures nothing is not played: it is somebody's register, and a city has its own, where the same camera may bear
another name.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import orjson

from data_access.decoders import DecodeError
from data_access.decoders.fields import instant
from data_access.decoders.ngsi_ld import decode
from data_access.records import About, Reading
from data_access.words import N_, Text, _, ngettext
from demo.recording import FEW, Entity, Kind, Recording, ReplayFault

NAME = N_("an array of NGSI-LD entities")
_MOMENT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def read(file: Path, text: TextIO, year: int | None) -> Recording:
    """The entities of an array that measure something, all or those of a year (UTC)."""
    try:
        entities = orjson.loads(text.read())
    except orjson.JSONDecodeError as fault:
        raise ReplayFault(
            _("{file} is damaged: it is not JSON ({reason}). Fetch it again.").format(file=file, reason=fault)
        ) from fault
    said: list[Entity] = []
    bad: list[tuple[int, Text | str]] = []
    places: dict[str, set[tuple[float, float]]] = {}
    silent = 0
    for number, one in enumerate(entities, 1):
        try:
            packet = decode("ngsi-ld/replay", orjson.dumps(one))
        except DecodeError as fault:
            bad.append((number, fault.reason))
            continue
        at = max((fact.observed_at for fact in packet.facts if isinstance(fact, Reading)), default=None)
        if at is None:
            silent += 1
            continue
        if year is not None and at.year != year:
            continue
        said.append(Entity(at, packet.device_id or "", one))
        for fact in packet.facts:
            if isinstance(fact, About):
                places.setdefault(fact.device_id, set()).add((fact.lon, fact.lat))
    ordered = tuple(sorted(said, key=lambda entity: entity.at))
    rows = len(said) + len(bad) + silent
    return Recording(ordered, tuple(bad), rows, notes=tuple(_notes(places)), silent=silent)


def moved(said: Any, span: timedelta) -> Any:
    """The same words, every moment in them moved by this span."""
    if not span:
        return said
    if isinstance(said, dict):
        return {name: moved(cell, span) for name, cell in said.items()}
    if isinstance(said, list):
        return [moved(cell, span) for cell in said]
    if isinstance(said, str) and _MOMENT.fullmatch(said):
        return _written(instant(said) + span)
    return said


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _notes(places: dict[str, set[tuple[float, float]]]) -> Iterator[str]:
    several = sorted(device for device, found in places.items() if len(found) > 1)
    if several:
        words = ngettext(
            "{n} name stands for devices at several places, so that each word of it moves the device ({names}).",
            "{n} names stand for devices at several places, so that each word of them moves the device ({names}).",
            len(several),
        )
        names = ", ".join(several[:FEW]) + ("…" if len(several) > FEW else "")
        yield words.format(n=len(several), names=names)


KIND = Kind(NAME, lambda head: head.lstrip().startswith("[") and '"urn:ngsi-ld:' in head, read)
