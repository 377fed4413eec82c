"""Water level of rivers, canals and flooded streets: one gauge sign per sensor.

From which level on water is dangerous differs from gauge to gauge, so the bands are those of the city's own
description; where it names none, they only tell more from less.
"""

from datetime import datetime, timedelta
from typing import Any

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.phrases import quantity
from layers.scale import LAPAZ, Scale

SCALE = Scale(
    unit="m",
    breaks=(1, 2, 3, 4, 6),
    ramp=LAPAZ,
    source=N_("Steps of our own: alarm levels are local, and this city's description states none"),
)
GAUGE = Instrument(key="water-level", title=N_("Water level"), scale=SCALE, digits=2, abnormal_from=None, shape="gauge")


def attention(gauge: Instrument, row: Row, now: datetime) -> Need | None:
    """From the first of the city's alarm levels on someone should know; above the last one at once."""
    levels = gauge.scale.breaks
    if row.value is None or gauge.scale.source == SCALE.source or row.value < levels[0]:
        return None
    band = gauge.scale.band(row.value)
    told = _("water level {value}, at or above the alarm level of {level}").format(
        value=gauge.reading(row), level=quantity(levels[band - 1], "m", 2)
    )
    return Need(_severity(band, len(levels)), told)


def worst(gauge: Instrument) -> dict[str, Any] | None:
    """The same by value; where the city has stated no levels, none is alarming."""
    levels = gauge.scale.breaks
    if gauge.scale.source == SCALE.source:
        return None
    return steps("value", levels, [0, *(_severity(band, len(levels)) for band in range(1, len(levels) + 1))])


def _severity(band: int, levels: int) -> int:
    return min(4, 1 + levels - band)


LAYER = GAUGE.layer(
    title=N_("Water level"),
    about=N_("How high the water stands: the newest value of every gauge, above the gauge's own zero."),
    group=N_("Weather and water"),
    icon="waves",
    query=Latest("water_level_m"),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    metric="water_level_m",
    stands_for_all="highest",
    needs=attention,
    worst=worst,
)
