"""What needs a person, worst first: a pure function of the answers at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from data_access.pulse import LONG_LAG_S, ONE_OUTAGE_S, Pulse
from data_access.table import Table
from data_access.words import _, ngettext
from layers.base import Layer, Row
from layers.phrases import ago, clock, known, number, span

LIVE = ("fresh", "late")
SILENCE = "silence"
MANY = 5  # devices, and more than half of those that speak: it is not their clocks
Deaf = tuple[datetime, datetime | None]  # from when till when nobody could be heard; None: still


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that needs a person. `layer` and `id` are empty where the whole city is meant.

    `in_hand`: somebody has it already. `silent`: what is told is that it says nothing, or is off; `past`: that it
    speaks of long ago.
    """

    severity: int
    layer: str
    id: str
    title: str
    why: str
    since: datetime | None
    lon: float | None
    lat: float | None
    in_hand: bool = False
    silent: bool = False
    past: bool = False


def attention(
    answers: Mapping[str, Table],
    layers: Sequence[Layer],
    now: datetime,
    pulse: Pulse | None = None,
) -> list[Item]:
    """All that needs a person at `now` (in the city's zone): by severity, then what nobody has, then the oldest.

    `answers` holds each layer's answer by its key. `pulse` is how the listener fares: that the city has heard no device
    since the broker was lost, or that what devices say waits long to be stored, is one fact, and no device is blamed
    for a silence that began meanwhile, nor right after: first it has to have had the time to speak again.
    A device that several layers know is silent once. One that speaks of long ago is not silent, and where most do so
    that is one fact.
    """
    deaf = _deaf(pulse, now) if pulse else None
    listening = _listening(pulse, now) if pulse else []
    items: dict[tuple[str, str], Item] = {}
    explained: set[str] = set()
    for layer in layers:
        for row in answers.get(layer.key, ()):
            for kind, item in _of(row, layer, now, deaf):
                items[kind, row.id] = item  # of two layers the one drawn on top tells of a silent device
                if kind != SILENCE and known(row, "online") == 0:
                    explained.add(row.id)  # what says that it is off need not be called silent as well
    found = [item for (kind, one), item in items.items() if kind != SILENCE or one not in explained]
    past = [item for item in found if item.past]
    if len(past) >= MANY:
        rows = [(row, layer) for layer in layers for row in answers.get(layer.key, ())]
        speaking = len({row.id for row, layer in rows if _speaks(row, layer, now)})
        if len(past) > speaking / 2:
            found = [_of_the_past(past, speaking, now), *(item for item in found if not item.past)]
    found += listening
    return in_order(found)


def in_order(items: Iterable[Item]) -> list[Item]:
    """The worst first; of equals what nobody has in hand, what is seen before what is silent, then what waits longest.

    What never began has waited the longest.
    """
    ever = datetime.min.replace(tzinfo=UTC)

    def rank(item: Item) -> tuple[int, bool, bool, datetime, str, str]:
        return item.severity, item.in_hand, item.silent, item.since or ever, item.layer, item.id

    return sorted(items, key=rank)


def summed_up(items: Iterable[Item], most: int = 3) -> list[Item]:
    """The same for a wall: where more than `most` things of a layer are equally urgent, one line stands for them.

    Urgent incidents (1 and 2) always keep a line each. The line tells the first one's reason and how many others.
    """
    grouped: dict[tuple[int, str, bool, bool], list[Item]] = {}
    for item in items:
        grouped.setdefault((item.severity, item.layer, item.silent, item.past), []).append(item)
    lines: list[Item] = []
    for (severity, layer, *_kind), alike in grouped.items():
        if len(alike) <= most or (layer == "incidents" and severity <= 2):
            lines.extend(alike)
            continue
        first, others = alike[0], len(alike) - 1
        title = ngettext("{title} and {n} other", "{title} and {n} others", others)
        lines.append(replace(first, title=title.format(title=first.title, n=number(others))))
    return lines


def _of(row: Row, layer: Layer, now: datetime, deaf: Deaf | None) -> Iterable[tuple[str, Item]]:
    """What one row needs: at most one need of its value, or one of its silence."""
    promised = _promised(row)
    status = layer.status(row, now) if promised else "fresh"
    if status in LIVE or known(row, "online") == 0:
        need = layer.attention(row, now)
        if need is not None:
            since = known(row, "opened_at") or known(row, "observed_at")
            item = _item(need.severity, layer, row, need.words, since)
            yield layer.key, replace(item, in_hand=need.in_hand, silent=known(row, "online") == 0)
            return
    if promised and status not in LIVE and not (deaf and _unheard(row, layer, now, deaf)):
        severity, why, past = (3 if status == "dead" else 4), _silence(row, now), _speaks(row, layer, now)
        if past:
            told = _("speaks, but of {span} ago: its clock is slow, or it is catching up")
            severity, why = 4, told.format(span=span(now - row.observed_at))
        item = _item(severity, layer, row, why, known(row, "observed_at"))
        yield SILENCE, replace(item, silent=True, past=past)


def _speaks(row: Row, layer: Layer, now: datetime) -> bool:
    """Whether something of it came lately, whatever time it was of."""
    received = known(row, "received_at")
    return received is not None and layer.status(row._replace(observed_at=received), now) in LIVE


def _of_the_past(items: Sequence[Item], speaking: int, now: datetime) -> Item:
    """Most devices that speak tell of long ago: one fact in the place of these."""
    since = max(item.since for item in items if item.since)
    told = _("{n} of {all} devices that speak tell of {span} ago or more: the clock here is fast, or that was recorded")
    why = told.format(n=number(len(items)), all=number(speaking), span=span(now - since))
    return Item(3, "", "", _("Most devices speak of the past"), why, since, None, None)


def _promised(row: Row) -> bool:
    """Whether this ever promised to speak: no incident did, nor a car park of which a map knows only the place."""
    return hasattr(row, "interval_s") and (row.interval_s is not None or row.observed_at is not None)


def _silence(row: Row, now: datetime) -> str:
    heard = known(row, "observed_at")
    if heard is None:
        return _("never reported")
    return _("silent for {span}, last heard {clock}").format(span=span(now - heard), clock=clock(heard, now))


def _item(severity: int, layer: Layer, row: Row, why: str, since: datetime | None) -> Item:
    title = known(row, "title") or known(row, "name") or row.id
    return Item(severity, layer.key, row.id, title, why, since, known(row, "lon"), known(row, "lat"))


def _deaf(pulse: Pulse, now: datetime) -> Deaf | None:
    """From when till when nobody could be heard."""
    if pulse.absent(now.timestamp()):
        return _moment(pulse.at), None
    if pulse.deaf_since is not None:
        return _moment(pulse.deaf_since), None
    if pulse.lag_s >= LONG_LAG_S:
        delayed = now - timedelta(seconds=pulse.lag_s)
        if pulse.outage and pulse.outage[1] > delayed.timestamp() - ONE_OUTAGE_S:  # what waited then is still coming
            delayed = min(delayed, _moment(pulse.outage[0]))
        return delayed, None
    if pulse.outage is None or pulse.outage[1] > now.timestamp():  # the clock was wrong then
        return None
    return _moment(pulse.outage[0]), _moment(pulse.outage[1])


def _unheard(row: Row, layer: Layer, now: datetime, deaf: Deaf) -> bool:
    """Whether this spoke until nobody could hear it, and has not had the time since."""
    begun, over = deaf
    heard = known(row, "observed_at")
    if heard is None or layer.status(row, begun) not in LIVE:
        return False
    return over is None or layer.status(row._replace(observed_at=max(heard, over)), now) in LIVE


def _moment(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def _listening(pulse: Pulse, now: datetime) -> list[Item]:
    """What keeps the whole city from being heard."""
    found = []
    if pulse.absent(now.timestamp()):
        since = _moment(pulse.at)
        why = _("the listener went away {ago}; values are as old as they say").format(ago=ago(since, now))
        return [Item(1, "", "", _("No message reaches the city"), why, since, None, None)]
    if pulse.deaf_since is not None:
        since = _moment(pulse.deaf_since)
        told = _("broker lost {ago}; values are as old as they say, devices may be well")
        if pulse.remembered:
            told = _("broker or listener lost {ago}; values are as old as they say, devices may have been well")
        why = told.format(ago=ago(since, now))
        found.append(Item(1, "", "", _("No message reaches the city"), why, since, None, None))
    if pulse.lag_s >= LONG_LAG_S:
        delay = timedelta(seconds=pulse.lag_s)
        why = _("it waits {span}; values are as old as they say, and nothing is lost").format(span=span(delay))
        found.append(Item(2, "", "", _("What devices say is stored late"), why, now - delay, None, None))
    return found
