"""The light over the city: by it the page is light or dark, and the buildings are lit.

It is where the sun stands, unless the reader, or the city for the first view, asks for another. What is asked for is a
picture's light and never the hour: every clock on the page goes on as it is.
"""

from datetime import datetime

from astral import Observer
from astral.sun import azimuth, elevation

from data_access.words import N_

THEMES = {"sun": N_("By the sun"), "day": N_("Day"), "dusk": N_("Dusk"), "night": N_("Night")}
LOW_IN_THE_WEST = {"azimuth": 282.0, "altitude": 7.0}


def light(lon: float, lat: float, at: datetime, shade: str = "") -> dict[str, float]:
    """The sun's azimuth (degrees from north, clockwise) and altitude (degrees over the horizon); at dusk a low one."""
    if shade == "dusk":
        return LOW_IN_THE_WEST
    here = Observer(latitude=lat, longitude=lon)
    return {"azimuth": round(azimuth(here, at), 1), "altitude": round(elevation(here, at), 1)}


def by_sun(lon: float, lat: float, at: datetime) -> str:
    """`day` while the sun is up, else `night`."""
    return "day" if light(lon, lat, at)["altitude"] > 0 else "night"


def theme(wish: object, lon: float, lat: float, now: datetime) -> str:
    """The theme that a reader asks for, day, dusk or night; else the sun's."""
    return wish if wish in ("day", "dusk", "night") else by_sun(lon, lat, now)  # type: ignore[return-value]  # a word


def wished(wish: object, first: object, wall: bool = False) -> str:
    """The light to begin with: the reader's choice, else the city's. A wall is no picture: it knows no dusk."""
    chosen = next((name for name in (wish, first) if isinstance(name, str) and name in THEMES), "sun")
    return "sun" if wall and chosen == "dusk" else chosen
