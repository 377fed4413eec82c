"""Other ways to look at the buildings: by use, by height, by where the height is known from, by the year of building.

Each paints the same walls and says in its legend what the colours mean; what nobody knows has a look of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.words import N_, Text
from layers.base import Look, Mark
from layers.deck import Colour, Part
from layers.scale import Scale

UNSAID: Colour = {"night": "#2a3542", "day": "#d9dfe5"}  # as a building without a look: it stands back
# P. Tol, Colour schemes (SRON/EPS/TN/09-002, 2021): his "light" scheme for areas, told apart by the colour-blind, too.
# By night the same hues are half as bright, so that no roof outshines a mark.
YELLOW: Colour = {"night": "#8f8351", "day": "#eedd88"}
BLUE: Colour = {"night": "#3d6793", "day": "#77aadd"}
ORANGE: Colour = {"night": "#a4573f", "day": "#ee8866"}
PINK: Colour = {"night": "#b98a97", "day": "#ffaabb"}
MINT: Colour = {"night": "#2f7d67", "day": "#44bb99"}
OLIVE: Colour = {"night": "#5d5d00", "day": "#aaaa00"}
CYAN: Colour = {"night": "#7db4cf", "day": "#99ddff"}
PURPLE: Colour = {"night": "#9678ab", "day": "#aa88bb"}

# OpenStreetMap's words for what a building is, gathered into what a planner asks for.
USES: Sequence[tuple[Text, Colour, str]] = (
    (
        N_("housing"),
        YELLOW,
        "residential house apartments detached terrace semidetached_house bungalow dormitory villa "
        "tower shophouse farm hut cabin houseboat static_caravan",
    ),
    (
        N_("shops, offices, hotels"),
        BLUE,
        "commercial retail office hotel supermarket shop mall market marketplace kiosk bank "
        "restaurant cafe guest_house department_store craft",
    ),
    (
        N_("industry, storage, farming"),
        ORANGE,
        "industrial warehouse factory manufacture hangar storage_tank silo barn greenhouse "
        "farm_auxiliary cowshed stable sty workshop digester",
    ),
    (
        N_("schools, universities"),
        PINK,
        "school university college kindergarten education library museum",
    ),
    (N_("health"), MINT, "hospital clinic health doctors pharmacy nursing_home social_facility"),
    (
        N_("public offices, police, fire service"),
        CYAN,
        "public civic government townhall fire_station police courthouse embassy community_centre post_office military",
    ),
    (
        N_("worship, culture, sport"),
        PURPLE,
        "temple pagoda church chapel cathedral mosque shrine synagogue religious monastery "
        "place_of_worship theatre stadium sports_centre sports_hall cinema attraction",
    ),
    (
        N_("traffic, parking, supply"),
        OLIVE,
        "parking garage garages carport train_station transportation station bus_station service "
        "utility transformer_tower water_tower power substation",
    ),
)
OTHER: Colour = {"night": "#a9b4c0", "day": "#8b98a6"}  # a use that is stated and fits none of these

# From floor to floor about 3 m: two floors, four, eight, sixteen, thirty-two.
HEIGHTS = Scale(
    unit="m",
    breaks=(6, 12, 24, 48, 96),
    ramp=("#37486b", "#4f6273", "#6d7f78", "#929a77", "#bdb272", "#ead07a"),
    source=N_("Steps of our own, each twice the one before: about 2, 4, 8, 16 and 32 floors"),
    words=(N_("one or two floors"), N_("house"), N_("block"), N_("high block"), N_("tower"), N_("high tower")),
)
YEARS: Sequence[tuple[int, str, Text]] = (
    (0, "#f0b68f", N_("before 1900")),
    (1900, "#d29343", N_("1900 to 1944")),
    (1945, "#9d892b", N_("1945 to 1974")),
    (1975, "#687b3e", N_("1975 to 1989")),
    (1990, "#3f7663", N_("1990 to 2009")),
    (2010, "#2f6096", N_("2010 and later")),
)
SOURCES: Mapping[str, tuple[Colour, Text]] = {
    "tagged": ({"night": "#4a7c9c", "day": "#7fb0cf"}, N_("height stated by the map")),
    "levels": ({"night": "#8fb9d3", "day": "#b8d8ea"}, N_("height worked out from the number of floors")),
    "estimated": ({"night": "#a88245", "day": "#e0b266"}, N_("height estimated from the kind of building")),
}


def looks(draw: Any) -> tuple[Look, ...]:
    """The looks of buildings that `draw` draws without one."""
    return (
        Look("use", N_("Use"), lambda: painted(draw(), _by_use()), legend=_uses()),
        Look(
            "height",
            N_("Height"),
            lambda: painted(draw(), stepped("height", HEIGHTS.breaks, HEIGHTS.ramp)),
            scale=HEIGHTS,
            legend=(Mark("area", UNSAID, N_("flat and see-through: its height is not known")),),
        ),
        Look(
            "height-source",
            N_("Source of the height"),
            lambda: painted(draw(), _by_source()),
            legend=(
                *(Mark("area", colour, words) for colour, words in SOURCES.values()),
                Mark("area", UNSAID, N_("flat and see-through: its height is not known")),
            ),
        ),
        Look(
            "year",
            N_("Year of building"),
            lambda: painted(draw(), stepped("built", [year for year, *_ in YEARS[1:]], [step[1] for step in YEARS])),
            legend=(
                *(Mark("area", colour, words) for _year, colour, words in YEARS),
                Mark("area", UNSAID, N_("year not known")),
            ),
        ),
    )


def painted(parts: tuple[Part, ...], colour: Any) -> tuple[Part, ...]:
    """The same parts in this colour."""
    return tuple(
        Part(part.engine, {**part.spec, "paint": {**part.spec["paint"], "fill-extrusion-color": colour}}, part.encode)
        for part in parts
    )


def stepped(column: str, breaks: Sequence[float], ramp: Sequence[str]) -> list[Any]:
    """A colour by the bands of a scale; what has no number keeps the colour of what nobody said."""
    bands: list[Any] = [ramp[0]]
    for level, colour in zip(breaks, ramp[1:], strict=True):
        bands += [level, colour]
    return ["case", ["has", column], ["step", ["to-number", ["get", column]], *bands], UNSAID]


def _by_use() -> list[Any]:
    matched: list[Any] = []
    for _words, colour, uses in USES:
        matched += [uses.split(), colour]
    named = ["match", ["get", "use"], *matched, OTHER]
    return ["case", ["in", ["coalesce", ["get", "use"], "yes"], ["literal", ["yes", ""]]], UNSAID, named]


def _by_source() -> list[Any]:
    matched: list[Any] = []
    for source, (colour, _words) in SOURCES.items():
        matched += [source, colour]
    return ["match", ["coalesce", ["get", "height_source"], ""], *matched, UNSAID]


def _uses() -> tuple[Mark, ...]:
    known = tuple(Mark("area", colour, words) for words, colour, _uses in USES)
    return (*known, Mark("area", OTHER, N_("another use")), Mark("area", UNSAID, N_("use not known")))
