"""Where a point lies, in words: the district around it, else the nearest quarter or village with a name."""

from collections.abc import Iterable, Sequence

import shapely

from data_access.metres import Plane
from data_access.records import District

NEAR_M = 3_000.0  # farther than this from the middle of a quarter nobody would say that it lies there


class Surroundings:
    """Districts as areas and quarters as points: `of` names the smallest that fits."""

    def __init__(
        self, districts: Iterable[District], quarters: Sequence[tuple[str, float, float]], plane: Plane
    ) -> None:
        self._plane = plane
        areas = [(shapely.from_wkb(district.outline), district.name) for district in districts]
        areas.sort(key=lambda area: (area[0].area, area[1]))  # the smallest first
        self._areas, self._names = [area for area, _name in areas], [name for _area, name in areas]
        self._inside = shapely.STRtree(self._areas)
        shapely.prepare(self._areas)
        self._quarters = [name for name, _lon, _lat in quarters]
        self._near = shapely.STRtree([shapely.Point(plane.point(lon, lat)) for _name, lon, lat in quarters])

    def of(self, lon: float, lat: float) -> str | None:
        """The name of where this lies; None where nobody has named it."""
        if (district := self.district(lon, lat)) or not self._quarters:
            return district
        here = shapely.Point(self._plane.point(lon, lat))
        found = self._near.query_nearest(here, max_distance=NEAR_M, all_matches=False)
        return self._quarters[int(found[0])] if found.size else None

    def district(self, lon: float, lat: float) -> str | None:
        """The name of the smallest district around it."""
        around = self._inside.query(shapely.Point(lon, lat), predicate="intersects")
        return self._names[int(around.min())] if around.size else None
