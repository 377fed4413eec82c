"""Memory of a whole installation: `python -m bench.footprint [--minutes 10] [-- OPTIONS OF run]`.

Starts everything as `./run` does, waits, and sums the proportional set size (smaps_rollup, Linux) of all its
processes, each named; prints the seconds until it was ready too.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.running import Running


def proportional_mb(pid: int) -> float:
    """Proportional set size of a process in MB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=10)
    words.add_argument("options", nargs="*")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "city", *given.options)
        try:
            print(f"ready after {running.wait_until_ready():.1f} s")
            end = time.monotonic() + given.minutes * 60
            while True:
                sizes = {running.process.pid: "app.py run", **running.children()}
                rows = {name.split("python")[-1][-60:]: proportional_mb(pid) for pid, name in sizes.items()}
                left = max(0.0, end - time.monotonic())
                print(
                    f"{sum(rows.values()):7.1f} MB in {len(rows)} processes, {left / 60:.1f} minutes to go", flush=True
                )
                if not left:
                    break
                time.sleep(min(60.0, left))
            for name, size in sorted(rows.items(), key=lambda row: -row[1]):
                print(f"{size:7.1f} MB  {name}")
        finally:
            print(f"ended with exit code {running.stop()}")


if __name__ == "__main__":
    main()
