"""Who gets what: the embedded broker's sessions, retained messages and routes, all in memory and all bounded."""

import time
from collections import deque
from itertools import count
from typing import Protocol

import structlog

from data_access.decoders.base import matches
from server import packets
from server.packets import Connect, Publish

log = structlog.get_logger("broker")

WINDOW = 2_000  # messages on their way to one client that it has not confirmed
QUEUED_BYTES = 64_000_000  # of all sessions together; beyond it messages are lost, and the log says so
LOSS_TOLD_EVERY_S = 60.0
RETAINED_BYTES = 64_000_000
SESSIONS = 2_000
ROUTES = 50_000  # topics of which it is remembered whom they reach
ABSENT_S = 86_400.0  # a session without its client for so long is forgotten


class Line(Protocol):
    """A session's connection, as seen from here."""

    session: "Session | None"
    clogged: bool

    def send(self, data: bytes) -> None: ...
    def silent(self, now: float) -> bool: ...
    def end(self) -> None: ...
    def abort(self) -> None: ...


class Store:
    """All queues together: so many bytes. When they are full, the longest queue gives up its oldest message."""

    def __init__(self, most: int) -> None:
        self.lost = 0
        self._left = most
        self._queues: set[Session] = set()

    def add(self, session: "Session", message: Publish) -> None:
        wanted = _weight(message)
        while wanted > self._left and self._queues:
            self.lost += 1
            self.oldest_of(max(self._queues, key=lambda queue: queue.waiting_bytes))
        self._left -= wanted
        session.waiting.append(message)
        session.waiting_bytes += wanted
        self._queues.add(session)

    def oldest_of(self, session: "Session") -> Publish:
        message = session.waiting.popleft()
        self._left += _weight(message)
        session.waiting_bytes -= _weight(message)
        if not session.waiting:
            self._queues.discard(session)
        return message


class Session:
    """What is kept for one client: its filters, what waits for it, and what is on its way."""

    def __init__(self, client_id: str, clean: bool, store: Store) -> None:
        self.client_id = client_id
        self.clean = clean
        self.filters: dict[str, int] = {}
        self.connection: Line | None = None
        self.waiting: deque[Publish] = deque()
        self.waiting_bytes = 0
        self.flying: dict[int, Publish] = {}
        self.taken: set[int] = set()  # numbers of quality 2 that came and are not released yet
        self.absent_since = time.monotonic()
        self._store = store
        self._numbers = 0

    def deliver(self, message: Publish, qos: int, retain: bool = False) -> None:
        """Send it, or keep it: at quality 0 only if the client is there and reads."""
        if not qos:
            if self.connection and not self.connection.clogged:
                self.connection.send(packets.publish(message, 0, retain))
            return
        if self.connection and not self.waiting and len(self.flying) < WINDOW and not self.connection.clogged:
            self._fly(message, retain)
        else:
            self._store.add(self, message._replace(retain=retain))

    def confirmed(self, number: int) -> None:
        self.flying.pop(number, None)
        self.pump()

    def pump(self) -> None:
        """Send what waits, as far as it may."""
        while self.waiting and self.connection and len(self.flying) < WINDOW and not self.connection.clogged:
            message = self._store.oldest_of(self)
            self._fly(message, message.retain)

    def resume(self) -> None:
        """Send again what the client had not confirmed when it went, then the rest."""
        for number, message in self.flying.items():
            assert self.connection
            self.connection.send(packets.publish(message, 1, message.retain, number, again=True))
        self.pump()

    def discard(self) -> None:
        """Give back what waits; nobody will come for it."""
        while self.waiting:
            self._store.oldest_of(self)

    def _fly(self, message: Publish, retain: bool) -> None:
        assert self.connection
        while True:
            self._numbers = self._numbers % 65_535 + 1
            if self._numbers not in self.flying:
                break
        self.flying[self._numbers] = message._replace(retain=retain)
        self.connection.send(packets.publish(message, 1, retain, self._numbers))


def _weight(message: Publish) -> int:
    return len(message.payload) + len(message.topic) + 200  # and what Python needs to hold it


class Switchboard:
    """All sessions, all retained messages, and who gets what."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, Publish] = {}
        self._queues = Store(QUEUED_BYTES)
        self._retained_bytes = 0
        self._lost_told, self._told_at = 0, -LOSS_TOLD_EVERY_S
        self._routes: dict[str, list[tuple[Session, int]]] = {}
        self._names = count(1)

    def full(self, client_id: str) -> bool:
        return client_id not in self.sessions and len(self.sessions) >= SESSIONS

    def connect(self, connection: Line, who: Connect) -> bool:
        """Give the connection its session, ending an older connection of the same client; whether it was there."""
        client_id = who.client_id or f"auto-{next(self._names)}"
        session = self.sessions.get(client_id)
        if session and session.connection:
            session.connection.end()
        if session and (who.clean or session.clean):
            self.forget(session)
            session = None
        present = session is not None
        if session is None:
            session = self.sessions[client_id] = Session(client_id, who.clean, self._queues)
        session.connection, connection.session = connection, session
        return present

    def leave(self, session: Session) -> None:
        session.connection, session.absent_since = None, time.monotonic()
        if session.clean:
            self.forget(session)

    def forget(self, session: Session) -> None:
        if self.sessions.get(session.client_id) is session:
            del self.sessions[session.client_id]
        session.discard()
        self._routes.clear()

    def subscribe(self, session: Session, wanted: list[tuple[str, int]]) -> bytes:
        """What was granted to each filter, as SUBACK says it; retained messages follow it."""
        granted = [min(qos, 1) if packets.valid(topic) else packets.REFUSED for topic, qos in wanted]
        for (topic, _qos), given in zip(wanted, granted, strict=True):
            if given != packets.REFUSED:
                session.filters[topic] = given
        self._routes.clear()
        return bytes(granted)

    def unsubscribe(self, session: Session, topics: list[str]) -> None:
        for topic in topics:
            session.filters.pop(topic, None)
        self._routes.clear()

    def remember(self, session: Session, topic: str, qos: int) -> None:
        """Deliver the retained messages that a new filter asks for."""
        for message in list(self.retained.values()):
            if matches(topic, message.topic):
                session.deliver(message, min(qos, message.qos), retain=True)

    def publish(self, message: Publish) -> None:
        if message.retain:
            if before := self.retained.pop(message.topic, None):
                self._retained_bytes -= _weight(before)
            if message.payload and self._retained_bytes + _weight(message) <= RETAINED_BYTES:
                self.retained[message.topic] = message
                self._retained_bytes += _weight(message)
        for session, qos in self._to(message.topic):
            session.deliver(message, min(qos, message.qos))

    def _to(self, topic: str) -> list[tuple[Session, int]]:
        """Whom this topic reaches, each once, at the best quality that it asked for."""
        found = self._routes.get(topic)
        if found is None:
            found = []
            for session in self.sessions.values():
                asked = [qos for wanted, qos in session.filters.items() if matches(wanted, topic)]
                if asked:
                    found.append((session, max(asked)))
            if len(self._routes) > ROUTES:
                self._routes.clear()
            self._routes[topic] = found
        return found

    def look_round(self) -> None:
        """End connections that fell silent, forget sessions whose clients stay away."""
        now = time.monotonic()
        for session in list(self.sessions.values()):
            if session.connection and session.connection.silent(now):
                session.connection.abort()
            elif not session.connection and now - session.absent_since > ABSENT_S:
                self.forget(session)
        if self._queues.lost > self._lost_told and now - self._told_at >= LOSS_TOLD_EVERY_S:
            log.warning("queues full, messages are lost", lost=self._queues.lost - self._lost_told)
            self._lost_told, self._told_at = self._queues.lost, now
