"""Air temperature, with the humidity that says how it feels: one upright capsule per sensor."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Column, Fact, Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.phrases import known, quantity
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


class Thermometer(Instrument):
    """A temperature is told with the humidity beside it."""

    __slots__ = ()

    def detail(self, row: Row, now: datetime) -> list[Fact]:
        return [*super().detail(row, now), Fact(_("Humidity"), humidity(row))]

    def columns(self) -> tuple[Column, ...]:
        return (*super().columns(), Column(N_("Humidity"), lambda row, now: humidity(row)))


def humidity(row: Row) -> str:
    """The relative humidity that the same sensor measures."""
    return quantity(known(row, "humidity_pct"), "%")


AIR = Thermometer(
    key="temperature", title=N_("Air temperature"), scale=SCALE, digits=1, abnormal_from=37, shape="column"
)


def attention(air: Instrument, row: Row, now: datetime) -> Need | None:
    """Very hot days are a matter for people who work outside; extremely hot ones for everyone."""
    if row.value is None or row.value < 37:
        return None
    return Need(
        2 if row.value >= 39 else 3,
        _("{value}, {meaning}").format(value=air.reading(row), meaning=SCALE.word(row.value)),
    )


LAYER = AIR.layer(
    title=N_("Temperature"),
    about=N_("Air temperature at street level: the newest value of every weather sensor."),
    group=N_("Weather and water"),
    icon="thermometer",
    query=Latest("temperature_c", beside=("humidity_pct",)),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("It is {meaning} in {city}"),
    metric="temperature_c",
    shown=False,
    needs=attention,
    worst=lambda instrument: steps("value", (37, 39), (0, 3, 2)),
)
