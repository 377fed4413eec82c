"""Districts out of OpenStreetMap: areas of administration, of the one level that divides this city."""

from collections import Counter

from data_access.importers import osm_tags
from data_access.importers.found import Tally
from data_access.importers.osm_pass import Thing
from data_access.importers.osm_tags import Tags
from data_access.records import District
from data_access.words import N_

DISTRICTS = N_("areas of administration")
UNNAMED = N_("without a name")
OTHER_LEVEL = N_("of another level than the districts")


def bounds_a_district(tags: Tags, relation: bool) -> bool:
    """Whether this is the border of something that is administered; a single line of it is not."""
    put_together = tags.get("type", "boundary") in ("boundary", "multipolygon")  # an area has no type any more
    return relation and put_together and tags.get("boundary") == "administrative"


class Districts:
    """Takes areas of administration as they come; those that reach out of the file have no outline in it."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._found: list[Thing] = []

    def take(self, thing: Thing) -> None:
        if thing.form != "area" or not bounds_a_district(thing.tags, thing.id.startswith("relation/")):
            return
        if thing.shape is None:
            self.tally.refuse(str(DISTRICTS), str(thing.why))
        elif not thing.tags.get("name", "").strip():
            self.tally.refuse(str(DISTRICTS), str(UNNAMED))
        else:
            self._found.append(thing)

    def districts(self) -> tuple[District, ...]:
        """Those of the level that has most of them here, the finer one of two: levels lie upon each other."""
        levels = Counter(_level(thing.tags) for thing in self._found)
        chosen = max(levels, key=lambda level: (levels[level], level), default=0)
        told = []
        for thing in self._found:
            assert thing.shape is not None
            if _level(thing.tags) != chosen:
                self.tally.refuse(str(DISTRICTS), str(OTHER_LEVEL))
                continue
            self.tally.keep(str(DISTRICTS))
            named = osm_tags.named(thing.tags)
            english = named.get("name_en")
            said = thing.tags.get("population", "").replace(" ", "")
            told.append(
                District(
                    id=thing.id,
                    name=str(named["name"]),
                    outline=thing.shape.wkb,
                    name_en=None if english is None else str(english),
                    kind=thing.tags.get("border_type") or thing.tags.get("place"),
                    population=int(said) if said.isascii() and said.isdigit() else None,
                )
            )
        return tuple(told)


def _level(tags: Tags) -> int:
    said = tags.get("admin_level", "")
    return int(said) if said.isascii() and said.isdigit() else 0
