"""The words by which others class what a map shows, OpenStreetMap's and those of its common tile makers, in ours."""

from data_access.description_sources import GREENS, LAYERS, POINTS, RAILS, ROADS, WATERS, WATERWAYS
from data_access.importers import osm_tags

# Each layer's classes by the word that a file may use; our own words stand for themselves.
LAYER_CLASSES: dict[str, dict[str, str]] = {
    "roads": {**dict(zip(ROADS, ROADS, strict=True)), **osm_tags.ROADS, "minor": "residential"},
    "rail": {**dict(zip(RAILS, RAILS, strict=True)), "transit": "light_rail"},
    "water": dict(zip(WATERS, WATERS, strict=True)),
    "waterway": dict(zip(WATERWAYS, WATERWAYS, strict=True)),
    "green": {
        **dict(zip(GREENS, GREENS, strict=True)),
        **{word: ours for words in osm_tags.GREENS.values() for word, ours in words.items()},
    },
    "land": {"land": "land"},
}
POINT_KINDS: dict[str, str] = {
    **dict(zip(POINTS, POINTS, strict=True)),
    **dict.fromkeys(("bus_stop", "tram_stop", "platform", "stop_position", "halt"), "stop"),
    **dict.fromkeys(("kindergarten", "college", "university"), "school"),
    **osm_tags.PLACES,
}
OWN_CLASS = frozenset({"city", "district", "quarter"})  # every other point is a poi of its kind

assert set(LAYERS) == set(LAYER_CLASSES)
