"""The stretch of time that a chart shows: 24 hours, 7 days, or from one typed moment to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from components.clock import instant, typed
from data_access.words import N_, Text, _
from layers.phrases import number, span

HOURS, WEEK, OWN = "24h", "7d", "own"
CHOICES: Mapping[str, Text] = {HOURS: N_("24 hours"), WEEK: N_("7 days"), OWN: N_("From … to …")}
LENGTHS: Mapping[str, timedelta] = {HOURS: timedelta(hours=24), WEEK: timedelta(days=7)}
LONGEST = timedelta(days=31)  # of a device that speaks every minute, 45,000 readings
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From start to end, both included; clocks are read in the zone of `end`. `choice` is one of CHOICES."""

    start: datetime
    end: datetime
    choice: str = HOURS

    @property
    def days(self) -> float:
        return (self.end - self.start) / timedelta(days=1)

    @property
    def short(self) -> bool:
        """Whether hours alone tell its moments apart."""
        return self.days <= 1

    def called(self) -> str:
        """What it is called at the head of a chart."""
        return span(self.end - self.start) if self.choice == OWN else str(CHOICES[self.choice])


def last(end: datetime, choice: str = HOURS) -> Stretch:
    """The hours or days before `end`."""
    return Stretch(end - LENGTHS[choice], end, choice)


def wished(choice: object, start: object, end: object, now: datetime, zone: ZoneInfo) -> tuple[Stretch, str]:
    """The stretch that a browser asks for, up to `now` at most, and a sentence on what was wrong with its wish.

    Start and end are typed by the clocks of the city; without an end it is `now`.
    """
    if choice != OWN:
        return last(now, choice if choice in LENGTHS else HOURS), ""  # type: ignore[arg-type]  # a key of LENGTHS
    first, until = _moment(start, zone), _moment(end, zone)
    if not start:
        return last(now), _("Type when it should begin.")
    if first is None or (end and until is None):
        return last(now), _("Write day/month/year hours:minutes, such as {moment}.").format(
            moment=now.strftime("%d/%m/%Y %H:%M")
        )
    ends = min(until or now, now).astimezone(zone)
    if ends - first < SHORTEST:
        return last(now), _("It must begin before it ends, and before the time that is shown.")
    if ends - first > LONGEST:
        told = _("At most {n} days at once. Choose a later beginning, or take the CSV of each month.")
        return last(now), told.format(n=number(LONGEST.days))
    return Stretch(first.astimezone(zone), ends, OWN), ""


def _moment(wish: object, zone: ZoneInfo) -> datetime | None:
    return typed(wish, zone) or instant(wish)
