"""Facts as they travel through the house: frozen values, with units and clocks stated here, once.

Times are aware and in UTC. `observed_at` says when a fact was true at its device, `received_at` when the city
heard of it. Places are (lon, lat) in WGS 84. Metric names carry their unit, as in `pm25_ug_m3`.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

Quality = Literal["good", "suspect", "invalid", "missing", "future", "ancient"]
Status = Literal["fresh", "late", "stale", "dead", "unknown"]
IncidentState = Literal["new", "acknowledged", "assigned", "on_scene", "resolved", "closed"]

QUALITIES: tuple[Quality, ...] = ("good", "suspect", "invalid", "missing", "future", "ancient")
STATUSES: tuple[Status, ...] = ("fresh", "late", "stale", "dead", "unknown")
INCIDENT_KINDS = (
    "fire",
    "crash",
    "flood",
    "medical",
    "crime",
    "crowd",
    "power",
    "water",
    "road",
    "tree",
    "weather",
    "other",
)
INCIDENT_STATES: tuple[IncidentState, ...] = (
    "new",
    "acknowledged",
    "assigned",
    "on_scene",
    "resolved",
    "closed",
)
OVER: frozenset[str] = frozenset({"resolved", "closed"})

# The bands of the contract, in multiples of the interval at which a device promised to speak.
LATE, STALE, DEAD = 2.0, 3.0, 10.0


class Reading(Struct, frozen=True, gc=False):
    """One number (or its stated absence: value None, and quality says why) of one metric of one device."""

    device_id: str
    metric: str
    value: float | None
    observed_at: datetime
    quality: Quality = "good"
    boot: str | None = None
    seq: int | None = None


class Online(Struct, frozen=True, gc=False):
    """A device said that it came or went; a last will says so for it."""

    device_id: str
    online: bool
    boot: str | None = None


class About(Struct, frozen=True):
    """A device as it declares itself: what it is, where it stands, what it measures and how often.

    `metrics` maps metric to unit. `fields` holds what its kind declares beyond that: mount_height_m,
    azimuth_deg, field_of_view_deg and range_m of a camera, total_spaces of a parking site. A `lon` of NaN: nobody
    knows where it stands. One that is `partial` says what it happens to know: where it is silent, an earlier word
    stands; its name is then the device's id.
    """

    device_id: str
    name: str
    kind: str
    lon: float
    lat: float
    metrics: dict[str, str] = {}
    interval_s: float | None = None
    fields: dict[str, float | str] = {}
    partial: bool = False


class Incident(Struct, frozen=True):
    """One word about an incident; the same id again is an update. `severity` 1 is worst, 4 is information."""

    id: str
    at: datetime
    kind: str
    severity: int
    state: IncidentState
    lon: float
    lat: float
    title: str
    source: str
    text: str | None = None


class Note(Struct, frozen=True):
    """What somebody at the desk wrote down about a place and a time; `about` names the thing it was pinned to."""

    text: str
    lon: float
    lat: float
    at: datetime
    about_layer: str | None = None
    about_id: str | None = None


Fact = Reading | Online | About | Incident


class Refused(Struct, frozen=True):
    """A part of a message that nobody understands, and why; `raw` None: it cannot be told from the whole."""

    reason: str
    raw: bytes | None = None


Numbered = tuple[str, str, int]  # device, boot, and the number of a message in it


class Packet(Struct, frozen=True, gc=False):
    """What one message said. `seq` numbers it within `boot`; `lost` are numbers its sender can never resend.

    `device_id` is None where it spoke of no device, or of several. `refused` are parts that could not be taken.
    """

    facts: tuple[Fact, ...]
    device_id: str | None = None
    boot: str | None = None
    seq: int | None = None
    lost: tuple[tuple[int, int], ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def numbered(self) -> Numbered | None:
        """Its number; None where it bears none."""
        if self.device_id is None or self.boot is None or self.seq is None:
            return None
        return self.device_id, self.boot, self.seq


class Building(Struct, frozen=True):
    """A building's outline (WKB, WGS 84) and height; `height_source` is tagged, levels, estimated or unknown.

    `built` is the year in which it was finished.
    """

    id: str
    outline: bytes
    height_m: float | None
    height_source: str
    min_height_m: float = 0.0
    levels: float | None = None
    name: str | None = None
    use: str | None = None
    part: bool = False
    built: int | None = None


class District(Struct, frozen=True):
    """An area with a name of its own, a ward or a commune: its outline (WKB, WGS 84) and who lives there."""

    id: str
    name: str
    outline: bytes
    name_en: str | None = None
    kind: str | None = None
    population: int | None = None


class Place(Struct, frozen=True):
    """Something one can look for by its name. `kind` is street, address, stop, hospital, park and the like.

    `context` tells two of the same name apart: the district, or the street of an address. `bounds` is west, south,
    east, north of what is larger than a point; `line` is how a street runs (WKB, WGS 84).
    """

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    name_en: str | None = None
    context: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    line: bytes | None = None


def status(age: timedelta | None, interval: timedelta) -> Status:
    """How a value of this age stands, for a device that promised to speak every interval.

    >>> status(timedelta(seconds=121), timedelta(minutes=1))
    'late'
    """
    if age is None:
        return "unknown"
    for band, bound in (("dead", DEAD), ("stale", STALE), ("late", LATE)):
        if age > bound * interval:
            return band  # type: ignore[return-value]  # the four words above are Status
    return "fresh"


def utc(at: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        ValueError: it is naive; nobody can say which instant that is.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)
