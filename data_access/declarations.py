"""What the registers keep of each kind of thing, and what makes a new version of it."""

import json
import math
from typing import Any

import numpy as np
import shapely
from msgspec import Struct, structs

from data_access import names
from data_access.amendments import amendments, told
from data_access.city import Threshold
from data_access.intake import storable_text
from data_access.names import Name
from data_access.records import About, Building, District, Place
from data_access.schema import BUILDING, CAMERA_VIEW, DEVICE, DISTRICT, PLACE, THRESHOLD
from data_access.transaction import Writing
from data_access.versions import Counts, Versions


class View(Struct, frozen=True):
    """What a camera sees: a GeoJSON geometry as text; None when that is not known any more."""

    camera_id: str
    geometry: str | None
    area_m2: float = 0.0
    clipped: float = 0.0


def _device(about: About) -> dict[str, Any]:
    return {
        "device_id": storable_text(about.device_id),
        "name": storable_text(about.name),
        "kind": storable_text(about.kind),
        "lon": _number(about.lon),
        "lat": _number(about.lat),
        "interval_s": _number(about.interval_s),
        "metrics": storable_text(told(about.metrics)),
        "fields": storable_text(told(about.fields)),
    }


def completed(tx: Writing, about: About) -> About:
    """What a device says of itself, and where it is silent, what was declared of it before: not what the desk says."""
    if not about.partial:
        return about
    device_id = storable_text(about.device_id) or ""
    amended = amendments(tx, DEVICE.name, [device_id]).get(device_id)
    now = DEVICES.now(tx, device_id)
    before = amended.beneath if amended else now[0] if now else None
    if before is None:
        return about
    return structs.replace(
        about,
        name=before["name"] if about.name == about.device_id else about.name,
        kind=before["kind"],
        interval_s=before["interval_s"] if about.interval_s is None else about.interval_s,
        metrics=json.loads(before["metrics"]) | about.metrics,
        fields=json.loads(before["fields"]) | about.fields,
    )


def _building(building: Building) -> dict[str, Any]:
    return {
        "id": storable_text(building.id),
        "name": storable_text(building.name),
        "use": storable_text(building.use),
        "height_m": _number(building.height_m),
        "height_source": building.height_source,
        "min_height_m": float(building.min_height_m),
        "levels": _number(building.levels),
        "part": int(building.part),
        "built": building.built,
        "outline": building.outline,
    }


def _placed(rows: list[dict[str, Any]]) -> None:
    """Where each outline lies: a point inside, and its box."""
    outlines = shapely.from_wkb(np.array([row["outline"] for row in rows], dtype=object))
    inside = shapely.point_on_surface(outlines)
    spots = np.column_stack([shapely.get_x(inside), shapely.get_y(inside), shapely.bounds(outlines)])
    for row, spot in zip(rows, spots.tolist(), strict=True):
        row.update(zip(("lon", "lat", "west", "south", "east", "north"), spot, strict=True))


def _district(district: District) -> dict[str, Any]:
    return {
        "id": storable_text(district.id),
        "name": storable_text(district.name),
        "name_en": storable_text(district.name_en),
        "kind": storable_text(district.kind),
        "population": district.population,
        "geometry": shapely.to_geojson(shapely.from_wkb(district.outline)),
        "outline": district.outline,
    }


def _divided(rows: list[dict[str, Any]]) -> None:
    """Where each district lies; one that the desk said something of comes without its outline as bytes."""
    for row in rows:
        row.setdefault("outline", shapely.to_wkb(shapely.from_geojson(row["geometry"])))
    _placed(rows)


def _threshold(threshold: Threshold) -> dict[str, Any]:
    return {
        "metric": storable_text(threshold.metric),
        "levels": told([float(level) for level in threshold.levels]),
        "unit": storable_text(threshold.unit),
        "said": storable_text(told(threshold.source.by)),
        "words": storable_text(told([word.by for word in threshold.words])),
    }


def _place(place: Place) -> dict[str, Any]:
    west, south, east, north = place.bounds or (None,) * 4
    return {
        "id": storable_text(place.id),
        "kind": storable_text(place.kind),
        "name": storable_text(place.name),
        "name_en": storable_text(place.name_en),
        "context": storable_text(place.context),
        "lon": float(place.lon),
        "lat": float(place.lat),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "line": place.line,
    }


def _view(view: View) -> dict[str, Any]:
    return {
        "camera_id": storable_text(view.camera_id),
        "geometry": storable_text(view.geometry),
        "area_m2": float(view.area_m2),
        "clipped": float(view.clipped),
    }


def _number(told: float | None) -> float | None:
    return None if told is None or not math.isfinite(told) else float(told)


def _device_names(row: dict[str, Any]) -> frozenset[Name]:
    return names.names(row["kind"], (row["name"], row["device_id"]))


def _building_names(row: dict[str, Any]) -> frozenset[Name]:
    return names.names(names.BUILDING, (row["name"],))


def _district_names(row: dict[str, Any]) -> frozenset[Name]:
    return names.names(names.DISTRICT, (row["name"], row["name_en"]))


def _place_names(row: dict[str, Any]) -> frozenset[Name]:
    return names.names(row["kind"], (row["name"], row["name_en"]), row["context"])


DEVICES = Versions(
    DEVICE,
    "device_id",
    ("name", "kind", "lon", "lat", "interval_s", "metrics", "fields"),
    _device,
    names=_device_names,
    amendable=True,
)
BUILDINGS = Versions(
    BUILDING,
    "id",
    ("name", "use", "height_m", "height_source", "min_height_m", "levels", "part", "built", "outline"),
    _building,
    _placed,
    _building_names,
)
DISTRICTS = Versions(
    DISTRICT,
    "id",
    ("name", "name_en", "kind", "population", "geometry"),
    _district,
    _divided,
    _district_names,
    amendable=True,
)
THRESHOLDS = Versions(THRESHOLD, "metric", ("levels", "unit", "said", "words"), _threshold, amendable=True)
PLACES = Versions(
    PLACE,
    "id",
    ("kind", "name", "name_en", "context", "lon", "lat", "west", "south", "east", "north", "line"),
    _place,
    names=_place_names,
)
VIEWS = Versions(CAMERA_VIEW, "camera_id", ("geometry", "area_m2", "clipped"), _view)

__all__ = ["BUILDINGS", "DEVICES", "DISTRICTS", "PLACES", "THRESHOLDS", "VIEWS", "Counts", "View", "completed"]
