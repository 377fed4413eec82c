"""Two writers at once never hide a revision: a reader at r has seen everything up to r."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from data_access.records import Reading
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import NOON, url_of

Looks = list[tuple[int, frozenset[int]]]

# A writer of its own process that says `begun` inside its transaction and goes on when it is told to.
PAUSED = """
import sys
from data_access import writer as writers
from data_access.records import Reading
from data_access.writer import CityWriter
from tests.small_city import NOON
store = writers.store
def paused(tx, items, seen):
    done = store(tx, items, seen)
    print("begun", flush=True)
    sys.stdin.readline()
    return done
writers.store = paused
writer = CityWriter.open({url!r})
writer.bulk([(Reading("slow", "noise_db", 1.0, NOON), NOON)])
print("done", flush=True)
"""


def hidden(looks: Looks) -> set[int]:
    """Revisions that a reader at r did not see although they are not above r."""
    whole = looks[-1][1]
    return {revision for at, seen in looks for revision in whole if revision <= at and revision not in seen}


def look(connection: sqlite3.Connection, counter: str, rows: str) -> tuple[int, frozenset[int]]:
    connection.execute("BEGIN")
    at = connection.execute(counter).fetchone()[0]
    seen = frozenset(row[0] for row in connection.execute(rows))
    connection.execute("COMMIT")
    return at, seen


def watched(path: Path, counter: str, rows: str, during: Callable[[], None]) -> Looks:
    """What a reader sees, again and again, while something happens."""
    connection = sqlite3.connect(path, isolation_level=None)
    looks: Looks = []
    worker = threading.Thread(target=during)
    worker.start()
    while worker.is_alive():
        looks.append(look(connection, counter, rows))
        time.sleep(0.005)
    worker.join()
    looks.append(look(connection, counter, rows))
    connection.close()
    return looks


def test_two_paused_writers_never_hide_a_revision_from_a_reader(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    quick = CityWriter.open(url)
    command = [sys.executable, "-c", PAUSED.format(url=url)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as slow:
        told, tell = slow.stdout, slow.stdin
        assert told
        assert tell
        waited: list[bool] = []

        def happen() -> None:
            assert told.readline() == "begun\n"
            sent = [(Reading("quick", "noise_db", 2.0, NOON), NOON)]
            waiting = threading.Thread(target=lambda: quick.bulk(sent))
            waiting.start()
            waiting.join(0.3)
            waited.append(waiting.is_alive())  # the other one stands at the door
            tell.write("\n")
            tell.flush()
            assert told.readline() == "done\n"
            waiting.join()

        looks = watched(tmp_path / "city.db", "SELECT revision FROM counter", "SELECT revision FROM reading", happen)
    quick.close()
    assert waited == [True]
    assert hidden(looks) == set()
    assert looks[-1] == (2, frozenset({1, 2}))
    assert {at for at, _seen in looks} >= {0, 2}
    store = CityStore.open(url)
    table, _next = store.readings(None, None, None, None)
    assert {row.device_id: row.revision for row in table} == {"slow": 1, "quick": 2}
    store.close()


def test_numbers_taken_before_the_transaction_would_hide_one(tmp_path: Path) -> None:
    """The control: a sequence, as one would write it first, and the same two writers."""
    path = tmp_path / "careless.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE counter (revision INTEGER)")
        made.execute("INSERT INTO counter VALUES (0)")
        made.execute("CREATE TABLE reading (revision INTEGER)")
    made.close()

    def next_number(connection: sqlite3.Connection) -> int:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE counter SET revision = revision + 1")
        number = int(connection.execute("SELECT revision FROM counter").fetchone()[0])
        connection.execute("COMMIT")
        return number

    def happen() -> None:
        slow, quick = (sqlite3.connect(path, isolation_level=None, timeout=5) for _ in range(2))
        first = next_number(slow)
        second = next_number(quick)
        quick.execute("INSERT INTO reading VALUES (?)", (second,))
        time.sleep(0.3)
        slow.execute("INSERT INTO reading VALUES (?)", (first,))
        slow.close()
        quick.close()

    looks = watched(path, "SELECT revision FROM counter", "SELECT revision FROM reading", happen)
    assert 1 in hidden(looks)
