"""Bring the catalogues up to date with the code and list what still lacks a translation.

    python -m data_access.words

Each room has its own catalogue, `vi/<room>.po`; what the code no longer says goes out of it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

HOUSE = Path(__file__).parents[2]
ROOMS = ("app", "components", "data_access", "demo", "layers", "live", "public", "server")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
PUBLIC = "components/public"  # files that begin so: the public page's words have a catalogue of their own


def said(room: str) -> Catalog:
    """Every text that the code of this room marks for a reader."""
    found = Catalog(locale="vi", project="Cityglass", charset="utf-8")
    for file, line, message, _comments, _context in _texts(room):
        found.add(message, locations=[(file, line)])
    return found


def catalogue(room: str) -> Path:
    return HOUSE / "data_access" / "words" / "vi" / f"{room}.po"


def known(room: str) -> Catalog:
    """The translations that this room has now."""
    path = catalogue(room)
    if not path.exists():
        return Catalog(locale="vi", project="Cityglass", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="vi")


def missing(room: str) -> list[str]:
    """The texts of this room that have no translation."""
    have = known(room)
    return [str(message.id) for message in said(room) if message.id and not _translated(have, message.id)]


def _translated(have: Catalog, words: str | tuple[str, ...] | list[str]) -> bool:
    entry = have.get(words if isinstance(words, str) else words[0])
    return entry is not None and bool(entry.string) and all(entry.string or ()) and not entry.fuzzy


def _texts(room: str) -> Iterator[tuple[Any, ...]]:
    if room in ("app", "public"):
        files = [HOUSE / "app.py"] if room == "app" else sorted((HOUSE / "components").glob("public*.py"))
        for path in files:
            if path.exists():
                for found in extract_from_file("python", path, keywords=KEYWORDS):
                    yield (path.relative_to(HOUSE).as_posix(), *found)
        return
    for texts in extract_from_dir(HOUSE / room, [("**.py", "python")], keywords=KEYWORDS):
        file = f"{room}/{texts[0]}"
        if not file.startswith(PUBLIC) and not file.startswith("data_access/words/"):
            yield (file, *texts[1:])


def update() -> int:
    """Write every catalogue anew; the number of texts that lack a translation."""
    lacking = 0
    for room in ROOMS:
        template, have = said(room), known(room)
        have.update(template, no_fuzzy_matching=True)
        have.obsolete.clear()
        if not len(have):
            continue
        with catalogue(room).open("wb") as file:
            write_po(file, have, width=120, omit_header=True, sort_output=True, include_lineno=False)
        for words in missing(room):
            lacking += 1
            print(f"{room}: {words}")
    return lacking


if __name__ == "__main__":
    raise SystemExit(1 if update() else 0)
