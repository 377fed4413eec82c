"""The numbers that every installation can be watched by (contract, admin port), under their public names."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge

RECEIVED = Counter("cityglass_messages_received", "Messages taken from the broker")
STORED = Counter("cityglass_readings_stored", "Readings committed to the store")
DUPLICATES = Counter("cityglass_duplicates", "Readings that were stored already")
QUARANTINED = Counter("cityglass_quarantined", "Messages kept in quarantine")
HELD = Counter("cityglass_held_back", "Messages of devices that talk too much, which were not stored")
LAG = Gauge("cityglass_ingest_lag_seconds", "From the broker's receipt to commit", multiprocess_mode="mostrecent")
CONNECTED = Gauge("cityglass_broker_connected", "1 while the broker is connected", multiprocess_mode="mostrecent")
CLIENTS = Gauge("cityglass_live_clients", "Open live sockets", multiprocess_mode="mostrecent")
REVISION = Gauge("cityglass_revision", "The newest revision of the store", multiprocess_mode="max")

TOTALS = {"received": RECEIVED, "stored": STORED, "duplicates": DUPLICATES, "quarantined": QUARANTINED, "held": HELD}


def tell(before: Mapping[str, float], now: Mapping[str, float]) -> None:
    """Raise the totals by what an ingest counted since `before`, and set what is measured."""
    for name, counter in TOTALS.items():
        counter.inc(max(0.0, now.get(name, 0) - before.get(name, 0)))
    LAG.set(now.get("lag_s", 0.0))
    CONNECTED.set(now.get("connected", 0.0))
    REVISION.set(now.get("revision", 0.0))
