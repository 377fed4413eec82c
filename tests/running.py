"""A whole Cityglass of a test's own: every process, its own ports and its own folder."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.conftest import HOUSE, free_port

A_DAY = f"--city={HOUSE / 'tests' / 'cities' / 'a_day.toml'}"  # the simulated city, quickly there


class Running:
    """`app.py run` as a person starts it. `said` is everything it printed."""

    def __init__(self, folder: Path, *options: str, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port, self.public_port, self.admin_port, self.mqtt_port = (free_port() for _ in range(4))
        self.command = [
            sys.executable,
            str(HOUSE / "app.py"),
            "run",
            *(f"--port={self.port}", f"--public-port={self.public_port}", f"--admin-port={self.admin_port}"),
            *(f"--mqtt-port={self.mqtt_port}", f"--data={folder}", *options),
        ]
        self.environment = {**os.environ, "LANG": "en_US.UTF-8", **(environment or {})}
        self.said = ""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def public(self) -> str:
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def broker(self) -> str:
        return f"mqtt://127.0.0.1:{self.mqtt_port}"

    def wait_until_ready(self, seconds: float = 120) -> float:
        """Seconds from the start until it said that it is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time; with all it said.
        """
        while "Public  http" not in self.said:
            if self.process.poll() is not None or time.monotonic() - self.began > seconds:
                raise RuntimeError(f"not ready (exit code {self.process.poll()}):\n{self.said}")
            time.sleep(0.05)
        return time.monotonic() - self.began

    def link(self) -> str:
        """A fresh one-time address of the desk."""
        return self._call("user", "link")

    def token(self) -> str:
        """A token for scripts."""
        return self._call("user", "token")

    def children(self) -> dict[int, str]:
        """Command lines of the processes below this one, by id."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.process.pid:
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found

    def stop(self) -> int:
        """End it as a person does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self._listener.join(5)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def _call(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, str(HOUSE / "app.py"), *words],
            capture_output=True,
            text=True,
            check=True,
            env={**self.environment, "CITYGLASS_DATA": str(self.folder), "CITYGLASS_PORT": str(self.port)},
        )
        return done.stdout.strip().splitlines()[-1].split()[-1]

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line


def addresses(said: str) -> dict[str, str]:
    """The addresses that a start printed, by name."""
    return dict(re.findall(r"^(Desk|Wall|Public)\s+(http\S+)$", said, flags=re.MULTILINE))
