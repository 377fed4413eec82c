"""Staying connected to a broker: one connection after another, and a sentence that says why there is none just now."""

import threading
import time
from collections.abc import Callable, Collection

import structlog

from data_access.mqtt import KNOWN_S, WELCOME_S, Address, Link, Received, Welcomed
from data_access.patience import pause
from data_access.wire import MQTT_3, MQTT_5
from data_access.words import N_, Text

SHORTEST_S, LONGEST_S = 0.25, 30.0  # between two attempts
STEADY_S, UNSTEADY = 10.0, 3  # a connection that stands so long is steady; so many that do not are a pattern
MOST_PATIENT = 5  # so often the pause doubles after connections that stood: a broker that is there should be heard soon


class Standing:
    """One connection after another to a broker, in MQTT 5 or 3.1.1; what is wrong is logged once, as a sentence.

    `unsteady` says why connections may end again and again; the `optional` of the filters may be refused. Without
    filters nothing is heard, only said; without a `log` nothing is logged. Any thread may ask for `link`, the
    connection that is made or stands, and for `fault`, what is wrong with it.
    """

    def __init__(
        self,
        address: Address,
        client_id: str,
        filters: Collection[str],
        log: structlog.stdlib.BoundLogger | None,
        unsteady: Text,
        optional: Collection[str] = (),
    ) -> None:
        self._address, self._client_id, self._filters, self._optional = address, client_id, filters, optional
        self._log, self._unsteady_words = log, unsteady
        self._failures = self._short = 0
        self._hastened = threading.Event()
        self._unsteady = self._known = False
        self._protocol = self._good = MQTT_5
        self._began = time.monotonic()
        self.link: Link | None = None
        self.fault: Text | None = None

    @property
    def tick(self) -> float:
        """When it was last seen at work, by the monotonic clock."""
        link = self.link
        return max(self._began, link.tick) if link else self._began

    def run(
        self,
        stop: threading.Event,
        received: Received,
        welcomed: Welcomed = lambda _link: None,
        room: Callable[[], bool] = lambda: True,
    ) -> None:
        """Stay connected until `stop`; while there is no `room`, nothing is read."""

        def stands(link: Link) -> None:
            self._stands(link)
            welcomed(link)

        def reads() -> bool:
            self._look()
            return room()

        while not stop.is_set():
            self._hastened.clear()
            self._began = time.monotonic()
            patience_s = KNOWN_S if self._known else WELCOME_S
            link = Link(self._address, self._client_id, self._protocol, self._filters, received, stands, patience_s)
            self.link, unreachable = link, None
            try:
                link.run(stop, reads)
            except OSError as fault:
                unreachable = fault
            finally:
                self.link = None
            if stop.is_set():
                return
            if not self._ended(link, unreachable):
                self._rest(stop, pause(self._failures, SHORTEST_S, LONGEST_S))

    def hasten(self) -> None:
        """Try at once, from any thread: the broker is there, another connection to it stands."""
        self._hastened.set()

    def _rest(self, stop: threading.Event, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._hastened.is_set():
            if stop.wait(min(left, SHORTEST_S)):
                return

    def _ended(self, link: Link, unreachable: OSError | None) -> bool:
        """Draw the conclusions; whether the next attempt should be made at once."""
        if link.welcome:
            self._known, self._good = True, self._protocol
            self._short = 0 if link.stood_s > STEADY_S else self._short + 1
            self._failures = min(self._short, MOST_PATIENT)
        elif self._known and link.silent:  # it has very much to do
            self._protocol = self._good
        elif unreachable is None:  # something answered, but not to this: it may speak the other version
            self._protocol = MQTT_3 if self._protocol == MQTT_5 else MQTT_5
        else:
            self._protocol = self._good
        if link.too_new:
            return True
        self._failures += 1
        self._unsteady = self._short >= UNSTEADY
        self._say(self._unsteady_words if self._unsteady else link.ending(unreachable))
        return False

    def _stands(self, link: Link) -> None:
        if not self._refused(link) and not self._unsteady:
            self._hail(link)

    def _refused(self, link: Link) -> bool:
        """Whether the broker does not let us listen to something; if so, it is said."""
        refused = [topic for topic in link.ungranted if topic not in self._optional]
        if refused:
            sentence = N_("The broker at {address} does not let us listen to {topics}. Check its access list.")
            self._say(sentence.format(address=str(self._address), topics=", ".join(refused)))
        return bool(refused)

    def _look(self) -> None:
        """Say what was refused late; take back what was said of connections that end again and again, once one stands.

        Where much waited, a session that is kept stands before the broker says what it lets us listen to.
        """
        link = self.link
        if link is None or (link.ungranted and self._refused(link)):
            return
        if self._unsteady and link.stood_s > STEADY_S:
            self._hail(link)

    def _hail(self, link: Link) -> None:
        if self._log:
            said = "broker back" if self.fault else "broker connected"
            self._log.info(said, broker=str(self._address), mqtt=link.version)
        self.fault, self._unsteady = None, False

    def _say(self, sentence: Text) -> None:
        if self._log and sentence != self.fault:
            self._log.warning(str(sentence))
        self.fault = sentence
