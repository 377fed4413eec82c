"""The database itself: its settings, its migrations, and what is refused."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, StatementError

from data_access import engine
from data_access.city import City
from data_access.engine import HEAD, CannotOpen, NewerDatabase, NoDatabase, reading_engine, writing_engine
from data_access.schema import CITY, COUNTER, METADATA
from data_access.store import CityStore
from data_access.words import speaking
from data_access.writer import CityWriter, WrongCity
from tests import small_city
from tests.small_city import NOON, url_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    CityWriter.open(url_of(tmp_path)).close()
    return url_of(tmp_path)


def renumber(folder: Path, version: str) -> None:
    with sqlite3.connect(folder / "city.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))


def test_the_migrations_make_exactly_the_tables_of_the_schema(url: str) -> None:
    made = writing_engine(url)
    with made.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}
    made.dispose()


def test_a_table_that_no_migration_makes_would_be_seen(url: str) -> None:
    made = writing_engine(url)
    with made.begin() as connection:
        connection.exec_driver_sql("DROP TABLE quarantine")
    with made.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) != []
    made.dispose()


def test_a_writer_asserts_that_every_commit_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = engine._prepare_writer

    def careless(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    monkeypatch.setattr(engine, "_prepare_writer", careless)
    with pytest.raises(CannotOpen, match="synchronous at 1 instead of 2"):
        writing_engine(url_of(tmp_path))
    monkeypatch.undo()
    writing_engine(url_of(tmp_path)).dispose()


def test_a_reader_cannot_write(url: str) -> None:
    reader = reading_engine(url)
    with reader.begin() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("UPDATE counter SET revision = 9")
    reader.dispose()


def test_a_database_of_a_newer_version_is_refused(url: str, tmp_path: Path) -> None:
    CityStore.open(url).close()  # the control: the same file, as it is, is taken
    renumber(tmp_path, f"{HEAD + 1:04}")
    for opened in (CityStore.open, CityWriter.open):
        with pytest.raises(NewerDatabase, match=r"written by a newer version of Cityglass .*Use that version"):
            opened(url)
    with speaking("vi"), pytest.raises(NewerDatabase, match="phiên bản mới hơn"):
        CityStore.open(url)
    renumber(tmp_path, f"{HEAD:04}")
    CityStore.open(url).close()


def test_a_reader_waits_for_the_migration_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="There is no city in"):
        CityStore.open(url_of(tmp_path))
    assert not (tmp_path / "city.db").exists()
    (tmp_path / "city.db").touch()
    with pytest.raises(NoDatabase, match="has not been brought up to date"):
        CityStore.open(url_of(tmp_path))


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "postgresql://host/city"])
def test_what_is_not_a_file_is_refused(address: str) -> None:
    with pytest.raises(CannotOpen, match="is not the address of an SQLite file"):
        CityWriter.open(address)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "city.db") as connection:
        connection.execute("CREATE TABLE photos (id)")
    before = (tmp_path / "city.db").read_bytes()
    with pytest.raises(CannotOpen, match="is a database of another program"):
        CityStore.open(url_of(tmp_path))
    with pytest.raises(CannotOpen, match="is a database of another program"):
        CityWriter.open(url_of(tmp_path))
    assert (tmp_path / "city.db").read_bytes() == before
    (tmp_path / "city.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(CannotOpen, match="is not a database"):
        CityStore.open(url_of(tmp_path))


def test_a_folder_of_another_city_is_refused(url: str) -> None:
    writer = CityWriter.open(url)
    writer.describe(small_city.CITY)
    writer.describe(small_city.CITY)
    other = City("other", "Other Town", "UTC", ("en",), 0, 0, 14, 0, 0, (0, 0, 1, 1), "nobody")
    with pytest.raises(WrongCity, match="holds another city, Small City, not Other Town"):
        writer.describe(other)
    writer.close()
    store = CityStore.open(url)
    assert store.city() == small_city.CITY
    assert store.revision() == 1
    store.close()


def test_a_naive_time_never_reaches_a_table(url: str) -> None:
    made = writing_engine(url)
    naive = NOON.replace(tzinfo=None)
    with made.begin() as connection, pytest.raises(StatementError, match="has no time zone"):
        connection.execute(COUNTER.update().values(first_fact=naive))
    with made.begin() as connection:
        connection.execute(COUNTER.update().values(first_fact=NOON))
        assert connection.execute(COUNTER.select()).one().first_fact == NOON
        assert connection.exec_driver_sql("SELECT first_fact FROM counter").scalar_one() == int(NOON.timestamp() * 1e6)
        assert connection.execute(CITY.select()).all() == []
    made.dispose()


def test_several_processes_may_start_on_an_empty_folder_at_once(tmp_path: Path) -> None:
    program = f"from data_access.writer import CityWriter; CityWriter.open({url_of(tmp_path)!r}).close()"
    processes = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [(b"", 0)] * 4
    CityStore.open(url_of(tmp_path)).close()


@pytest.mark.parametrize("step", ["CREATE TABLE alembic_version", "CREATE TABLE boot", "CREATE TABLE stream", "INSERT"])
def test_a_process_killed_while_it_migrates_leaves_nothing_half_done(tmp_path: Path, step: str) -> None:
    program = f"""
import os
from sqlalchemy import event
from data_access import engine
made = engine._engine
def doomed(*given, **more):
    found = made(*given, **more)
    @event.listens_for(found, "after_cursor_execute")
    def die(connection, cursor, statement, *rest):
        if {step!r} in statement:
            os._exit(9)
    return found
engine._engine = doomed
engine.writing_engine({url_of(tmp_path)!r})
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    with sqlite3.connect(tmp_path / "city.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    CityWriter.open(url_of(tmp_path)).close()
    CityStore.open(url_of(tmp_path)).close()
