"""The desk of the small city at noon with a memory, a hand, and a person who sits at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from components.view import View
from data_access.acts import Acts
from data_access.desk import Desk, Session
from data_access.writer import CityWriter
from tests.components.noon import desk_at_noon
from tests.small_city import NOON, url_of


class Person:
    """Who sits at the desk, and what the clock shows."""

    def __init__(self, label: str = "Lan") -> None:
        self.session: Session | None = Session("s1", "session", label)
        self.now = NOON

    def clock(self) -> datetime:
        return self.now


@contextmanager
def remembering(folder: Path, person: Person) -> Iterator[View]:
    """A view that remembers and may change things; its own small city in this folder."""
    plain = desk_at_noon(folder)
    room = Desk(folder / "desk.db", person.clock)
    acts = Acts(lambda: CityWriter.open(url_of(folder), person.clock))
    try:
        yield replace(
            plain,
            now=person.clock,
            acts=acts,
            who=lambda: person.session.label if person.session else "desk",
            session=lambda: person.session,
            memory=room.memory,
        )
    finally:
        acts.close()
        room.close()
        plain.store.close()  # type: ignore[attr-defined]  # it is a CityStore
