"""Messages in quarantine, looked at once more: taken after their decoder or a register was corrected, or put aside.

One that can be taken now goes where it would have gone, with the time at which it was first heard, and leaves the
quarantine; one that still cannot be taken stays as it is. What the desk did with it is told among the changes of the
registers, with the message itself, so that one put aside can be put back.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from msgspec import json as structs

from data_access.amendments import told
from data_access.decoders import DecodeError, decoder_for
from data_access.records import About, Online, Packet
from data_access.refusals import CannotDo
from data_access.schema import ONLINE, QUARANTINE, REGISTER_CHANGE
from data_access.transaction import Row, Writing, inserting
from data_access.words import N_, Text, _

REGISTER = "quarantine"  # how the list of changes calls it
TAKEN, ASIDE, BACK = "taken", "aside", "back"

CUT = N_("only its beginning was kept")
EMPTY = N_("its content was not kept")
UNREAD = N_("no decoder reads its topic")
NEWER = N_("something newer is known of this device, and this would set it back")
CRASHED = N_("its decoder failed")
STILL = N_("the store cannot take it: most often because another value stands at the same moment")

_COLUMNS = tuple(column.name for column in QUARANTINE.columns)
_ONE = f"SELECT {', '.join(_COLUMNS)} FROM quarantine WHERE source || ' ' || digest = ?"  # noqa: S608  # our own names
_OUT = "DELETE FROM quarantine WHERE source = ? AND digest = ?"
_IN, _LOG = inserting(QUARANTINE, unless_there=True), inserting(REGISTER_CHANGE)

Take = Callable[[Writing, str, bytes, int, Packet], object]


class Again(Struct):
    """What became of messages that were read again: how many were taken, and why others were not."""

    taken: int = 0
    kept: dict[str, int] = {}

    def __add__(self, other: "Again") -> "Again":
        reasons = [*self.kept, *other.kept]
        return Again(self.taken + other.taken, {why: self.kept.get(why, 0) + other.kept.get(why, 0) for why in reasons})


class _NotYet(Exception):  # noqa: N818  # it says what happened
    """This message stays where it is, and why."""


def read_again(tx: Writing, at: int, ids: Iterable[str], take: Take, forget: Callable[[], None], who: str) -> Again:
    """Take those of these messages that can be taken by now; `forget` is told when names learnt of one do not stand."""
    again = Again()
    for entry in ids:
        row = _row(tx, entry)
        if row is None:
            continue
        before = (tx.stored, tx.duplicates, tx.quarantined, tx.moved, tx.first_fact)
        try:
            packet = packet_of(row)
            with tx.connection.begin_nested():
                _refuse_old_words(tx, packet, row["first_at"])
                take(tx, row["topic"], row["raw"], row["first_at"], packet)
                if tx.quarantined > before[2]:
                    raise _NotYet(STILL)
        except _NotYet as fault:
            forget()
            tx.stored, tx.duplicates, tx.quarantined, tx.moved, tx.first_fact = before
            again += Again(0, {str(fault.args[0]): 1})
        else:
            tx.once(_OUT, row["source"], row["digest"])
            _tell(tx, at, who, entry, TAKEN, row, None)
            again += Again(1)
    return again


def packet_of(row: dict[str, Any]) -> Packet:
    """What the decoder of its topic reads in a message by now.

    Raises:
        _NotYet: nothing, and why.
    """
    if not row["raw"]:
        raise _NotYet(EMPTY)
    if row["size"] > len(row["raw"]):
        raise _NotYet(CUT)
    decoder = decoder_for(row["topic"])
    if decoder is None:
        raise _NotYet(UNREAD)
    try:
        packet = decoder.decode(row["topic"], row["raw"])
    except DecodeError as fault:
        raise _NotYet(why_not(fault)) from fault
    except Exception as fault:  # a decoder's own fault is told like any other reason
        raise _NotYet(CRASHED) from fault
    if packet.refused:
        raise _NotYet(packet.refused[0].reason)
    return packet


def why_not(fault: DecodeError) -> str:
    """A decoder's reason in the reader's words."""
    return f"{_(fault.why)}: {fault.detail}" if fault.detail else _(fault.why)


def outlook(source: str, topic: str, raw: bytes, size: int) -> Text | str | None:
    """Why this message could not be taken if it were read again now; None: nothing is known that stands against it."""
    try:
        packet_of({"source": source, "topic": topic, "raw": raw, "size": size})
    except _NotYet as fault:
        reason: Text | str = fault.args[0]
        return reason
    return None


def set_aside(tx: Writing, at: int, ids: Iterable[str], who: str, note: str = "") -> int:
    """Put messages aside that nobody will ever want to read; how many. Each can be put back."""
    done = 0
    for entry in ids:
        row = _row(tx, entry)
        if row is not None:
            tx.once(_OUT, row["source"], row["digest"])
            _tell(tx, at, who, entry, ASIDE, row, None, note)
            done += 1
    return done


def put_back(tx: Writing, at: int, change: int, who: str) -> str:
    """Put a message back that was put aside; its name.

    Raises:
        CannotDo: this change put none aside, or it is back already.
    """
    asked = "SELECT thing, before FROM register_change WHERE id = ? AND register = ? AND act = ?"
    rows = tx.rows(asked, change, REGISTER, ASIDE)
    if not rows or tx.rows("SELECT 1 FROM register_change WHERE undoes = ?", change):
        raise CannotDo(_("This message was put back already, or was never put aside."))
    entry, kept = rows[0]
    row = structs.decode(kept)
    row["raw"] = b64decode(row["raw"])
    tx.run(_IN, [tuple(row[name] for name in _COLUMNS)])
    _tell(tx, at, who, entry, BACK, row, change)
    return str(entry)


def _row(tx: Writing, entry: str) -> dict[str, Any] | None:
    rows = tx.rows(_ONE, entry)
    return dict(zip(_COLUMNS, rows[0], strict=True)) if rows else None


def _refuse_old_words(tx: Writing, packet: Packet, heard: int) -> None:
    """A register and a device's coming and going go by the newest word: an older one must not become that."""
    newer = {
        About: ("SELECT 1 FROM device WHERE device_id = ? AND valid_from > ?", ()),
        Online: (
            "SELECT 1 FROM stream s JOIN latest l ON l.stream_id = s.id "
            "WHERE s.device_id = ? AND l.observed_at > ? AND s.metric = ?",
            (ONLINE,),
        ),
    }
    for fact in packet.facts:
        asked = newer.get(type(fact))
        if asked and tx.rows(asked[0], fact.device_id, heard, *asked[1]):  # type: ignore[union-attr]  # both have one
            raise _NotYet(NEWER)


def _tell(
    tx: Writing, at: int, who: str, entry: str, act: str, row: dict[str, Any], undoes: int | None, note: str = ""
) -> None:
    number = int(tx.rows("SELECT coalesce(max(id), 0) + 1 FROM register_change")[0][0])
    kept = told({**row, "raw": b64encode(row["raw"]).decode()})
    line: Row = (number, at, who, REGISTER, entry, act, note or None, kept, "{}", undoes, tx.revision)
    tx.run(_LOG, [line])
    tx.moved = True
