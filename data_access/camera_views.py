"""Keeping what cameras see true: worked out anew for a camera that moved, and where a building came or went."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import shapely

from data_access.declarations import Counts, View
from data_access.metres import Plane
from data_access.queries import Buildings, Cameras, Changed, Question
from data_access.table import Table
from data_access.visibility import Eye, seen

GROUND_M = 0.5  # what begins higher than this above the ground stands in nobody's way there


class Store(Protocol):
    def answer(self, question: Question) -> Table: ...
    def revision(self) -> int: ...
    def moved(self) -> int: ...


class Writer(Protocol):
    def see(self, views: Iterator[View]) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Pose:
    """What of a camera its view depends on."""

    lon: float
    lat: float
    azimuth_deg: float | None
    field_of_view_deg: float | None
    range_m: float | None

    @property
    def eye(self) -> Eye | None:
        """The camera as it looks, at the origin of its own plane; None where its direction or reach is not known."""
        known = (self.azimuth_deg, self.field_of_view_deg, self.range_m)
        if None in known or not (self.range_m or 0) > 0 or not 0 < (self.field_of_view_deg or 0) <= 360:
            return None
        return Eye(0.0, 0.0, *(float(number) for number in known if number is not None))


@dataclass(frozen=True, slots=True)
class Sight:
    """The ground in view as GeoJSON, its area, the share that walls hide, and the buildings that were looked at."""

    ground: dict[str, Any]
    area_m2: float
    clipped: float
    beside: frozenset[str]


class Asked(Protocol):
    """What is needed of a store to look around."""

    def answer(self, question: Question) -> Table: ...


def sight(store: Asked, pose: Pose) -> Sight:
    """What a camera in this pose sees between the buildings of today.

    Raises:
        ValueError: its direction or its reach is not known.
    """
    eye = pose.eye
    if eye is None:
        raise ValueError("a camera without a direction or a reach sees nobody knows what")
    plane = Plane(pose.lon, pose.lat)
    rows = list(store.answer(Buildings(bbox=_around(pose))))
    walls = [plane.metres(shapely.from_wkb(row.outline)) for row in rows if (row.min_height_m or 0) < GROUND_M]
    view = seen(eye, walls)
    ground: dict[str, Any] = orjson.loads(shapely.to_geojson(_rounded(plane.degrees(view.area))))
    return Sight(ground, view.area_m2, view.clipped, frozenset(row.id for row in rows))


class Watch:
    """Looks for what changed since its last look, and works out again no more than that touches."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store, self._writer = store, writer
        self._since: int | None = None
        self._moved = -1
        self._poses: dict[str, Pose] = {}
        self._beside: dict[str, frozenset[str]] = {}

    def refresh(self) -> Counts:
        """Bring every view up to date; how many were new, changed and ended."""
        moved = self._store.moved()
        if moved == self._moved:
            return Counts()
        revision = self._store.revision()
        touched = list(self._touched())
        counts = self._writer.see(self._view(camera) for camera in touched)
        self._since, self._moved = revision, moved
        return counts

    def _touched(self) -> Iterator[str]:
        """The cameras whose view may differ; remembers how each of them stands."""
        cameras = self._store.answer(Cameras() if self._since is None else Changed(Cameras(), self._since))
        turned = set()
        for row in cameras:
            if getattr(row, "gone", False) or row.lon is None or row.lat is None:  # from nowhere nothing is seen
                self._poses.pop(row.id, None)
                turned.add(row.id)
                continue
            pose = Pose(row.lon, row.lat, row.azimuth_deg, row.field_of_view_deg, row.range_m)
            if self._poses.get(row.id) != pose:
                self._poses[row.id] = pose
                turned.add(row.id)
        yield from sorted(turned | self._beside_changed_buildings())

    def _beside_changed_buildings(self) -> set[str]:
        if self._since is None:
            return set(self._poses)
        changed = self._store.answer(Changed(Buildings(), self._since))
        ids = set(changed["id"])
        near = {camera for camera, beside in self._beside.items() if beside & ids}
        there = [shapely.from_wkb(row.outline) for row in changed if not row.gone]
        if there:
            index = shapely.STRtree(there)
            near |= {camera for camera, pose in self._poses.items() if len(index.query(shapely.box(*_around(pose))))}
        return near

    def _view(self, camera: str) -> View:
        pose = self._poses.get(camera)
        if pose is None or pose.eye is None:
            self._beside.pop(camera, None)
            return View(camera, None)
        found = sight(self._store, pose)
        self._beside[camera] = found.beside
        return View(camera, orjson.dumps(found.ground).decode(), round(found.area_m2, 1), round(found.clipped, 4))


def _around(pose: Pose) -> tuple[float, float, float, float]:
    """The box of (lon, lat) that the camera's range reaches."""
    reach = pose.range_m or 0.0
    plane = Plane(pose.lon, pose.lat)
    return (*plane.place(-reach, -reach), *plane.place(reach, reach))


def _rounded(area: Any) -> Any:
    """Ten centimetres are finer than any outline is known."""
    return shapely.set_precision(area, 1e-6)
