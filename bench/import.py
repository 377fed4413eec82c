"""How long it takes to bring a city in, and how much memory.

    python -m bench.import [CITY …] [--sources DIR] [--picture] [--steps]

Each city is imported into an empty folder and then once more, where nothing has changed. `cpu` is what all processes
used, which is what a busy machine does not spoil; `peak` is the greatest sum of resident memory of the whole tree,
looked at twenty times a second. With --picture each city is also started as `./run` does, from its files to the moment
in which a real Chromium has drawn all tiles of its desk.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.conftest import HOUSE, SHARED

CITIES = ("simulated", "hanoi", "hcmc", "liechtenstein", "leipzig")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


class Watched:
    """A process and all below it: what it said and when, its processor time, its memory at the peak."""

    def __init__(self, *command: str) -> None:
        self.began = time.monotonic()
        self.said: list[tuple[float, str]] = []
        self.peak_mb = 0.0
        environment = {**os.environ, "LANG": "en_US.UTF-8"}
        self._running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        looking = threading.Thread(target=self._look)
        looking.start()
        assert self._running.stdout
        for line in self._running.stdout:
            self.said.append((time.monotonic() - self.began, line.strip()))
        _pid, status, used = os.wait4(self._running.pid, 0)
        self.seconds = time.monotonic() - self.began
        self.cpu = used.ru_utime + used.ru_stime
        self._running.returncode = os.waitstatus_to_exitcode(status)
        looking.join()
        if self._running.returncode:
            raise SystemExit("\n".join(line for _at, line in self.said))

    def _look(self) -> None:
        while self._running.returncode is None:
            self.peak_mb = max(self.peak_mb, sum(map(resident_mb, tree(self._running.pid))))
            time.sleep(0.05)


def tree(pid: int) -> list[int]:
    """This process and all below it."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(below for child in children for below in tree(child))]


def resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def became(imported: Watched) -> str:
    """What an import said of its things: how many were new, changed, unchanged and ended."""
    return next(line for _at, line in reversed(imported.said) if " new, " in line)


def bring(city: Path, sources: Path, folder: Path) -> Watched:
    where = (f"--city={city}", f"--sources={sources}", f"--data={folder}")
    return Watched(sys.executable, str(HOUSE / "app.py"), "import", *where)


def picture(city: Path, sources: Path, folder: Path) -> tuple[float, float]:
    """Seconds from the start on an empty folder until it is ready, and until its desk is drawn."""
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_FLAGS, chromium_program
    from tests.pictures import DRAWN
    from tests.running import Running

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_program(), headless=False, args=CHROMIUM_FLAGS)
        running = Running(folder, f"--city={city}", f"--sources={sources}")
        try:
            ready = running.wait_until_ready(600)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(running.link())
            while not page.evaluate(DRAWN):
                page.wait_for_timeout(100)
            return ready, time.monotonic() - running.began
        finally:
            browser.close()
            running.stop()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("cities", nargs="*", default=CITIES)
    words.add_argument("--sources", type=Path, default=SHARED / "data")
    words.add_argument("--picture", action="store_true")
    words.add_argument("--steps", action="store_true", help="what each import said, and when")
    given = words.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    for name in given.cities:
        city = Path(name) if "." in name else HOUSE / "cities" / f"{name}.toml"
        with tempfile.TemporaryDirectory() as folder:
            first = bring(city, given.sources, Path(folder) / "city")
            (Path(folder) / "city" / "imported").unlink()  # or the same files would not even be opened
            again = bring(city, given.sources, Path(folder) / "city")
        print(
            f"{name:14} {first.seconds:6.1f} s ({first.cpu:5.1f} s cpu), peak {first.peak_mb:5.0f} MB; "
            f"again {again.seconds:6.1f} s ({again.cpu:5.1f} s cpu); {became(first)}; then {became(again)}",
            flush=True,
        )
        for at, line in first.said if given.steps else ():
            print(f"  {at:6.1f} s  {line}")
        if given.picture:
            with tempfile.TemporaryDirectory() as folder:
                ready, drawn = picture(city, given.sources, Path(folder) / "city")
            print(f"{name:14} from its files to ready {ready:.1f} s, to the first picture {drawn:.1f} s", flush=True)


if __name__ == "__main__":
    main()
