"""Cameras: where each stands and which way it looks; where that is not known, no direction is guessed."""

from datetime import datetime, timedelta

from data_access.privacy import ByArea
from data_access.queries import Cameras
from data_access.words import N_, _
from layers.base import Column, Fact, Layer, Mark, Need, Row
from layers.deck import CLEAR, GREY, Colour, Part, by_status, icons, if_known, only
from layers.instrument import connection
from layers.phrases import direction, known, quantity, share

DARK: Colour = {"night": "#ffb020", "day": "#b35f00"}


def draw() -> tuple[Part, ...]:
    """A camera turned the way it looks; a dotted ring where nobody knows; struck out and bordered when dark."""
    symbol = by_status(fresh="camera", late="camera", stale="camera_off", dead="camera_off", unknown="camera")
    colour = if_known("azimuth_deg", GREY)
    turned = {"column": "azimuth_deg", "times": -1, "missing": 0}  # deck.gl turns the other way round
    said_off = {"column": "online", "breaks": [0.5], "colours": [DARK, CLEAR], "missing": CLEAR}
    return (
        icons("cameras-dark", "ring", DARK, only("stale", "dead", size=30), pick=False, shrink=True),
        icons("cameras-off", "ring", said_off, 30, pick=False, shrink=True),
        icons("cameras-aimed", symbol, colour, 22, angle=turned, shrink=True),
        icons("cameras-unaimed", "dotted", if_known("azimuth_deg", CLEAR, GREY), 22, shrink=True),
        icons("cameras-place", "disc", if_known("azimuth_deg", CLEAR, GREY), 7, pick=False, shrink=True),
    )


def looks(row: Row) -> str:
    """Where a camera looks."""
    azimuth = known(row, "azimuth_deg")
    return _("not known, so no view is drawn") if azimuth is None else direction(azimuth)


def hidden(row: Row) -> str:
    """How much of what a camera could see is hidden by buildings."""
    clipped = known(row, "clipped")
    return _("not known") if clipped is None else share(clipped)


def detail(row: Row, now: datetime) -> list[Fact]:
    facts = [
        Fact(_("Looks"), looks(row)),
        Fact(_("Mounted at"), quantity(known(row, "mount_height_m"), "m", 1)),
        Fact(_("Field of view"), quantity(known(row, "field_of_view_deg"), "°")),
        Fact(_("Sees as far as"), quantity(known(row, "range_m"), "m")),
    ]
    if hasattr(row, "clipped"):
        facts.append(Fact(_("Hidden by walls"), hidden(row)))
    return facts + connection(row)


def attention(row: Row, now: datetime) -> Need | None:
    return Need(3, _("camera is dark: it says that it went offline")) if known(row, "online") == 0 else None


LAYER = Layer(
    key="cameras",
    title=N_("Cameras"),
    about=N_("The city's own cameras: where they stand and which way they look, never what they record."),
    group=N_("Safety"),
    icon="camera",
    query=Cameras(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Name"), lambda row, now: row.name or row.id),
        Column(N_("Looks"), lambda row, now: looks(row)),
        Column(N_("Mounted at"), lambda row, now: quantity(known(row, "mount_height_m"), "m", 1)),
    ),
    stale_after=timedelta(minutes=5),
    public=ByArea(cell_m=500),
    legend=(
        Mark("camera", GREY, N_("camera, turned the way it looks")),
        Mark("dotted", GREY, N_("camera whose direction nobody knows")),
        Mark("camera_off", DARK, N_("dark camera: offline or silent")),
    ),
    attention=attention,
    gathers=True,
    worst={"column": "online", "values": {"0": 3}, "other": 0},
)
