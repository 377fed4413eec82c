"""The names by which things are found: kept beside the registers, in the transaction that writes these.

A thing may have several (in two languages; a device its id). Each is found by all of its words together with those of
its context, so that "hauptstrasse connewitz" finds the one of several that is meant.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data_access.folding import words
from data_access.schema import CALLED, WORD
from data_access.transaction import Row, Writing, inserting

DEVICE, BUILDING, DISTRICT, PLACE = "device", "building", "district", "place"

# How much a kind of thing matters to someone who looks for a name; what is not listed stands between.
_WEIGHTS = {
    **dict.fromkeys(("country", "city", "town", "district"), 0),
    **dict.fromkeys(("quarter", "suburb", "neighbourhood", "village", "island"), 1),
    "street": 2,
    **dict.fromkeys(("hospital", "clinic", "police", "fire_station", "station", "townhall", "university"), 3),
    **dict.fromkeys(("school", "park", "water", "river", "bridge", "square", "marketplace", "market", "stop"), 4),
    **dict.fromkeys(("camera", "parking", "sensor"), 6),
    "building": 7,
    "address": 8,
}
_OTHER = 5
LONG = 1000  # longer names are all as long as this

_PUT_NAME, _PUT_WORD = inserting(CALLED), inserting(WORD, unless_there=True)
_PRESENT = (
    "SELECT id, thing, folded, context, weight FROM called WHERE register = ? "
    "AND thing IN (SELECT value FROM json_each(?)) AND valid_to IS NULL"
)


class Name(NamedTuple):
    """One name, folded, the words of its context, and its weight: by what is called so, then by its length.

    The least comes first.
    """

    folded: str
    context: str
    weight: int


def names(kind: str, told: Iterable[str | None], context: str | None = None) -> frozenset[Name]:
    """The names of a thing of this kind, each once; nothing for what has no letter or number in it."""
    beside = " ".join(words(context or ""))
    folded = {" ".join(words(name)) for name in told if name}
    weight = LONG * _WEIGHTS.get(kind, _OTHER)
    return frozenset(Name(name, beside, weight + min(len(name), LONG - 1)) for name in folded if name)


def rename(tx: Writing, register: str, since: Mapping[str, int], called: Mapping[str, frozenset[Name]]) -> None:
    """From its moment on each thing of `since` is called as `called` says, and no longer as it was before."""
    if not since:
        return
    closed: list[Row] = []
    known: dict[str, set[Name]] = {}
    for number, thing, *told in tx.rows(_PRESENT, register, json.dumps(list(since))):
        name = Name(*told)
        if name in called.get(thing, ()):
            known.setdefault(thing, set()).add(name)
        else:
            closed.append((since[thing], number))
    tx.run("UPDATE called SET valid_to = ? WHERE id = ?", closed)
    number = tx.rows("SELECT coalesce(max(id), 0) FROM called")[0][0]
    fresh: list[Row] = []
    found: list[Row] = []
    for thing, moment in since.items():
        for name in sorted(called.get(thing, frozenset()) - known.get(thing, set())):
            number += 1
            fresh.append((number, register, thing, moment, None, *name))
            found += [(word, number) for word in {*name.folded.split(), *name.context.split()}]
    tx.run(_PUT_NAME, fresh)
    tx.run(_PUT_WORD, sorted(found))
