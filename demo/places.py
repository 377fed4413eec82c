"""What people look for by name: streets, addresses, stops, schools, hospitals, police, markets, parks, bridges."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from msgspec import Struct

from data_access.metres import Plane
from data_access.records import Place
from demo import names
from demo.addresses import Addresses
from demo.globe import lon_lat
from demo.quarters import VILLAGES, Plan
from demo.shape import Point
from demo.streets import BRIDGES, CROSSING

# The kinds of named houses, in the words of the search; of others the use itself is the kind.
KIND_OF = {"public": "office", "shop": "tower", "office": "tower", "apartments": "tower"}
INSTITUTIONS = frozenset(
    {"school", "university", "hospital", "clinic", "police", "fire_station", "market", "station", "stadium", "public"}
    | {"temple", "church", "lighthouse"}
)
STOP_EVERY_M = 420.0


class Named(Struct, frozen=True):
    """A named place on the ground plan; `drawn` is its class on the map, empty where it is only searched."""

    kind: str
    name: str
    name_en: str
    place: Point
    drawn: str = "poi"
    id: str | None = ""  # an institution has its building's; None: the search finds it in a register of its own


def named(name: tuple[str, str]) -> dict[str, str | float]:
    """A name as the map's features bear it."""
    return {"name": name[0], "name_en": name[1]}


def spots(plan: Plan, addresses: Addresses) -> Iterator[Named]:
    """Everything with a name of its own but streets and addresses."""
    yield Named("city", *names.TOWN, (0.0, 0.0), "city")
    for ward in plan.wards:
        inside = ward.ground.representative_point() if ward.ground.area > 4e6 else ward.ground.centroid
        yield Named("district", ward.name, ward.name_en, (inside.x, inside.y), "district", None)
    for (name, english), middle, *_shape in VILLAGES:
        yield Named("village", name, english, middle, "quarter")
    for column, (name, english) in BRIDGES.items():
        street = next(street for street in plan.streets if street.name == CROSSING[column][0])
        over = street.line.intersection(plan.land.river).interpolate(0.5, normalized=True)
        yield Named("bridge", name, english, (over.x, over.y))
    for number, house in enumerate(plan.houses, 1):
        if house.name and house.name_en:
            inside = house.ground.representative_point()
            own = f"town/b{number:05}" if house.use in INSTITUTIONS else None
            yield Named(KIND_OF.get(house.use, house.use), house.name, house.name_en, (inside.x, inside.y), "poi", own)
    for green in plan.greens:
        if green.name:
            inside = green.ground.representative_point()
            yield Named("park", *green.name, (inside.x, inside.y))
    yield from _stops(plan, addresses)


def _stops(plan: Plan, addresses: Addresses) -> Iterator[Named]:
    """Bus stops along the main streets, named for the house they stand before."""
    limit = shapely.union_all([ward.ground for ward in plan.wards])
    for number, street in enumerate(plan.streets):
        if street.kind not in ("primary", "secondary") or street.quarter != "main":
            continue
        along = np.arange(STOP_EVERY_M / 3, street.line.length, STOP_EVERY_M)
        for step, here in enumerate(shapely.line_interpolate_point(street.line, along)):
            if limit.contains(here) and not plan.land.water.contains(here):
                ahead = street.line.interpolate(along[step] + 1)
                side = (street.half - 2.5) * (1 if step % 2 else -1)
                place = here.x - (ahead.y - here.y) * side, here.y + (ahead.x - here.x) * side
                words = addresses.near(number, place)
                yield Named("stop", f"Trạm xe buýt {words}", f"Bus stop {names.english(words)}", place)


def places(plan: Plan, addresses: Addresses, found: Sequence[Named], plane: Plane) -> Iterator[Place]:
    """Everything one can look for."""
    wards = shapely.STRtree([ward.ground for ward in plan.wards])

    def ward(places: Sequence[Point]) -> list[str | None]:
        nearest = wards.query_nearest(shapely.points(np.array(places)), all_matches=False)[1]
        return [plan.wards[number].name for number in nearest]

    for number, (spot, context) in enumerate(zip(found, ward([spot.place for spot in found]), strict=True), 1):
        if spot.id is not None:
            lon, lat = (round(degree, 6) for degree in plane.place(*spot.place))
            own = spot.id or f"town/{spot.kind}/{number}"
            yield Place(own, spot.kind, spot.name, lon, lat, spot.name_en, context)
    signed = [street for street in plan.streets if street.name]
    middles = [street.line.interpolate(0.5, normalized=True) for street in signed]
    contexts = ward([(middle.x, middle.y) for middle in middles])
    for number, (street, middle, context) in enumerate(zip(signed, middles, contexts, strict=True), 1):
        lon, lat = (round(degree, 6) for degree in plane.place(middle.x, middle.y))
        line = shapely.set_precision(plane.degrees(street.line), 1e-6)
        west, south, east, north = (round(edge, 6) for edge in line.bounds)
        english, box = names.english(street.name), (west, south, east, north)
        yield Place(
            f"town/street/{number}", "street", street.name, lon, lat, english, context, box, shapely.to_wkb(line)
        )
    doors = [address.door for address in addresses.all]
    doorsteps = lon_lat(np.array(doors), plane).tolist()
    for address, (lon, lat), context in zip(addresses.all, doorsteps, ward(doors), strict=True):
        words = address.words(plan.streets)
        english = f"{address.number} {names.english(plan.streets[address.street].name)}"
        yield Place(f"town/address/{address.street}/{address.number}", "address", words, lon, lat, english, context)
