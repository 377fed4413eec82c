"""Questions one can put to a store: frozen, hashable values, so also keys of a cache.

Every answer is a Table (`store.answer(question, at)`); `at=None` is now, anything else the city as it was. Each
answer to a question about things has the columns `id`, `lon`, `lat` and `revision` (of the commit that last moved
the row); those with an age have `observed_at`, `received_at` and `interval_s` too. A `lon` of NaN: place unknown.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self


class _OfThings:
    """A question about many things that can also be put about one."""

    __slots__ = ()

    def one(self, id: str) -> Self:
        return replace(self, id=id)  # type: ignore[type-var]  # every heir is a dataclass with an id


@dataclass(frozen=True, slots=True)
class Latest(_OfThings):
    """The newest number of every declared device that has this metric, none observed after `at`.

    Columns: id (device), name, kind, lon, lat, interval_s, value (NaN: never, or missing), quality, observed_at
    (NaT: never reported), received_at, online (1, 0, NaN: never said), revision. A device that never reported has
    its row too. Each metric in `beside` adds a column of its name: the newest number of the same device in it (NaN:
    none that can be trusted).
    """

    metric: str
    id: str | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parking(_OfThings):
    """Every declared parking site.

    Columns: id, name, kind, lon, lat, interval_s, occupied_spaces (NaN: unknown, which is not zero), total_spaces
    (reported, else declared), quality, observed_at, received_at, online, revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Cameras(_OfThings):
    """Every declared camera.

    Columns: id, name, kind, lon, lat, interval_s, mount_height_m, azimuth_deg (NaN: direction unknown),
    field_of_view_deg, range_m, area_m2 and clipped of its view (as in CameraViews; NaN: it has none), online,
    observed_at (its last sign of life), received_at, revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class CameraViews(_OfThings):
    """What each camera sees, as polygons clipped by the buildings; nothing for one whose direction is unknown.

    Columns: id (camera), name, lon, lat, geometry (GeoJSON text), area_m2, clipped (share of the free sector that
    buildings hide, 0 to 1), online, observed_at, received_at, interval_s, revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Incidents(_OfThings):
    """Incidents in their state at `at`; `open_only` leaves out resolved, closed and joined ones.

    Columns: id, kind, severity, state, lon, lat, title, text, source, opened_at, observed_at (the newest that was said
    or done), received_at, revision, assigned_to, joined_to (the incident that this one is the same as), joined (how
    many are joined to this one; it is as urgent as the worst of them, and as old as the oldest).
    """

    open_only: bool = True
    id: str | None = None

    def one(self, id: str) -> Self:
        """Whoever asks for one incident by its name wants to know it when it is over, too."""
        return replace(self, id=id, open_only=False)


@dataclass(frozen=True, slots=True)
class Buildings(_OfThings):
    """Buildings that stand at `at`, optionally only those whose box touches `bbox` (west, south, east, north).

    Columns: id, name, use, lon, lat (a point inside), height_m (NaN: unknown), height_source, min_height_m, levels,
    part, built (year; NaN: unknown), outline (WKB bytes), revision.
    """

    bbox: tuple[float, float, float, float] | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """How many buildings by the source of their height. Columns: height_source, part, count."""


@dataclass(frozen=True, slots=True)
class Districts(_OfThings):
    """Districts as they are drawn at `at`.

    Columns: id, name, name_en, kind, population (NaN: unknown), lon, lat (a point inside), geometry (GeoJSON text),
    revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Notes(_OfThings):
    """Notes of the desk that hold at `at`.

    Columns: id, title (its first line), text, lon, lat, pinned_at (the minute it is about), who (wrote it), written_at,
    about_layer and about_id (the thing it was pinned to; None: the bare ground), revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What is called so, best first: streets, addresses, places, districts and devices; tone marks do not matter.

    Columns: id, kind, layer (key of the layer that shows it; None: the basemap does), name, name_en, context, lon,
    lat, west, south, east, north (NaN: a point), revision.
    """

    text: str
    limit: int = 12


@dataclass(frozen=True, slots=True)
class Devices(_OfThings):
    """Every device, declared or not, with its last sign of life.

    Columns: id, name, kind (None: nobody declared it), lon, lat, interval_s, metrics (their names, in order, joined
    by commas), online, observed_at, received_at, revision.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """The history of one device in one metric, start <= observed_at < end, oldest first.

    Columns: observed_at, received_at, value (NaN: missing), quality. With `at`, nothing observed after it.
    """

    device_id: str
    metric: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Extremes:
    """The highest and the lowest good number of each device in one metric, start <= observed_at < end.

    Columns: id, highest, highest_at, lowest, lowest_at (of several alike the first). A device that measured
    nothing then has no row. With `at`, nothing observed after it.
    """

    metric: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for these devices in one metric at a time of day: how the days before were then.

    A row for each device at `at` and, going back by `step`, at every moment down to `at - back`: id, at, low, median,
    high (a tenth of the readings lay below, half, nine tenths; NaN: none on record), days (on how many of the `days`
    days before that moment it rests). A day counts with its readings within half an hour of the same minute by the
    city's clocks. With a time in `answer`, nothing observed after it.
    """

    device_ids: tuple[str, ...]
    metric: str
    at: datetime
    days: int = 14
    back: timedelta = timedelta(0)
    step: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SameHour:
    """What every device measured around this time of day, on each of the days before.

    Columns: id, day (1: yesterday), value (mean of that hour, half an hour to either side by the city's clocks). A
    device has no row for a day on which it was silent then.
    """

    metric: str
    at: datetime
    days: int = 14


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a place lies: the districts that hold it, smallest first, the nearest address and the nearest mark.

    Columns: kind (district, street, address, or that of the mark, as school), name, name_en, distance_m (0: within).
    What is too far to say anything is left out.
    """

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Origin:
    """How a register (device, building, district) knows of a thing as it is at `at`.

    Columns: source (who named it: mqtt is the device itself), since (when this version began; NaT: with its first
    declaration), heard_at (of a device, its first reading; NaT: none), versions (how many there ever were).
    """

    register: str
    id: str


@dataclass(frozen=True, slots=True)
class Passings:
    """When devices' numbers in a metric rose to one of the levels or above it, start <= observed_at < end, by time.

    Columns: id (device), observed_at, value, before (the number before it, which was below that level), revision.
    """

    metric: str
    levels: tuple[float, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class IncidentHistory:
    """All that was ever said of one incident and done about it, and of those that are joined to it, oldest first.

    Columns: observed_at, received_at, state (which it said, or led to), severity, title, text (of a report, a note, a
    reason), source, id (of which incident); and of what the desk did: who, act (one of incident_life.DEEDS; None: it
    was said by the source), assigned_to, other (joined to or parted from), undone (it was taken back).
    """

    incident_id: str


@dataclass(frozen=True, slots=True)
class Registered(_OfThings):
    """What stands in a register: `device`, `district` or `threshold`.

    Columns: id, the columns of that register as they are kept (JSON where a column holds several), since (NaT: ever),
    source, amended (the desk's word stands over a source's, or it is nobody else's), revision.
    """

    register: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterVersions:
    """Every version that a thing of a register ever had, oldest first.

    Columns: since (NaT: ever), until (NaT: it holds), the register's columns, source, revision, and who and note of
    the desk's change that made it (None: a source did).
    """

    register: str
    id: str


@dataclass(frozen=True, slots=True)
class RegisterChanges:
    """What the desk changed in the registers, newest first; of one thing, or of all.

    Columns: id (number of the change), at, who, register, thing, act, note, before, after (JSON of the desk's word),
    undoes (NaN: nothing; else the number of the change that is undone), revision.
    """

    register: str | None = None
    thing: str | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Messages that could not be taken, newest first.

    Columns: id (names one entry), source, reason, topic, raw (bytes, the first of them), size (bytes of the whole),
    count, first_at, last_at.
    """

    limit: int = 500
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """The numbers of devices that number their messages and that are not here, by device and boot; newest first.

    Columns: id (the device), boot, missing (how many have not come, though later ones have), lost (how many their
    sender has given up), ranges (what has not come, the first of it: "18-20, 25"), untold (up to which number it is no
    longer known one by one what came; 0: all is known), heard_at (when this boot was first heard of).
    """

    limit: int = 500


@dataclass(frozen=True, slots=True)
class Outages:
    """The last time before `at` when nobody could be heard, for want of a broker or a listener: none or one row.

    Columns: begun (when it began), over (when it was over; NaT: not yet at `at`). One that is not over now is told by
    the listener alone (`Pulse`).
    """


@dataclass(frozen=True, slots=True)
class Clocks:
    """By how much the clocks of devices differ from ours, as what came within the newest hour tells; the worst first.

    Of a device's newest readings the one that was least on its way is believed, so that what was only late does not
    count; a device is told of when its readings came at two times at least. Columns: id (the device), ahead_s (seconds
    by which its times are ahead of ours; negative: behind, or all it says takes so long), heard_at (when it was last
    heard of).

    `ahead_s` and `behind_s`: only those whose clocks differ by so much at least.
    """

    id: str | None = None
    ahead_s: float = 0.0
    behind_s: float = 0.0
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """The rows of a question's present answer that a commit after revision `since` wrote or took away.

    Columns: those of the question, and `gone` (the row is in the answer no longer; only id counts then).
    """

    question: "Question"
    since: int


Question = (
    Latest
    | Parking
    | Cameras
    | CameraViews
    | Incidents
    | Buildings
    | BuildingCount
    | Districts
    | Notes
    | Search
    | Devices
    | Track
    | Extremes
    | Passings
    | Usual
    | SameHour
    | Whereabouts
    | Origin
    | IncidentHistory
    | Registered
    | RegisterVersions
    | RegisterChanges
    | Quarantined
    | Gaps
    | Outages
    | Clocks
    | Changed
)
