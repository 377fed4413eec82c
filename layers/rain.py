"""Rain as it falls: one drop per gauge, coloured by how hard it rains."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.scale import DEVON, Scale

# WMO-No. 8, Guide to Instruments and Methods of Observation, 2018: slight below 2.5 mm/h, moderate below 10, heavy
# below 50, violent from there. Below 0.1 mm/h a gauge cannot tell rain from dew.
SCALE = Scale(
    unit="mm/h",
    breaks=(0.1, 2.5, 10, 50),
    ramp=DEVON,
    source=N_(
        "WMO Guide to Instruments and Methods of Observation, 2018: 2.5, 10 and 50 mm/h; below 0.1 it is called dry"
    ),
    words=(N_("dry"), N_("slight rain"), N_("moderate rain"), N_("heavy rain"), N_("violent rain")),
)
SKY = Instrument(key="rain", title=N_("Rain rate"), scale=SCALE, digits=1, abnormal_from=10, shape="drop")


def attention(sky: Instrument, row: Row, now: datetime) -> Need | None:
    """Violent rain fills streets faster than drains empty them; heavy rain is worth knowing."""
    if row.value is None or row.value < 10:
        return None
    told = _("{meaning}: {value}").format(meaning=SCALE.word(row.value), value=sky.reading(row))
    return Need(2 if row.value >= 50 else 4, told)


LAYER = SKY.layer(
    title=N_("Rain"),
    about=N_("How hard it rains: the newest value of every rain gauge."),
    group=N_("Weather and water"),
    icon="cloud-rain",
    query=Latest("rain_mm_h"),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("Rain in {city}: {meaning}"),
    metric="rain_mm_h",
    stands_for_all="highest",
    shown=False,
    needs=attention,
    worst=lambda instrument: steps("value", (10, 50), (0, 4, 2)),
)
