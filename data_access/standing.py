"""How a gateway goes on: a connection that is made again whenever it ends, and work that no fault of ours ends."""

import threading
from collections.abc import Callable
from sqlite3 import Error as DiskError

import structlog

from data_access.mqtt import Address, Link, Received, Welcomed
from data_access.patience import carry_on, pause
from data_access.wire import MQTT_3, MQTT_5
from data_access.words import _

log = structlog.get_logger("gateway")

SHORTEST_S, LONGEST_S = 0.25, 30.0  # between two attempts
STEADY_S, UNSTEADY = 10.0, 3  # a connection that stands so long is steady; so many that do not are a pattern
MOST_PATIENT = 5  # so often the pause doubles after connections that stood: a broker that is there should be heard soon


class Standing:
    """One connection after another to a broker, until `stop`; what changes is told once, as a sentence."""

    def __init__(self, address: Address, client_id: str, filters: tuple[str, ...], stop: threading.Event) -> None:
        self._address, self._client_id, self._filters, self._stop = address, client_id, filters, stop
        self._failures = self._short = 0
        self._told = ""

    def run(self, received: Received, welcomed: Welcomed) -> None:
        """Stay connected."""

        def stands(link: Link) -> None:
            self._tell_ungranted(link)
            welcomed(link)

        protocol = MQTT_5
        while not self._stop.is_set():
            link = Link(self._address, self._client_id, protocol, self._filters, received, stands)
            unreachable = None
            try:
                link.run(self._stop, lambda: True)
            except OSError as fault:
                unreachable = fault
            if self._stop.is_set():
                return
            if link.too_new:
                protocol = MQTT_3
            self._ended(link, unreachable)
            self._stop.wait(pause(self._failures, SHORTEST_S, LONGEST_S))

    def _ended(self, link: Link, unreachable: OSError | None) -> None:
        if not link.welcome:
            self._failures += 1
        elif link.stood_s > STEADY_S:
            self._failures = self._short = 0
            self._told = ""
        else:
            self._short += 1
            self._failures = min(self._short, MOST_PATIENT)
        self._say(self._unsteady_words() if self._short >= UNSTEADY else link.ending(unreachable))

    def _tell_ungranted(self, link: Link) -> None:
        if link.ungranted:
            sentence = _("The broker at {address} does not let us listen to {topics}. Check its access list.")
            self._say(sentence.format(address=self._address, topics=", ".join(link.ungranted)))

    def _unsteady_words(self) -> str:
        return _(
            "The broker at {address} ends our connection again and again. Perhaps another gateway calls itself {name} "
            "there, too: give each a name of its own with --name."
        ).format(address=self._address, name=self._client_id)

    def _say(self, sentence: str) -> None:
        if sentence != self._told:
            log.warning(sentence)
        self._told = sentence


def go_on(work: Callable[[], None], stop: threading.Event) -> None:
    """Do one of a gateway's works until `stop`, whatever befalls it."""
    carry_on(work, stop, _tell, SHORTEST_S, LONGEST_S)


def _tell(fault: Exception) -> None:
    if isinstance(fault, DiskError):
        log.error(_("The spool takes nothing: {reason}. Devices are not confirmed.").format(reason=fault))
    else:
        log.error("gateway stumbles", exc_info=fault)
