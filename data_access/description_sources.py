"""The kinds of sources that a city description knows, and which keys and columns each of them understands."""

from msgspec import Struct

# Classes in which the map draws what a layer of it holds.
ROADS = ("motorway", "primary", "secondary", "residential", "service", "path")
RAILS = ("rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail", "funicular")
GREENS = ("park", "garden", "pitch", "grass", "farmland", "wood", "cemetery", "scrub", "wetland")
WATERS = ("water", "lake", "river", "sea", "pond", "reservoir", "basin", "canal", "dock", "riverbank", "lagoon")
WATERWAYS = ("river", "stream", "canal", "drain", "ditch", "tidal_channel")
LAYERS = {"roads": ROADS, "rail": RAILS, "water": WATERS, "waterway": WATERWAYS, "green": GREENS, "land": ("land",)}
POINT_LAYERS = ("places", "addresses")
# Points a person orients by: what is drawn and found by its name.
POINTS = (
    "stop", "bus_stop", "tram_stop", "bus_station", "station", "hospital", "clinic", "police", "fire_station",
    "school", "kindergarten", "college", "university", "library", "theatre", "museum", "attraction", "mall",
    "department_store", "marketplace", "place_of_worship", "townhall", "courthouse", "community_centre", "park",
    "stadium", "sports_centre", "city", "district", "quarter",
)  # fmt: skip
AREAS = ("city", "district", "ward", "commune", "quarter", "zone")

METRES = ("m", "cm", "ft", "levels")
FILE = ("fields", "crs", "latitude_first", "sheet", "encoding", "only")
REGISTER = (*FILE, "id_prefix", "interval_s", "keep")
DEVICE = ("id", "name", "lon", "lat", "interval_s")


class Rules(Struct, frozen=True):
    """What a kind of source may say: its keys, its fields, which of them it must say, and its classes."""

    keys: tuple[str, ...]
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    units: dict[str, tuple[str, ...]] = {}


SOURCES = {
    "osm": Rules(keys=("without",)),
    "buildings": Rules(
        keys=(*FILE, "units", "unknown_height"),
        fields=("id", "height", "min_height", "levels", "name", "use", "built"),
        units={"height": METRES, "min_height": METRES},
    ),
    "basemap": Rules(
        keys=(*FILE, "layer", "class", "classes"),
        fields=("id", "class", "name", "name_en"),
        layers=tuple(LAYERS),
        classes=tuple(dict.fromkeys(one for classes in LAYERS.values() for one in classes)),
    ),
    "places": Rules(
        keys=(*FILE, "class", "classes"),
        fields=("id", "class", "name", "name_en", "lon", "lat"),
        needs=("name",),
        classes=POINTS,
    ),
    "districts": Rules(
        keys=(*FILE, "class", "classes"),
        fields=("id", "class", "name", "name_en", "population"),
        needs=("name",),
        classes=AREAS,
    ),
    "sensors": Rules(keys=(*REGISTER, "metrics"), fields=(*DEVICE, "fault", "metrics"), needs=("id",)),
    "cameras": Rules(
        keys=(*REGISTER, "metrics"),
        fields=(*DEVICE, "fault", "mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m"),
        needs=("id",),
    ),
    "parking": Rules(keys=(*REGISTER, "metrics"), fields=(*DEVICE, "fault", "total_spaces"), needs=("id",)),
    "ngsi-ld": Rules(keys=("types", "interval_s")),
}
