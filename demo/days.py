"""The town's days: what each device would say at any instant, a pure function of register, seed and time.

History and the live simulator ask here, so they say the same at the same instant. Everything is computed for many
instants at once; times are seconds since 1970 in UTC, days are those of the town's clock.
"""

from collections.abc import Iterable
from functools import cache, cached_property

import numpy as np

from data_access.metres import Plane
from data_access.records import About
from demo import failures, occupancy, river, traffic, weather
from demo.clock import DAY, HOUR, MINUTE, TOWN_CLOCK_S, Times, days, hour, swell
from demo.incidents import fires
from demo.luck import even, once, patch, wander
from demo.rain import Storm, rain
from demo.smoke import OLDEST_S, Fire, Stack, rubbish_fires, smoke
from demo.town import LAT, LON, town
from demo.wind import speed

Values = dict[str, np.ndarray]
STACKS = 2


class Days:
    """The days of one register under one seed. `raised` are storms beyond those of the calendar."""

    def __init__(self, abouts: Iterable[About], seed: int, raised: tuple[Storm, ...] = ()) -> None:
        self.abouts = tuple(abouts)
        self.seed, self.raised = seed, raised
        plane = Plane(LON, LAT)
        self._place = {about.device_id: plane.point(about.lon, about.lat) for about in self.abouts}
        self._plane = plane

    def with_storm(self, storm: Storm) -> "Days":
        """The same days with one storm more."""
        return Days(self.abouts, self.seed, (*self.raised, storm))

    def values(self, about: About, at: Times) -> Values:
        """What this device measures at these instants, by metric; NaN where it says nothing."""
        at = np.asarray(at, dtype=float)
        there = self.speaks(about, at)
        told = {metric: np.full(at.shape, np.nan) for metric in about.metrics}
        if there.any():
            say = {"camera": self._camera, "parking": self._parking}.get(about.kind, self._sensor)
            for metric, numbers in say(about, at[there]).items():
                if metric in told:
                    told[metric][there] = numbers
        return told

    def speaks(self, about: About, at: Times) -> np.ndarray:
        """Whether this device says anything at these instants."""
        at = np.asarray(at, dtype=float)
        spoken: np.ndarray = ~failures.silent(about, self.ill, at, self.seed, self.raised)
        return spoken

    @cached_property
    def ill(self) -> failures.Unlucky:
        return failures.unlucky(self.abouts, self.seed)

    # What each kind of device says

    def _sensor(self, about: About, at: Times) -> Values:
        seed, raised, device = self.seed, self.raised, about.device_id
        at = failures.stuck_at(about, at, seed)
        x, y = self._place[device]
        setting, busy = str(about.fields.get("setting", "street")), float(about.fields.get("traffic", 0.4))
        asked = about.metrics.keys()
        drift = failures.drift(about, at, seed)
        jitter = even(seed, f"noise {device}", np.floor(at)) - 0.5
        said: Values = {}
        if asked & {"temperature_c", "humidity_pct", "pm25_ug_m3", "noise_db"}:
            wetness = weather.wet(seed, x, y, at, raised)
        if asked & {"noise_db", "no2_ug_m3", "pm25_ug_m3", "vehicle_count"}:
            full = traffic.flow(seed, x, y, at, raised)
        if asked & {"pm25_ug_m3", "no2_ug_m3"}:
            wind = speed(seed, at, raised)
        if "rain_mm_h" in asked:
            said["rain_mm_h"] = np.round(rain(seed, x, y, at, raised), 1)
        if "water_level_m" in asked:
            water, to_sea = str(about.fields.get("river", "main")), self.to_sea_m(about)
            said["water_level_m"] = np.round(river.level(seed, water, to_sea, self.edge_m, at, raised), 3)
        if "vehicle_count" in asked:
            said["vehicle_count"] = traffic.vehicles(seed, device, busy, full, at, about.interval_s or MINUTE)
        if "noise_db" in asked:
            loud = traffic.noise_db(setting, busy, full) + 2.2 * wander(seed, f"horns {device}", at, 40)
            said["noise_db"] = np.round(loud + 3 * wetness + 1.2 * jitter + once(seed, f"bias {device}") - 0.5, 1)
        if "no2_ug_m3" in asked:
            far = 11 + 3 * wander(seed, "far no2", at, 1.5 * DAY) + 2.2 * patch(seed, "no2", x, y, at, 3_500, HOUR)
            gas = (far + traffic.exhaust(busy, full, wind)) * drift + 1.5 * jitter
            said["no2_ug_m3"] = np.round(np.maximum(gas, 1), 1)
        if "pm25_ug_m3" in asked:
            said["pm25_ug_m3"] = self._dust(about, at, wetness, busy * full / (0.6 + 0.2 * wind)) * drift + jitter
            said["pm25_ug_m3"] = np.round(np.maximum(said["pm25_ug_m3"], 1), 1)
        if asked & {"temperature_c", "humidity_pct"}:
            place = (setting, x, y)
            warm = weather.temperature(seed, place, at, wetness, raised)
            damp = weather.humidity(seed, place, at, warm, wetness)
            warm = warm + weather.stone(seed, device) + 0.2 * wander(seed, f"puff {device}", at, 4 * MINUTE)
            said["temperature_c"] = np.round(warm + 0.16 * jitter, 1)
            said["humidity_pct"] = np.round(np.minimum(damp + 0.8 * jitter, 100), 0)
        return said

    def _dust(self, about: About, at: Times, wetness: np.ndarray, street: np.ndarray) -> np.ndarray:
        seed, device = self.seed, about.device_id
        x, y = self._place[device]
        hours = hour(at)
        still = 0.6 * swell(hours, 5, 3.5) + 0.5 * swell(hours, 22, 3)  # cool nights keep the smoke on the ground
        far = 21 + 9 * wander(seed, "season", at, 4 * DAY) + 4 * wander(seed, "haze", at, 5 * HOUR)
        nearby = 4.5 * patch(seed, "dust", x, y, at, 4_000, 70 * MINUTE)
        clean = 1 - 0.5 * wetness
        own = 1 + 0.06 * (once(seed, f"bias {device}") - 0.5)
        puff = 1.2 * wander(seed, f"puff {device}", at, 4 * MINUTE)
        brought = smoke(seed, x, y, at, self._stacks, self._fires(at), self.raised)
        return np.asarray(((far + nearby + 9 * still + 22 * street + brought) * clean + puff) * own)

    def _camera(self, about: About, at: Times) -> Values:
        device = about.device_id
        jitter = even(self.seed, f"frames {device}", np.floor(at)) - 0.5
        return {"frames_per_s": np.round(15 + 0.5 * wander(self.seed, device, at, 300) + 0.6 * jitter, 1)}

    def _parking(self, about: About, at: Times) -> Values:
        total, serves = float(about.fields["total_spaces"]), str(about.fields["serves"])
        x, y = self._place[about.device_id]
        wetness = weather.wet(self.seed, x, y, at, self.raised) if serves in occupancy.OUTDOORS else np.zeros(at.shape)
        taken = occupancy.taken(self.seed, about.device_id, serves, total, at, wetness)
        return {"occupied_spaces": taken, "total_spaces": np.full(taken.shape, total)}

    # What the register tells about the land

    def to_sea_m(self, about: About) -> float:
        """Metres of water between this gauge and the sea."""
        told = about.fields.get("to_sea_m")
        return float(told) if told is not None else max(0.0, 2_300 - self._place[about.device_id][0])

    @cached_property
    def edge_m(self) -> float:
        """How far above the mouth the river enters the town: at its uppermost gauge."""
        gauges = [about for about in self.abouts if "water_level_m" in about.metrics]
        return max((self.to_sea_m(about) for about in gauges if about.fields.get("river", "main") == "main"), default=1)

    @cached_property
    def _stacks(self) -> tuple[Stack, ...]:
        """Chimneys where the register knows of industry."""
        there = [self._place[about.device_id] for about in self.abouts if about.fields.get("setting") == "industry"]
        if not there:
            return ()
        x, y = np.mean(there, axis=0)
        return tuple(Stack(x - 220 * number, y + 90 * number, number, 1.6e6) for number in range(STACKS))

    @cached_property
    def _extent(self) -> tuple[float, float, float, float]:
        x, y = np.array(list(self._place.values())).T
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def _fires(self, at: Times) -> list[Fire]:
        touched = days(float(np.min(at)) - 6 * HOUR - OLDEST_S + TOWN_CLOCK_S, float(np.max(at)) + TOWN_CLOCK_S)
        return [fire for day in touched for fire in self._fires_of(day)]

    def _fires_of(self, day: int) -> tuple[Fire, ...]:
        known = self._burnt.get(day)
        if known is None:
            burning = [
                Fire(*self._plane.point(lon, lat), begin, end, 2.6e6 if severity == 1 else 0.9e6)
                for lon, lat, begin, end, severity in fires(self.seed, day)
            ]
            known = self._burnt[day] = (*rubbish_fires(self.seed, day, self._extent), *burning)
        return known

    @cached_property
    def _burnt(self) -> dict[int, tuple[Fire, ...]]:
        return {}


@cache
def town_days(seed: int) -> Days:
    """The days of the simulated town."""
    return Days(town(seed).abouts, seed)
