"""Nitrogen dioxide (NO2) in street air, most of it from engines: one hexagon per sensor."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.scale import BATLOW, Scale

# WHO global air quality guidelines 2021, NO2: the 24-hour guideline, its interim targets 2 and 1, and the guideline
# for one hour, which stands since 2005.
SCALE = Scale(
    unit="µg/m³",
    breaks=(25, 50, 120, 200),
    ramp=BATLOW,
    source=N_(
        "WHO air quality guidelines 2021, 24-hour mean: guideline 25, interim targets 50 and 120 µg/m³; 200 is the "
        "guideline for one hour"
    ),
    words=(
        N_("clean: within the WHO guideline"),
        N_("fair: a little above the WHO guideline"),
        N_("moderate: over a whole day unhealthy for sensitive people"),
        N_("bad: over a whole day unhealthy for everyone"),
        N_("very bad: above what the WHO allows for a single hour"),
    ),
)
GAS = Instrument(
    key="no2", title=N_("Nitrogen dioxide (NO2)"), scale=SCALE, digits=0, abnormal_from=120, shape="hexagon"
)


def attention(gas: Instrument, row: Row, now: datetime) -> Need | None:
    """Someone should know when the air is worse than the WHO's weakest target for a day, or its limit for an hour."""
    if row.value is None or row.value < 120:
        return None
    why = (
        _("nitrogen dioxide {value}, at or above the WHO's guideline of 200 for one hour")
        if row.value >= 200
        else _("nitrogen dioxide {value}, at or above the WHO's interim target 120")
    )
    return Need(2 if row.value >= 200 else 3, why.format(value=gas.reading(row)))


LAYER = GAS.layer(
    title=N_("Nitrogen dioxide"),
    about=N_("Nitrogen dioxide (NO2) in street air: the newest value of every air sensor."),
    group=N_("Air and noise"),
    icon="factory",
    query=Latest("no2_ug_m3"),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("Nitrogen dioxide in {city}: {meaning}"),
    metric="no2_ug_m3",
    shown=False,
    needs=attention,
    worst=lambda instrument: steps("value", (120, 200), (0, 3, 2)),
)
