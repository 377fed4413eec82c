"""The desk's word over what sources declare: it stands until it is taken back, whatever a source says meanwhile.

A source (an import, a device's own `about`) tells a thing whole; the desk says some fields of it. What the register
holds is what the source tells with the desk's word over it. Both are kept, so that a word taken back leaves the
register as if the desk had never spoken.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from data_access.schema import AMENDED
from data_access.transaction import Writing, inserting

Told = dict[str, Any]  # the columns of a version as the table holds them
Word = dict[str, Any]  # some of these columns; a dict is laid over the JSON object that the column holds

DECLARED, GONE = "$declared", "$gone"  # the desk alone vouches for it; the desk took it out
DESK = "desk"  # the source of what nobody but the desk declares

_PUT = inserting(AMENDED) + (
    " ON CONFLICT (register, thing) DO UPDATE SET word = excluded.word, beneath = excluded.beneath, "
    "source = excluded.source"
)
_SOME = (
    "SELECT thing, word, beneath, source FROM amended WHERE register = ? AND thing IN (SELECT value FROM json_each(?))"
)


class Amendment(Struct):
    """What the desk says of one thing, and what its source says beneath; `beneath` None: no source names it."""

    word: Word
    beneath: Told | None
    source: str | None

    def stood(self) -> Told | None:
        """The thing as the register holds it; None: it does not."""
        return stood(self.beneath, self.word)


def stood(beneath: Told | None, word: Word) -> Told | None:
    """What a source tells with the desk's word over it; None: the thing is in no register.

    >>> stood({"name": "Quay", "fields": '{"range_m": 50}'}, {"name": "Old quay", "fields": {"range_m": None}})
    {'name': 'Old quay', 'fields': '{}'}
    """
    if word.get(GONE) or (beneath is None and not word.get(DECLARED)):
        return None
    whole = dict(beneath or {})
    for name, value in word.items():
        if name.startswith("$"):
            continue
        whole[name] = _laid(whole.get(name), value) if isinstance(value, dict) else value
    return whole


def _laid(under: str | None, over: Mapping[str, Any]) -> str:
    """A JSON object with another over it; None takes a name out."""
    laid = json.loads(under or "{}") | dict(over)
    return told({name: value for name, value in laid.items() if value is not None})


def told(value: Any) -> str:
    """This value as registers keep it: names in their order, so that what is the same is the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def amendments(tx: Writing, register: str, things: Iterable[str]) -> dict[str, Amendment]:
    """What the desk says of these things, of which it says anything."""
    rows = tx.rows(_SOME, register, json.dumps(list(things)))
    return {
        thing: Amendment(json.loads(word), None if beneath is None else json.loads(beneath), source)
        for thing, word, beneath, source in rows
    }


def keep(tx: Writing, register: str, thing: str, amendment: Amendment) -> None:
    """Keep what the desk says of a thing; a desk that says nothing is forgotten."""
    if not amendment.word:
        tx.once("DELETE FROM amended WHERE register = ? AND thing = ?", register, thing)
        return
    beneath = None if amendment.beneath is None else told(amendment.beneath)
    tx.run(_PUT, [(register, thing, told(amendment.word), beneath, amendment.source)])


def under_the_desks_word(
    tx: Writing, register: str, columns: Sequence[str], rows: dict[str, Told], source: str | None, adopt: bool
) -> dict[str, Told]:
    """What a source tells of these things, with the desk's word over it; what the desk took out stays out."""
    there = amendments(tx, register, rows) if rows else {}
    for thing, amendment in there.items():
        beneath = {name: rows[thing][name] for name in columns}
        if adopt or beneath != amendment.beneath:
            amendment.source = source
        amendment.beneath = beneath
        keep(tx, register, thing, amendment)
        whole = amendment.stood()
        if whole is None:
            del rows[thing]
        else:
            rows[thing] |= whole
    return rows


def named_no_longer(tx: Writing, register: str, things: Sequence[str]) -> tuple[list[str], dict[str, Told]]:
    """What ends because no source names it, and what the desk alone vouches for from now on, as it stands."""
    held: dict[str, Told] = {}
    for thing, amendment in amendments(tx, register, things).items():
        keep(tx, register, thing, Amendment(amendment.word, None, None))
        whole = stood(None, amendment.word)
        if whole is not None:
            held[thing] = whole
    return [thing for thing in things if thing not in held], held
