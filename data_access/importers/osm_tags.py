"""What OpenStreetMap's tags say a thing is; pure. A thing's tags are a mapping of tag to text."""

from collections.abc import Mapping

from data_access.words import Text

Tags = Mapping[str, str]
Fault = tuple[str, Text]  # a tag and why it could not be used
Faults = list[Fault]

ROADS = {
    **dict.fromkeys(("motorway", "motorway_link", "trunk", "trunk_link"), "motorway"),
    **dict.fromkeys(("primary", "primary_link"), "primary"),
    **dict.fromkeys(("secondary", "secondary_link", "tertiary", "tertiary_link"), "secondary"),
    **dict.fromkeys(("residential", "unclassified", "living_street", "road"), "residential"),
    **dict.fromkeys(("service", "busway", "bus_guideway", "raceway", "escape"), "service"),
    **dict.fromkeys(("footway", "path", "pedestrian", "cycleway", "steps", "track", "bridleway", "corridor"), "path"),
}
RAILS = frozenset({"rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail", "funicular"})
WATERWAYS = frozenset({"river", "stream", "canal", "drain", "ditch", "tidal_channel"})
WATERS = {"natural": {"water"}, "waterway": {"riverbank", "dock"}, "landuse": {"reservoir", "basin"}}
GREENS = {
    "leisure": {"park": "park", "garden": "garden", "pitch": "pitch", "golf_course": "park", "nature_reserve": "wood"},
    "landuse": {
        **dict.fromkeys(("grass", "village_green", "recreation_ground", "flowerbed"), "grass"),
        **dict.fromkeys(("meadow", "orchard", "vineyard", "farmland", "allotments", "plant_nursery"), "farmland"),
        "forest": "wood",
        "cemetery": "cemetery",
    },
    "natural": {"wood": "wood", "scrub": "scrub", "grassland": "grass", "heath": "scrub", "wetland": "wetland"},
}
PLACES = {
    **dict.fromkeys(("city", "town"), "city"),
    **dict.fromkeys(("borough", "suburb", "district"), "district"),
    **dict.fromkeys(("quarter", "neighbourhood", "village", "hamlet"), "quarter"),
}
# Named places a person at the desk orients by.
POINTS = {
    "amenity": frozenset({"school", "university", "college", "kindergarten", "library", "theatre", "place_of_worship"})
    | {"hospital", "clinic", "police", "fire_station", "townhall", "courthouse", "community_centre"}
    | {"marketplace", "bus_station", "ferry_terminal", "parking"},
    "tourism": frozenset({"museum", "attraction"}),
    "railway": frozenset({"station", "halt", "tram_stop"}),
    "highway": frozenset({"bus_stop"}),
    "public_transport": frozenset({"platform", "station"}),
    "shop": frozenset({"mall", "department_store"}),
    "leisure": frozenset({"park", "stadium", "sports_centre"}),
}

# What the map marks under one sign; and what it marks without a name too, since one looks for the next of its kind.
SIGNS = {
    **dict.fromkeys(("bus_stop", "tram_stop", "platform"), "stop"),
    **dict.fromkeys(("station", "halt", "bus_station", "ferry_terminal"), "station"),
    **dict.fromkeys(("school", "university", "college", "kindergarten"), "school"),
}
UNNAMED = frozenset({"stop", "station", "hospital", "police", "fire_station"})


def named(tags: Tags) -> dict[str, str | float]:
    """The name as it is written there, and the English one where somebody gave it."""
    told: dict[str, str | float] = {}
    if name := tags.get("name", "").strip():
        told["name"] = name
        if english := tags.get("name:en", "").strip():
            told["name_en"] = english
    return told


def use(tags: Tags) -> str | None:
    """What a building is used for, in OpenStreetMap's word; None where nobody says."""
    kind = tags.get("building") or tags.get("building:part") or "yes"
    if kind != "yes":
        return kind
    for key in ("amenity", "healthcare", "tourism", "leisure"):
        if key in tags:
            return tags[key]
    return next((key for key in ("shop", "office", "craft") if key in tags), None)


def water(tags: Tags) -> str | None:
    """The kind of open water an area is, or None."""
    for key, values in WATERS.items():
        if tags.get(key) in values:
            return tags.get("water", tags[key])
    return None


def green(tags: Tags) -> str | None:
    """The kind of green an area is, or None."""
    for key, kinds in GREENS.items():
        if kind := kinds.get(tags.get(key, "")):
            return kind
    return None


def point(tags: Tags) -> str | None:
    """The kind of place a person orients by or looks for, or None. Most need a name."""
    kind = next((tags[key] for key, values in POINTS.items() if tags.get(key) in values), None)
    if kind is None or (not tags.get("name", "").strip() and SIGNS.get(kind, kind) not in UNNAMED):
        return None
    return kind
