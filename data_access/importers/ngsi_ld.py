"""Devices out of a file of NGSI-LD entities, normalized or key-values: where they stand and what they measure.

The values in it are observations and no part of a register: they come over MQTT, live or replayed. Each device is the
same, by its id, as the one that the decoder of ngsi-ld/# hears.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from msgspec import structs

from data_access.city import City
from data_access.decoders import DecodeError, ngsi_ld
from data_access.description import Source
from data_access.importers import whereabouts
from data_access.importers.found import Found, ImportFault, Progress, Tally
from data_access.importers.rows import NO_SHAPE, FieldFault, content, damaged
from data_access.records import About
from data_access.words import N_, _

NOT_ASKED = N_("of a type that is not asked for")
SAID_BEFORE = N_("about a device that was there before")


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The devices that these entities are; of several entities about one device the first says where it stands.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    progress(_("Reading {file}").format(file=path.name), None)
    listed = _entities(path)
    there = {kind for one in listed if isinstance(one, dict) and isinstance(kind := one.get("type"), str)}
    for wanted in source.types:
        if wanted not in there:
            raise FieldFault(
                _("{file} has no entity of the type {type}; it has: {types}. Correct types.").format(
                    file=path.name, type=wanted, types=", ".join(sorted(there)) or "-"
                ),
                "types",
            )
    tally = Tally()
    names = _names(listed)
    abouts: dict[str, About] = {}
    for kind, about, reason in _told(source, listed):
        if about is None:
            tally.refuse(kind, reason)
        elif about.device_id in abouts:
            first = abouts[about.device_id]
            abouts[about.device_id] = structs.replace(first, metrics=about.metrics | first.metrics)
            tally.refuse(kind, str(SAID_BEFORE))
        else:
            abouts[about.device_id] = structs.replace(
                _named(about, names), interval_s=source.interval_s, fields=about.fields | {"entity_type": kind}
            )
            tally.keep(kind)
    return Found(city, (), (), _near(city, path, abouts, tally), tally)


def _entities(path: Path) -> list[Any]:
    told = content(path)
    try:
        whole = orjson.loads(told)
    except orjson.JSONDecodeError as fault:
        raise damaged(path, fault) from fault
    if isinstance(whole, dict):
        whole = whole["data"] if isinstance(whole.get("data"), list) else [whole]
    if not isinstance(whole, list) or not whole:
        raise ImportFault(
            _("{file} holds no NGSI-LD entity. Export a list of them, each with id and type.").format(file=path)
        )
    return whole


def _told(source: Source, listed: list[Any]) -> Iterator[tuple[str, About | None, str]]:
    """For each entity its type, and the device that it is, or else why it is none."""
    for said in listed:
        kind = str(said.get("type", "-")) if isinstance(said, dict) else "-"
        if source.types and kind not in source.types:
            yield kind, None, str(NOT_ASKED)
            continue
        try:
            packet = ngsi_ld.entity(said)
        except DecodeError as fault:
            yield kind, None, str(fault.reason)
            continue
        about = next((fact for fact in packet.facts if isinstance(fact, About)), None)
        if about is None:
            yield kind, None, str(NO_SHAPE)
            continue
        yield kind, structs.replace(about, partial=False), ""


def _names(listed: list[Any]) -> dict[str, str]:
    """What each device that stands here with a name is called."""
    found = {}
    for said in listed:
        try:
            about = next((fact for fact in ngsi_ld.entity(said).facts if isinstance(fact, About)), None)
        except DecodeError:
            continue
        if about and about.name != about.device_id:
            found[about.device_id] = about.name
    return found


def _named(about: About, names: dict[str, str]) -> About:
    """A device that bears no name is called as what it belongs to."""
    name = names.get(str(about.fields.get("ref_device"))) if about.name == about.device_id else None
    return structs.replace(about, name=name) if name else about


def _near(city: City, path: Path, abouts: dict[str, About], tally: Tally) -> tuple[About, ...]:
    """The devices that stand in their city."""
    kept = list(abouts.values())
    points = np.array([shapely.Point(about.lon, about.lat) for about in kept], dtype=object)
    near = []
    for about, away in zip(kept, whereabouts.judge(city, path, points), strict=True):
        kind = str(about.fields["entity_type"])
        if away:
            tally.kept[kind] -= 1
            tally.refused[kind, away] += 1
        else:
            near.append(about)
    return tuple(near)
