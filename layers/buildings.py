"""Buildings as they stand: outlines raised to their height; where that is not known, flat and see-through."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from data_access.privacy import AsItIs
from data_access.queries import Buildings
from data_access.words import N_, Text, _
from layers.base import Column, Fact, Layer, Mark, Row
from layers.building_looks import looks
from layers.deck import Colour, Part
from layers.phrases import known, number, quantity

LOW: Colour = {"night": "#26323f", "day": "#dde3e9"}
HIGH: Colour = {"night": "#42566b", "day": "#b9c4d0"}
FLAT_M = 3
# Simple 3D Buildings, as OpenStreetMap has it: where parts cover a building, they alone are its shape.
WHOLE: list[Any] = ["!", ["to-boolean", ["get", "has_parts"]]]
SOURCES: Mapping[str, Text] = {
    "tagged": N_("stated by the map"),
    "levels": N_("worked out from the number of floors"),
    "estimated": N_("estimated from the kind of building"),
    "unknown": N_("not known, so it is drawn flat"),
}


def draw() -> tuple[Part, ...]:
    """Walls up to the height where it is known. An outline whose parts stand for it is not raised as well."""
    known_height = {
        "fill-extrusion-color": ["interpolate", ["linear"], ["get", "height"], FLAT_M, LOW, 60, HIGH],
        "fill-extrusion-height": ["get", "height"],
        "fill-extrusion-base": ["coalesce", ["get", "min_height"], 0],
        "fill-extrusion-vertical-gradient": True,
    }
    unknown_height = {"fill-extrusion-color": LOW, "fill-extrusion-height": FLAT_M, "fill-extrusion-opacity": 0.45}
    return (
        _extrusion("buildings-raised", ["all", ["has", "height"], WHOLE], known_height),
        _extrusion("buildings-flat", ["all", ["!", ["has", "height"]], WHOLE], unknown_height),
    )


def _extrusion(id: str, only: list[Any], paint: dict[str, Any]) -> Part:
    source = {"source": "buildings", "source-layer": "buildings"}
    return Part("maplibre", {"id": id, "type": "fill-extrusion", **source, "filter": only, "paint": paint}, {})


def height(row: Row) -> str:
    """The height with its source, said as it is: who estimates, says so."""
    source = str(SOURCES.get(row.height_source, row.height_source))
    metres = known(row, "height_m")
    return source if metres is None else _("{height}, {source}").format(height=quantity(metres, "m"), source=source)


def built(row: Row) -> str:
    """The year in which it was finished."""
    year = known(row, "built")
    return _("not known") if year is None else str(round(year))


def detail(row: Row, now: datetime) -> list[Fact]:
    levels = known(row, "levels")
    floors = _("not known") if levels is None else number(levels)
    facts = [Fact(_("Height"), height(row)), Fact(_("Floors"), floors)]
    if known(row, "min_height_m"):
        facts.append(Fact(_("Begins at"), quantity(row.min_height_m, "m")))
    facts.append(Fact(_("Use"), known(row, "use") or _("not known")))
    facts.append(Fact(_("Built"), built(row)))
    return [*facts, Fact(_("Part"), _("part of a larger building"))] if known(row, "part") else facts


LAYER = Layer(
    key="buildings",
    title=N_("Buildings"),
    about=N_("Buildings with their outline and height, and where the height is known from."),
    group=N_("City"),
    icon="building-2",
    query=Buildings(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Name"), lambda row, now: row.name or row.id),
        Column(N_("Height"), lambda row, now: height(row)),
        Column(N_("Use"), lambda row, now: known(row, "use") or _("not known")),
    ),
    stale_after=timedelta(days=365),
    public=AsItIs(),
    looks=looks(draw),
    legend=(
        Mark("area", LOW, N_("low building")),
        Mark("area", HIGH, N_("building of 60 m and more")),
        Mark("area", LOW, N_("flat and see-through: its height is not known")),
    ),
)
