"""What became of the city between a moment and now, asked of the store and put in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan

from components.extent import Ground
from components.figures import figures
from components.picture import Picture, picture
from components.usual import Before, DaysBefore, Hours
from components.view import View
from data_access.queries import Devices, Extremes, Incidents, Latest, Notes
from data_access.table import Table
from layers.since import Change, of_incidents, of_needs, of_notes, of_peaks, ranked

MOST_FIGURES = 4


@dataclass(frozen=True, slots=True)
class News:
    """What became of the city from `since` to `now` (in its own zone); `new` and `gone` are ids of devices."""

    since: datetime
    now: datetime
    changes: tuple[Change, ...]
    lines: tuple[Change, ...]
    numbers: tuple[tuple[str, str, str], ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def news(view: View, since: datetime) -> News:
    """All that changed, asked of the store: two pictures of the city, and the ends of what lay in between."""
    then, taken = picture(view, since), picture(view, None)
    changes = of_needs(view.layers, then.needs, taken.needs, since)
    for layer in view.layers:
        if isinstance(layer.query, Incidents):
            before, after = (view.store.answer(Incidents(open_only=False), at) for at in (since, None))
            changes += of_incidents(layer, before, after, since)
        elif isinstance(layer.query, Notes):
            changes += of_notes(layer, taken.answers[layer.key], since, view.who())
    named = {(item.layer, item.id) for item in (*then.needs, *taken.needs)}
    for layer in view.layers:
        if isinstance(layer.query, Latest):
            ends = view.store.answer(Extremes(layer.query.metric, since, taken.now))
            changes += of_peaks(layer, taken.answers[layer.key], ends, named)
    known, there = ({row.id for row in view.store.answer(Devices(), at)} for at in (since, None))
    return News(
        then.now,
        taken.now,
        tuple(changes),
        tuple(ranked(changes)),
        tuple(_numbers(view, then, taken)),
        tuple(sorted(there - known)),
        tuple(sorted(known - there)),
    )


class _Unasked(DaysBefore):
    """No days before: what is usual is not told here, and would take longer than all the rest."""

    def hours(self, metric: str) -> Hours:
        return Hours(Table.of((), id="s", day="i", value="f"))

    def open_incidents(self, seen: Ground | None) -> Before:
        return Before(nan, nan, nan, 0)

    def answering(self, metrics: Iterable[str], ids: Sequence[str]) -> Before:
        return Before(nan, nan, nan, 0)


def _numbers(view: View, then: Picture, taken: Picture) -> list[tuple[str, str, str]]:
    """The city's own numbers that say something else than then: label, before, after with its unit."""
    earlier_ones, now_ones = (figures(view, picture, before=_Unasked(view, picture.now)) for picture in (then, taken))
    before = {figure.label: figure.value for figure in earlier_ones}
    told = []
    for figure in now_ones:
        earlier = before.get(figure.label)
        if earlier is not None and earlier != figure.value:
            told.append((figure.label, earlier, " ".join(filter(None, (figure.value, figure.unit)))))
    return told[:MOST_FIGURES]
