"""What is lost when processes are killed: `python -m bench.kill_table [--minutes 60] [--seed 1]`.

Devices that only speak MQTT at QoS 1, and devices behind our gateway, send numbered readings through a real Mosquitto
to a real listener, which is killed (-9) again and again: at random, and at each step of its work; so is the broker, and
both together; it is stopped for a minute, and its disk is filled. Then the set of (device, boot, number) that was sent
is compared with the set that is stored, and what is missing with the gap ledger.

It goes on where it stopped: each finished episode is a line of the results file, and is not run again for the same
seed. `--table` writes docs/kill-table.md from that file. The control acknowledges as paho does by itself: it must lose.
"""

import argparse
import json
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

from bench.kill_episode import CONTROL, Episode, Plan
from bench.kill_parts import POINTS
from server import mosquitto
from tests.conftest import HOUSE

RESULTS = HOUSE / "docs" / "kill-table.jsonl"
PAGE = HOUSE / "docs" / "kill-table.md"
PLANS = (
    Plan("ingest, at random", 100),
    *(Plan(f"ingest, {point}", 100) for point in POINTS),
    Plan("broker", 300),
    Plan("broker and ingest together", 100),
    Plan("ingest stopped for 60 s", 1, 1),
    Plan("disk full", 5, 5),
    Plan(CONTROL, 20, 20),
)


def done(path: Path, seed: int) -> list[dict[str, Any]]:
    """The episodes of this seed that are in the results file."""
    if not path.exists():
        return []
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["seed"] == seed]


def versions() -> dict[str, str]:
    asked = subprocess.run([str(mosquitto.find()), "-h"], check=False, capture_output=True, text=True)
    told = asked.stdout.split("\n")[0]
    return {
        "mosquitto": told.removeprefix("mosquitto version "),
        "paho-mqtt": version("paho-mqtt"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release().split("-")[0],
    }


def run(plans: Iterable[Plan], seed: int, end: float, results: Path, told: TextIO) -> None:
    """Run the episodes that are missing until `end` (monotonic), each appended to `results` as it is done."""
    there = {(line["plan"], line["episode"]) for line in done(results, seed)}
    waiting = [(plan, n) for plan in plans for n in range(plan.episodes) if (plan.name, n) not in there]
    for count, (plan, number) in enumerate(waiting, 1):
        if time.monotonic() > end:
            print(f"{len(waiting) - count + 1} episodes are left: the same command goes on with them", file=told)
            return
        print(f"{count} of {len(waiting)}: {plan.name}, episode {number + 1} … ", end="", file=told, flush=True)
        folder = Path(tempfile.mkdtemp(prefix="kill-"))
        try:
            found = Episode(plan, number, seed, folder).run()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        line = asdict(found) | {"at": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()}
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(
            f"{found.kills} kills, {found.sent_plain + found.sent_gateway:,} sent, lost {found.lost_plain} plain and "
            f"{found.lost_gateway} behind the gateway, {found.unnamed} of them not named, {found.seconds:.0f} s",
            file=told,
            flush=True,
        )


HEAD = (
    "| What is killed (-9) | kills | sent | stored twice | lost behind gateways | lost of plain QoS 1 | "
    "not in the gap ledger | in it, yet stored | worst recovery |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def table(lines: list[dict[str, Any]]) -> str:
    """The results of one seed as a table of Markdown, a line a plan and one for all."""
    said = [HEAD]
    for plan in PLANS:
        said += [_line(plan.name, found)] if (found := [line for line in lines if line["plan"] == plan.name]) else []
    ours = [line for line in lines if line["plan"] != CONTROL]
    return "\n".join([*said, _line("**all but the control**", ours)]) + "\n"


def _line(name: str, lines: list[dict[str, Any]]) -> str:
    def total(*names: str) -> str:
        return f"{sum(line[one] for line in lines for one in names):,}"

    cells = [name, total("kills"), total("sent_plain", "sent_gateway"), total("doubled"), total("lost_gateway")]
    cells += [total("lost_plain"), total("unnamed"), total("misnamed")]
    return "| " + " | ".join([*cells, f"{max(line['worst_s'] for line in lines):.1f} s"]) + " |"


def write_page(lines: list[dict[str, Any]], seed: int, page: Path) -> None:
    """Put the table between the marks of the page."""
    begin, finish = "<!-- results -->", "<!-- end of results -->"
    text = page.read_text(encoding="utf-8")
    before, after = text.partition(begin)[0], text.partition(finish)[2]
    newest = lines[-1]
    told = ", ".join(f"{name} {number}" for name, number in newest["versions"].items())
    every = sum(plan.episodes for plan in PLANS)
    words = f"Seed {seed}, {len(lines)} of {every} episodes, the last on {newest['at'][:10]}; {told}."
    page.write_text(f"{before}{begin}\n\n{words}\n\n{table(lines)}\n{finish}{after}", encoding="utf-8")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=55, help="begin no further episode after so many")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--only", help="the plans whose names hold this")
    words.add_argument("--results", type=Path, default=RESULTS)
    words.add_argument("--table", action="store_true", help="write docs/kill-table.md from the results, run nothing")
    given = words.parse_args()
    if not given.table:
        plans = [plan for plan in PLANS if not given.only or given.only in plan.name]
        run(plans, given.seed, time.monotonic() + given.minutes * 60, given.results, sys.stdout)
    lines = done(given.results, given.seed)
    if given.table:
        write_page(lines, given.seed, PAGE)
    elif lines:
        print(table(lines))


if __name__ == "__main__":
    main()
