"""A city out of an OpenStreetMap extract (.osm.pbf): all of it that a map shows, a register keeps and one looks for.

What is mapped wrongly is left out, counted and named by its reason; a building is never left out for a bad height.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import shapely
from shapely.geometry import Point, box

from data_access.importers import first_view, osm_ground, osm_pass, osm_tags
from data_access.importers.found import Feature, Found, ImportFault, Progress, Tally
from data_access.importers.osm_addresses import Addresses
from data_access.importers.osm_devices import Devices
from data_access.importers.osm_districts import Districts, bounds_a_district
from data_access.importers.osm_ground import BEYOND, Bounds, Ground
from data_access.importers.osm_houses import Houses, built_as
from data_access.importers.osm_marks import Marks
from data_access.importers.osm_tags import Tags
from data_access.importers.streets import streets
from data_access.importers.surroundings import Surroundings
from data_access.metres import Plane
from data_access.records import Place
from data_access.words import N_, Text, _

STREETS, RIVERS = N_("streets to look for"), N_("watercourses to look for")


def read(path: Path, progress: Progress) -> Found:
    """Everything the file holds that a city can show.

    Raises:
        ImportFault: the file cannot be used; the sentence says why and what to do.
    """
    stated = osm_pass.opened(path)
    tally = Tally()
    houses, ground, marks = Houses(tally), Ground(tally), Marks(tally)
    addresses, devices, districts = Addresses(tally), Devices(tally), Districts(tally)
    for thing in osm_pass.things(path, osm_pass.Wanted(_is_line, _is_area), progress):
        for taker in (houses, ground, marks, addresses, devices, districts):
            taker.take(thing)
    if not houses.whole:
        raise ImportFault(
            _(
                "{file} holds no building. Cut a larger or another area; buildings are areas with the tag building."
            ).format(file=path)
        )
    progress(_("Measuring buildings"), None)
    outlines = [house.shape for house in houses.whole if house.shape is not None]
    bounds = stated or first_view.main_part(outlines)
    plane = Plane((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    city = first_view.city(path, bounds, outlines, plane)
    divided = districts.districts()
    around = Surroundings(divided, marks.quarters(), plane)
    drawn = chain(ground.features, ground.coast(bounds), marks.features(), addresses.features())
    named = chain(
        _counted(STREETS, streets(ground.named_roads, plane, around.of), tally),
        _counted(RIVERS, streets(ground.named_waters, plane, around.of, kind="water"), tally),
        marks.places(around),
        addresses.places(city.time_zone, around.of),
    )
    return Found(
        city=city,
        buildings=houses.buildings(plane, datetime.now(UTC).year),
        features=tuple(_within(drawn, bounds, tally)),
        abouts=tuple(devices.abouts(around.of)),
        tally=tally,
        districts=divided,
        places=tuple(_reachable(named, bounds)),
    )


def _is_line(tags: Tags) -> bool:
    return (
        "highway" in tags
        or tags.get("railway") in osm_tags.RAILS
        or tags.get("waterway") in osm_tags.WATERWAYS
        or tags.get("natural") == "coastline"
    )


def _is_area(tags: Tags, relation: bool) -> bool:
    """Whether an area with these tags is drawn, or has a place to be told."""
    return bool(
        built_as(tags)
        or osm_ground.covers(tags)
        or osm_tags.point(tags)
        or "addr:housenumber" in tags
        or tags.get("amenity") == "parking"
        or tags.get("man_made") == "surveillance"
        or bounds_a_district(tags, relation)
    )


def _counted(kind: Text, places: Iterable[Place], tally: Tally) -> Iterator[Place]:
    for place in places:
        tally.keep(str(kind))
        yield place


def _frame(bounds: Bounds) -> shapely.Polygon:
    """How far beyond the city things are kept: as far as it is wide, since a river may be mapped to its sea."""
    wide, high = bounds[2] - bounds[0], bounds[3] - bounds[1]
    frame = box(bounds[0] - wide, bounds[1] - high, bounds[2] + wide, bounds[3] + high)
    shapely.prepare(frame)
    return frame


def _within(features: Iterable[tuple[Text, Feature]], bounds: Bounds, tally: Tally) -> Iterator[Feature]:
    """Features, cut where they reach too far beyond the city."""
    frame = _frame(bounds)
    for kind, feature in features:
        cut = feature.shape if frame.covers(feature.shape) else feature.shape.intersection(frame)
        if cut.is_empty:
            tally.refuse(str(kind), str(BEYOND))
        else:
            tally.keep(str(kind))
            yield Feature(feature.layer, cut, feature.properties)


def _reachable(places: Iterable[Place], bounds: Bounds) -> Iterator[Place]:
    """Names of what lies where the map shows something; what is drawn no more has been counted there."""
    frame = _frame(bounds)
    return (place for place in places if frame.covers(Point(place.lon, place.lat)))
