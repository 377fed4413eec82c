"""A city out of an OpenStreetMap extract (.osm.pbf): buildings with heights, streets, water, green, names.

What is mapped wrongly is left out, counted and named by its reason; a building is never left out for a bad height.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import shapely
from msgspec import Struct
from shapely.geometry import GeometryCollection, box
from shapely.geometry.base import BaseGeometry

from data_access.importers import first_view, osm_tags
from data_access.importers.found import Feature, Found, ImportFault, Progress, Tally
from data_access.metres import Plane
from data_access.records import Building
from data_access.words import N_, Text, _

OFTEN = 20_000  # things read between two words of progress

BUILDING, PART = N_("buildings"), N_("parts of buildings")
HEIGHTS = {
    "tagged": N_("heights in metres"),
    "levels": N_("heights by their levels"),
    "estimated": N_("heights estimated"),
    "unknown": N_("heights unknown"),
}
PART_HEIGHTS = {
    "tagged": N_("heights of parts in metres"),
    "levels": N_("heights of parts by their levels"),
    "estimated": N_("heights of parts estimated"),
    "unknown": N_("heights of parts unknown"),
}

# Why something is left out:
OPEN = N_("an open line")
POINT = N_("a point without an outline")
BROKEN = N_("no outline that closes")
OUTSIDE = N_("parts of it lie outside the file")
NOT_USED = N_("not in use or not a road")
AN_AREA = N_("a square instead of a line")
BEYOND = N_("far beyond the city")
BELOW = N_("below the ground")
TWICE = N_("named there already")


class Mapped(Struct, frozen=True):
    """An area as it is mapped, before anything is measured."""

    id: str
    tags: dict[str, str]
    shape: BaseGeometry


def read(path: Path, progress: Progress) -> Found:
    """Everything the file holds that a city can show.

    Raises:
        ImportFault: the file cannot be used; the sentence says why and what to do.
    """
    box_of_file = _opened(path)
    source = _Source(path, progress)
    source.read()
    if not source.things:
        raise ImportFault(
            _("{file} is an OpenStreetMap file with nothing in it. Export the area again.").format(file=path)
        )
    if not source.buildings:
        raise ImportFault(
            _(
                "{file} holds no building. Cut a larger or another area; buildings are areas with the tag building."
            ).format(file=path)
        )
    progress(_("Measuring buildings"), None)
    shapes = [one.shape for one in source.buildings]
    bounds = box_of_file or first_view.main_part(shapes)
    plane = Plane((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    buildings = (*_built(source.buildings, plane, source.tally), *_built(source.parts, plane, source.tally, part=True))
    features = tuple(_within(source.features, bounds, source.tally))
    return Found(first_view.city(path, bounds, shapes, plane), buildings, features, (), source.tally)


def _opened(path: Path) -> tuple[float, float, float, float] | None:
    """The box that the file's header states, if it states one."""
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise ImportFault(_("There is no file {file}. Check the path.").format(file=path)) from None
    except OSError as fault:
        raise ImportFault(_("{file} cannot be read: {reason}.").format(file=path, reason=fault.strerror)) from fault
    if not start:
        raise ImportFault(_("{file} is empty. Fetch or export it again.").format(file=path))
    if b"OSMHeader" not in start[:32]:  # every such file begins with a block of this name
        raise ImportFault(
            _(
                "{file} is not an OpenStreetMap file in the PBF format (.osm.pbf). Convert it, or choose another."
            ).format(file=path)
        )
    try:
        with osmium.io.Reader(osmium.io.File(str(path), "pbf")) as reader:
            stated = reader.header().box()
    except (RuntimeError, ValueError) as fault:
        raise _damaged(path, fault) from fault
    if not stated.valid():
        return None
    low, high = stated.bottom_left, stated.top_right
    return (low.lon, low.lat, high.lon, high.lat) if low.lon < high.lon and low.lat < high.lat else None


def _damaged(path: Path, fault: Exception) -> ImportFault:
    return ImportFault(
        _("{file} is damaged or was not fetched to its end ({reason}). Fetch it again.").format(file=path, reason=fault)
    )


class _Source:
    """One pass over the file, and what it gave."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path, self.progress = path, progress
        self.things = 0
        self.buildings: list[Mapped] = []
        self.parts: list[Mapped] = []
        self.features: list[tuple[str, Feature]] = []  # each with the kind under which it is counted
        self.tally = Tally()
        self._wkb = osmium.geom.WKBFactory()
        self._awaited: dict[tuple[str, str], str] = {}  # (kind, id) of what is tagged as an area to why it is none
        self._covered: set[tuple[str, str]] = set()
        self._points: list[tuple[str, dict[str, str], BaseGeometry]] = []
        self._nowhere: list[str] = []

    def read(self) -> None:
        """Raises ImportFault: it is damaged, or its places are impossible."""
        try:
            for thing in osmium.FileProcessor(osmium.io.File(str(self.path), "pbf")).with_areas():
                self._take(thing)
        except (RuntimeError, ValueError) as fault:
            if not self._nowhere:
                raise _damaged(self.path, fault) from fault
        if self._nowhere:
            raise ImportFault(
                _(
                    "{file} holds points that lie nowhere on earth ({count}, the first is {first}). "
                    "The file is damaged or was made wrongly; fetch it again."
                ).format(file=self.path, count=len(self._nowhere), first=self._nowhere[0])
            )
        for (kind, name), reason in self._awaited.items():
            if (kind, name) not in self._covered:
                self.tally.refuse(kind, reason)
        self._orient()

    def _take(self, thing: Any) -> None:
        self.things += 1
        if self.things % OFTEN == 0:
            self.progress(
                _("Reading {file}: {things} things, {buildings} buildings").format(
                    file=self.path.name, things=self.things, buildings=len(self.buildings)
                ),
                None,
            )
        if thing.is_node() and not thing.location.valid():
            self._nowhere.append(f"node/{thing.id} ({thing.location.x / 1e7}, {thing.location.y / 1e7})")
        if not thing.tags:
            return
        tags = {tag.k: unicodedata.normalize("NFC", tag.v) for tag in thing.tags}
        if thing.is_area():
            self._area(thing, tags)
        elif thing.is_node():
            self._node(thing, tags)
        else:
            self._await(thing, tags)
            if thing.is_way():
                self._way(thing, tags)

    def _await(self, thing: Any, tags: dict[str, str]) -> None:
        """Note what should become an area (or has: a relation comes after its outline); what does not is refused."""
        kind = _covers(tags)
        if kind is None:
            return
        reason = OUTSIDE if tags.get("type") == "multipolygon" else BROKEN
        if thing.is_way():
            complete = all(node.location.valid() for node in thing.nodes)
            reason = OUTSIDE if not complete else BROKEN if thing.is_closed() else OPEN
        self._awaited[kind, f"{'way' if thing.is_way() else 'relation'}/{thing.id}"] = str(reason)

    def _area(self, area: Any, tags: dict[str, str]) -> None:
        kind, point = _covers(tags), osm_tags.point(tags)
        if kind is None and point is None:
            return
        name = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        shape = _outline(self._wkb.create_multipolygon(area))
        if shape is None:
            return  # it stays among the awaited, and is refused for its outline
        if point:
            self._points.append((point, tags, shape.representative_point()))
        if kind is None:
            return
        self._covered.add((kind, name))
        if built := _built_as(tags):
            self.tally.keep(kind)
            (self.buildings if built == BUILDING else self.parts).append(Mapped(name, tags, shape))
        elif water := osm_tags.water(tags):
            self._feature(kind, "water", shape, water, tags)
        elif green := osm_tags.green(tags):
            self._feature(kind, "green", shape, green, tags)

    def _node(self, node: Any, tags: dict[str, str]) -> None:
        if kind := _built_as(tags):
            self.tally.refuse(str(kind), str(POINT))
        if not node.location.valid():
            return
        place = osm_tags.PLACES.get(tags.get("place", ""))
        if place and "name" in tags:
            self._feature(_("places"), "places", shapely.Point(node.location.lon, node.location.lat), place, tags)
        elif point := osm_tags.point(tags):
            self._points.append((point, tags, shapely.Point(node.location.lon, node.location.lat)))

    def _way(self, way: Any, tags: dict[str, str]) -> None:
        if "highway" in tags:
            self._line("roads", _("roads"), way, tags, osm_tags.ROADS.get(tags["highway"]))
        if tags.get("railway") in osm_tags.RAILS:
            self._line("rail", _("railways"), way, tags, tags["railway"])
        if tags.get("waterway") in osm_tags.WATERWAYS:
            self._line("waterway", _("watercourses"), way, tags, tags["waterway"])

    def _line(self, layer: str, kind: str, way: Any, tags: dict[str, str], named: str | None) -> None:
        if named is None:
            self.tally.refuse(kind, str(NOT_USED))
        elif layer == "roads" and tags.get("area") == "yes":
            self.tally.refuse(kind, str(AN_AREA))
        elif layer != "roads" and tags.get("tunnel") not in (None, "no", "building_passage"):
            self.tally.refuse(kind, str(BELOW))
        else:
            points = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
            if len(set(points)) < 2:
                self.tally.refuse(kind, str(OUTSIDE))
                return
            self._feature(kind, layer, shapely.LineString(points), named, tags)

    def _feature(self, kind: str, layer: str, shape: BaseGeometry, named: str, tags: dict[str, str]) -> None:
        self.features.append((kind, Feature(layer, shape, {"class": named, **osm_tags.named(tags)})))

    def _orient(self) -> None:
        """Named places, once each: a school is often mapped as a point and again as its grounds."""
        seen: dict[str, list[BaseGeometry]] = {}
        for kind, tags, place in self._points:
            near = seen.setdefault(tags["name"], [])
            if any(place.distance(other) < 0.002 for other in near):  # degrees, about 200 m
                self.tally.refuse(_("points to orient by"), str(TWICE))
                continue
            near.append(place)
            told = {"class": "poi", "kind": kind, **osm_tags.named(tags)}
            self.features.append((_("points to orient by"), Feature("places", place, told)))


def _built_as(tags: dict[str, str]) -> Text | None:
    """Whether this is a building, a part of one, or neither."""
    if tags.get("building", "no") != "no":
        return BUILDING
    return PART if tags.get("building:part", "no") != "no" else None


def _covers(tags: dict[str, str]) -> str | None:
    """The kind under which an area is counted; None for one that is not shown."""
    if built := _built_as(tags):
        return str(built)
    if osm_tags.water(tags):
        return _("waters")
    return _("parks and other green") if osm_tags.green(tags) else None


def _outline(wkb: str) -> BaseGeometry | None:
    """A valid polygon (or several) out of this, or None where nothing with an area is left."""
    shape = shapely.from_wkb(wkb)
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type == "Polygon" and piece.area > 0]
    if not pieces:
        return None
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)


# --- heights ---------------------------------------------------------------------------------------------------------


def _built(mapped: list[Mapped], plane: Plane, tally: Tally, part: bool = False) -> Iterator[Building]:
    """Buildings with their heights; a part with no height of its own is unknown, never estimated."""
    known = plane.metres(GeometryCollection([one.shape for one in mapped]))
    for one, area in zip(mapped, shapely.area(shapely.get_parts(known)), strict=True):
        height = osm_tags.height(one.tags, one.tags.get("building", "yes"), None if part else float(area))
        tally.keep(str((PART_HEIGHTS if part else HEIGHTS)[height.source]))
        for tag, reason in height.faults:
            tally.refuse(_("tags for heights of parts") if part else _("tags for heights"), f"{tag}: {reason}")
        yield Building(
            id=one.id,
            outline=shapely.to_wkb(one.shape),
            height_m=height.metres,
            height_source=height.source,
            min_height_m=height.base_m,
            levels=height.levels,
            name=one.tags.get("name"),
            use=osm_tags.use(one.tags),
            part=part,
        )


def _within(features: list[tuple[str, Feature]], bounds: first_view.Bounds, tally: Tally) -> Iterator[Feature]:
    """Features, cut where they reach further beyond the city than it is wide: a river may be mapped to its sea."""
    wide, high = bounds[2] - bounds[0], bounds[3] - bounds[1]
    frame = box(bounds[0] - wide, bounds[1] - high, bounds[2] + wide, bounds[3] + high)
    shapely.prepare(frame)
    for kind, feature in features:
        cut = feature.shape if frame.covers(feature.shape) else feature.shape.intersection(frame)
        if cut.is_empty:
            tally.refuse(kind, str(BEYOND))
        else:
            tally.keep(kind)
            yield Feature(feature.layer, cut, feature.properties)
