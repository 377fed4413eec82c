"""What OpenStreetMap knows of a city's devices: cameras with their direction, and car parks with their spaces.

A map says where something stands, not what it measures: what comes from here has no metrics and promises no
interval, so that it is unknown until a device of the same id speaks, and never zero. A car park is a site of the
register only where somebody states its capacity; else it is a place like any other, since there is nothing to count.
"""

import re
from collections.abc import Callable, Iterator

import shapely
from msgspec import Struct

from data_access.importers import osm_heights
from data_access.importers.found import Tally
from data_access.importers.osm_pass import Thing
from data_access.importers.osm_tags import Tags
from data_access.records import About
from data_access.words import N_

CAMERAS, SITES = N_("cameras"), N_("car parks with a stated capacity")
DIRECTIONS = N_("directions of cameras")

NO_CAMERA = N_("a guard, not a camera")
INDOORS = N_("inside a building")
NO_DIRECTION = N_("not a direction that can be understood")
NO_COUNT = N_("not a number of spaces that can be understood")
NOT_OPEN = N_("not open to everyone")

MOST_SPACES = 100_000  # the largest car park there is has some 20,000 (West Edmonton Mall)
HIGHEST_MOUNT_M = 100.0
POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")

_DEGREES = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*°?")


def is_site(thing: Thing) -> bool:
    """Whether this is a car park that the register keeps."""
    tags = thing.tags
    return tags.get("amenity") == "parking" and tags.get("access") not in ("private", "no") and bool(_spaces(tags))


def _spaces(tags: Tags) -> int | None:
    """How many spaces it states; None where that cannot be understood."""
    said = tags.get("capacity", "").strip()
    spaces = int(said) if re.fullmatch(r"[0-9]{1,6}", said) else 0
    return spaces if 0 < spaces <= MOST_SPACES else None


class Device(Struct, frozen=True):
    thing: Thing
    kind: str
    sign: str  # what it is called where it has no name
    fields: dict[str, float | str]


class Devices:
    """Takes cameras and car parks as they come."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._found: list[Device] = []

    def take(self, thing: Thing) -> None:
        if thing.form == "line":
            return
        if thing.tags.get("man_made") == "surveillance":
            self._camera(thing)
        elif thing.tags.get("amenity") == "parking" and "capacity" in thing.tags:
            self._site(thing)

    def abouts(self, somewhere: Callable[[float, float], str | None]) -> Iterator[About]:
        """Each as it would declare itself; what has no name is called by where it lies."""
        for device in self._found:
            shape, tags = device.thing.shape, device.thing.tags
            assert shape is not None
            point = shape if isinstance(shape, shapely.Point) else shape.representative_point()
            name = (tags.get("name") or tags.get("ref") or tags.get("operator") or "").strip()
            yield About(
                device_id=f"osm:{device.thing.id.replace('/', ':')}",
                name=name or f"{device.sign} {somewhere(point.x, point.y) or device.thing.id}",
                kind=device.kind,
                lon=point.x,
                lat=point.y,
                fields=device.fields,
            )

    def _camera(self, thing: Thing) -> None:
        tags = thing.tags
        if thing.shape is None:
            self.tally.refuse(str(CAMERAS), str(thing.why))
        elif tags.get("surveillance:type", "camera").lower() == "guard":
            self.tally.refuse(str(CAMERAS), str(NO_CAMERA))
        elif tags.get("surveillance") == "indoor" or tags.get("indoor") == "yes":
            self.tally.refuse(str(CAMERAS), str(INDOORS))
        else:
            self.tally.keep(str(CAMERAS))
            fields: dict[str, float | str] = {}
            if (azimuth := self._azimuth(tags)) is not None:
                fields["azimuth_deg"] = azimuth
            mount = osm_heights.metres(tags.get("camera:height") or tags.get("height") or "")
            if mount is not None and 0 < mount <= HIGHEST_MOUNT_M:
                fields["mount_height_m"] = mount
            self._found.append(Device(thing, "camera", "CCTV", fields))

    def _azimuth(self, tags: Tags) -> float | None:
        said = tags.get("camera:direction") or tags.get("direction")
        if said is None:
            return None
        told = azimuth_deg(said)
        if told is None:
            self.tally.refuse(str(DIRECTIONS), str(NO_DIRECTION))
        else:
            self.tally.keep(str(DIRECTIONS))
        return told

    def _site(self, thing: Thing) -> None:
        spaces = _spaces(thing.tags)
        if thing.shape is None:
            self.tally.refuse(str(SITES), str(thing.why))
        elif thing.tags.get("access") in ("private", "no"):
            self.tally.refuse(str(SITES), str(NOT_OPEN))
        elif spaces is None:
            self.tally.refuse(str(SITES), str(NO_COUNT))
        else:
            self.tally.keep(str(SITES))
            self._found.append(Device(thing, "parking", "P", {"total_spaces": float(spaces)}))


def azimuth_deg(said: str) -> float | None:
    """Degrees clockwise from north out of 270, 270° or WNW; None where it is none of these."""
    text = said.strip().upper()
    if text in POINTS:
        return POINTS.index(text) * 22.5
    found = _DEGREES.fullmatch(text)
    degrees = float(found[1]) if found else 400.0
    return degrees % 360 if degrees <= 360 else None
