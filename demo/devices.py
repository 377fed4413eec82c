"""The city's devices: 400 sensors, 150 cameras, 40 car parks, where they stand and what they declare."""

import math
from collections.abc import Iterator

import numpy as np
import shapely

from data_access.metres import Plane
from data_access.records import About
from demo.addresses import Addresses
from demo.ground import half_width, hill, river_north
from demo.parking import car_parks
from demo.quarters import Plan
from demo.shape import Point, Points, chance
from demo.sites import MAIN, Site, Sites

DUST, GAS = {"pm25_ug_m3": "µg/m³"}, {"no2_ug_m3": "µg/m³"}
CLIMATE = {"temperature_c": "°C", "humidity_pct": "%"}
NOISE, RAIN = {"noise_db": "dB"}, {"rain_mm_h": "mm/h"}
LEVEL, COUNT = {"water_level_m": "m"}, {"vehicle_count": "1"}
SEEN = {"frames_per_s": "1/s"}
SPACES = {"occupied_spaces": "1", "total_spaces": "1"}
INTERVAL_S = {"air": 60, "noise": 60, "met": 60, "rain": 300, "level": 300, "count": 60, "cam": 30, "park": 30}

# How many cameras nobody wrote the direction of, and what they would have had.
CAMERAS, UNAIMED = 150, (17, 44, 71, 98, 133)
AIM_M = 70.0  # so far ahead in its street a camera is pointed


def devices(plan: Plan, addresses: Addresses, plane: Plane, seed: int) -> Iterator[About]:
    """Every device as it declares itself."""
    sites = Sites(plan, seed)
    register = Register(plan, addresses, plane)
    for site, metrics in _air(sites, seed):
        yield register.sensor("air", 3, "Trạm không khí", site, metrics)
    for site in _noise(sites):
        yield register.sensor("noise", 3, "Trạm đo ồn", site, NOISE)
    taken: list[Point] = []
    for kind, count, name, metrics in (
        ("met", 30, "Trạm khí tượng", CLIMATE | RAIN),
        ("rain", 40, "Trạm đo mưa", RAIN),
    ):
        for site in _weather(sites, count, taken):
            taken.append(site.place)
            yield register.sensor(kind, 3, name, site, metrics)
    for site, fields in _levels(sites):
        yield register.sensor("level", 3, "Trạm thuỷ văn", site, LEVEL, fields)
    for site in sites.sites(sites.spread(sites.beside_streets(MAIN, 40.0), 100), main=True):
        yield register.sensor("count", 3, "Đếm xe", site, COUNT)
    yield from _cameras(sites, register, seed)
    for name, place, spaces, serves in car_parks(plan, addresses, seed):
        yield register.about(
            "park", 2, name, "parking", place, SPACES, {"total_spaces": float(spaces), "serves": serves}
        )


class Register:
    """Numbers the devices of each kind and puts them on the globe."""

    def __init__(self, plan: Plan, addresses: Addresses, plane: Plane) -> None:
        self._plan, self._addresses, self._plane = plan, addresses, plane
        self._count: dict[str, int] = {}

    def sensor(
        self,
        kind: str,
        digits: int,
        name: str,
        site: Site,
        metrics: dict[str, str],
        more: dict[str, float | str] | None = None,
    ) -> About:
        fields: dict[str, float | str] = {"setting": site.setting, "traffic": site.traffic, **(more or {})}
        if "river" in fields:
            where = {"main": "Sông Gương", "tributary": "Sông Sào", "canal": "Kênh"}[str(fields["river"])]
            where += f" {float(fields['to_sea_m']) / 1000:.1f} km"
        else:
            where = self._addresses.near(site.street, site.place)
        return self.about(kind, digits, f"{name} {where}", "sensor", site.place, metrics, fields)

    def about(
        self,
        kind: str,
        digits: int,
        name: str,
        what: str,
        place: Point,
        metrics: dict[str, str],
        fields: dict[str, float | str],
    ) -> About:
        self._count[kind] = self._count.get(kind, 0) + 1
        lon, lat = self._plane.place(*place)
        device_id = f"{kind}-{self._count[kind]:0{digits}}"
        return About(device_id, name, what, round(lon, 6), round(lat, 6), metrics, INTERVAL_S[kind], fields)


def _air(sites: Sites, seed: int) -> Iterator[tuple[Site, dict[str, str]]]:
    """Street stations and background: 110 measure dust, 60 of them nitrogen dioxide, 60 the climate."""
    main = sites.spread(sites.beside_streets(MAIN), 48)
    quiet = sites.spread(sites.beside_streets(("residential",)), 44, [tuple(place) for place in main])
    parks = sites.spread(_park_places(sites), 12)
    slope = sites.spread(_hill_places(sites), 2)
    coast = sites.spread(_coast_places(sites), 4)
    found = [*sites.sites(np.vstack([main, quiet, parks, slope, coast]))]
    for number, site in enumerate(found):
        metrics = dict(DUST)
        if number < 39 or (number >= 48 and number % 3 == 0):
            metrics |= GAS
        if number % 11 in (0, 2, 4, 6, 8, 10):
            metrics |= CLIMATE
        yield site, metrics


def _noise(sites: Sites) -> Iterator[Site]:
    main = sites.spread(sites.beside_streets(MAIN, 47.0), 46)
    quiet = sites.spread(sites.beside_streets(("residential",), 47.0), 36, [tuple(place) for place in main])
    yield from sites.sites(np.vstack([main, quiet, sites.spread(_park_places(sites), 8)]))


def _weather(sites: Sites, count: int, taken: list[Point]) -> Iterator[Site]:
    """Spread over the whole city, its villages and fields too."""
    east, north = np.meshgrid(np.arange(-4900, 3000, 130.0), np.arange(-3500, 3500, 130.0))
    ground = np.column_stack([east.ravel(), north.ravel()])
    dry = sites.clear(ground[~shapely.contains_xy(sites.plan.land.water, ground[:, 0], ground[:, 1])])
    yield from sites.sites(sites.spread(dry, count, taken))


def _levels(sites: Sites) -> Iterator[tuple[Site, dict[str, float | str]]]:
    """Gauges on the quay walls: fourteen along the river, eight up the tributary, eight on the canals."""
    land = sites.plan.land
    for number, east in enumerate(np.linspace(-4700, 2250, 14)):
        side = 1 if number % 2 else -1
        place = float(east), float(river_north(east) + side * (half_width(east) - 3))
        yield _gauge(sites, place, "main", 2600 - float(east))
    mouth = 2600 - float(land.tributary_line[0, 0])
    for which, line, half, count, start, end, upstream in (
        ("tributary", land.tributary_line, 14.0, 8, 160, 3000, mouth),
        ("canal", land.canal_lines[1], 9.0, 5, 150, 3300, 0.0),
        ("canal", land.canal_lines[0], 6.0, 3, 250, 1500, mouth),
    ):
        way = shapely.LineString(line)
        for along in np.linspace(start, end, count):
            here, ahead = (shapely.get_coordinates(way.interpolate(float(along) + step))[0] for step in (0, 1))
            place = float(here[0] - (ahead[1] - here[1]) * half), float(here[1] + (ahead[0] - here[0]) * half)
            yield _gauge(sites, place, which, upstream + float(along))


def _gauge(sites: Sites, place: Point, river: str, upstream_m: float) -> tuple[Site, dict[str, float | str]]:
    site = sites.site(place)
    at_water = Site(site.place, site.street, "river", site.traffic)
    return at_water, {"river": river, "to_sea_m": float(round(upstream_m))}


def _park_places(sites: Sites) -> Points:
    parks = [green.ground for green in sites.plan.greens if green.kind == "park"]
    return sites.clear(shapely.get_coordinates([park.representative_point() for park in parks]))


def _hill_places(sites: Sites) -> Points:
    return sites.clear(shapely.get_coordinates(hill(0.45).exterior)[:-1])


def _coast_places(sites: Sites) -> Points:
    rows = [sites.plan.land.row(bank, row) for bank in ("south", "north") for row in (1, 2, 3)]
    return sites.clear(np.array([row[-1] + (10.0, 6.0) for row in rows] + [row[-1] + (11.0, -120.0) for row in rows]))


# --- cameras ---------------------------------------------------------------------------------------------------------


def _cameras(sites: Sites, register: Register, seed: int) -> Iterator[About]:
    """Masts at junctions, at a corner of the pavement, each looking along one of the two streets."""
    found = sites.junctions()
    masts, aims = [], []
    for number, (place, first, second) in enumerate(found):
        dice = chance(seed, "camera", number)
        mast, aim = _mast(sites, place, first, second, dice.randrange(4))
        masts.append(mast)
        aims.append(aim)
    placed = np.array(masts)
    free = {tuple(place) for place in sites.clear(placed).tolist()}
    dry = [index for index, mast in enumerate(masts) if mast in free]
    chosen = sites.spread(placed[dry], CAMERAS)
    index_of = {masts[index]: index for index in reversed(dry)}
    for number, mast in enumerate(map(tuple, chosen.tolist()), 1):
        index = index_of[mast]
        _place, first, second = found[index]
        street, crossing = sites.plan.streets[first], sites.plan.streets[second]
        dice = chance(seed, "camera fields", number)
        broad = street.kind in ("primary", "motorway")
        fields: dict[str, float | str] = {
            "mount_height_m": round(dice.uniform(7.5, 11.5) if broad else dice.uniform(5.5, 8.0), 1),
            "field_of_view_deg": float(dice.choice((52, 58, 64, 70, 78, 90))),
            "range_m": float(dice.choice((110, 130, 150)) if broad else dice.choice((75, 90, 105))),
        }
        if number not in UNAIMED:
            fields["azimuth_deg"] = aims[index]
        name = f"Camera {_short(street.name)} - {_short(crossing.name)}"
        yield register.about("cam", 3, name, "camera", mast, SEEN, fields)


def _mast(sites: Sites, place: Point, first: int, second: int, corner: int) -> tuple[Point, float]:
    """A corner of the junction, and the compass bearing in which the broader street runs on from there."""
    broad, narrow = sites.plan.streets[first], sites.plan.streets[second]
    here = broad.line.project(shapely.Point(place))
    side = 1 if corner & 1 else -1
    if not 0 <= here + side * AIM_M <= broad.line.length:
        side = -side  # the street ends here
    along, across = _direction(broad.line, place) * side, _direction(narrow.line, place) * (1 if corner & 2 else -1)
    mast = np.array(place) - along * max(0.0, narrow.half - 2.2) + across * max(0.0, broad.half - 2.2)
    ahead = shapely.get_coordinates(broad.line.interpolate(here + side * AIM_M))[0] - mast
    bearing = math.degrees(math.atan2(ahead[0], ahead[1])) % 360
    return (round(float(mast[0]), 3), round(float(mast[1]), 3)), round(bearing, 1)


def _direction(line: shapely.LineString, place: Point) -> Points:
    here = line.project(shapely.Point(place))
    start, end = (shapely.get_coordinates(line.interpolate(here + step))[0] for step in (-6.0, 6.0))
    direction: Points = (end - start) / max(1e-6, math.hypot(*(end - start)))
    return direction


def _short(name: str) -> str:
    for kind in ("Đường ", "Phố ", "Đại lộ "):
        name = name.removeprefix(kind)
    return name
