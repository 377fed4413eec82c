"""Vehicles as counters count them: one flat capsule per counter, coloured by how many there were."""

from datetime import datetime, timedelta

from data_access.privacy import Vehicles
from data_access.queries import Latest
from data_access.words import N_, _, ngettext
from layers.base import Fact, Row
from layers.deck import CLEAR, Part, icons, only
from layers.instrument import Instrument
from layers.phrases import known, number, span
from layers.scale import CIVIDIS, Scale

# What many vehicles are depends on the street and on how long its counter counts: only a city can say.
SCALE = Scale(
    unit="",
    breaks=(10, 30, 100, 300, 1000),
    ramp=CIVIDIS,
    source=N_("Steps of our own, each about three times the one before: this city's description states no quantiles"),
)


class Counter(Instrument):
    """A count is of vehicles, and tells over how long they were counted where that is known."""

    __slots__ = ()

    def draw(self) -> tuple[Part, ...]:
        """The capsules of every instrument; of published rows also those with so few that no number is told."""
        few = {"column": "band", "values": {"few": self.scale.ramp[0]}, "other": CLEAR}
        over = only("fresh", "late", size=self.size_px + 4)  # a row without a number has the dotted sign, too
        return (*super().draw(), icons("traffic-few", self.shape, few, over, fan=True, shrink=True))

    def reading(self, row: Row) -> str:
        """How many vehicles; of published rows from how many to how many, or that they were few."""
        value, step = known(row, "value"), known(row, "step")
        if known(row, "band") == "few" and step:
            return _("fewer than {n} vehicles").format(n=number(step))
        if value is None:
            return super().reading(row)
        if step:
            return _("{least} to {most} vehicles").format(least=number(value), most=number(value + step - 1))
        return ngettext("{n} vehicle", "{n} vehicles", round(value)).format(n=number(value))

    def detail(self, row: Row, now: datetime) -> list[Fact]:
        facts = super().detail(row, now)
        if known(row, "step"):
            return facts  # the promise of the layer says over how long
        every = known(row, "interval_s")
        told = _("since its last report, {span} before").format(span=span(timedelta(seconds=every))) if every else None
        return [*facts, Fact(_("Counted"), told or _("not known over how long"))]


STREET = Counter(key="traffic", title=N_("Vehicles"), scale=SCALE, digits=0, abnormal_from=None, shape="pill")


LAYER = STREET.layer(
    title=N_("Traffic"),
    about=N_("Vehicles on the street: the newest count of every counter. Vehicles are counted, never recognised."),
    group=N_("Traffic"),
    icon="car",
    query=Latest("vehicle_count"),
    stale_after=timedelta(minutes=15),
    public=Vehicles(k=10, bucket=timedelta(minutes=15), delay=timedelta(minutes=15)),
    metric="vehicle_count",
    things=N_("vehicles"),
    shown=False,
)
