"""A city as far as a bare file tells: its name, its clock, and where to look at it first."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from timezonefinder import TimezoneFinder

from data_access.city import City
from data_access.metres import Plane

ATTRIBUTION = "© OpenStreetMap contributors"
LANGUAGES = ("vi", "en")
ZOOM, PITCH = 16.0, 55.0
VIEW_M, CELL_M = 600.0, 150.0  # the first view: the densest square of this size, looked for in steps of that size

Bounds = tuple[float, float, float, float]  # west, south, east, north


def city(path: Path, bounds: Bounds, buildings: Sequence[BaseGeometry], plane: Plane) -> City:
    """The city of this file, seen from where its buildings stand most densely."""
    stem = path.name.lstrip(".").split(".")[0]
    plain = unicodedata.normalize("NFKD", stem.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    lon, lat = _densest(buildings, plane)
    return City(
        key=re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
        or f"city-{hashlib.sha256(stem.encode()).hexdigest()[:8]}",
        name=" ".join(
            word[:1].upper() + word[1:] for word in re.split(r"[\s_-]+", unicodedata.normalize("NFC", stem)) if word
        )
        or "City",
        time_zone=TimezoneFinder().timezone_at(lng=plane.lon, lat=plane.lat) or "UTC",
        languages=LANGUAGES,
        lon=lon,
        lat=lat,
        zoom=ZOOM,
        pitch=PITCH,
        bearing=0.0,
        bounds=bounds,
        attribution=ATTRIBUTION,
    )


def _centres(buildings: Sequence[BaseGeometry]) -> Any:
    return shapely.get_coordinates(shapely.centroid(buildings))


def main_part(buildings: Sequence[BaseGeometry]) -> Bounds:
    """Where all buildings but the outermost hundredth lie, with a margin."""
    low, high = np.percentile(_centres(buildings), [0.5, 99.5], axis=0)
    west, south, east, north = (float(edge) for edge in (*(low - 0.002), *(high + 0.002)))
    return west, south, east, north


def _densest(buildings: Sequence[BaseGeometry], plane: Plane) -> tuple[float, float]:
    """The middle of the buildings in the square of 600 m that holds most of them."""
    centres = shapely.get_coordinates(plane.metres(shapely.multipoints(_centres(buildings))))
    cells = [(int(east), int(north)) for east, north in np.floor(centres / CELL_M)]
    across = int(VIEW_M / CELL_M)
    held: Counter[tuple[int, int]] = Counter()
    for (east, north), count in Counter(cells).items():
        for right in range(across):
            for up in range(across):
                held[east - right, north - up] += count
    corner = np.array(max(held, key=lambda square: (held[square], square))) * CELL_M
    inside = centres[((centres >= corner) & (centres < corner + VIEW_M)).all(axis=1)]
    return plane.place(*(float(middle) for middle in inside.mean(axis=0)))
