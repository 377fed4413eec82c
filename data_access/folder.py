"""A folder in which devices leave files of readings, one a line; each file is read once, whole."""

import time
from pathlib import Path

import structlog

from data_access.admission import device_in, object_in
from data_access.spool import Spool
from data_access.words import _

log = structlog.get_logger("gateway")

SUFFIX, DONE, REFUSED = ".ndjson", ".done", ".refused"
QUIET_S = 1.0  # after which nobody is writing a file any more


class Folder:
    """The files of one folder, and the spool into which their lines go."""

    def __init__(self, path: Path, spool: Spool) -> None:
        self._path, self._spool = path, spool
        self._kept: dict[Path, tuple[float, list[str]]] = {}  # not renamed yet: its time, and what was no reading
        self._told: dict[Path, str] = {}

    def look(self) -> bool:
        """Keep the lines of every file that is complete; whether there was one.

        Raises:
            sqlite3.Error: the disk is full, or failed; the file stays, to be read again.
        """
        found = sorted(self._path.glob(f"*{SUFFIX}"))
        self._kept = {path: kept for path, kept in self._kept.items() if path in found}
        self._told = {path: told for path, told in self._told.items() if path in found}
        return sum(self._finished(path) for path in found) > 0

    def _finished(self, path: Path) -> bool:
        """Whether the file is done with; one that cannot be read or renamed does not hold up the others."""
        try:
            written = path.stat().st_mtime
            if time.time() - written < QUIET_S:
                return False
            if path not in self._kept or self._kept[path][0] != written:
                self._kept[path] = (written, self._keep(path))
            self._put_away(path, self._kept[path][1])
        except OSError as fault:
            self._tell(path, str(fault.strerror or fault))
            return False
        return True

    def _keep(self, path: Path) -> list[str]:
        """Keep every line of a file; which are no readings, and why."""
        refused: list[str] = []
        kept = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                said = object_in(line)
                kept.append((device_in(said), said))
            except ValueError as fault:
                refused.append(f"{number}: {fault}")
        self._spool.put(kept)
        return refused

    def _put_away(self, path: Path, refused: list[str]) -> None:
        beside = path.with_suffix(REFUSED)
        if refused:
            beside.write_text("\n".join(refused) + "\n", encoding="utf-8")
        path.rename(path.with_suffix(DONE))
        if refused:
            told = _("{n} lines of {file} are no readings; {other} says why.")
            log.warning(told.format(n=len(refused), file=path.name, other=beside.name))

    def _tell(self, path: Path, reason: str) -> None:
        if self._told.get(path) != reason:
            log.warning(_("The file {file} cannot be read or renamed: {reason}.").format(file=path.name, reason=reason))
        self._told[path] = reason
