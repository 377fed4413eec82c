"""What a camera would see if it stood and looked as it is drafted: worked out as it will be once it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.register_fields import decimal
from components.view import View
from data_access.camera_views import Pose, sight
from data_access.queries import Cameras
from data_access.words import _
from layers.phrases import quantity, share

OPTICS = ("azimuth_deg", "field_of_view_deg", "range_m")
BOUNDS = {"lon": 180.0, "lat": 90.0, "azimuth_deg": 360.0, "field_of_view_deg": 360.0, "range_m": 2_000.0}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft for the map (None: it has no place), and a sentence on what it would see."""

    draft: dict[str, Any] | None
    said: str


def drafted(view: View, thing: str, typed: Mapping[str, object], camera: bool) -> Drafted:
    """The thing as it is typed at this moment; what cannot be read yet is left out of it."""
    found = {name: _number(typed.get(name), bound) for name, bound in BOUNDS.items()}
    lon, lat = found["lon"], found["lat"]
    if lon is None or lat is None:
        return Drafted(None, _("Without a place it is listed, and not drawn on the map."))
    draft: dict[str, Any] = {"id": thing, "lon": lon, "lat": lat}
    if not camera:
        return Drafted(draft, "")
    pose = Pose(lon, lat, *(found[name] for name in OPTICS))
    draft |= {name: found[name] for name in OPTICS}
    if pose.eye is None:
        return Drafted(draft, _("Where it looks, how wide or how far is not known, so no view is drawn."))
    seen = sight(view.store, pose)
    draft["geometry"] = seen.ground
    said = _("It would see {area}; {share} of its sector is hidden by walls.")
    return Drafted(draft, said.format(area=quantity(seen.area_m2, "m²"), share=share(seen.clipped)) + _now(view, thing))


def _now(view: View, thing: str) -> str:
    """What it sees as it stands now, for comparison."""
    row = next(iter(view.store.answer(Cameras(thing))), None)
    area = getattr(row, "area_m2", None)
    return "" if area is None else " " + _("Now it sees {area}.").format(area=quantity(area, "m²"))


def _number(typed: object, bound: float) -> float | None:
    """A number that was typed, within its bounds; None while it is none."""
    value = decimal(str(typed if typed is not None else "").strip())
    return value if value is not None and abs(value) <= bound else None
