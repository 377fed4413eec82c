"""What the desk keeps for itself (desk.db): one-time links, sessions and tokens; hashes only, never what opens a door.

What a person or script holds is `name.secret`. The name finds the row; the SHA-256 of the secret is compared with
what stands there in constant time. A secret has 256 random bits, so a fast hash is enough: nobody guesses it.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    or_,
    select,
    text,
    update,
)

from data_access import memory
from data_access.schema import Instant

LINK_HOURS = 24.0
SESSION_DAYS = 30  # a session that is used lives on; so long unused, it ends
SEEN_EVERY = timedelta(hours=1)  # a session in use is written down so often
FORGOTTEN = timedelta(days=1)  # after its end; until then one can see in the file what became of a link
VERSION = 2  # 2: when people were last here, and the views they saved (`memory`)

Kind = Literal["link", "session", "token"]


class NewerDesk(RuntimeError):  # noqa: N818  # it says what stands there
    """desk.db was written by a newer version of the program."""


_METADATA = MetaData()
_KEYS = Table(
    "key",
    _METADATA,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("label", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("ended_at", Instant),
)


class Session(Struct, frozen=True):
    """Someone who may see the desk: through a browser (`session`) or as a script (`token`)."""

    name: str
    kind: Kind
    label: str


class Desk:
    """Links, sessions and tokens of one installation; safe to use from several threads and processes."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open desk.db, or make it.

        Raises:
            NewerDesk: a newer version of the program wrote it.
        """
        self._now = now
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5})
        event.listen(self._engine, "connect", _prepare)
        with self._engine.begin() as connection:
            found = connection.execute(text("PRAGMA user_version")).scalar_one()
            if found > VERSION:
                raise NewerDesk(f"{path.name} has version {found}; this program knows up to {VERSION}")
            _METADATA.create_all(connection)
            memory.METADATA.create_all(connection)
            connection.execute(text(f"PRAGMA user_version = {VERSION}"))
            self._forget(connection)
        self.memory = memory.Memory(self._engine, now)

    def link(self, hours: float = LINK_HOURS, label: str = "") -> str:
        """A token that signs in once, within these hours."""
        return self._make("link", label, timedelta(hours=hours))

    def token(self, label: str = "", days: float | None = None) -> str:
        """A token for a script's `Authorization: Bearer`; without days it lives until it is revoked."""
        return self._make("token", label, None if days is None else timedelta(days=days))

    def redeem(self, link: str) -> str | None:
        """A session's secret in exchange for a link's; None when it is unknown, used already or too old."""
        row = self._find(link, "link")
        if row is None:
            return None
        now = self._now()
        with self._engine.begin() as connection:
            used = update(_KEYS).where(_KEYS.c.name == row.name, _KEYS.c.ended_at.is_(None)).values(ended_at=now)
            if connection.execute(used).rowcount != 1:  # someone else was quicker
                return None
        return self._make("session", row.label, timedelta(days=SESSION_DAYS))

    def session(self, secret: str) -> Session | None:
        """Who holds this secret of a session or token; None when nobody, or no more."""
        row = self._find(secret, "session", "token")
        if row is None:
            return None
        now = self._now()
        if now - row.seen_at > SEEN_EVERY:
            fresh: dict[str, datetime] = {"seen_at": now}
            if row.kind == "session":
                fresh["ends_at"] = now + timedelta(days=SESSION_DAYS)
            with self._engine.begin() as connection:
                connection.execute(update(_KEYS).where(_KEYS.c.name == row.name).values(**fresh))
        return Session(row.name, row.kind, row.label)

    def revoke(self, name: str) -> bool:
        """End a session, token or link by its name (or the whole secret); whether it was alive."""
        alive = update(_KEYS).where(_KEYS.c.name == name.partition(".")[0], _KEYS.c.ended_at.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(alive.values(ended_at=self._now())).rowcount == 1

    def close(self) -> None:
        self._engine.dispose()

    def _make(self, kind: Kind, label: str, lives: timedelta | None) -> str:
        name, secret, now = secrets.token_hex(8), secrets.token_urlsafe(32), self._now()
        row = {
            "name": name,
            "kind": kind,
            "digest": _digest(secret),
            "label": label,
            "made_at": now,
            "seen_at": now,
            "ends_at": None if lives is None else now + lives,
        }
        with self._engine.begin() as connection:
            self._forget(connection)
            connection.execute(insert(_KEYS).values(row))
        return f"{name}.{secret}"

    def _forget(self, connection: Connection) -> None:
        """Take out what opens nothing any more, whenever something new is made: it cannot grow without end."""
        gone = self._now() - FORGOTTEN
        connection.execute(delete(_KEYS).where(or_(_KEYS.c.ends_at <= gone, _KEYS.c.ended_at <= gone)))

    def _find(self, told: str, *kinds: Kind) -> Any:
        """The living row that this secret opens, or None."""
        name, _, secret = told.partition(".")
        if not name.isascii() or not name.isalnum():
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(_KEYS).where(_KEYS.c.name == name)).one_or_none()
        # Someone who guesses names learns nothing from the clock: a comparison is made in any case.
        same = compare_digest(row.digest if row else bytes(32), _digest(secret))
        if row is None or not same or row.kind not in kinds or row.ended_at is not None:
            return None
        return None if row.ends_at is not None and row.ends_at <= self._now() else row


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
