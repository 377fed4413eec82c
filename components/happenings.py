"""What happened when: incidents that began and values that became a matter for someone, for the time bar to jump to.

A value has passed its threshold when it becomes a need, or a worse one, by the rule of its own layer: the same rule
that puts it on the list of what needs attention.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any

from components.view import View
from data_access.queries import Incidents, Latest, Passings
from data_access.words import _
from layers.base import Layer, Row
from layers.incidents import KINDS, SEVERITIES, word
from layers.phrases import clock

MOST = 300  # events of a stretch that are handed to a browser
NOT_AGAIN = timedelta(minutes=30)  # a value that swings about its threshold has passed it once
LEAST_URGENT = 3  # what is only worth knowing (4) does not end a jump
THRESHOLDS = timedelta(hours=24)  # in a longer stretch only incidents are looked for
REACHES = (timedelta(hours=1), timedelta(hours=6), THRESHOLDS)  # a jump looks first near by


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a moment; `layer` and `id` say what to open."""

    at: datetime
    severity: int
    layer: str
    id: str
    title: str
    why: str


def events(view: View, start: datetime, end: datetime) -> list[Event]:
    """What happened from `start` on and before `end`, in order; in a stretch longer than a day, incidents alone."""
    found = [*_begun(view, start, end)]
    if end - start <= THRESHOLDS:
        for layer in view.layers:
            found += _passed(view, layer, start, end)
    return sorted(found, key=lambda event: (event.at, event.severity, event.layer, event.id))


def next_event(view: View, at: datetime, way: int, first: datetime, now: datetime) -> Event | None:
    """The event after this moment (way 1), or before it (way -1), between the city's first fact and now."""
    edge, end = at, now if way > 0 else first
    reaches = chain(REACHES, (7 * THRESHOLDS * n for n in count(1)))
    while edge != end:
        near, far = edge, at + way * next(reaches)
        edge = min(far, end) if way > 0 else max(far, end)
        there = [
            event
            for event in events(view, min(near, edge), max(near, edge))
            if (event.at - at) * way >= timedelta(seconds=1)  # to the second that a person sees
        ]
        if there:
            return there[0] if way > 0 else there[-1]
    return None


def told(found: Iterable[Event], view: View, now: datetime) -> list[dict[str, Any]]:
    """Events for the browser, the most urgent of them where there are too many; times in epoch milliseconds."""
    listed = sorted(found, key=lambda event: event.severity)[:MOST]
    zone = view.zone()
    return [
        {
            "at": int(event.at.timestamp() * 1000),
            "severity": event.severity,
            "layer": event.layer,
            "id": event.id,
            "title": event.title,
            "why": event.why,
            "clock": clock(event.at.astimezone(zone), now.astimezone(zone)),
        }
        for event in sorted(listed, key=lambda event: event.at)
    ]


def _begun(view: View, start: datetime, end: datetime) -> Iterable[Event]:
    for layer in view.layers:
        if not isinstance(layer.query, Incidents):
            continue
        for row in view.store.answer(Incidents(open_only=False), end):
            if start <= row.opened_at < end:
                told = _("{kind}, severity {severity}")
                why = told.format(kind=word(KINDS, row.kind), severity=SEVERITIES[int(row.severity)])
                yield Event(row.opened_at, row.severity, layer.key, row.id, row.title, why)


def _passed(view: View, layer: Layer, start: datetime, end: datetime) -> Iterable[Event]:
    if not isinstance(layer.query, Latest) or layer.scale is None:
        return
    devices: dict[str, Row] = {row.id: row for row in view.store.answer(layer.query, start)}
    zone = view.zone()
    last: dict[str, tuple[datetime, int]] = {}
    for passing in view.store.answer(Passings(layer.query.metric, layer.scale.breaks, start, end)):
        device, at = devices.get(passing.id), passing.observed_at
        if device is None:
            continue
        need = layer.attention(device._replace(value=passing.value, observed_at=at), at.astimezone(zone))
        before = layer.attention(device._replace(value=passing.before, observed_at=at), at.astimezone(zone))
        if need is None or need.severity > LEAST_URGENT or (before and before.severity <= need.severity):
            continue
        when, how = last.get(passing.id, (None, 5))
        last[passing.id] = (at, need.severity)
        if when is None or at - when > NOT_AGAIN or need.severity < how:
            yield Event(at, need.severity, layer.key, passing.id, device.name or passing.id, need.words)
