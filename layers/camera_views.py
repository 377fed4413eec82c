"""What cameras see of the ground: the sector of each, cut off where walls stand in its way."""

from datetime import datetime, timedelta
from typing import Any

from data_access.queries import CameraViews
from data_access.words import N_, _
from layers.base import Column, Fact, Layer, Mark, Row
from layers.cameras import hidden
from layers.deck import Colour, Part
from layers.phrases import known, quantity

VIEW: Colour = {"night": "#7cc4ff", "day": "#0b63ce"}
UNSEEN = ["stale", "dead", "unknown"]


def draw() -> tuple[Part, ...]:
    """A faint area under the buildings; fainter still where its camera shows nothing at present, and from far away,
    where so many would cover the city.
    """
    fill = {"fill-color": VIEW, "fill-opacity": _near(_seen(0.02, 0.04), _seen(0.03, 0.12))}
    line = {"line-color": VIEW, "line-width": 1, "line-opacity": _near(_seen(0.03, 0.1), _seen(0.15, 0.45))}
    return (
        Part("maplibre", {"id": "camera-views-area", "type": "fill", "source": "columns", "paint": fill}, {}),
        Part("maplibre", {"id": "camera-views-edge", "type": "line", "source": "columns", "paint": line}, {}),
    )


def _seen(dark: float, live: float) -> list[Any]:
    return ["match", ["get", "status"], UNSEEN, dark, live]


def _near(far: Any, near: Any) -> list[Any]:
    return ["interpolate", ["linear"], ["zoom"], 13.5, far, 15.5, near]


def detail(row: Row, now: datetime) -> list[Fact]:
    return [
        Fact(_("Sees"), quantity(known(row, "area_m2"), "m²")),
        Fact(_("Hidden by walls"), hidden(row)),
        Fact(_("Worked out from"), _("the camera's declared direction and reach, and the outlines of buildings")),
    ]


LAYER = Layer(
    key="camera-views",
    title=N_("What cameras see"),
    about=N_("The ground that each camera can see, worked out from its direction and the buildings around it."),
    group=N_("Safety"),
    icon="scan-eye",
    query=CameraViews(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Camera"), lambda row, now: row.name or row.id),
        Column(N_("Sees"), lambda row, now: quantity(known(row, "area_m2"), "m²")),
        Column(N_("Hidden by walls"), lambda row, now: hidden(row)),
    ),
    stale_after=timedelta(minutes=5),
    public=None,
    withheld=N_("Not published: who knows what a camera sees also knows where nobody is watching."),
    legend=(Mark("area", VIEW, N_("ground in view; nothing is drawn for a camera whose direction nobody knows")),),
)
