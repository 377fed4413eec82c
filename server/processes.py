"""What the processes without a page do: the listener, and the worker with its jobs."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

from data_access.camera_views import Watch
from data_access.decoders import DECODERS
from data_access.engine import StoreUnavailable
from data_access.listener import Listener
from data_access.privacy import Rule
from data_access.publisher import publish
from data_access.pulse import Pulse
from data_access.queries import Question
from data_access.settings import Settings
from data_access.store import CityStore
from data_access.worker import Job, work
from data_access.writer import CityWriter
from layers import LAYERS
from server.numbers import tell

VIEWS_EVERY_S, PUBLISH_EVERY_S, KEYFRAMES_EVERY_S, CLEAR_EVERY_S = 2, 60, 60, 3_600


COUNTED = ("received", "stored", "duplicates", "quarantined", "held", "queued")


class StoodStillError(RuntimeError):
    """The listener made no progress for long; its process ends, so that the supervisor starts it anew."""


def rules() -> list[tuple[str, Question, Rule | None]]:
    """What is published, by which question and under which rule."""
    return [(layer.key, layer.query, layer.public) for layer in LAYERS]


def listen(settings: Settings, stop: threading.Event) -> None:
    """Keep the listener going until `stop`, and tell how it fares.

    Raises:
        StoodStillError: it made no progress for long.
    """
    writer = CityWriter.open(settings.database_url)
    # one installation keeps one session with the broker; two installations on one broker must not share it
    client_id = "cityglass-" + sha256(settings.database_url.encode()).hexdigest()[:12]
    listener = Listener(settings.broker_url, DECODERS, writer, client_id=client_id, intervals=writer.intervals)
    listener.start()
    told: dict[str, float] = {}
    started, stored_at = time.time(), None
    pulse = Pulse.last(settings.folder) or Pulse(started, False, deaf_since=started)
    outage, unkept = None, dict[float, float]()
    while listener.alive and not stop.wait(1):
        counted, now = listener.counts(), time.time()
        if counted["stored"] > told.get("stored", 0):
            stored_at = now
        counts = {name: int(counted[name]) for name in COUNTED}
        pulse = pulse.following(
            now,
            bool(counted["connected"]),
            lag_s=counted["lag_s"],
            fault=listener.fault,
            started=started,
            stored_at=stored_at,
            counts=counts,
        )
        with suppress(OSError):  # who cannot tell how it fares can still listen
            pulse.write(settings.folder)
        if pulse.outage and pulse.outage != outage:
            outage = pulse.outage
            unkept |= dict([outage])
        with suppress(StoreUnavailable):  # the next round tries again
            for begun, over in sorted(unkept.items()):
                writer.note_outage(datetime.fromtimestamp(begun, UTC), datetime.fromtimestamp(over, UTC))
                del unkept[begun]
        tell(told, counted)
        told = counted
    listener.stop()
    writer.close()
    if not stop.is_set():
        raise StoodStillError(str(listener.fault or "no progress"))


def work_through(settings: Settings, stop: threading.Event) -> None:
    """Do the worker's jobs until `stop`."""
    store, writer = CityStore.open(settings.database_url), CityWriter.open(settings.database_url)
    jobs = [
        Job("camera views", VIEWS_EVERY_S, Watch(store, writer).refresh),
        Job("public snapshot", PUBLISH_EVERY_S, lambda: publish(store, rules(), settings.folder / "public")),
        Job("keyframes", KEYFRAMES_EVERY_S, writer.keep_keyframes),
        Job("quarantine", CLEAR_EVERY_S, writer.clear_quarantine),
    ]
    work(jobs, stop)
    writer.close()
    store.close()
