"""Messages of devices on their way into the tables: one that cannot be stored keeps no other out."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.exc import OperationalError

from data_access import quarantine
from data_access.declarations import DEVICES, completed
from data_access.engine import StoreUnavailable
from data_access.intake import Item, Names, UnstorableError, came_or_went, item, storable_text, store
from data_access.ledger import Acks, Note, settle
from data_access.records import About, Numbered, Online, Packet, Reading
from data_access.reports import report
from data_access.schema import instant, microseconds
from data_access.transaction import Writing


class Message(Struct, gc=False):
    """What the listener took from the broker. `fault` says why it could not be decoded; then there is no packet.

    `numbered` is the number that it bears although it could not be: once it is in quarantine, it need not come again.
    `count`: it stands for so many that are not stored.
    """

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    packet: Packet | None = None
    fault: str | None = None
    count: int = 1
    numbered: Numbered | None = None


class Taking:
    """Takes messages into the transaction at hand; `names` are those of its writer."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def take(self, tx: Writing, messages: Sequence[Message], seen: dict[tuple[int, int], Item]) -> Acks:
        """Store messages, or find the one that cannot be: halve, until it stands alone and goes to quarantine."""
        if not messages:
            return {}
        before = (tx.stored, tx.duplicates, tx.quarantined, tx.moved, tx.first_fact)
        put: dict[tuple[int, int], Item] = dict(seen)
        try:
            with tx.connection.begin_nested():
                acks = self._store(tx, messages, put)
        except (OperationalError, StoreUnavailable):
            raise
        except Exception as fault:  # whatever it is: one message must not keep the others out
            self._names.forget()
            tx.stored, tx.duplicates, tx.quarantined, tx.moved, tx.first_fact = before
            if len(messages) == 1:
                poison = messages[0]
                quarantine.put(tx, poison.topic, poison.payload, str(fault), microseconds(poison.received_at))
                return self._settle_alone(tx, poison)
            half = len(messages) // 2
            return self.take(tx, messages[:half], seen) | self.take(tx, messages[half:], seen)
        seen.update(put)
        return acks

    def _settle_alone(self, tx: Writing, poison: Message) -> Acks:
        """Write down that the number of a message is here which is in quarantine; where that fails too, it is not."""
        numbered = poison.packet.numbered if poison.packet else poison.numbered
        notes: dict[int, Note] = {}
        if numbered is None:
            return {}
        try:
            with tx.connection.begin_nested():
                device_id, boot, seq = numbered
                self._note(tx, notes, device_id, boot, microseconds(poison.received_at)).come.append(seq)
                return settle(tx, notes)
        except (OperationalError, StoreUnavailable):
            raise
        except Exception:
            self._names.forget()
            return {}

    def _note(self, tx: Writing, notes: dict[int, Note], device_id: str, boot: str, at: int) -> Note:
        """What is to be written down of this boot."""
        boot_id = self._names.boot(tx, storable_text(device_id) or "", boot, at)
        return notes.setdefault(boot_id, Note(device_id, boot))

    def late(self, tx: Writing, topic: str, raw: bytes, heard: int, packet: Packet) -> Acks:
        """Store a message that waited in quarantine since it was heard."""
        return self._store(tx, [Message(topic, raw, instant(heard), packet=packet)], {})

    def _store(self, tx: Writing, messages: Sequence[Message], seen: dict[tuple[int, int], Item]) -> Acks:
        items: list[Item] = []
        notes: dict[int, Note] = {}
        for message in messages:
            at = microseconds(message.received_at)
            packet = message.packet
            if packet is None:
                fault = message.fault or "no decoder knows this topic"
                quarantine.put(tx, message.topic, message.payload, fault, at, message.count)
                if message.numbered:
                    device_id, boot, seq = message.numbered
                    self._note(tx, notes, device_id, boot, at).come.append(seq)
                continue
            for part in packet.refused:
                quarantine.put(tx, message.topic, message.payload if part.raw is None else part.raw, part.reason, at)
            for fact in packet.facts:
                if isinstance(fact, Reading):
                    try:
                        items.append(item(tx, self._names, fact, at, message.topic, message.payload))
                    except UnstorableError as fault:
                        quarantine.put(tx, message.topic, message.payload, str(fault), at)
                elif isinstance(fact, Online):
                    moved = came_or_went(tx, self._names, fact.device_id, fact.online, fact.boot, at, message.retained)
                    store(tx, [moved] if moved else [], seen)
                elif isinstance(fact, About):
                    DEVICES.write(tx, [completed(tx, fact)], "mqtt", at)
                else:
                    report(tx, fact, at)
            if packet.boot is not None and packet.device_id is not None and (packet.seq is not None or packet.lost):
                note = self._note(tx, notes, packet.device_id, packet.boot, at)
                if packet.seq is not None:
                    note.come.append(packet.seq)
                note.lost.extend(packet.lost)
        store(tx, items, seen)
        return settle(tx, notes)
