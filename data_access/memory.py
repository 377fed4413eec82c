"""What the desk remembers for its people: when each was last here, and the views they saved (in desk.db).

Saved views belong to everybody at the desk; none is ever deleted for good, so that a slip can be taken back.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, Engine, Index, MetaData, String, Table, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from data_access.refusals import CannotDo
from data_access.schema import Instant
from data_access.words import _

AWAY = timedelta(minutes=30)  # who gave no sign for so long had left; what changed meanwhile is news
LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS = 80, 4000, 500

METADATA = MetaData()
_PRESENCE = Table(
    "presence",
    METADATA,
    Column("session", String, primary_key=True),
    Column("label", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("left_at", Instant),  # when the visit before this one ended; None: there was none
    Column("read_at", Instant),  # when the news of this visit were put away
    Index("presence_by_label", "label", "seen_at"),
)
_VIEWS = Table(
    "saved_view",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("query", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String, nullable=False),
    Column("gone_at", Instant),
    Column("gone_by", String),
)


class Visit(Struct, frozen=True):
    """One stay at the desk: when the one before it ended (None: this is the first), and whether its news were read."""

    left_at: datetime | None
    read: bool


class SavedView(Struct, frozen=True):
    """A view under a name: `query` is the query part of its address, as components.link writes it."""

    id: str
    name: str
    query: str
    made_at: datetime
    made_by: str


class Memory:
    """Visits and saved views of one desk; safe to use from several threads and processes."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def here(self, session: str, label: str) -> Visit:
        """Note that this session is here now.

        A new session goes on from the last one of the same label: the desk knows no person closer than that. Sessions
        without a label may be anybody's.
        """
        now = self._now()
        with self._engine.begin() as connection:
            known = connection.execute(select(_PRESENCE).where(_PRESENCE.c.session == session)).one_or_none()
            if known is None:
                asked = select(_PRESENCE.c.seen_at).where(_PRESENCE.c.label == label)
                last = connection.execute(asked.order_by(_PRESENCE.c.seen_at.desc()).limit(1)).scalar_one_or_none()
                before = last if label else None
                told = {"session": session, "label": label, "seen_at": now, "left_at": before}
                connection.execute(upsert(_PRESENCE).values(told).on_conflict_do_nothing())
                return Visit(before, read=False)
            left_at, read_at = known.left_at, known.read_at
            if now - known.seen_at > AWAY:
                left_at, read_at = known.seen_at, None
            fresh = {"seen_at": now, "left_at": left_at, "read_at": read_at}
            connection.execute(update(_PRESENCE).where(_PRESENCE.c.session == session).values(fresh))
        return Visit(left_at, read_at is not None)

    def read(self, session: str) -> None:
        """Note that the news of this visit were read."""
        with self._engine.begin() as connection:
            connection.execute(update(_PRESENCE).where(_PRESENCE.c.session == session).values(read_at=self._now()))

    def views(self) -> list[SavedView]:
        """All saved views, by their names."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_VIEWS).where(_VIEWS.c.gone_at.is_(None)))
            found = [_view(row) for row in rows]
        return sorted(found, key=lambda view: (view.name.casefold(), view.made_at))

    def save(self, name: str, query: str, who: str) -> SavedView:
        """Keep a view under this name; names may be used twice.

        Raises:
            CannotDo: the name is empty or too long, or there are more views than anybody finds again.
        """
        told = " ".join(name.split())
        if not told:
            raise CannotDo(_("Give the view a name, so that others find it."))
        if len(told) > LONGEST_NAME or len(query) > LONGEST_QUERY:
            raise CannotDo(_("The name is too long: {n} letters at most.").format(n=LONGEST_NAME))
        if len(self.views()) >= MOST_VIEWS:
            raise CannotDo(_("There are {n} saved views already. Take one off the list first.").format(n=MOST_VIEWS))
        view = SavedView(secrets.token_hex(8), told, query, self._now(), who)
        with self._engine.begin() as connection:
            connection.execute(
                insert(_VIEWS).values(**{field: getattr(view, field) for field in view.__struct_fields__})
            )
        return view

    def forget(self, id: str, who: str) -> bool:
        """Take a view off the list; whether it was there."""
        there = update(_VIEWS).where(_VIEWS.c.id == id, _VIEWS.c.gone_at.is_(None))
        return self._changed(there.values(gone_at=self._now(), gone_by=who))

    def restore(self, id: str) -> bool:
        """Put a view back that was taken off; whether it had been."""
        gone = update(_VIEWS).where(_VIEWS.c.id == id, _VIEWS.c.gone_at.is_not(None))
        return self._changed(gone.values(gone_at=None, gone_by=None))

    def _changed(self, statement: Any) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(statement).rowcount)


def _view(row: Any) -> SavedView:
    return SavedView(row.id, row.name, row.query, row.made_at, row.made_by)
