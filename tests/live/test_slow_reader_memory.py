"""D6 of the guarantees: a client that never reads costs bounded memory; and the same without the bound, for control."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import HOUSE, lacking

pytestmark = pytest.mark.slow


def grown_and_said(folder: Path, *how: str) -> tuple[float, float]:
    if not Path("/proc/self/status").exists():
        lacking("/proc, where a process tells its memory")
    run = [sys.executable, "-m", "tests.live.stalled", str(folder), *how]
    told = subprocess.run(run, cwd=HOUSE, check=True, capture_output=True, text=True, timeout=200)
    grown, said = told.stdout.split()[-2:]
    return float(grown), float(said)


def test_d6_a_client_that_never_reads_costs_bounded_memory(tmp_path: Path) -> None:
    grown, said = grown_and_said(tmp_path)
    assert said > 40
    assert grown < said / 4


def test_d6_the_same_client_without_the_bound_costs_all_that_is_said(tmp_path: Path) -> None:
    grown, said = grown_and_said(tmp_path, "unbounded")
    assert grown > said / 2
