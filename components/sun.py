"""Where the sun stands over the city: by it the page is light or dark, and the buildings are lit."""

from datetime import datetime

from astral import Observer
from astral.sun import azimuth, elevation

from data_access.words import N_

THEMES = {"sun": N_("By the sun"), "day": N_("Day"), "night": N_("Night")}


def light(lon: float, lat: float, at: datetime) -> dict[str, float]:
    """The sun's azimuth (degrees from north, clockwise) and altitude (degrees over the horizon)."""
    here = Observer(latitude=lat, longitude=lon)
    return {"azimuth": round(azimuth(here, at), 1), "altitude": round(elevation(here, at), 1)}


def by_sun(lon: float, lat: float, at: datetime) -> str:
    """`day` while the sun is up, else `night`."""
    return "day" if light(lon, lat, at)["altitude"] > 0 else "night"


def theme(wish: object, lon: float, lat: float, now: datetime) -> str:
    """The theme that a reader asks for, else the sun's."""
    return wish if wish in ("day", "night") else by_sun(lon, lat, now)  # type: ignore[return-value]  # one of both words
