"""Answers about the registers themselves: what stands in them, who changed it, what waits, what was not heard."""

import json
from typing import Any

from sqlalchemy import Connection

from data_access.city import Said, Threshold
from data_access.declarations import DEVICES, DISTRICTS, THRESHOLDS
from data_access.ledger import Numbers, many, ranges
from data_access.queries import Clocks, Gaps, Outages, Quarantined, RegisterChanges, Registered, RegisterVersions
from data_access.schema import EVER, microseconds
from data_access.table import Table
from data_access.transaction import fetched
from data_access.versions import Versions

OfRegisters = Registered | RegisterVersions | RegisterChanges | Quarantined | Gaps | Outages | Clocks
REGISTERS: dict[str, Versions] = {"device": DEVICES, "district": DISTRICTS, "threshold": THRESHOLDS}

_KINDS = {"lon": "f", "lat": "f", "interval_s": "f", "population": "f"}
_SINCE_EVER = microseconds(EVER)
_TOLD_RANGES = 20
_SECOND = 1_000_000  # microseconds
_LATELY = 3600 * _SECOND
_NEWEST = 5  # readings of each stream


def answer(question: OfRegisters, connection: Connection, at: int | None) -> Table:
    if isinstance(question, Registered):
        return _registered(question, connection, at)
    if isinstance(question, RegisterVersions):
        return _versions(question, connection, at)
    if isinstance(question, RegisterChanges):
        return _changes(question, connection, at)
    if isinstance(question, Gaps):
        return _gaps(question, connection)
    if isinstance(question, Outages):
        return _outages(connection, at)
    if isinstance(question, Clocks):
        return _clocks(question, connection)
    return _quarantined(question, connection)


def thresholds(connection: Connection) -> tuple[Threshold, ...]:
    """Where quantities change their meaning in this city now."""
    asked = "SELECT metric, levels, unit, said, words FROM threshold WHERE valid_to IS NULL ORDER BY metric"
    return tuple(threshold(*row) for row in fetched(connection, asked))


def threshold(metric: str, levels: str, unit: str, said: str, words: str) -> Threshold:
    """The value that a row of the register holds."""
    told = tuple(Said(word) for word in json.loads(words))
    return Threshold(metric, tuple(json.loads(levels)), unit, Said(json.loads(said)), told)


def _told(register: Versions) -> str:
    columns = [name for name in register.told if name != "geometry"]
    return ", ".join(f'v."{name}"' for name in columns)


def _kinds(register: Versions) -> dict[str, str]:
    return {name: _KINDS.get(name, "s") for name in register.told if name != "geometry"}


def _since(moment: int) -> int | None:
    return None if moment == _SINCE_EVER else moment


def _registered(question: Registered, connection: Connection, at: int | None) -> Table:
    register = REGISTERS[question.register]
    which, bound = ["v.valid_to IS NULL"], [register.table.name]
    if at is not None:
        which, bound = ["v.valid_from <= ? AND (v.valid_to IS NULL OR v.valid_to > ?)"], [*bound, at, at]  # type: ignore[list-item]  # whatever a statement binds
    if question.id is not None:
        which.append(f"v.{register.key} = ?")
        bound.append(question.id)
    asked = (
        f"SELECT v.{register.key}, {_told(register)}, v.valid_from, v.source, "  # noqa: S608  # our own names
        f"EXISTS (SELECT 1 FROM amended a WHERE a.register = ? AND a.thing = v.{register.key}), v.revision "
        f"FROM {register.table.name} v WHERE {' AND '.join(which)} ORDER BY v.{register.key}"
    )
    rows = [(*row[:-4], _since(row[-4]), *row[-3:]) for row in fetched(connection, asked, *bound)]
    columns = {"id": "s", **_kinds(register), "since": "t", "source": "s", "amended": "b", "revision": "i"}
    return Table.of(rows, **columns)


def _versions(question: RegisterVersions, connection: Connection, at: int | None) -> Table:
    register = REGISTERS[question.register]
    asked = (
        f"SELECT v.valid_from, v.valid_to, {_told(register)}, v.source, v.revision, c.who, c.note "  # noqa: S608  # our own names
        f"FROM {register.table.name} v LEFT JOIN register_change c "
        f"ON c.register = ? AND c.thing = v.{register.key} AND c.revision = v.revision "
        f"WHERE v.{register.key} = ? AND (? IS NULL OR v.valid_from <= ?) ORDER BY v.valid_from"
    )
    found = fetched(connection, asked, register.table.name, question.id, at, at)
    rows = [(_since(row[0]), *row[1:]) for row in found]
    columns = {"since": "t", "until": "t", **_kinds(register), "source": "s", "revision": "i", "who": "s", "note": "s"}
    return Table.of(rows, **columns)


def _changes(question: RegisterChanges, connection: Connection, at: int | None) -> Table:
    which: list[str] = ["TRUE"]
    bound: list[Any] = []
    for condition, value in (("register = ?", question.register), ("thing = ?", question.thing), ("at <= ?", at)):
        if value is not None:
            which.append(condition)
            bound.append(value)
    asked = (
        "SELECT id, at, who, register, thing, act, note, before, after, undoes, revision FROM register_change "  # noqa: S608  # our own words
        f"WHERE {' AND '.join(which)} ORDER BY id DESC LIMIT ?"
    )
    texts = dict.fromkeys(("who", "register", "thing", "act", "note", "before", "after"), "s")
    rows = fetched(connection, asked, *bound, question.limit)
    return Table.of(rows, id="i", at="t", **texts, undoes="f", revision="i")


def _quarantined(question: Quarantined, connection: Connection) -> Table:
    """What waits there now: a message that was taken after all is listed no more."""
    columns = "source || ' ' || digest, source, reason, topic, raw, size, count, first_at, last_at"
    which = "?1 IS NULL OR source || ' ' || digest = ?1"
    asked = f"SELECT {columns} FROM quarantine WHERE {which} ORDER BY last_at DESC, source, digest LIMIT ?2"  # noqa: S608  # our own words
    rows = fetched(connection, asked, question.id, question.limit)
    texts = dict.fromkeys(("id", "source", "reason", "topic", "raw"), "s")
    return Table.of(rows, **texts, size="i", count="i", first_at="t", last_at="t")


def _gaps(question: Gaps, connection: Connection) -> Table:
    asked = (
        "SELECT device_id, boot, watermark, also, lost, untold, more_lost, heard_at FROM boot "
        "WHERE also <> '[]' OR lost <> '[]' ORDER BY heard_at DESC, device_id LIMIT ?"
    )
    rows = []
    for device, boot, watermark, also, lost, untold, more_lost, heard_at in fetched(connection, asked, question.limit):
        told = Numbers(watermark, ranges(also), ranges(lost), untold, more_lost)
        words = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in told.missing[:_TOLD_RANGES])
        rows.append((device, boot, many(told.missing), many(told.lost) + more_lost, words, told.untold, heard_at))
    return Table.of(rows, id="s", boot="s", missing="i", lost="i", ranges="s", untold="i", heard_at="t")


def _outages(connection: Connection, at: int | None) -> Table:
    asked = (
        "SELECT begun, CASE WHEN ?1 IS NULL OR over <= ?1 THEN over END FROM outage WHERE (?1 IS NULL OR begun <= ?1) "
        "AND over <= (SELECT committed_at FROM counter) ORDER BY begun DESC LIMIT 1"  # else by a clock that was ahead
    )
    return Table.of(fetched(connection, asked, at), begun="t", over="t")


def _clocks(question: Clocks, connection: Connection) -> Table:
    newest = "SELECT n.observed_at FROM reading n WHERE n.stream_id = s.id ORDER BY n.observed_at DESC LIMIT ?"
    asked = (
        "SELECT s.device_id, MIN(r.received_at - r.observed_at), MAX(r.received_at) "  # noqa: S608  # our own words
        f"FROM stream s JOIN reading r ON r.stream_id = s.id AND r.observed_at IN ({newest}) "
        "WHERE s.metric NOT LIKE '$%' AND r.received_at > (SELECT committed_at FROM counter) - ? "
        "AND (? IS NULL OR s.device_id = ?) "
        "GROUP BY s.device_id HAVING COUNT(DISTINCT r.received_at) > 1 "
        "AND (MIN(r.received_at - r.observed_at) <= ? OR MIN(r.received_at - r.observed_at) >= ?) "
        "ORDER BY ABS(MIN(r.received_at - r.observed_at)) DESC, s.device_id LIMIT ?"
    )
    least = (-int(question.ahead_s * _SECOND), int(question.behind_s * _SECOND))
    found = fetched(connection, asked, _NEWEST, _LATELY, question.id, question.id, *least, question.limit)
    rows = [(device, -lag / _SECOND, heard_at) for device, lag, heard_at in found]
    return Table.of(rows, id="s", ahead_s="f", heard_at="t")
