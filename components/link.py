"""The deep link: camera, layers, selection and time in the address, so that a picture can be sent to a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from components.clock import instant
from components.view import View

BOUNDS = {"lon": (-180.0, 180.0), "lat": (-85.0, 85.0), "zoom": (0.0, 24.0), "pitch": (0.0, 85.0)}
LONGEST_ID, LONGEST_NAME, LONGEST_WORDS = 200, 120, 80
FILTERS = ("words", "state", "severity", "seen")  # of the lists, as components.incident_filter keeps them


@dataclass(frozen=True, slots=True)
class Camera:
    """From where one looks: a place, a zoom, and degrees of pitch and bearing."""

    lon: float
    lat: float
    zoom: float
    pitch: float = 0.0
    bearing: float = 0.0

    def as_json(self, flight_ms: int | None = None) -> dict[str, float]:
        """For the map; with a flight, the time that the way there takes."""
        plain = {
            "lon": self.lon,
            "lat": self.lat,
            "zoom": self.zoom,
            "pitch": self.pitch,
            "bearing": self.bearing,
        }
        return plain if flight_ms is None else {**plain, "flight": flight_ms}


@dataclass(frozen=True, slots=True)
class Place:
    """A spot that somebody looked for: it is marked on the map by its name."""

    lon: float
    lat: float
    name: str

    def as_json(self) -> dict[str, Any]:
        return {"lon": self.lon, "lat": self.lat, "name": self.name}


@dataclass(frozen=True, slots=True)
class Link:
    """What an address says; None where it says nothing. `layers` empty: all are off. `looks` are by layer.

    `counted`: the numbers are of what the camera sees, not of the whole city. `filters` are those of the lists.
    """

    camera: Camera | None = None
    layers: tuple[str, ...] | None = None
    selected: tuple[str, str] | None = None
    at: datetime | None = None
    looks: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    counted: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)


def camera(wish: object) -> Camera | None:
    """The camera that a browser tells of, its bearing turned to -180 to 180; None when it is none."""
    if not isinstance(wish, Mapping):
        return None
    try:
        values = {name: float(wish[name]) for name in BOUNDS}
        bearing = float(wish.get("bearing") or 0.0)
    except (KeyError, TypeError, ValueError):
        return None
    inside = all(low <= values[name] <= high for name, (low, high) in BOUNDS.items())
    if not inside or not abs(bearing) <= 1e4:
        return None
    return Camera(**values, bearing=(bearing + 180) % 360 - 180)


def place(wish: object) -> Place | None:
    """The spot that a browser names; None when it names none."""
    if not isinstance(wish, Mapping):
        return None
    name = wish.get("name")
    try:
        lon, lat = float(wish["lon"]), float(wish["lat"])
    except (KeyError, TypeError, ValueError):
        return None
    known = all(low <= value <= high for value, (low, high) in ((lon, BOUNDS["lon"]), (lat, BOUNDS["lat"])))
    return Place(lon, lat, name[:LONGEST_NAME]) if known and isinstance(name, str) else None


def filters(wish: object, quoted: bool = False) -> dict[str, str]:
    """The filters of the lists that a browser names; what is empty or none of them is left out."""
    told = wish if isinstance(wish, Mapping) else {}
    named = {name: told[name] for name in FILTERS if isinstance(told.get(name), str)}
    plain = {name: unquote(value) if quoted else value for name, value in named.items()}
    return {name: value for name, value in plain.items() if 0 < len(value) <= LONGEST_WORDS}


def write(link: Link) -> str:
    """The query part of an address; it names nothing that the link leaves open."""
    parts = []
    if link.camera:
        seen = link.camera
        told = (
            f"{seen.lon:.6f}",
            f"{seen.lat:.6f}",
            f"{seen.zoom:.2f}",
            f"{seen.pitch:.1f}",
            f"{seen.bearing:.1f}",
        )
        parts.append("camera=" + ",".join(told))
    if link.layers is not None:
        parts.append("layers=" + ",".join(quote(key, safe="") for key in link.layers))
    if link.looks:
        parts.append("looks=" + ",".join(f"{quote(key)}:{quote(look)}" for key, look in sorted(link.looks.items())))
    if link.selected:
        parts.append("selected=" + "/".join(quote(part, safe=":") for part in link.selected))
    if link.place:
        parts.append(f"place={link.place.lon:.6f},{link.place.lat:.6f},{quote(link.place.name, safe='')}")
    if link.filters:
        chosen = (f"{quote(name)}:{quote(value, safe='')}" for name, value in sorted(link.filters.items()))
        parts.append("filters=" + ",".join(chosen))
    if link.counted:
        parts.append("numbers=sight")
    if link.at:
        parts.append("at=" + quote(link.at.isoformat().replace("+00:00", "Z"), safe=":"))
    return "?" + "&".join(parts) if parts else ""


def read(search: object, view: View) -> Link:
    """What this address asks of a view; whatever it cannot show is left out."""
    if not isinstance(search, str) or len(search) > 4000:
        return Link()
    # Pairs are split before they are unquoted: an id may hold a comma or a slash of its own.
    said: dict[str, str] = {}
    for pair in search.removeprefix("?").split("&"):
        name, _equals, value = pair.partition("=")
        said.setdefault(name, value)
    return Link(
        camera=_camera(said.get("camera")),
        layers=view.chosen([unquote(key) for key in said["layers"].split(",")]) if "layers" in said else None,
        selected=_selected(said.get("selected"), view),
        at=instant(unquote(said["at"]).replace("Z", "+00:00")) if "at" in said else None,
        looks=view.worn(dict(unquote(pair).partition(":")[::2] for pair in said.get("looks", "").split(","))),
        place=_place(said.get("place")),
        counted=said.get("numbers") == "sight",
        filters=filters(dict(pair.partition(":")[::2] for pair in said.get("filters", "").split(",")), quoted=True),
    )


def selection(wish: object, view: View) -> tuple[str, str] | None:
    """The thing that a browser says was picked, if its layer is this view's."""
    if not isinstance(wish, Mapping) or view.layer(wish.get("layer")) is None:
        return None
    name = wish.get("id")
    return (wish["layer"], name) if isinstance(name, str) and 0 < len(name) <= LONGEST_ID else None


def _camera(told: str | None) -> Camera | None:
    numbers = unquote(told or "").split(",")
    names: tuple[str, ...] = ("lon", "lat", "zoom", "pitch", "bearing")
    return camera(dict(zip(names, numbers, strict=True))) if len(numbers) == len(names) else None


def _place(told: str | None) -> Place | None:
    lon, lat, name = (
        [unquote(part) for part in (told or "").split(",", 2)] if (told or "").count(",") >= 2 else [""] * 3
    )
    return place({"lon": lon, "lat": lat, "name": name})


def _selected(told: str | None, view: View) -> tuple[str, str] | None:
    key, slash, name = (told or "").partition("/")
    return selection({"layer": unquote(key), "id": unquote(name)}, view) if slash else None
