"""The Smart Data Models' names and units in this house's metrics: which types are read, and what of each.

Names stand in lower case: some brokers write NO2, others no2.
"""

# An attribute gives a metric by the UN/CEFACT code of its unit: (metric, factor, what is added). Without a code (""):
# the unit that the model states, or where it states none, that of its published example.
Units = dict[str, tuple[str, float, float]]


def _in(metric: str, **codes: float) -> Units:
    return {code.strip("_"): (metric, factor, 0.0) for code, factor in codes.items()}


def _gas(metric: str) -> Units:
    return _in(metric, _=1, GQ=1, GP=1_000)  # µg/m³, mg/m³


CELSIUS: Units = {
    "": ("temperature_c", 1, 0),
    "CEL": ("temperature_c", 1, 0),
    "KEL": ("temperature_c", 1, -273.15),
    "FAH": ("temperature_c", 5 / 9, -160 / 9),
}
WEATHER: dict[str, Units] = {
    "temperature": CELSIUS,
    "relativehumidity": _in("humidity_pct", _=100, C62=100, P1=1),  # "expressed in parts per one"
    "atmosphericpressure": _in("pressure_hpa", _=1, A97=1, MBR=1, KPA=10, PAL=0.01),
    "winddirection": _in("wind_direction_deg", _=1, DD=1),
    "windspeed": _in("wind_speed_m_s", _=1, MTS=1, KMH=1 / 3.6, KNT=1852 / 3600),
    # Litres on a square metre, in nobody says which time: a rate only where the unit is one.
    "precipitation": _in("precipitation_mm", _=1, MMT=1) | _in("rain_mm_h", H67=1),
    "streamgauge": _in("water_level_m", _=0.01, CMT=0.01, MTR=1),
    "illuminance": _in("illuminance_lux", _=1, LUX=1),
}
AIR = WEATHER | {
    "pm1": _gas("pm1_ug_m3"),
    "pm25": _gas("pm25_ug_m3"),
    "pm2.5": _gas("pm25_ug_m3"),
    "pm10": _gas("pm10_ug_m3"),
    "no": _gas("no_ug_m3"),
    "no2": _gas("no2_ug_m3"),
    "nox": _gas("nox_ug_m3"),
    "o3": _gas("o3_ug_m3"),
    "so2": _gas("so2_ug_m3"),
    "nh3": _gas("nh3_ug_m3"),
    "co": _in("co_mg_m3", _=1, GP=1, GQ=0.001),
}
SPEED = _in("speed_km_h", _=1, KMH=1, MTS=3.6, KNT=1.852)
VEHICLES = {"vehiclecount": _in("vehicle_count", _=1, C62=1), "intensity": _in("vehicle_count", _=1, C62=1)}
TYPES: dict[str, dict[str, Units]] = {
    "AirQualityObserved": AIR,
    "WeatherObserved": WEATHER,
    "NoiseLevelObserved": {"laeq": _in("noise_db", _=1, **{"2N": 1}), "lamax": _in("noise_max_db", _=1, **{"2N": 1})},
    "WaterObserved": {"height": _in("water_level_m", _=1, MTR=1, CMT=0.01)},
    "FloodMonitoring": {"currentlevel": _in("water_level_m", _=1, MTR=1, CMT=0.01)},
    "TrafficFlowObserved": VEHICLES
    | {"averagevehiclespeed": SPEED, "occupancy": _in("occupancy_pct", _=100, C62=100, P1=1)},
    "ItemFlowObserved": VEHICLES,  # its speeds are derived by whoever counts items in pictures: no measurements
    "CrowdFlowObserved": {"peoplecount": _in("people_count", _=1, C62=1)},
    "OffStreetParking": {},
    "OnStreetParking": {},
    "ParkingGroup": {},
    "ParkingSpot": {},
    "Camera": {},
    "Device": {},
}
PARKING = frozenset({"OffStreetParking", "OnStreetParking", "ParkingGroup", "ParkingSpot"})
# What is counted where it is not vehicles.
ITEMS = {"person": "people_count", "pedestrian": "people_count"} | dict.fromkeys(
    ("vehicle", "car", "motorcycle", "truck", "bus", "bicycle"), "vehicle_count"
)
COUNTS = frozenset({"vehicle_count", "people_count", "item_count", "occupied_spaces", "total_spaces"})
SHARES = frozenset({"humidity_pct", "occupancy_pct"})
# Below these there is nothing to measure: -999 and the like are a sender's word for "no value", and refused.
LEAST = {"temperature_c": -273.15} | dict.fromkeys(
    ("humidity_pct", "occupancy_pct", "pressure_hpa", "wind_speed_m_s", "precipitation_mm", "rain_mm_h", "speed_km_h"),
    0.0,
)
NOISE = -50.0  # an instrument's noise reaches a little below a concentration of zero
# Beyond these no air or water of a city was ever measured: such a number is kept, and flagged as suspect.
PLAUSIBLE = {
    "temperature_c": (-90.0, 60.0),
    "humidity_pct": (0.0, 100.0),
    "pressure_hpa": (850.0, 1_090.0),
    "noise_db": (0.0, 200.0),
    "co_mg_m3": (0.0, 150.0),
    "wind_speed_m_s": (0.0, 115.0),
    "precipitation_mm": (0.0, 2_000.0),
    "rain_mm_h": (0.0, 500.0),
}


def lowest(metric: str) -> float | None:
    """The least that this metric can be; None: nobody knows."""
    return NOISE if metric.endswith(("_ug_m3", "_mg_m3")) else LEAST.get(metric)
