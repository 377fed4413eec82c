"""What could not be stored, kept where a person can look at it: nothing vanishes, and nothing floods."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from data_access.schema import QUARANTINE
from data_access.transaction import Writing, fetched, inserting

MOST_BYTES = 4096
MOST_ENTRIES = 100  # different ones of one device; what comes beyond is counted in one entry without content
OVERFLOW = "more"
KEPT = timedelta(days=30)  # since it was last heard of

_PUT = inserting(QUARANTINE)
_AGAIN = "UPDATE quarantine SET count = count + ?, last_at = ? WHERE source = ? AND digest = ?"


def put(tx: Writing, topic: str, payload: bytes, reason: str, at: int, count: int = 1) -> None:
    """Keep one message, with the reason; the same one again only raises its count. `count`: it stands for so many."""
    tx.quarantined += count
    topic, reason = plain(topic), plain(reason)
    source = _source(topic)
    digest = sha256(b"\0".join((topic.encode(), reason.encode(), payload))).hexdigest()
    if tx.once(_AGAIN, count, at, source, digest):
        return
    kept = tx.rows("SELECT count(*) FROM quarantine WHERE source = ?", source)[0][0]
    if kept >= MOST_ENTRIES:
        if tx.once(_AGAIN, count, at, source, OVERFLOW):
            return
        digest, reason, payload = OVERFLOW, "too many different faults of one source", b""
    row = (source, digest, reason, topic, payload[:MOST_BYTES], len(payload), count, at, at)
    tx.run(_PUT, [row])


def expired(connection: Connection, now: int) -> bool:
    """Whether anything has waited here for longer than it is kept."""
    return bool(fetched(connection, "SELECT 1 FROM quarantine WHERE last_at < ? LIMIT 1", _until(now)))


def expire(tx: Writing, now: int) -> int:
    """Let go what was last heard of so long ago that nobody will ask for it; how many there were."""
    return tx.once("DELETE FROM quarantine WHERE last_at < ?", _until(now))


def _until(now: int) -> int:
    return now - KEPT // timedelta(microseconds=1)


def plain(words: str, most: int = 500) -> str:
    """Text that any database takes: what cannot be encoded, and NUL, stands as a question mark."""
    return words[:most].encode("utf-8", "replace").decode().replace("\0", "?")


def _source(topic: str) -> str:
    """Who is to blame: the device that a topic names, else the topic."""
    parts = topic.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "cityglass" else topic


def listed(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """What is kept, newest first."""
    names = [column.name for column in QUARANTINE.columns]
    rows = fetched(connection, "SELECT * FROM quarantine ORDER BY last_at DESC LIMIT ?", limit)
    return [dict(zip(names, row, strict=True)) for row in rows]
