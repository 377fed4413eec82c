"""Putting messages into the store for certain: tried again while the database is away, apart from what poisons it."""

import threading
import time
from collections.abc import Sequence
from typing import Protocol

import structlog
from msgspec.structs import replace
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from data_access.engine import StoreUnavailable
from data_access.patience import pause
from data_access.words import N_, Text
from data_access.writer import Committed, Message

log = structlog.get_logger("listener")

SHORTEST_S, LONGEST_S = 0.1, 5.0
ATTEMPTS = 3  # of a batch that fails without the database being at fault
UNSTORABLE = N_("the store could not take it")


class Writer(Protocol):
    def commit(self, messages: Sequence[Message]) -> Committed: ...


class Shelf:
    """Where messages go; `fault` says, as a sentence, why they do not at present, `tick` when it was tried last."""

    def __init__(self, writer: Writer, stop: threading.Event) -> None:
        self.fault: Text | None = None
        self.tick = time.monotonic()
        self._writer = writer
        self._stop = stop

    def put(self, messages: Sequence[Message]) -> list[Committed] | None:
        """What was committed, all of it; None if it had to be given up because of `stop`, and nothing is certain."""
        failures = 0
        while True:
            try:
                done = [self._writer.commit(messages)]
            except Exception as fault:
                failures += 1
                self._complain(fault)
                if failures >= ATTEMPTS and not of_database(fault):
                    return self._one_by_one(messages)
                if self._stop.wait(pause(failures, SHORTEST_S, LONGEST_S)):
                    return None
            else:
                self._relieved()
                return done

    def _one_by_one(self, messages: Sequence[Message]) -> list[Committed] | None:
        """Each on its own; what the store cannot take goes to quarantine, and holds up no other."""
        done = []
        for message in messages:
            try:
                done.append(self._writer.commit([message]))
            except Exception as fault:
                if not of_database(fault):
                    reason = f"{UNSTORABLE.words}: {type(fault).__name__}"
                    numbered = message.packet.numbered if message.packet else message.numbered
                    message = replace(message, packet=None, fault=reason, numbered=numbered)  # noqa: PLW2901
                committed = self._put_alone(message)
                if committed is None:
                    return None
                done.append(committed)
        self._relieved()
        return done

    def _put_alone(self, message: Message) -> Committed | None:
        failures = 0
        while True:
            try:
                return self._writer.commit([message])
            except Exception as fault:
                failures += 1
                self._complain(fault)
                if not of_database(fault):  # its number may be what is wrong
                    message = replace(message, numbered=None)
                if self._stop.wait(pause(failures, SHORTEST_S, LONGEST_S)):
                    return None

    def _complain(self, fault: Exception) -> None:
        """Say what is wrong, once; the store's own sentences as they are."""
        self.tick = time.monotonic()
        if isinstance(fault, StoreUnavailable):
            sentence = fault.sentence
        else:
            reason = str(fault).partition("\n")[0][:200] or type(fault).__name__
            told = N_("The store takes nothing at present: {reason}. Nothing is lost; it is tried again.")
            sentence = told.format(reason=reason)
        if self.fault is None:
            log.error(str(sentence))
        self.fault = sentence

    def _relieved(self) -> None:
        if self.fault is not None:
            log.info("store takes again")
        self.fault = None


def of_database(fault: Exception) -> bool:
    """Whether the database is at fault (away, locked, full) and not what was to be stored."""
    blamed = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
    return isinstance(fault, (StoreUnavailable, OSError, MemoryError, DBAPIError)) and not isinstance(fault, blamed)
