"""`app.py run` as a newcomer meets it: ready, honest about what is in the way, and gone without a trace."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import HOUSE, free_port
from tests.running import A_DAY, Running, addresses

pytestmark = pytest.mark.slow


def refused(*options: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and words of a start that should not come to be."""
    done = subprocess.run(
        [sys.executable, str(HOUSE / "app.py"), "run", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LANG": "en_US.UTF-8", **(environment or {})},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def read(address: str, token: str | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(address)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read()


def test_it_says_where_desk_wall_and_public_view_are(town: Running) -> None:
    told = addresses(town.said)
    assert told["Desk"].startswith(f"{town.desk}/sign-in?token=")
    assert town.desk in told["Wall"]
    assert told["Public"].startswith(town.public)
    lines = [line.split()[0] for line in town.said.splitlines() if line.split()]
    ready = town.said.splitlines().index("Cityglass is ready")
    assert town.said.splitlines()[ready + 1].startswith("Desk")
    assert "Wall" in lines


def test_no_secret_stands_in_the_process_list(town: Running) -> None:
    commands = " ".join(town.children().values())
    assert "token" not in commands
    for name in ("ingest", "worker", "ops", "public", "simulate"):
        assert f"app.py {name}" in commands


def test_a_process_that_is_killed_is_back_within_ten_seconds(town: Running) -> None:
    def ingest() -> list[int]:
        return [pid for pid, command in town.children().items() if "app.py ingest" in command]

    (before,) = ingest()
    os.kill(before, signal.SIGKILL)
    end = time.monotonic() + 10
    while ingest() in ([], [before]) and time.monotonic() < end:
        time.sleep(0.1)
    assert ingest() not in ([], [before])


def test_metrics_are_served_under_their_names(town: Running) -> None:
    code, body = read(f"http://127.0.0.1:{town.admin_port}/metrics")
    assert code == 200
    for name in (
        "messages_received_total",
        "readings_stored_total",
        "duplicates_total",
        "quarantined_total",
        "ingest_lag_seconds",
        "broker_connected",
        "live_clients",
        "revision",
    ):
        assert f"cityglass_{name}" in body.decode()


def test_a_token_made_on_the_command_line_opens_the_api(town: Running) -> None:
    assert read(f"{town.desk}/api/layers")[0] == 401
    code, body = read(f"{town.desk}/api/layers", town.token())
    assert code == 200
    assert b"pm25" in body


def test_a_second_start_finds_its_data_and_imports_nothing_again(tmp_path: Path) -> None:
    first = Running(tmp_path / "town", A_DAY)
    first.wait_until_ready()
    assert first.stop() == 0
    second = Running(tmp_path / "town", A_DAY)
    second.wait_until_ready()
    assert "Importing" not in second.said
    assert second.stop() == 0


def test_it_ends_within_ten_seconds_and_leaves_no_process(tmp_path: Path) -> None:
    running = Running(tmp_path / "town", A_DAY, "--no-simulation")
    running.wait_until_ready()
    pids = list(running.children())
    assert pids
    began = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - began < 10
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        code, words = refused(f"--port={port}", f"--data={tmp_path}", f"--mqtt-port={free_port()}")
    assert code == 2
    assert f"Port {port} is taken" in words
    assert "--port" in words


def test_the_desk_is_not_shown_beyond_this_machine(tmp_path: Path) -> None:
    code, words = refused("--host=0.0.0.0", f"--data={tmp_path}")
    assert code == 2
    assert "accounts" in words


def test_a_missing_city_file_is_named(tmp_path: Path) -> None:
    code, words = refused(f"--city={tmp_path / 'nowhere.osm.pbf'}", f"--data={tmp_path}")
    assert code == 2
    assert "nowhere.osm.pbf" in words


def ports() -> list[str]:
    return [f"--{name}={free_port()}" for name in ("port", "public-port", "admin-port", "mqtt-port")]


def prepare(folder: Path) -> None:
    subprocess.run(
        [sys.executable, str(HOUSE / "app.py"), "import"],
        env={**os.environ, "CITYGLASS_DATA": str(folder), "CITYGLASS_SIMULATION": "false", "LANG": "en_US.UTF-8"},
        check=True,
        capture_output=True,
    )


@pytest.mark.cities
def test_a_folder_of_another_city_is_refused(tmp_path: Path, shared: Path) -> None:
    prepare(tmp_path)
    city = shared / "hanoi" / "hanoi-centre.osm.pbf"
    code, words = refused(f"--data={tmp_path}", f"--city={city}", *ports())
    assert code != 0
    assert "another city" in words or "belongs to" in words


def test_a_database_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path)
    with sqlite3.connect(tmp_path / "city.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999_from_tomorrow'")
    db.close()
    code, words = refused(f"--data={tmp_path}", *ports())
    assert code != 0
    assert "newer" in words


def test_one_process_serves_the_same(tmp_path: Path) -> None:
    running = Running(tmp_path / "town", A_DAY, "--one-process")
    running.wait_until_ready()
    commands = " ".join(running.children().values())
    assert "app.py ingest" not in commands
    assert read(f"{running.desk}/healthz")[0] == 200
    assert running.stop() == 0


def test_a_link_for_an_installation_that_never_was_is_refused(tmp_path: Path) -> None:
    asked = [sys.executable, str(HOUSE / "app.py"), "user", "link", f"--data={tmp_path / 'nowhere'}"]
    done = subprocess.run(asked, capture_output=True, text=True, env={**os.environ, "LANG": "en_US.UTF-8"}, check=False)
    assert done.returncode == 2
    assert "--data" in done.stderr
    assert not (tmp_path / "nowhere").exists()
