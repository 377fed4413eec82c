"""Every value of a TOML text is found in the line in which it was written."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.toml_lines import Path, lines
from tests.conftest import HOUSE

TRICKY = '''# a comment = "no key"
key = "hanoi"   # behind it, too: a = 1
name = { vi = "Hà Nội", en = "Hanoi, \\"the # city\\"" }
levels = [
  15, # the first = 1
  [25, 37.5],
  { at = 50, words = "a ] }" },
]
text = """
[not.a.table]
nor = "a key" \\""" either"""
raw = \'\'\'
[[neither]] \'\'\'
since = 2026-11-21T13:00:00Z
empty = {}
none = []
"a.b".'c d' = 1

[view]
centre.lon = 105.8
centre.lat = 21.0

[[source]]
kind = "osm"
[source.fields]
height = "h"

[[source]] # the second
kind = "roads"
  [source.fields]
  "name:en" = ""
  [[source.more]]
  x = 1
  [[source.more]]
  x = 2
'''


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from paths(member, (*path, key))


def test_every_path_that_toml_knows_has_its_line() -> None:
    found = lines(TRICKY)
    assert set(found) == set(paths(tomllib.loads(TRICKY)))
    written = TRICKY.split("\n")
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in written[line - 1], path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name", "en"), 3),
        (("levels",), 4),
        (("levels", 0), 5),
        (("levels", 1, 1), 6),
        (("levels", 2, "words"), 7),
        (("raw",), 12),
        (("a.b", "c d"), 17),
        (("view",), 19),
        (("view", "centre", "lat"), 21),
        (("source", 0, "fields", "height"), 26),
        (("source", 1), 28),
        (("source", 1, "fields", "name:en"), 31),
        (("source", 1, "more", 1, "x"), 35),
    ],
)
def test_a_value_is_found_in_its_line(path: Path, line: int) -> None:
    assert lines(TRICKY)[path] == line
    assert lines(TRICKY.replace("\n", "\r\n"))[path] == line


@pytest.mark.parametrize("file", sorted((HOUSE / "cities").glob("*.toml")), ids=lambda file: file.stem)
def test_our_own_cities_are_walked_whole(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert set(lines(text)) >= set(paths(tomllib.loads(text)))


STRINGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


VALUES = st.recursive(
    st.integers(-9, 9).map(str) | st.booleans().map(lambda b: str(b).lower()) | STRINGS.map(quoted),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda members: "[" + ", # and\n".join([*members, ""]) + "]")
        | st.dictionaries(STRINGS, inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{quoted(key)} = {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(STRINGS, VALUES, max_size=4))
def test_whatever_is_written_is_found(pairs: dict[str, str]) -> None:
    text = "".join(f"{quoted(key)} = {value}\n" for key, value in pairs.items())
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a comment within an inline table, which TOML does not allow
        return
    assert set(lines(text)) == set(paths(told))
