"""The store of a city: one door for every question, at any time.

`answer(question)` is now; `answer(question, at)` is the city as it was. Each answer is read in one short transaction,
so it is of one moment, and keeps no writer from its work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self

from msgspec import Struct
from msgspec import json as structs
from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from data_access import answers, histories, pages, register_answers, usual, whereabouts
from data_access.answers import Asked, OfDevices
from data_access.changes import changed
from data_access.city import City
from data_access.engine import reading_engine, watching_connection
from data_access.extremes import extremes
from data_access.notes import notes
from data_access.passings import passings
from data_access.queries import BuildingCount, Changed, Extremes, Notes, Passings, Question, Search
from data_access.register_answers import OfRegisters, thresholds
from data_access.registers import Register, Registers
from data_access.schema import instant, microseconds
from data_access.search import search
from data_access.table import Table
from data_access.transaction import fetched
from data_access.windows import Window, window


class Health(Struct, frozen=True):
    """How much has come into a city since its database was made, and when the last commit was."""

    revision: int
    received: int
    stored: int
    duplicates: int
    quarantined: int
    committed_at: datetime | None


class CityStore:
    """Reads one city; safe to use from several threads. It cannot write."""

    def __init__(self, url: str, engine: Engine) -> None:
        self._engine = engine
        self._registers = Registers()
        self._counted: tuple[int, Table] | None = None
        self._watch = watching_connection(url)
        self._watching = threading.Lock()

    @classmethod
    def open(cls, url: str) -> Self:
        """The store of the database at this address (`sqlite:///…/city.db`).

        Raises:
            NewerDatabase: a newer version of the program wrote it.
            NoDatabase: there is none yet.
        """
        store = cls(url, reading_engine(url))
        with store._reading() as connection:
            store._registers.at_least(connection)  # read now, so that the first answer need not wait for it
        return store

    def close(self) -> None:
        with self._watching:
            self._watch.close()
        self._engine.dispose()

    def answer(self, question: Question, at: datetime | None = None) -> Table:
        """What the city knows about this, now or as it was at a time."""
        moment = None if at is None else microseconds(at)
        with self._reading() as connection:
            if isinstance(question, Changed):
                if moment is not None:
                    raise ValueError("what changed since a revision is asked of the present")
                return changed(question.question, question.since, connection, self._registers.at_least(connection))
            if isinstance(question, OfDevices):
                return _of_devices(question, connection, self._registers.at_least(connection), moment)
            if isinstance(question, usual.OfUsual):
                return usual.answer(question, connection, self._registers.at_least(connection), moment)
            if isinstance(question, Extremes):
                return extremes(question, connection, moment)
            if isinstance(question, Passings):
                return passings(question, connection, self._registers.at_least(connection), moment)
            if isinstance(question, Notes):
                return notes(question, connection, moment)
            if isinstance(question, whereabouts.OfWhereabouts):
                return whereabouts.answer(question, connection, moment)
            if isinstance(question, OfRegisters):
                return register_answers.answer(question, connection, moment)
            if isinstance(question, Search):
                return search(question, connection, moment)
            if isinstance(question, BuildingCount) and moment is None:
                return self._building_count(connection)
            return histories.answer(question, connection, moment)

    def revision(self) -> int:
        """The number of the newest commit that changed anything."""
        with self._reading() as connection:
            return int(fetched(connection, "SELECT revision FROM counter")[0][0])

    def moved(self) -> int:
        """A number that changes whenever anyone commits; cheap enough to ask for ten times a second."""
        with self._watching:
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def window(
        self, question: Question, start: datetime, end: datetime, step: timedelta = timedelta(0)
    ) -> Window | None:
        """Every answer to this question from `start` on and before `end`, or before it as `until` says.

        With a `step` only those at the steps. None: of this question no window is kept.
        """
        with self._reading() as connection:
            return window(question, connection, self._registers.at_least(connection), start, end, step)

    def first_fact(self) -> datetime | None:
        """The first moment of which the city knows anything; None: it knows nothing yet."""
        with self._reading() as connection:
            first = fetched(connection, "SELECT first_fact FROM counter")[0][0]
        return None if first is None else instant(first)

    def city(self) -> City | None:
        """The city, with the thresholds that hold now; None: nobody has described it yet."""
        with self._reading() as connection:
            found = fetched(connection, "SELECT description FROM city")
            held = thresholds(connection)
        return replace(structs.decode(found[0][0], type=City), thresholds=held) if found else None

    def readings(
        self,
        device: str | None,
        metric: str | None,
        start: datetime | None,
        end: datetime | None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[Table, str | None]:
        """A page of readings, start <= observed_at < end, stream by stream, and the key of the next page.

        Columns: device_id, metric, observed_at, value (NaN: missing), quality, received_at, boot, seq (NaN: none),
        revision. None leaves a choice open.

        Raises:
            ValueError: `after` is no key that a page gave.
        """
        with self._reading() as connection:
            return pages.readings(connection, device, metric, start, end, after, limit)

    def health(self) -> Health:
        with self._reading() as connection:
            asked = "SELECT revision, received, stored, duplicates, quarantined, committed_at FROM counter"
            revision, received, stored, duplicates, quarantined, committed_at = fetched(connection, asked)[0]
        last = None if committed_at is None else instant(committed_at)
        return Health(revision, received, stored, duplicates, quarantined, last)

    def _building_count(self, connection: Connection) -> Table:
        """Buildings are many and hardly ever move: they are counted anew only when one has."""
        kept = self._counted
        if kept is None or histories.buildings_moved(connection, kept[0]):
            revision = int(fetched(connection, "SELECT revision FROM counter")[0][0])
            self._counted = kept = (revision, histories.answer(BuildingCount(), connection, None))
        return kept[1]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def _of_devices(question: OfDevices, connection: Connection, register: Register, at: int | None) -> Table:
    only = None
    if question.id is not None:
        only = {register.number[question.id]} if question.id in register.number else set()
    return answers.answer(question, Asked(connection, register, at, only))
