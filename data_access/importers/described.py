"""All sources of a described city, each read by the importer of its kind, and put together."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from msgspec import structs

from data_access.city import City
from data_access.description import Description, DescriptionFault, Fault, Source
from data_access.importers import (
    basemap,
    districts,
    houses,
    ngsi_ld,
    osm,
    places,
    registers,
    whereabouts,
)
from data_access.importers.found import Found, ImportFault, Progress, Tally
from data_access.importers.osm_houses import BUILDING, PART
from data_access.importers.rows import FieldFault
from data_access.records import About, Place
from data_access.words import N_, _

Importer = Callable[[Source, Path, City, Progress], Found]

DESCRIBED = "[[device]]"  # the source of what stands in the description itself
OTHER_SOURCE = N_("left to another source")
UNNAMED = N_("no source holds this device")


def gather(description: Description, sources: Path, progress: Progress) -> list[tuple[str, Found]]:
    """What each source of this city holds, by the source's name; its files stand in the folder `sources`.

    Raises:
        DescriptionFault: files cannot be used; it says which, all of them, and what to do, by the lines that name them.
    """
    city = description.city
    assert city is not None, "a simulated city has no sources"
    gathered: list[tuple[str, Found]] = []
    faults: list[Fault] = []
    for number, source in enumerate(description.sources):
        try:
            gathered.append((source.name, IMPORTERS[source.kind](source, sources / source.file, city, progress)))
        except ImportFault as fault:
            inner = fault.path if isinstance(fault, FieldFault) else ("file",)
            faults.append(Fault(description.line("source", number, *inner), str(fault)))
    if faults:
        raise DescriptionFault(description.file, faults)
    if description.devices:
        tally = Tally()
        for _about in description.devices:
            tally.keep(_("devices of the description"))
        gathered.append((DESCRIBED, Found(city, (), (), description.devices, tally)))
    gathered = _called(description, gathered)
    return _situated(gathered)


def _osm(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """An OpenStreetMap extract, without what the description leaves to others: a layer, or a class of it."""
    found = osm.read(path, progress)
    outlines = shapely.from_wkb([building.outline for building in found.buildings])
    buildings = []
    for building, away in zip(found.buildings, whereabouts.judge(city, path, outlines), strict=True):
        if away is None:
            buildings.append(building)
        else:
            _give_up(found.tally, str(PART if building.part else BUILDING), away)
    without = set(source.without)
    kept = []
    for feature in found.features:
        named = str(feature.properties.get("class"))
        if feature.layer in without or f"{feature.layer}/{named}" in without:
            _give_up(found.tally, str(basemap.KINDS.get(feature.layer, places.KIND)), str(OTHER_SOURCE))
        else:
            kept.append(feature)
    return structs.replace(found, city=city, buildings=tuple(buildings), features=tuple(kept))


def _give_up(tally: Tally, kind: str, reason: str) -> None:
    """Count as refused what had been kept."""
    tally.kept[kind] -= 1
    tally.refused[kind, reason] += 1


IMPORTERS: dict[str, Importer] = {
    "osm": _osm,
    "buildings": houses.read,
    "basemap": basemap.read,
    "places": places.read,
    "districts": districts.read,
    "sensors": registers.read,
    "cameras": registers.read,
    "parking": registers.read,
    "ngsi-ld": ngsi_ld.read,
}


def _called(description: Description, gathered: list[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """Devices by the names that the description gives them; what bears none is called as what it belongs to."""
    every = [about for _source, found in gathered for about in found.abouts]
    names = {about.device_id: about.name for about in every if about.name != about.device_id} | description.names

    def named(about: About) -> About:
        own = description.names.get(about.device_id)
        if own is None and about.name == about.device_id:
            own = names.get(str(about.fields.get("ref_device")))
        return structs.replace(about, name=own) if own else about

    lost = set(description.names) - {about.device_id for about in every}
    for _device in lost:
        gathered[-1][1].tally.refuse(_("names for devices"), str(UNNAMED))
    return [
        (source, structs.replace(found, abouts=tuple(named(about) for about in found.abouts)))
        for source, found in gathered
    ]


def _situated(gathered: list[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """Places with the district in which they lie, where their source has not said it; each street once."""
    every = [district for _source, found in gathered for district in found.districts]
    tree = shapely.STRtree(shapely.from_wkb([district.outline for district in every]))
    streets: dict[str, list[Place]] = {}
    told = []
    for source, found in gathered:
        spots = np.array([shapely.Point(place.lon, place.lat) for place in found.places], dtype=object)
        lies_in = dict(tree.query(spots, predicate="intersects").T.tolist()) if len(spots) and every else {}
        kept = []
        for number, place in enumerate(found.places):
            if place.kind == "street" and _told_before(place, streets.setdefault(place.name, [])):
                found.tally.refuse(_("streets by their names"), _("named by another source"))
                continue
            inside = every[lies_in[number]] if number in lies_in and place.kind != districts.WHOLE else None
            kept.append(structs.replace(place, context=inside.name) if inside and not place.context else place)
        for place in kept:
            if place.kind == "street":
                streets[place.name].append(place)
        told.append((source, structs.replace(found, places=tuple(kept))))
    return told


def _told_before(street: Place, known: list[Place]) -> bool:
    """Whether a source before this one has named a street so, at the same place."""
    here = shapely.box(*street.bounds) if street.bounds else shapely.Point(street.lon, street.lat)
    return any(here.intersects(shapely.box(*other.bounds)) for other in known if other.bounds)
