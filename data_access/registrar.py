"""What the desk changes in the registers: each change is one transaction, told with who made it, and can be undone.

Nothing is lost by a change: versions follow one another, sources keep their word beneath the desk's (`amendments`), and
an undone change stays in the list of changes with the one that undid it.
"""

import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from data_access.amendments import DECLARED, DESK, GONE, Amendment, Told, Word, amendments, keep, stood, told
from data_access.intake import UnstorableError, storable_text
from data_access.refusals import CannotDo
from data_access.register_answers import REGISTERS
from data_access.schema import REGISTER_CHANGE
from data_access.transaction import Writing, inserting
from data_access.words import _

_PUT = inserting(REGISTER_CHANGE)
REMOVABLE = ("device", "threshold")  # a district is the map's: the desk may call it otherwise, not abolish it
DECLARABLE = ("device", "threshold")


class Edit(Struct, frozen=True):
    """Other columns for a thing that stands in a register; `upon` is the revision of the version that was looked at."""

    register: str
    thing: str
    columns: Word
    upon: int
    note: str = ""


class Declare(Struct, frozen=True):
    """A thing that stands in no register yet, whole."""

    register: str
    thing: str
    columns: Word
    note: str = ""


class Remove(Struct, frozen=True):
    """A thing taken out of its register; what its sources say of it is kept beneath, and shown no more."""

    register: str
    thing: str
    upon: int
    note: str = ""


class Undo(Struct, frozen=True):
    """A change taken back, by its number; an undoing can be undone like any other change."""

    change: int
    note: str = ""


Change = Edit | Declare | Remove | Undo


def make(tx: Writing, at: int, change: Change, who: str) -> int:
    """Make this change; its number.

    Raises:
        CannotDo: it cannot be made as it is; the sentence says why and what to do.
    """
    try:
        storable_text(told(change.columns) if isinstance(change, Edit | Declare) else change.note)
        storable_text(change.note)
    except UnstorableError as fault:
        raise CannotDo(_("A text holds a character that cannot be kept. Write it anew.")) from fault
    if isinstance(change, Undo):
        return _undone(tx, at, change, who)
    before = _before(tx, change.register, change.thing)
    word = _word(tx, change, before)
    if word == before.word:
        raise CannotDo(_("Nothing differs from what the register says already."))
    act = type(change).__name__.lower()
    return _settle(tx, at, who, change.register, change.thing, before, word, act, change.note, None)


def undoable(changes: Iterable[tuple[int, int | None]]) -> tuple[int | None, int | None]:
    """Of one thing's changes (number, number of what it undoes), oldest first: the one that can be undone now, and the
    undoing that can itself be undone, which does the change again.

    >>> undoable([(1, None), (2, None), (3, 2)])
    (1, 3)
    """
    standing: list[int] = []
    taken_back: dict[int, int] = {}
    again: int | None = None
    for number, undoes in changes:
        again = None
        if undoes is None:
            standing.append(number)
        elif undoes in taken_back:  # an undoing undone: the change stands again
            standing.append(taken_back[undoes])
        else:
            standing.remove(undoes)
            taken_back[number] = undoes
            again = number
    return (standing[-1] if standing else None), again


def _undone(tx: Writing, at: int, change: Undo, who: str) -> int:
    rows = tx.rows("SELECT register, thing, before FROM register_change WHERE id = ?", change.change)
    if not rows or rows[0][0] not in REGISTERS:
        raise CannotDo(_("There is no such change."))
    register, thing, word = rows[0]
    log = tx.rows(
        "SELECT id, undoes FROM register_change WHERE register = ? AND thing = ? ORDER BY id", register, thing
    )
    if change.change not in undoable(log):
        raise CannotDo(_("Something else was changed since, or it is undone already: undo the newest change first."))
    before = _before(tx, register, thing)
    return _settle(tx, at, who, register, thing, before, json.loads(word), "undo", change.note, change.change)


def _before(tx: Writing, register: str, thing: str) -> Amendment:
    """What the desk says of a thing before a change, and what its source says beneath."""
    there = amendments(tx, register, [thing]).get(thing)
    if there:
        return there
    now = REGISTERS[register].now(tx, thing)
    return Amendment({}, now[0] if now else None, now[1] if now else None)


def _word(tx: Writing, change: Edit | Declare | Remove, before: Amendment) -> Word:
    """What the desk says of the thing after a change."""
    now = REGISTERS[change.register].now(tx, change.thing)
    if isinstance(change, Declare):
        if now is not None:
            raise CannotDo(_("{id} stands in the register already.").format(id=change.thing))
        if before.word.get(GONE):
            raise CannotDo(_("{id} was taken out by the desk. Undo that instead.").format(id=change.thing))
        return before.word | change.columns | {DECLARED: True}
    if now is None:
        raise CannotDo(_("{id} stands in the register no longer.").format(id=change.thing))
    if now[2] != change.upon:
        raise CannotDo(_("It was changed since you opened it. Look at it again; nothing of yours was kept."))
    if isinstance(change, Remove):
        return before.word | {GONE: True}
    return _differing(before.beneath, before.word, change.columns)


def _differing(beneath: Told | None, word: Word, wanted: Word) -> Word:
    """The desk's word once these columns are wanted: where a source says the same, the desk need not."""
    if beneath is None or word.get(DECLARED):
        return word | {name: _over(word.get(name), value) for name, value in wanted.items()}
    kept = dict(word)
    for name, value in wanted.items():
        if isinstance(value, dict):
            under = json.loads(beneath[name] or "{}")
            over = {key: one for key, one in _over(word.get(name), value).items() if one != under.get(key)}
            kept[name] = over
        elif value != beneath[name]:
            kept[name] = value
        else:
            kept.pop(name, None)
    return {name: value for name, value in kept.items() if value != {}}


def _over(before: Any, value: Any) -> Any:
    return {**before, **value} if isinstance(value, dict) and isinstance(before, dict) else value


def _settle(
    tx: Writing,
    at: int,
    who: str,
    register: str,
    thing: str,
    before: Amendment,
    word: Word,
    act: str,
    note: str,
    undoes: int | None,
) -> int:
    """Let the desk say this of a thing from now on, and tell who changed it."""
    versions = REGISTERS[register]
    allowed = {"remove": REMOVABLE, "declare": DECLARABLE}.get(act, tuple(REGISTERS))
    if register not in allowed:
        raise CannotDo(_("This register's things come with the map; they cannot be added or taken out here."))
    keep(tx, register, thing, Amendment(word, before.beneath, before.source))
    whole = stood(before.beneath, word)
    if whole is None:
        versions.close(tx, [thing], at)
    else:
        source = before.source or DESK
        versions.stand(tx, {thing: whole | {versions.key: thing, "source": source}}, at, source)
    number = int(tx.rows("SELECT coalesce(max(id), 0) + 1 FROM register_change")[0][0])
    said = (told(before.word), told(word))
    tx.run(_PUT, [(number, at, who, register, thing, act, note or None, *said, undoes, tx.revision)])
    tx.moved = True
    return number
