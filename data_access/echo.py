"""How long what devices say waits until it is stored, however much of it the broker still holds."""

import time
from collections import deque
from dataclasses import dataclass
from secrets import token_hex

from data_access.mqtt import Link

EVERY_S = 1.0
MOST = 3_600  # on their way; the oldest of them tells the delay, so that more would tell nothing new
LOST_S = 2.0  # after which a word that is not waiting behind others is not on its way at all
STALE_S = 15.0  # without an answer to a word, or anything else from the broker: nobody is at the other end
UNPROVEN_S = 25.0  # after which a broker that has never handed on any word does not do so
MUTE_S, PAUSE_S = 3_600.0, 10.0  # until it is tried again; where words came back before


@dataclass(slots=True)
class _Word:
    number: int
    at: float
    packet: int
    taken: bool = False  # by the broker


class Echo:
    """The delay of an intake, by words that it sends to itself through the broker.

    Such a word stands in the broker's queue behind all that came before it: it tells of messages that nobody here has
    seen yet, and no device's clock has a part in it. It is spoken on a connection of its own (`voice`), where the
    broker's answer waits behind nothing else, and comes back on the one that hears. Where a broker refuses such words,
    or takes them and hands none on, nothing is told by them.
    """

    def __init__(self, client_id: str) -> None:
        self.topic = f"cityglass/{client_id}/echo"
        self._name = token_hex(4)  # of this process: a session may hold words of the one before it
        self._voice: Link | None = None
        self._waiting: deque[_Word] = deque()
        self._spoken = 0
        self._due = self._mute_until = self._taken_at = 0.0
        self._proven = False
        self._last_s = 0.0
        self._given_up: dict[int, float] = {}  # when words were said for which nobody waits any more

    @property
    def lag_s(self) -> float:
        """Seconds that the newest word took, or that an older one has been on its way."""
        try:
            return max(self._last_s, time.monotonic() - self._waiting[0].at)
        except IndexError:
            return self._last_s

    def speak(self, voice: Link | None, hearing: Link | None) -> None:
        """Send the next word, once a second while both connections stand."""
        now = time.monotonic()
        if voice is None or not voice.welcome:
            return
        if hearing is None or not hearing.welcome or self.topic in hearing.ungranted:
            return
        if voice is not self._voice:  # what the broker had not taken on another connection may never come
            taken = deque(word for word in self._waiting if word.taken)
            if len(taken) < len(self._waiting) and not self._proven:
                self._mute_until = now + MUTE_S  # Mosquitto 2.0 ends a connection for a word that it does not allow
            self._voice, self._waiting = voice, taken
        if now < self._due or now < self._mute_until or len(self._waiting) >= MOST:
            return
        self._due = now + EVERY_S
        unproven = not self._proven and self._waiting and now - self._waiting[0].at > UNPROVEN_S
        if not self._answers(voice, now) or unproven:
            self._mute_until, self._last_s = now + (PAUSE_S if self._proven else MUTE_S), 0.0
            self._given_up = {word.number: word.at for word in self._waiting}
            self._waiting.clear()
            return
        packet = voice.publish(self.topic, f"{self._name} {self._spoken + 1}".encode())
        if packet is not None:
            self._spoken += 1
            self._waiting.append(_Word(self._spoken, now, packet))

    def _answers(self, voice: Link, now: float) -> bool:
        """Look what the broker said to words that are on their way; false where it refused one."""
        answers = voice.answers()
        for word in self._waiting:
            if not word.taken and answers.get(word.packet):
                word.taken, self._taken_at = True, now
        return all(word.taken or answers.get(word.packet, True) for word in self._waiting)

    def heard(self, payload: bytes) -> None:
        """A word is back, and all that came before it is stored."""
        name, _space, number = payload.decode("ascii", "replace").partition(" ")
        if name != self._name or not number.isdecimal():
            return
        self._proven = True
        if int(number) in self._given_up:  # it waited behind very much; words are handed on after all
            self._mute_until, self._last_s = 0.0, time.monotonic() - self._given_up[int(number)]
        while self._waiting and self._waiting[0].number <= int(number):
            word = self._waiting.popleft()
            if word.number == int(number):
                self._last_s = time.monotonic() - word.at

    def nothing_waits(self, voice: Link | None, hearing: Link | None) -> None:
        """Nothing comes at all: a word that the broker took some time ago is lost, and there is no delay.

        One that it never answered shows that the connection leads nowhere, and so do words that it always handed on and
        that come no more; such a connection is ended.
        """
        now = time.monotonic()
        while self._waiting and self._waiting[0].taken and now - self._waiting[0].at > LOST_S:
            self._waiting.popleft()
        deaf = hearing is not None and now - hearing.heard_at > STALE_S
        if not self._waiting:
            self._last_s = 0.0
        elif voice is self._voice and voice is not None and now - max(self._waiting[0].at, voice.heard_at) > STALE_S:
            voice.abandon()
            if hearing is not None and deaf:
                hearing.abandon()
        if hearing is not None and deaf and self._proven and self._taken_at - hearing.heard_at > STALE_S:
            hearing.abandon()
