"""The unit in which a metric is written for a person; its name carries the same: pm25_ug_m3 is in µg/m³."""

UNITS = {
    "_ug_m3": "µg/m³",
    "_mg_m3": "mg/m³",
    "_mm_h": "mm/h",
    "_km_h": "km/h",
    "_m_s": "m/s",
    "_m3_s": "m³/s",
    "_per_s": "1/s",
    "_db": "dB",
    "_c": "°C",
    "_pct": "%",
    "_hpa": "hPa",
    "_deg": "°",
    "_mm": "mm",
    "_lux": "lx",
    "_ppm": "ppm",
    "_per_cm3": "1/cm³",
    "_nm": "nm",
    "_v": "V",
    "_dbm": "dBm",
    "_hz": "Hz",
    "_m": "m",
}


def unit_of(metric: str) -> str:
    """The unit that the name of this metric says; 1 where it is a count.

    >>> unit_of("pm25_ug_m3"), unit_of("vehicle_count")
    ('µg/m³', '1')
    """
    return next((unit for ending, unit in UNITS.items() if metric.endswith(ending)), "1")
