"""Air temperature: a small disc per sensor, up and to the right of where the device stands."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Layer, Need, Row
from layers.instrument import AGES, Instrument
from layers.scale import CIVIDIS, Scale

# Viet Nam's weather service calls a day cold up to 15 °C, hot from 35, very hot from 37 and extremely hot from 39;
# 25 only halves the ordinary days between.
SCALE = Scale(
    unit="°C",
    breaks=(15, 25, 35, 37, 39),
    ramp=CIVIDIS,
    source=N_(
        "Bands of Viet Nam's weather service: cold up to 15, hot from 35, 37 and 39 °C; 25 °C only halves the rest"
    ),
    words=(N_("cold"), N_("cool to mild"), N_("warm"), N_("hot"), N_("very hot"), N_("extremely hot")),
)
AIR = Instrument(
    "temperature", N_("Air temperature"), SCALE, digits=1, abnormal_from=37, size_px=14, offset_px=(13, -13)
)


def attention(row: Row, now: datetime) -> Need | None:
    """Very hot days are a matter for people who work outside; extremely hot ones for everyone."""
    if row.value is None or row.value < 37:
        return None
    return Need(
        2 if row.value >= 39 else 3,
        _("{value}, {meaning}").format(value=AIR.reading(row), meaning=SCALE.word(row.value)),
    )


LAYER = Layer(
    key="temperature",
    title=N_("Temperature"),
    about=N_("Air temperature at street level: the newest value of every weather sensor."),
    group=N_("Air and weather"),
    icon="thermometer",
    query=Latest("temperature_c"),
    draw=AIR.draw,
    detail=AIR.detail,
    columns=AIR.columns(),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("It is {meaning} in {city}"),
    scale=SCALE,
    unit=SCALE.unit,
    metric="temperature_c",
    legend=AGES,
    attention=attention,
)
