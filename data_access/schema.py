"""The tables of a city. Every fact has two times: when it was true, and when it was recorded.

`revision` is the number of the commit that wrote a row, `ended` that of the commit that closed a version. Times are
Instants: microseconds since 1970 in SQLite, timestamptz in PostgreSQL, and never naive.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from data_access.records import INCIDENT_STATES, QUALITIES, utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVER = datetime(1, 1, 1, tzinfo=UTC)  # a first declaration is valid since then
MICROSECOND = timedelta(microseconds=1)
ONLINE = "$online"  # the stream that holds a device's coming and going; no metric may begin with a dollar sign

QUALITY_CODES = {quality: code for code, quality in enumerate(QUALITIES)}
GOOD, SUSPECT, MISSING, FUTURE, ANCIENT = (
    QUALITY_CODES[q] for q in ("good", "suspect", "missing", "future", "ancient")
)
TRUSTED = FUTURE  # codes from here on are kept, and answer no question about a state
STATE_PLACES = {state: place for place, state in enumerate(INCIDENT_STATES)}


class Instant(TypeDecorator[datetime]):
    """An instant. A naive datetime is refused: nobody can say which instant that is."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return utc(value) if dialect.name == "postgresql" else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return instant(value)


def microseconds(at: datetime) -> int:
    """This instant as microseconds since 1970.

    Raises:
        ValueError: it is naive.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    past = at - EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def instant(moment: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return EPOCH + timedelta(microseconds=moment)


def _version_of(key: str) -> tuple[Column[Any], ...]:
    """One version of a thing, and when it is valid in the world."""
    since = Column("valid_from", Instant, primary_key=True)
    return Column(key, Text, primary_key=True), since, Column("valid_to", Instant)


def _commits(table: str) -> tuple[Column[Any] | Index, ...]:
    """Which commit wrote a version and which one closed it; "what changed since" is asked by both."""
    numbers = Column("revision", BigInteger, nullable=False), Column("ended", BigInteger)
    return *numbers, Index(f"{table}_by_revision", "revision"), Index(f"{table}_by_end", "ended")


def _box(nullable: bool = False) -> list[Column[Any]]:
    """The box around a thing, in degrees."""
    return [Column(side, Float, nullable=nullable) for side in ("west", "south", "east", "north")]


METADATA = MetaData()

COUNTER = Table(
    "counter",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("first_fact", Instant),
    Column("horizon", Instant),  # keyframes reach up to here; what is observed before it and comes now is late
    Column("received", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("committed_at", Instant),
)

CITY = Table(
    "city",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

STREAM = Table(
    "stream",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("metric", Text, nullable=False),
    UniqueConstraint("device_id", "metric", name="stream_of_device"),
)

# One start of a device, and which of its numbered packets are here (`ledger`).
BOOT = Table(
    "boot",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("watermark", BigInteger, nullable=False),
    Column("also", Text, nullable=False),
    Column("lost", Text, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("untold", BigInteger, nullable=False, server_default="0"),
    Column("more_lost", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("device_id", "boot", name="boot_of_device"),
)

READING = Table(
    "reading",
    METADATA,
    Column("stream_id", Integer, primary_key=True),
    Column("observed_at", Instant, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("value", Float),
    Column("quality", SmallInteger, nullable=False),
    Column("boot_id", Integer),
    Column("seq", BigInteger),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The newest trusted reading of each stream: what is true now.
LATEST = Table(
    "latest",
    METADATA,
    Column("stream_id", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("value", Float),
    Column("quality", SmallInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("latest_by_revision", "revision"),
)

# Derived (`keyframes`): the state at `at`, and the readings after it up to `until`.
KEYFRAME = Table(
    "keyframe",
    METADATA,
    Column("at", Instant, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("frame", LargeBinary, nullable=False),
)

# Readings that came after their keyframe was made; their streams are sought until the worker has rewritten it.
# A whole series that came so stands here once, from `observed_at` to `until`.
LATE = Table(
    "late",
    METADATA,
    Column("stream_id", Integer, primary_key=True),
    Column("observed_at", Instant, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("until", Instant),
    sqlite_with_rowid=False,
)

DEVICE = Table(
    "device",
    METADATA,
    *_version_of("device_id"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("interval_s", Float),
    Column("metrics", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("source", Text, nullable=False),
    *_commits("device"),
)

BUILDING = Table(
    "building",
    METADATA,
    *_version_of("id"),
    Column("name", Text),
    Column("use", Text),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("height_m", Float),
    Column("height_source", Text, nullable=False),
    Column("min_height_m", Float, nullable=False),
    Column("levels", Float),
    Column("part", Boolean, nullable=False),
    Column("outline", LargeBinary, nullable=False),
    *_box(),
    Column("source", Text, nullable=False),
    Column("built", SmallInteger),
    *_commits("building"),
)

DISTRICT = Table(
    "district",
    METADATA,
    *_version_of("id"),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("kind", Text),
    Column("population", BigInteger),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("geometry", Text, nullable=False),
    *_box(),
    Column("source", Text, nullable=False),
    *_commits("district"),
)

# What has a name and no register of its own: streets, addresses, stops, public places.
PLACE = Table(
    "place",
    METADATA,
    *_version_of("id"),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("context", Text),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    *_box(nullable=True),
    Column("source", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("line", LargeBinary),
    Index("place_by_kind", "kind", "lon"),
)

# Derived (`names`): every name by which a thing of a register is looked for, folded, and since when.
CALLED = Table(
    "called",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("register", Text, nullable=False),
    Column("thing", Text, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    Column("folded", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("weight", SmallInteger, nullable=False),
    Index("called_by_name", "folded"),
    Index("called_by_weight", "weight", "folded", "register", "thing", "valid_to"),
    Index("called_by_thing", "thing", "register"),
)

# Derived: the words of each name and of its context.
WORD = Table(
    "word",
    METADATA,
    Column("word", Text, primary_key=True),
    Column("called_id", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

CAMERA_VIEW = Table(
    "camera_view",
    METADATA,
    *_version_of("camera_id"),
    Column("geometry", Text, nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("clipped", Float, nullable=False),
    *_commits("camera_view"),
)

# Everything ever said about incidents; ordered by (at, place, digest), the last one that is not after t is the state.
INCIDENT_EVENT = Table(
    "incident_event",
    METADATA,
    Column("incident_id", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("place", SmallInteger, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("text", Text),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Which of its events is an incident's newest, and when it began. `over`: it is not among the open ones, be it resolved,
# closed or joined to another; `worked_at` is the time of the newest act that concerns it.
INCIDENT = Table(
    "incident",
    METADATA,
    Column("incident_id", Text, primary_key=True),
    Column("opened_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("worked_at", Instant),
    Index("incident_by_revision", "revision"),
    Index("incident_by_over", "over"),
)

# What the desk did about incidents, and who: nothing here is ever changed or taken out. An act is true from the moment
# in which it is recorded, so it has one time, and no two acts of a city have the same.
INCIDENT_ACT = Table(
    "incident_act",
    METADATA,
    Column("incident_id", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("assignee", Text),
    Column("text", Text),
    Column("other", Text),  # the incident that this one is the same as
    Column("undoes", Instant),  # the act that is taken back
    Column("revision", BigInteger, nullable=False),
    Index("incident_act_by_time", "at"),
    Index("incident_act_by_other", "other"),
)

# What changes its meaning where, for one metric: the bands of a city, and who says so.
THRESHOLD = Table(
    "threshold",
    METADATA,
    *_version_of("metric"),
    Column("levels", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("source", Text, nullable=False),
    *_commits("threshold"),
)

# The desk's word about a thing of a register, and what its source says beneath it (`amendments`).
AMENDED = Table(
    "amended",
    METADATA,
    Column("register", Text, primary_key=True),
    Column("thing", Text, primary_key=True),
    Column("word", Text, nullable=False),
    Column("beneath", Text),
    Column("source", Text),
)

# Everything that the desk ever changed in a register, and who: nothing here is changed or taken out.
REGISTER_CHANGE = Table(
    "register_change",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("thing", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("note", Text),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("undoes", Integer),
    Column("revision", BigInteger, nullable=False),
    Index("register_change_of_thing", "register", "thing"),
)

# Notes of the desk (`notes`): a version holds from the minute it is about, or from its wording, until it is taken off.
NOTE = Table(
    "note",
    METADATA,
    *_version_of("id"),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("pinned_at", Instant, nullable=False),
    Column("about_layer", Text),
    Column("about_id", Text),
    Column("who", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("taken_by", Text),
    Column("taken_at", Instant),
    *_commits("note"),
)

# When nobody could be heard, known when it is over.
OUTAGE = Table(
    "outage",
    METADATA,
    Column("begun", Instant, primary_key=True),
    Column("over", Instant, nullable=False),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)
