"""Mosquitto, where it is installed: found, set up for this installation, and ready to be started as a child."""

import os
import pwd
import shutil
from collections.abc import Mapping
from pathlib import Path

TEMPLATE = Path(__file__).parents[1] / "deploy" / "mosquitto.conf"
BESIDE_PATH = "/usr/local/sbin:/usr/sbin:/sbin"  # where Debian puts it, and where a user's PATH does not look


def find() -> Path | None:
    """The program, where there is one."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=BESIDE_PATH)
    return Path(found) if found else None


def settings(folder: Path, port: int, template: str) -> str:
    """Our settings, for a broker on this port of loopback that keeps its state in `folder`."""
    ours = {
        "listener": f"{port} 127.0.0.1",
        "persistence_location": f"{folder.resolve()}{os.sep}",
        "user": pwd.getpwuid(os.geteuid()).pw_name,
    }
    return "\n".join(_replaced(line, ours) for line in template.splitlines()) + "\n"


def _replaced(line: str, ours: Mapping[str, str]) -> str:
    name, _, _value = line.partition(" ")
    return f"{name} {ours[name]}" if name in ours else line


def command(folder: Path, port: int) -> list[str] | None:
    """The command of a broker that keeps its state in `folder`, its settings written; None: it is not installed."""
    program = find()
    if program is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "mosquitto.conf"
    written.write_text(settings(folder, port, TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
    return [str(program), "-c", str(written)]
