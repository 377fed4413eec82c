"""Districts: an outline and a faint fill under the buildings, and the name in spaced capitals."""

from datetime import datetime, timedelta

from data_access.privacy import AsItIs
from data_access.queries import Districts
from data_access.words import N_, _, language
from layers.base import Column, Fact, Layer, Mark, Row
from layers.deck import GREY, Colour, Part
from layers.phrases import known, number

EDGE: Colour = {"night": "#5d7088", "day": "#8292a3"}


def draw() -> tuple[Part, ...]:
    """A dashed border that grows with the map; the fill is there to be clicked more than to be seen."""
    fill = {"fill-color": EDGE, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.1, 15, 0.04]}
    line = {
        "line-color": EDGE,
        "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.8, 16, 2.4],
        "line-dasharray": [4, 2],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.8, 17, 0.4],
    }
    return (
        Part("maplibre", {"id": "districts-area", "type": "fill", "source": "columns", "paint": fill}, {}),
        Part("maplibre", {"id": "districts-border", "type": "line", "source": "columns", "paint": line}, {}),
        Part("maplibre", _names(), {}),
    )


def _names() -> dict[str, object]:
    """Names where the map has room for them, in the manner of the basemap's own: for who reads English in both."""
    name = ["coalesce", ["get", "name"], ""]
    marks = ["collator", {"case-sensitive": False, "diacritic-sensitive": False, "locale": "en"}]
    other = ["all", ["has", "name_en"], ["!=", ["get", "name_en"], name, marks]]
    both = ["format", name, {}, "\n", {}, ["get", "name_en"], {"font-scale": 0.75}]
    layout = {
        "text-field": ["case", other, both, name] if language() == "en" else name,
        "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 15, 16],
        "text-transform": "uppercase",
        "text-letter-spacing": 0.2,
        "text-max-width": 8,
        "text-padding": 12,
    }
    shown = {"minzoom": 11.5, "maxzoom": 16, "layout": layout, "paint": {"text-color": GREY, "text-halo-width": 1.6}}
    return {"id": "districts-name", "type": "symbol", "source": "columns", **shown}


def other_name(row: Row) -> str:
    """What the district is called in English, for who reads it; its own name stands in the heading."""
    english = known(row, "name_en")
    return str(english if english and language() == "en" else known(row, "name") or row.id)


def people(row: Row) -> str:
    """How many live there."""
    population = known(row, "population")
    return _("not known") if population is None else number(population)


def kind(row: Row) -> str:
    return str(known(row, "kind") or _("not known"))


def detail(row: Row, now: datetime) -> list[Fact]:
    return [
        Fact(_("Called"), other_name(row)),
        Fact(_("Kind"), kind(row)),
        Fact(_("Population"), people(row)),
    ]


LAYER = Layer(
    key="districts",
    title=N_("Districts"),
    about=N_("Districts, wards and communes as the city draws them."),
    group=N_("City"),
    icon="map",
    query=Districts(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Name"), lambda row, now: known(row, "name") or row.id),
        Column(N_("Kind"), lambda row, now: kind(row)),
        Column(N_("Population"), lambda row, now: people(row)),
    ),
    stale_after=timedelta(days=365),
    public=AsItIs(),
    legend=(Mark("area", EDGE, N_("a district within its dashed border")),),
)
