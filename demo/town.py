"""Cửa Gương, a coastal city that does not exist: its waters, streets, houses, wards and devices, all from one seed.

It lies where no city is, at a river's mouth in the delta south-east of Hanoi. The old quarter of tube houses stands on
the southern bank, between the river, a tributary and a canal; towers on the northern one; harbour and works east and
west of it; a hill with a lighthouse on the headland; rice and villages all around.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import shapely
from msgspec import Struct

from data_access.city import City
from data_access.importers.found import Feature
from data_access.metres import Plane
from data_access.records import About, Building, District, Place
from demo import names
from demo.addresses import Addresses
from demo.devices import devices
from demo.features import features
from demo.globe import placed
from demo.houses import House
from demo.places import places, spots
from demo.quarters import Plan, plan
from demo.thresholds import THRESHOLDS
from demo.wards import Ward

SEED = 7
LON, LAT = 106.6168, 20.3352
TIME_ZONE = "Asia/Ho_Chi_Minh"
KEY = "town"
# The first view: up the river into the evening, over both bridges; old quarter on the left, towers on the right.
VIEW, ZOOM, PITCH, BEARING = (70.0, 105.0), 15.3, 74.0, -104.0


class Town(Struct, frozen=True):
    """The whole city, as an importer would have found it."""

    city: City
    buildings: tuple[Building, ...]
    features: tuple[Feature, ...]
    abouts: tuple[About, ...]
    districts: tuple[District, ...]
    places: tuple[Place, ...]


@cache
def town(seed: int = SEED) -> Town:
    """The city of this seed; the same seed gives the same city, to the last corner."""
    plane, ground = Plane(LON, LAT), plan(seed)
    addresses = Addresses(ground.houses, ground.streets)
    found = tuple(spots(ground, addresses))
    return Town(
        city=_city(plane, ground),
        buildings=tuple(_buildings(ground.houses, plane)),
        features=tuple(features(ground, addresses, found, plane, seed)),
        abouts=tuple(devices(ground, addresses, plane, seed)),
        districts=tuple(_districts(ground.wards, plane)),
        places=tuple(places(ground, addresses, found, plane)),
    )


def _city(plane: Plane, ground: Plan) -> City:
    lon, lat = plane.place(*VIEW)
    reach = shapely.union_all([ward.ground for ward in ground.wards]).bounds
    west, south = plane.place(*reach[:2])
    east, north = plane.place(*reach[2:])
    return City(
        key=KEY,
        name=names.TOWN[0],
        time_zone=TIME_ZONE,
        languages=("vi", "en"),
        lon=round(lon, 6),
        lat=round(lat, 6),
        zoom=ZOOM,
        pitch=PITCH,
        bearing=BEARING,
        bounds=(west, south, east, north),
        attribution="Dữ liệu mô phỏng · Simulated data",
        light="dusk",
        names=dict(zip(("vi", "en"), names.TOWN, strict=True)),
        thresholds=THRESHOLDS,
    )


def _buildings(houses: Sequence[House], plane: Plane) -> Iterator[Building]:
    outlines = shapely.to_wkb(placed([house.ground for house in houses], plane))
    for number, (house, outline) in enumerate(zip(houses, outlines, strict=True), 1):
        yield Building(
            id=f"town/b{number:05}",
            outline=outline,
            height_m=house.height_m,
            height_source=house.height_source,
            min_height_m=house.min_height_m,
            levels=house.levels,
            name=house.name,
            use=house.use,
            built=house.built,
        )


def _districts(wards: Sequence[Ward], plane: Plane) -> Iterator[District]:
    """The wards; moved corner by corner, so that neighbours keep sharing them."""
    outlines = placed([ward.ground for ward in wards], plane, exact=False)
    for number, (ward, outline) in enumerate(zip(wards, outlines, strict=True), 1):
        yield District(f"town/ward/{number}", ward.name, shapely.to_wkb(outline), ward.name_en, "ward", ward.people)
