"""Points to orient by and to look for out of OpenStreetMap: places, institutions, stops, parks, named buildings."""

from collections import defaultdict
from collections.abc import Iterator
from math import cos, hypot, radians

import shapely
from msgspec import Struct
from shapely.geometry.base import BaseGeometry

from data_access.importers import osm_tags
from data_access.importers.found import Feature, Tally
from data_access.importers.levels import M_A_DEGREE
from data_access.importers.osm_devices import is_site
from data_access.importers.osm_pass import Thing
from data_access.importers.surroundings import Surroundings
from data_access.records import Place
from data_access.words import N_, Text

PLACES, POINTS, WATERS = N_("places"), N_("points to orient by"), N_("waters to look for")
KINDS = {
    "stop": N_("stops"),
    "station": N_("stations"),
    "hospital": N_("hospitals"),
    "school": N_("schools"),
    "police": N_("police stations"),
    "fire_station": N_("fire stations"),
    "parking": N_("car parks with a name"),
}
TWICE = N_("named there already")
HALTS = N_("where a bus halts, not where one waits")

SAME_M = 200.0  # one name this near is one thing: a school is often mapped as a point and again as its grounds
SAME_STOP_M, SAME_MARK_M = 10.0, 50.0  # stops of one name lie on both sides of a street; other marks without a name
ONE_STOP_M = 300.0  # and are one place to look for


class Mark(Struct, frozen=True):
    """A point with its kind, in OpenStreetMap's word, and the sign under which the map shows it."""

    thing: Thing
    kind: str
    point: shapely.Point

    @property
    def sign(self) -> str:
        return osm_tags.SIGNS.get(self.kind, self.kind)

    @property
    def counted_as(self) -> Text:
        return KINDS.get(self.sign, POINTS)


class Marks:
    """Takes what has a place and a name as it comes."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.settlements: list[tuple[str, Thing]] = []
        self._marks: list[Mark] = []
        self._waters: list[Thing] = []

    def take(self, thing: Thing) -> None:
        if thing.form == "line" or thing.shape is None:
            return
        tags = thing.tags
        settlement = osm_tags.PLACES.get(tags.get("place", ""))
        if thing.form == "point" and settlement and tags.get("name", "").strip():
            self.settlements.append((settlement, thing))
        elif kind := osm_tags.point(tags):
            self._marks.append(Mark(thing, kind, _inside(thing.shape)))
        elif thing.form == "area" and tags.get("name", "").strip() and osm_tags.water(tags):
            self._waters.append(thing)
        if tags.get("public_transport") == "stop_position":
            self.tally.refuse(str(KINDS["stop"]), str(HALTS))

    def features(self) -> Iterator[tuple[Text, Feature]]:
        """Marks for the map, each with the kind under which it is counted."""
        for settlement, thing in self.settlements:
            assert thing.shape is not None
            yield PLACES, Feature("places", thing.shape, {"class": settlement, **osm_tags.named(thing.tags)})
        for mark in self._once():
            told = {"class": "poi", "kind": mark.sign, **osm_tags.named(mark.thing.tags)}
            yield mark.counted_as, Feature("places", mark.point, told)

    def quarters(self) -> list[tuple[str, float, float]]:
        """The settlements by whose names one says where something lies; the city itself says nothing."""
        return [
            (str(osm_tags.named(thing.tags)["name"]), *_at(thing))
            for _settlement, thing in self.settlements
            if thing.tags["place"] != "city"
        ]

    def places(self, around: Surroundings) -> Iterator[Place]:
        """All that has a name, to look for; a stop on both sides of a street once.

        Without what one finds in a register of its own: buildings, districts, car parks that are sites.
        """
        for settlement, thing in self.settlements:
            district = around.district(*_at(thing))
            if district != osm_tags.named(thing.tags)["name"]:
                yield _place(thing, settlement, *_at(thing), district)
        near = _Near(ONE_STOP_M)
        for mark in self._once(tell=False):
            lon, lat = mark.point.x, mark.point.y
            name = mark.thing.tags.get("name", "").strip()
            if name and not is_site(mark.thing) and not (mark.sign == "stop" and near.seen(name, mark.point)):
                kind = mark.sign if mark.sign in ("stop", "station") else mark.kind
                yield _place(mark.thing, kind, lon, lat, around.of(lon, lat))
        for thing in self._waters:
            assert thing.shape is not None
            point = _inside(thing.shape)
            self.tally.keep(str(WATERS))
            yield _place(thing, "water", point.x, point.y, around.of(point.x, point.y))

    def _once(self, tell: bool = True) -> Iterator[Mark]:
        """Each of them once; with `tell`, the account hears of the others."""
        named, unnamed, stops = _Near(SAME_M), _Near(SAME_MARK_M), _Near(SAME_STOP_M)
        # the grounds of a school say more than a point upon them; of a stop it is the other way round
        for mark in sorted(self._marks, key=lambda mark: (mark.thing.form == "area") == (mark.sign == "stop")):
            name = mark.thing.tags.get("name", "").strip()
            known = stops if mark.sign == "stop" else named if name else unnamed
            if known.seen(name or mark.sign, mark.point):
                if tell:
                    self.tally.refuse(str(mark.counted_as), str(TWICE))
            else:
                yield mark


class _Near:
    """Remembers points by a word, and says whether one as near was there before."""

    def __init__(self, within_m: float) -> None:
        self._within_m = within_m
        self._known: dict[str, list[shapely.Point]] = defaultdict(list)

    def seen(self, word: str, point: shapely.Point) -> bool:
        if any(_metres(point, other) < self._within_m for other in self._known[word]):
            return True
        self._known[word].append(point)
        return False


def _place(thing: Thing, kind: str, lon: float, lat: float, context: str | None) -> Place:
    named = osm_tags.named(thing.tags)
    english = named.get("name_en")
    assert thing.shape is not None
    west, south, east, north = (float(edge) for edge in thing.shape.bounds)
    return Place(
        id=thing.id,
        kind=kind,
        name=str(named["name"]),
        lon=lon,
        lat=lat,
        name_en=None if english is None else str(english),
        context=context,
        bounds=(west, south, east, north) if thing.form == "area" else None,
    )


def _inside(shape: BaseGeometry) -> shapely.Point:
    return shape if isinstance(shape, shapely.Point) else shape.representative_point()


def _at(thing: Thing) -> tuple[float, float]:
    assert isinstance(thing.shape, shapely.Point)
    return thing.shape.x, thing.shape.y


def _metres(one: shapely.Point, other: shapely.Point) -> float:
    return M_A_DEGREE * hypot((one.x - other.x) * cos(radians(one.y)), one.y - other.y)
