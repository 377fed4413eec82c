"""The one writer of a process: whole transactions, each with one revision, on disk when they return.

Writers are the listener, the importers (to which the simulator hands its history), the desk's own actions and the
worker. Nobody else.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Self, TypeVar

from msgspec import Struct
from msgspec import json as structs
from sqlalchemy import Engine

from data_access import quarantine, work
from data_access.city import City
from data_access.declarations import BUILDINGS, DEVICES, DISTRICTS, PLACES, THRESHOLDS, VIEWS, View
from data_access.engine import CannotOpen, StoreUnavailable, place, reading_engine, writing_engine
from data_access.incident_life import Deed
from data_access.intake import Names, UnstorableError, item, store
from data_access.keeper import keep
from data_access.ledger import Ack, Acks
from data_access.records import About, Building, District, Incident, Place, Reading
from data_access.reports import report
from data_access.room import Room
from data_access.schema import OUTAGE, microseconds
from data_access.second_look import Again, read_again
from data_access.series import Series, pieces, put
from data_access.taking import Message, Taking
from data_access.transaction import Writing, fetched, inserting, writing
from data_access.versions import Counts, Versions
from data_access.words import _

BATCH = 1000  # rows a transaction: others wait for it

# Series go in by transactions of this length, whatever the machine can do in it, and leave others the time between.
LONGEST_S, PAUSE_S = 0.04, 0.03
FIRST_ROOM, LEAST_ROOM, MOST_ROOM = 8_000, 6_000, 50_000  # readings in one transaction

Thing = TypeVar("Thing")
Done = TypeVar("Done")


class WrongCity(CannotOpen):
    """The folder holds another city."""


class Committed(Struct, frozen=True):
    """What one commit did; `acks` tells each device, boot by boot, which of its numbers are on disk."""

    revision: int
    stored: int
    duplicates: int
    quarantined: int
    acks: Acks


def _now() -> datetime:
    return datetime.now(UTC)


class CityWriter:
    """Writes facts into one city. May be called from several threads; they take turns.

    Every method raises StoreUnavailable when nothing could be written (a full disk, a lock held for too long): then
    nothing has changed, and the same call may be made again.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock
        self._names = Names()
        self._taking = Taking(self._names)
        self._turn = threading.Lock()
        self._reader: Engine | None = None
        self._room = Room(place(engine.url.render_as_string(hide_password=False)))

    @classmethod
    def open(cls, url: str, clock: Callable[[], datetime] = _now) -> Self:
        """The writer of the database at this address, made or brought up to date first.

        Raises:
            NewerDatabase: a newer version of the program wrote it.
            CannotOpen: it is no database of ours, or would not keep what it acknowledges.
        """
        return cls(writing_engine(url), clock)

    def close(self) -> None:
        self._engine.dispose()
        if self._reader is not None:
            self._reader.dispose()

    def commit(self, messages: Sequence[Message]) -> Committed:
        """Put messages on disk in one transaction; what cannot be decoded or stored goes to quarantine."""
        self._room.check()
        with self._writing() as tx:
            tx.received += len(messages)
            acks = self._taking.take(tx, messages, {})
        revision = tx.revision if tx.moved else tx.revision - 1
        return Committed(revision, tx.stored, tx.duplicates, tx.quarantined, acks)

    def bulk(self, readings: Iterable[tuple[Reading, datetime]]) -> int:
        """Store readings with the time at which each was received; how many are new."""
        stored = 0
        for batch in _batches(readings):
            self._room.check()
            with self._writing() as tx:
                items = []
                for reading, received_at in batch:
                    at = microseconds(received_at)
                    try:
                        items.append(item(tx, self._names, reading, at))
                    except UnstorableError as fault:
                        quarantine.put(tx, "bulk", repr(reading).encode("utf-8", "replace"), str(fault), at)
                stored += store(tx, items, {})
        return stored

    def bulk_series(self, many: Iterable[Series], progress: Callable[[int], object] | None = None) -> int:
        """Store recorded series, as fast as leaves others their turn; how many readings are new.

        `progress` hears how many have been looked at. Should it end in the middle, the same call made again goes on.

        Raises:
            ValueError: a series is none; what came before it is stored.
        """
        stored = seen = 0
        room = FIRST_ROOM
        waiting = pieces(many)
        while batch := _upto(waiting, room):
            self._room.check()
            with self._writing() as tx:
                begun = time.perf_counter()
                for piece in batch:
                    stored += put(tx, self._names, piece)
            took_s = time.perf_counter() - begun
            room = int(min(max(room * min(2.0, LONGEST_S / took_s), LEAST_ROOM), MOST_ROOM))
            seen += sum(len(piece.value) for piece in batch)
            if progress is not None:
                progress(seen)
            time.sleep(PAUSE_S)
        return stored

    def declare(
        self, abouts: Iterable[About], source: str, complete: bool = False, at: datetime | None = None
    ) -> Counts:
        """Register devices; with `complete`, those that this source no longer names are ended."""
        return self._register(DEVICES, abouts, lambda about: about.device_id, source, complete, at)

    def build(
        self, buildings: Iterable[Building], source: str, complete: bool = True, at: datetime | None = None
    ) -> Counts:
        """Register buildings; with `complete`, those that this source no longer names are ended."""
        return self._register(BUILDINGS, buildings, lambda building: building.id, source, complete, at)

    def divide(
        self, districts: Iterable[District], source: str, complete: bool = True, at: datetime | None = None
    ) -> Counts:
        """Register districts; with `complete`, those that this source no longer names are ended."""
        return self._register(DISTRICTS, districts, lambda district: district.id, source, complete, at)

    def name(self, places: Iterable[Place], source: str, complete: bool = True, at: datetime | None = None) -> Counts:
        """Register what can be found by its name; with `complete`, what this source no longer names is ended."""
        return self._register(PLACES, places, lambda place: place.id, source, complete, at)

    def see(self, views: Iterable[View], at: datetime | None = None) -> Counts:
        """Keep what cameras see where it differs from before; a view without geometry ends the one before."""
        moment = microseconds(at or self._clock())
        counts = Counts()
        for batch in _batches(views):
            with self._writing() as tx:
                counts += VIEWS.write(tx, [view for view in batch if view.geometry is not None], None, moment)
                counts += VIEWS.end(tx, [view.camera_id for view in batch if view.geometry is None], moment)
        return counts

    def say(self, incidents: Iterable[tuple[Incident, datetime]]) -> Counts:
        """Keep words about incidents, each with the time at which it was received."""
        counts = Counts()
        for batch in _batches(incidents):
            with self._writing() as tx:
                for incident, received_at in batch:
                    became = report(tx, incident, microseconds(received_at))
                    counts += Counts(**{became: 1})
        return counts

    def open_incident(self, told: Incident, who: str) -> str:
        """Open an incident in the desk's own name (its id, time, state and source are set here); its id.

        Raises:
            CannotDo: what was told is no incident.
        """
        with self._writing() as tx:
            return work.open_incident(tx, told, who, microseconds(self._clock()))

    def work(self, deed: Deed) -> Deed:
        """Keep what somebody did about an incident, at this moment; the deed as it was kept.

        Raises:
            CannotDo: its state does not allow that, or what was said does not suffice.
        """
        with self._writing() as tx:
            return work.work(tx, deed, microseconds(self._clock()))

    def take_back(self, incident_id: str, undoes: int, who: str) -> Deed:
        """Take back the newest deed about an incident, which was done at this time (microseconds since 1970).

        Raises:
            CannotDo: it is not the newest that stands, or cannot be undone as things are now.
        """
        with self._writing() as tx:
            return work.take_back(tx, incident_id, undoes, who, microseconds(self._clock()))

    def describe(self, city: City) -> None:
        """Say which city this is.

        Raises:
            WrongCity: it is another one already.
        """
        at = microseconds(self._clock())
        with self._writing() as tx:
            found = tx.rows("SELECT key, description FROM city")
            told = structs.encode(city).decode()
            if found and found[0][0] != city.key:
                other = structs.decode(found[0][1], type=City).name
                raise WrongCity(
                    _("This data folder holds another city, {other}, not {city}. Choose another with --data.").format(
                        other=other, city=city.name
                    )
                )
            THRESHOLDS.write(tx, city.thresholds, city.key, at)
            named = {threshold.metric for threshold in city.thresholds}
            THRESHOLDS.end(tx, sorted(THRESHOLDS.standing(tx, city.key) - named), at)
            if found and found[0][1] == told:
                return
            tx.once("DELETE FROM city")
            tx.once("INSERT INTO city (key, description, revision) VALUES (?, ?, ?)", city.key, told, tx.revision)
            tx.moved = True

    def act(self, change: Callable[..., Done], *told: Any) -> Done:
        """One change that somebody at the desk makes, `change(transaction, moment, *told)`, on disk when it returns.

        Raises:
            CannotDo: it cannot be made; nothing has changed.
        """
        with self._writing() as tx:
            return change(tx, microseconds(self._clock()), *told)

    def read_again(self, ids: Iterable[str], who: str) -> Again:
        """Take messages out of quarantine that can be read by now, as `Quarantined` names them; what became of them."""
        again = Again()
        for batch in _batches(ids):
            with self._writing() as tx:
                now = microseconds(self._clock())
                again += read_again(tx, now, batch, self._taking.late, self._names.forget, who)
        return again

    def keep_keyframes(self, now: datetime | None = None) -> int:
        """Bring the keyframes up to now and rewrite those that late readings touch; how many were written."""
        return keep(self._writing, self._reading(), microseconds(now or self._clock()))

    def clear_quarantine(self) -> int:
        """Let go what has waited in quarantine for longer than it is kept; how many there were."""
        now = microseconds(self._clock())
        with self._reading().begin() as connection:
            if not quarantine.expired(connection, now):
                return 0
        with self._writing() as tx:
            return quarantine.expire(tx, now)

    def note_outage(self, begun: datetime, over: datetime) -> None:
        """Keep that from `begun` on nobody could be heard, until it was over.

        Raises:
            StoreUnavailable: nothing was written.
        """
        with self._writing() as tx:
            put = inserting(OUTAGE) + " ON CONFLICT (begun) DO UPDATE SET over = excluded.over"
            tx.once(put, microseconds(begun), microseconds(over))

    def intervals(self) -> dict[str, float]:
        """How often each declared device is to speak, in seconds."""
        asked = "SELECT device_id, interval_s FROM device WHERE valid_to IS NULL AND interval_s > 0"
        with self._reading().begin() as connection:
            return {str(device_id): float(interval) for device_id, interval in fetched(connection, asked)}

    def quarantined(self, limit: int = 100) -> list[dict[str, Any]]:
        """What could not be stored, newest first."""
        with self._reading().begin() as connection:
            return quarantine.listed(connection, limit)

    # How it is done

    def _reading(self) -> Engine:
        """Connections that read without keeping other writers waiting; made when first needed."""
        if self._reader is None:
            self._reader = reading_engine(self._engine.url.render_as_string(hide_password=False), pool=1)
        return self._reader

    @contextmanager
    def _writing(self) -> Iterator[Writing]:
        with self._turn:
            try:
                with writing(self._engine, self._clock) as tx:
                    yield tx
            except BaseException:
                self._names.forget()
                raise
            self._names.keep()

    def _register(
        self,
        register: Versions,
        things: Iterable[Thing],
        key: Callable[[Thing], str],
        source: str,
        complete: bool,
        at: datetime | None,
    ) -> Counts:
        moment = microseconds(at or self._clock())
        named: set[str] = set()
        counts = Counts()
        for number, batch in enumerate(_batches(things)):
            if number:
                time.sleep(PAUSE_S / 3)
            named.update(key(thing) for thing in batch)
            with self._writing() as tx:
                counts += register.write(tx, batch, source, moment, adopt=True)
        if complete:
            with self._writing() as tx:
                gone = register.standing(tx, source) - named
            for some in _batches(sorted(gone)):
                with self._writing() as tx:
                    counts += register.end(tx, some, moment)
        return counts


def _batches(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _upto(waiting: Iterator[Series], room: int) -> list[Series]:
    """The next pieces, as many as there is room for, but one at least."""
    found: list[Series] = []
    while room > 0 and (piece := next(waiting, None)) is not None:
        found.append(piece)
        room -= len(piece.value)
    return found


__all__ = ["Ack", "CityWriter", "Committed", "Counts", "Message", "Series", "StoreUnavailable", "View", "WrongCity"]
