"""Addresses out of OpenStreetMap: a number and a street, on an entrance, a shop or a whole building."""

from collections.abc import Callable, Iterator

import shapely
from msgspec import Struct

from data_access.importers.found import Feature, Tally
from data_access.importers.osm_pass import Thing
from data_access.records import Place
from data_access.words import N_, Text

ADDRESSES = N_("addresses")
NO_STREET = N_("a number without a street")
TWICE = N_("named there already")
SAME_DEGREES = 0.0015  # about 150 m: one number of one street this near is one house with several things in it

# Where one writes the street before the number, by the clock: on the continent of Europe, except in French.
NUMBER_FIRST = ("Europe/London", "Europe/Dublin", "Europe/Paris", "Europe/Luxembourg", "Europe/Monaco")


class Address(Struct, frozen=True):
    id: str
    number: str
    street: str
    lon: float
    lat: float


class Addresses:
    """Takes house numbers as they come."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._known: dict[tuple[str, str], list[Address]] = {}

    def take(self, thing: Thing) -> None:
        number = thing.tags.get("addr:housenumber", "").strip()
        if not number or thing.form == "line":
            return
        street = (thing.tags.get("addr:street") or thing.tags.get("addr:place") or "").strip()
        if thing.shape is None or not street:
            self.tally.refuse(str(ADDRESSES), str(NO_STREET if thing.shape is not None else thing.why))
            return
        point = thing.shape if isinstance(thing.shape, shapely.Point) else thing.shape.representative_point()
        alike = self._known.setdefault((number.lower(), street), [])
        if any(abs(point.x - one.lon) < SAME_DEGREES and abs(point.y - one.lat) < SAME_DEGREES for one in alike):
            self.tally.refuse(str(ADDRESSES), str(TWICE))
            return
        alike.append(Address(thing.id, number, street, point.x, point.y))

    def features(self) -> Iterator[tuple[Text, Feature]]:
        """Points for the map, each with the kind under which it is counted."""
        for one in self._all():
            told: dict[str, str | float] = {"number": one.number, "street": one.street}
            yield ADDRESSES, Feature("addresses", shapely.Point(one.lon, one.lat), told)

    def places(self, time_zone: str, somewhere: Callable[[float, float], str | None]) -> Iterator[Place]:
        """Addresses to look for, written as one writes them there."""
        street_first = time_zone.startswith("Europe/") and time_zone not in NUMBER_FIRST
        for one in self._all():
            name = f"{one.street} {one.number}" if street_first else f"{one.number} {one.street}"
            yield Place(f"address/{one.id}", "address", name, one.lon, one.lat, context=somewhere(one.lon, one.lat))

    def _all(self) -> Iterator[Address]:
        for alike in self._known.values():
            yield from alike
