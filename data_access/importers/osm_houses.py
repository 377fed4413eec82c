"""Buildings and their parts out of OpenStreetMap: outlines, heights with their sources, the year they were built."""

from collections.abc import Iterator, Sequence

import shapely

from data_access.importers import osm_heights, osm_tags
from data_access.importers.found import Tally
from data_access.importers.osm_pass import Thing
from data_access.importers.osm_tags import Tags
from data_access.importers.osm_years import year
from data_access.metres import Plane
from data_access.records import Building
from data_access.words import N_, Text, _

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
POINT = N_("a point without an outline")


def built_as(tags: Tags) -> Text | None:
    """Whether this is a building, a part of one, or neither."""
    if tags.get("building", "no") != "no":
        return BUILDING
    return PART if tags.get("building:part", "no") != "no" else None


class Houses:
    """Takes buildings and their parts as they come."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.whole: list[Thing] = []
        self.parts: list[Thing] = []

    def take(self, thing: Thing) -> None:
        kind = built_as(thing.tags)
        if kind is None or thing.form == "line":
            return
        if thing.form == "point" or thing.shape is None:
            self.tally.refuse(str(kind), str(thing.why or POINT))
            return
        self.tally.keep(str(kind))
        (self.whole if kind == BUILDING else self.parts).append(thing)

    def buildings(self, plane: Plane, this_year: int) -> tuple[Building, ...]:
        """All of them; a part with no height of its own is unknown, never estimated."""
        return (*self._built(self.whole, plane, this_year, False), *self._built(self.parts, plane, this_year, True))

    def _built(self, mapped: Sequence[Thing], plane: Plane, this_year: int, part: bool) -> Iterator[Building]:
        known = plane.metres(shapely.geometrycollections([thing.shape for thing in mapped]))
        for thing, area in zip(mapped, shapely.area(shapely.get_parts(known)), strict=True):
            assert thing.shape is not None
            height = osm_heights.height(thing.tags, thing.tags.get("building", "yes"), None if part else float(area))
            self.tally.keep(str((PART_HEIGHTS if part else HEIGHTS)[height.source]))
            for tag, reason in height.faults:
                self.tally.refuse(_("tags for heights of parts") if part else _("tags for heights"), f"{tag}: {reason}")
            yield Building(
                id=thing.id,
                outline=thing.shape.wkb,
                height_m=height.metres,
                height_source=height.source,
                min_height_m=height.base_m,
                levels=height.levels,
                name=thing.tags.get("name"),
                use=osm_tags.use(thing.tags),
                part=part,
                built=self._year(thing.tags, this_year),
            )

    def _year(self, tags: Tags, this_year: int) -> int | None:
        if "start_date" not in tags:
            return None
        told = year(tags["start_date"], this_year)
        if isinstance(told, int):
            self.tally.keep(_("years in which they were built"))
            return told
        self.tally.refuse(_("years in which they were built"), str(told))
        return None
