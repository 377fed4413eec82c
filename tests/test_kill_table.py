"""A minute of the kill table: what it publishes comes from these same episodes, with more kills."""

import io
from dataclasses import asdict
from pathlib import Path

import pytest

from bench import kill_table
from bench.kill_episode import CONTROL, Found, Plan
from bench.kill_table import done, run, table
from tests.conftest import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(600)]

SMOKE = (
    Plan("ingest, at random", 2, 2),
    Plan("ingest, between commit and ack", 2, 2),
    Plan("broker and ingest together", 1, 1),
    Plan(CONTROL, 3, 3),
)


def told(plan: str, number: int, **more: int) -> dict[str, object]:
    found = Found(plan, number, 1, kills=5, sent_plain=100, sent_gateway=50)
    return asdict(found) | {"at": "2026-01-02", "versions": {}} | more


def test_a_minute_of_kills_loses_nothing_unseen_and_the_control_loses(mosquitto: Mosquitto, tmp_path: Path) -> None:
    mosquitto.stop()  # each episode has a broker of its own; this one only says that there is a Mosquitto
    results = tmp_path / "results.jsonl"
    run(SMOKE, 1, float("inf"), results, io.StringIO())
    lines = {line["plan"]: line for line in done(results, 1)}
    control = lines.pop(CONTROL)
    assert control["lost_plain"] > 0
    for name, line in lines.items():
        assert line["sent_gateway"] > 0, name
        nothing = {"doubled", "lost_gateway", "unnamed", "misnamed", "quarantined"}
        assert {key: line[key] for key in nothing} == dict.fromkeys(nothing, 0), name
        if "broker" not in name:
            assert line["lost_plain"] == 0, name


def test_what_was_run_is_not_run_again_and_another_seed_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, int, int]] = []

    class Recorded:
        def __init__(self, plan: Plan, number: int, seed: int, _folder: Path) -> None:
            self.found = Found(plan.name, number, seed)

        def run(self) -> Found:
            ran.append((self.found.plan, self.found.episode, self.found.seed))
            return self.found

    monkeypatch.setattr(kill_table, "Episode", Recorded)
    results = tmp_path / "results.jsonl"
    plans = (Plan("broker", 50), Plan("disk full", 5, 5))

    run(plans[:1], 1, float("inf"), results, io.StringIO())
    run(plans, 1, float("inf"), results, io.StringIO())
    run(plans[1:], 2, float("inf"), results, io.StringIO())
    run(plans, 3, float("-inf"), results, io.StringIO())  # no time is left
    assert ran == [("broker", 0, 1), ("broker", 1, 1), ("disk full", 0, 1), ("disk full", 0, 2)]
    assert [line["plan"] for line in done(results, 1)] == ["broker", "broker", "disk full"]


def test_the_table_adds_up_and_leaves_the_control_apart() -> None:
    lines = [told("broker", 0, lost_plain=3), told("broker", 1), told(CONTROL, 0, lost_plain=70, unnamed=2)]
    broker, control, all_ours = table(lines).splitlines()[2:]
    assert broker.startswith("| broker | 10 | 300 | 0 | 0 | 3 | 0 | 0 |")
    assert "| 70 | 2 |" in control
    assert all_ours.startswith("| **all but the control** | 10 | 300 | 0 | 0 | 3 |")
