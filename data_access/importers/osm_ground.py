"""The ground of the map out of OpenStreetMap: roads, rail, water with its sea, green."""

from collections.abc import Iterator

from shapely.geometry import LineString

from data_access.importers import osm_tags
from data_access.importers.coastline import sea
from data_access.importers.found import Feature, Tally
from data_access.importers.osm_houses import built_as
from data_access.importers.osm_pass import Thing
from data_access.importers.osm_tags import Tags
from data_access.importers.streets import Line
from data_access.words import N_, Text

# Under which name each is counted:
ROADS, RAILWAYS, WATERCOURSES = N_("roads"), N_("railways"), N_("watercourses")
WATERS, GREENS, COASTLINES, SEAS = N_("waters"), N_("parks and other green"), N_("coastlines"), N_("areas of sea")

NOT_USED = N_("not in use or not a road")
AN_AREA = N_("a square instead of a line")
BELOW = N_("below the ground")
BEYOND = N_("far beyond the city")
UNCLEAR = N_("it ends in the middle, or another coast says that its sea is land")

Bounds = tuple[float, float, float, float]


def covers(tags: Tags) -> Text | None:
    """The kind under which an area of the ground is counted; None for one that is not shown."""
    if built_as(tags):
        return None
    if osm_tags.water(tags):
        return WATERS
    return GREENS if osm_tags.green(tags) else None


class Ground:
    """Takes what lies on the ground as it comes, each with the kind under which it is counted."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.features: list[tuple[Text, Feature]] = []
        self.named_roads: list[Line] = []
        self.named_waters: list[Line] = []
        self._coasts: list[LineString] = []

    def take(self, thing: Thing) -> None:
        if thing.form == "line":
            self._line(thing)
        elif thing.form == "area" and (kind := covers(thing.tags)):
            if thing.shape is None:
                self.tally.refuse(str(kind), str(thing.why))
                return
            layer = "water" if kind == WATERS else "green"
            named = osm_tags.water(thing.tags) if kind == WATERS else osm_tags.green(thing.tags)
            self._keep(kind, layer, thing, named or layer)

    def _line(self, thing: Thing) -> None:
        tags = thing.tags
        hidden = tags.get("tunnel") not in (None, "no", "building_passage")
        if "highway" in tags:
            square = tags.get("area") == "yes"
            self._way(ROADS, "roads", thing, osm_tags.ROADS.get(tags["highway"]), AN_AREA if square else None)
        if tags.get("railway") in osm_tags.RAILS:
            self._way(RAILWAYS, "rail", thing, tags["railway"], BELOW if hidden else None)
        if tags.get("waterway") in osm_tags.WATERWAYS:
            self._way(WATERCOURSES, "waterway", thing, tags["waterway"], BELOW if hidden else None)
        if tags.get("natural") == "coastline":
            if thing.shape is None:
                self.tally.refuse(str(COASTLINES), str(thing.why))
            else:
                self._coasts.append(thing.shape)  # type: ignore[arg-type]  # a thing of form line has a line

    def _way(self, kind: Text, layer: str, thing: Thing, named: str | None, why_not: Text | None) -> None:
        if named and thing.shape is not None and "name" in thing.tags and layer != "rail" and why_not != BELOW:
            told = osm_tags.named(thing.tags)
            line = Line(thing.id, str(told.get("name", "")), thing.shape, told.get("name_en"))  # type: ignore[arg-type]  # both are text
            if line.name:
                (self.named_roads if layer == "roads" else self.named_waters).append(line)
        if named is None:
            self.tally.refuse(str(kind), str(NOT_USED))
        elif why_not:
            self.tally.refuse(str(kind), str(why_not))
        elif thing.shape is None:
            self.tally.refuse(str(kind), str(thing.why))
        else:
            self._keep(kind, layer, thing, named)

    def _keep(self, kind: Text, layer: str, thing: Thing, named: str) -> None:
        assert thing.shape is not None
        told = {"class": named, **osm_tags.named(thing.tags)}
        self.features.append((kind, Feature(layer, thing.shape, told)))

    def coast(self, bounds: Bounds) -> Iterator[tuple[Text, Feature]]:
        """The sea in the box of the city, where its coastlines leave no doubt."""
        found = sea(self._coasts, bounds)
        for number in range(len(self._coasts)):
            if number in found.outside:
                self.tally.refuse(str(COASTLINES), str(BEYOND))
            elif number in found.unclear:
                self.tally.refuse(str(COASTLINES), str(UNCLEAR))
            else:
                self.tally.keep(str(COASTLINES))
        for area in found.areas:
            yield SEAS, Feature("water", area, {"class": "sea"})
