"""Fine dust (PM2.5) in street air: one disc per sensor, coloured by concentration."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.scale import BATLOW, Scale

# WHO global air quality guidelines 2021, PM2.5, 24-hour mean: the guideline, then interim targets 4, 3, 2 and 1.
SCALE = Scale(
    unit="µg/m³",
    breaks=(15, 25, 37.5, 50, 75),
    ramp=BATLOW,
    source=N_("WHO air quality guidelines 2021, 24-hour mean: guideline 15, interim targets 25, 37.5, 50 and 75 µg/m³"),
    words=(
        N_("clean: within the WHO guideline"),
        N_("fair: a little above the WHO guideline"),
        N_("moderate: over a whole day unhealthy for sensitive people"),
        N_("poor: over a whole day unhealthy for children and the sick"),
        N_("bad: over a whole day unhealthy for everyone"),
        N_("very bad: above every target of the WHO"),
    ),
)
DUST = Instrument(key="pm25", title=N_("Fine dust (PM2.5)"), scale=SCALE, digits=0, abnormal_from=50)


def attention(dust: Instrument, row: Row, now: datetime) -> Need | None:
    """Someone should know when the air is worse than the WHO's weakest targets but one."""
    if row.value is None or row.value < 50:
        return None
    severity, target = (3, 75) if row.value >= 75 else (4, 50)
    return Need(
        severity,
        _("fine dust {value}, at or above the WHO's interim target {target}").format(
            value=dust.reading(row), target=target
        ),
    )


LAYER = DUST.layer(
    title=N_("Fine dust"),
    about=N_("Fine dust (PM2.5) in street air: the newest value of every air sensor."),
    group=N_("Air and noise"),
    icon="wind",
    query=Latest("pm25_ug_m3"),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("The air in {city} is {meaning}"),
    metric="pm25_ug_m3",
    needs=attention,
    worst=lambda instrument: steps("value", (50, 75), (0, 4, 3)),
)
