"""The supervisor with real processes of its own."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from server.supervisor import CannotStartError, Child, Supervisor

STAYS = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]


def said(supervisor: Supervisor, name: str, words: str, times: int = 1) -> bool:
    return supervisor.last_words(name, 100).count(words) >= times


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_dies_is_back_within_ten_seconds(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start(Child("stays", STAYS))
    supervisor.wait_until(lambda: said(supervisor, "stays", "here"), 20)
    first = supervisor.pids()["stays"]
    os.kill(first, signal.SIGKILL)
    end = time.monotonic() + 10
    while supervisor.pids().get("stays", first) == first and time.monotonic() < end:
        supervisor.check()
        time.sleep(0.05)
    assert supervisor.pids()["stays"] != first
    supervisor.stop()


def test_everything_ends_on_stop_even_what_does_not_listen(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    for name, command in (("stays", STAYS), ("stubborn", STUBBORN)):
        supervisor.start(Child(name, command))
        supervisor.wait_until(lambda name=name: said(supervisor, name, "here"), 20)
    pids = list(supervisor.pids().values())
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    assert not any(alive(pid) for pid in pids)


def test_a_process_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start(Child("broken", [sys.executable, "-c", "print('no such city'); raise SystemExit(3)"]))
    with pytest.raises(CannotStartError, match="broken: no such city"):
        supervisor.wait_until(lambda: False, 20)
    supervisor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    parent = Supervisor(tmp_path / "outer")
    program = (
        "import sys, time; from pathlib import Path; from server.supervisor import Child, Supervisor\n"
        f"s = Supervisor(Path({str(tmp_path)!r}) / 'inner'); s.start(Child('stays', {STAYS!r}))\n"
        "print('pid', s.pids()['stays'], flush=True); time.sleep(60)"
    )
    parent.start(Child("inner", [sys.executable, "-c", program], {"PYTHONPATH": str(Path(__file__).parents[2])}))
    parent.wait_until(lambda: said(parent, "inner", "pid"), 20)
    pid = int(parent.last_words("inner").split("pid ")[1].split()[0])
    assert alive(pid)
    os.kill(parent.pids()["inner"], signal.SIGKILL)
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid)
    parent.stop()


def test_a_process_does_not_find_what_is_kept_from_it(tmp_path: Path) -> None:
    program = "import os, time; print(sorted(n for n in os.environ if 'GLASS' in n), flush=True); time.sleep(60)"
    tells = [sys.executable, "-c", program]
    supervisor = Supervisor(tmp_path)
    given = {"CITYGLASS_DATA": "here", "CITYGLASS_BROKER": "mqtt://me:secret@broker"}
    supervisor.start(Child("open", tells, given))
    supervisor.start(Child("kept", tells, given, frozenset({"CITYGLASS_BROKER"})))
    supervisor.wait_until(lambda: said(supervisor, "open", "DATA") and said(supervisor, "kept", "DATA"), 30)
    assert "CITYGLASS_BROKER" in supervisor.last_words("open")
    assert "CITYGLASS_BROKER" not in supervisor.last_words("kept")
    supervisor.stop()
