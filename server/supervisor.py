"""The parent of all processes: starts them in order, brings back what dies, and ends everything on one signal."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger("supervisor")

RESTART_WITHIN_S = 10.0  # promised in architecture section 1
PATIENCE_S = 7.0  # from the wish to end until a process is ended by force; the promise is 10 s for all
DEATHS_IN_A_MINUTE = 5
LOG_BYTES = 5_000_000
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStartError(RuntimeError):
    """A process ended before everything was ready; says which, and the last lines that it wrote."""


@dataclass
class Child:
    """One process under the supervisor: how to start it, and how it fares."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    kept_from: frozenset[str] = frozenset()  # names that this process must not find in its environment
    process: "subprocess.Popen[bytes] | None" = None
    deaths: "deque[float]" = field(default_factory=lambda: deque(maxlen=DEATHS_IN_A_MINUTE))
    due: float = 0.0


class Supervisor:
    """Keeps children alive until `stop`; each writes to a log of its own in `logs`.

    What a child needs to know in secret comes through its environment, never its arguments.
    """

    def __init__(self, logs: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._logs = logs
        self._clock = clock
        self._children: list[Child] = []
        self._stopping = False
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, child: Child) -> None:
        """Start this child now and keep it from now on."""
        self._children.append(child)
        self._spawn(child)

    def check(self) -> None:
        """Bring back what died; call it a few times a second."""
        for child in self._children:
            if self._stopping or child.process is None:
                continue
            now = self._clock()
            if child.process.poll() is None:
                continue
            if child.due == 0.0:
                child.deaths.append(now)
                child.due = now + self._pause(child, now)
                log.warning("process ended", name=child.name, code=child.process.returncode)
            elif now >= child.due:
                child.due = 0.0
                self._spawn(child)
                log.info("process started again", name=child.name)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for `ready` while looking after the children.

        Raises:
            CannotStartError: a child ended meanwhile, or nothing was ready in time.
        """
        end = self._clock() + seconds
        while not ready():
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    raise CannotStartError(f"{child.name}: {self.last_words(child.name)}")
            if self._clock() > end:
                raise CannotStartError(f"{seconds:.0f} s")
            if self._stopping:
                return
            time.sleep(0.05)

    def pids(self) -> dict[str, int]:
        return {
            child.name: child.process.pid
            for child in self._children
            if child.process is not None and child.process.poll() is None
        }

    def last_words(self, name: str, lines: int = 12) -> str:
        """The last lines of a child's log."""
        try:
            told = (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(told.splitlines()[-lines:])

    def stop(self) -> None:
        """End every child, the latest first; by force those that do not listen."""
        self._stopping = True
        running = [
            child.process for child in reversed(self._children) if child.process and child.process.poll() is None
        ]
        for process in running:
            process.terminate()
        end = self._clock() + PATIENCE_S
        for process in running:
            try:
                process.wait(max(0.1, end - self._clock()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(2)

    def _pause(self, child: Child, now: float) -> float:
        """At once the first time, and longer for one that dies again and again, but never beyond the promise."""
        recent = sum(1 for death in child.deaths if now - death < 60)
        return min(0.25 * 2.0 ** (recent - 1), RESTART_WITHIN_S / 2)

    def _spawn(self, child: Child) -> None:
        path = self._logs / f"{child.name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        told = {**os.environ, **child.environment}
        with path.open("ab") as output:
            child.process = subprocess.Popen(
                child.command,
                env={name: value for name, value in told.items() if name not in child.kept_from},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends them in order
                preexec_fn=_end_with_parent if LIBC else None,  # noqa: PLW1509  # one call, prepared below
            )


def _end_with_parent() -> None:
    """Ask Linux to end this process when its supervisor is killed (prctl PR_SET_PDEATHSIG)."""
    assert LIBC is not None
    LIBC.prctl(1, signal.SIGTERM)
