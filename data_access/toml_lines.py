"""In which line of a TOML text each value stands, so that a fault can be shown where it was written.

The standard library reads TOML and forgets the lines. This walks over a text that it has already accepted, and only
notes where keys begin: tables, dotted and quoted keys, arrays of tables, and what stands within arrays and inline
tables.
"""

import re
import tomllib
from collections.abc import Callable

Path = tuple[str | int, ...]  # keys, and positions in arrays: ("source", 2, "fields", "height")

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t]|\r?\n|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRINGS = re.compile(
    r'"""(?:\\.|[^\\])*?"""+(?!")|' + r"'''.*?'''+(?!')|" + r'"(?:\\.|[^"\\])*"|' + r"'[^']*'", re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n\r]+")


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and array member; of a table header, the line of that header."""
    return _Walk(text.replace("\r\n", "\n")).walk()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # tables so far in each array of tables
        self._line, self._counted = 1, 0

    def walk(self) -> dict[Path, int]:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)
        return self.found

    def header(self) -> Path:
        line, many = self.line(), self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = self.key()
        self.skip(_SPACE)
        self.at += 2 if many else 1
        path: Path = ()
        for name in names[:-1]:
            path = self.entered((*path, name))
        path = (*path, names[-1])
        if many:
            self.found.setdefault(path, line)
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        self.found.setdefault(path, line)
        return path

    def entered(self, path: Path) -> Path:
        """This table, or the last of its tables where it is an array of them."""
        return (*path, self.counts[path]) if path in self.counts else path

    def pair(self, table: Path) -> None:
        line = self.line()
        names = self.key()
        for length in range(1, len(names) + 1):
            self.found.setdefault((*table, *names[:length]), line)
        self.skip(_SPACE)
        self.at += 1  # the sign of equality
        self.skip(_SPACE)
        self.value((*table, *names))

    def key(self) -> list[str]:
        names = []
        while True:
            self.skip(_SPACE)
            if self.text[self.at] in "\"'":
                names.append(self.string())
            else:
                names.append(self.take(_BARE))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def value(self, path: Path) -> None:
        sign = self.text[self.at]
        if sign == "[":
            self.within("]", lambda number: self.member((*path, number)))
        elif sign == "{":
            self.within("}", lambda _number: self.pair(path))
        elif sign in "\"'":
            self.take(_STRINGS)
        else:
            self.take(_SCALAR)

    def member(self, path: Path) -> None:
        self.found[path] = self.line()
        self.value(path)

    def within(self, end: str, one: Callable[[int], None]) -> None:
        self.at += 1
        number = 0
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == end:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            one(number)
            number += 1

    def string(self) -> str:
        """A quoted key, as it reads."""
        written = self.take(_STRINGS)
        return next(iter(tomllib.loads(f"{written} = 0")))

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, "a text that tomllib has accepted"
        self.at = found.end()
        return found[0]

    def skip(self, pattern: re.Pattern[str]) -> None:
        self.take(pattern)

    def line(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line
