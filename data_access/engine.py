"""Connections to a city's database, with the settings that the promises stand on; and its migrations.

A writer begins every transaction IMMEDIATE, since one that begins by reading and then turns to writing fails at once
when another writer is at work. A reader cannot write at all.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from data_access.words import N_, Text, _

BUSY_MS = 5000
MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = max(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
WRITER_CACHE_KB, READER_CACHE_KB = 16_000, 32_000
WAL_PAGES = 16_000  # 64 MB: with SQLite's 1,000 thousands of devices have their pages written twice at each commit


class CannotOpen(RuntimeError):  # noqa: N818  # it says what happened
    """A database cannot be used; the message says why, for a person."""


class NewerDatabase(CannotOpen):
    """A newer version of the program wrote this database."""


class NoDatabase(CannotOpen):
    """There is no city in this place yet."""


class StoreUnavailable(RuntimeError):  # noqa: N818  # it says what happened
    """Nothing was written, so nothing may be acknowledged; the same may succeed later."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def writing_engine(url: str) -> Engine:
    """The engine of the one writer of a process, over a database that is made or brought up to date first.

    Raises:
        NewerDatabase: a newer version wrote it.
        CannotOpen: it does not keep what it promises: write-ahead log, and every commit on disk.
    """
    path = place(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with unavailable():
        version(path)  # before anything is touched: what is not ours stays as it is
    engine = _engine(url)
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with unavailable():
            _migrate(engine)
            with engine.connect() as connection:
                _assert_settings(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def reading_engine(url: str, pool: int = 8) -> Engine:
    """An engine that can only read, over a database of this version.

    Raises:
        NoDatabase: nobody has made it yet, or it waits to be brought up to date.
        NewerDatabase: a newer version wrote it.
    """
    path = place(url)
    if not path.exists():
        raise NoDatabase(_("There is no city in {path} yet. Start ./run, or app.py import.").format(path=path))
    if version(path) < HEAD:
        raise NoDatabase(_("{path} has not been brought up to date yet. Start ./run once.").format(path=path))
    engine = _engine(url, pool_size=pool, max_overflow=pool)
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


@contextmanager
def unavailable() -> Iterator[None]:
    """Name what keeps the database from taking anything now, in a sentence.

    Raises:
        StoreUnavailable: the disk is full, the file cannot be written, or another writer holds it for too long.
    """
    try:
        yield
    except OperationalError as fault:
        told = str(fault.orig)
        if "full" in told:
            raise StoreUnavailable(
                N_(
                    "The disk is full: nothing was stored and nothing acknowledged. "
                    "Free some space; it goes on by itself."
                )
            ) from fault
        if "locked" in told:
            raise StoreUnavailable(
                N_("Another program holds the database for longer than {seconds} s.").format(seconds=BUSY_MS // 1000)
            ) from fault
        raise StoreUnavailable(N_("The database cannot be written: {fault}.").format(fault=told)) from fault


def place(url: str) -> Path:
    """The file that a database's address names.

    Raises:
        CannotOpen: it is not a file of SQLite.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise CannotOpen(_("{url} is not the address of an SQLite file.").format(url=parsed.render_as_string()))
    return Path(parsed.database)


def watching_connection(url: str) -> sqlite3.Connection:
    """A connection of its own on which `PRAGMA data_version` tells whether anyone has committed."""
    connection = sqlite3.connect(place(url), timeout=BUSY_MS / 1000, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _engine(url: str, **pool: Any) -> Engine:
    # The driver must not begin transactions on its own: we say how each begins.
    return create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "isolation_level": None}, **pool)


def _prepare_writer(connection: Any, _record: Any) -> None:
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"cache_size=-{WRITER_CACHE_KB}",
        "temp_store=MEMORY",
        f"wal_autocheckpoint={WAL_PAGES}",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _record: Any) -> None:
    for pragma in (f"busy_timeout={BUSY_MS}", "query_only=ON", f"cache_size=-{READER_CACHE_KB}", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _assert_settings(connection: Connection) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": BUSY_MS}
    for pragma, value in wanted.items():
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()
        if found != value:
            raise CannotOpen(
                _(
                    "The database keeps {pragma} at {found} instead of {wanted}; without it, readings could be lost."
                ).format(pragma=pragma, found=found, wanted=value)
            )


def _migrate(engine: Engine) -> None:
    """Bring the database up to date, all steps in one transaction: it is there whole or not at all."""
    with engine.begin() as connection:
        if _found(lambda asked: [tuple(row) for row in connection.exec_driver_sql(asked)]) == HEAD:
            return
        from alembic import command  # only where something is to be done: it takes a third of a second to load
        from alembic.config import Config

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "head")


def version(path: Path) -> int:
    """The number of the newest migration in a database; 0: there is nothing yet.

    Raises:
        NewerDatabase: it is newer than this program.
        CannotOpen: it is no database, or not one of ours.
    """
    if not path.exists() or not path.stat().st_size:
        return 0
    with closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as connection:
        try:
            found = _found(lambda asked: connection.execute(asked).fetchall())
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as fault:
            raise CannotOpen(_("{path} is not a database: {fault}.").format(path=path, fault=fault)) from fault
    if found is None:
        raise CannotOpen(_("{path} is a database of another program.").format(path=path))
    if found > HEAD:
        raise NewerDatabase(
            _(
                "{path} was written by a newer version of Cityglass (its format {found}, this program's {known}). "
                "Use that version, or another data folder."
            ).format(path=path, found=found, known=HEAD)
        )
    return found


def _found(ask: Callable[[str], list[tuple[Any, ...]]]) -> int | None:
    """The migration that a database stands at; 0: it is empty, None: it is not ours."""
    tables = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return 0
    if "alembic_version" not in tables:
        return None
    rows = ask("SELECT version_num FROM alembic_version")
    return int(rows[0][0]) if rows else 0
