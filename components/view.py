"""A View is a store and a choice of layers: the desk, the wall and the public page are three of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from data_access.pulse import Pulse
from data_access.queries import Question
from data_access.table import Table
from data_access.words import Text
from layers.base import Layer


class Store(Protocol):
    """What a view asks of the store it was built with; how much of the truth it gets is decided there."""

    def answer(self, question: Question, at: datetime | None = None) -> Table: ...

    def first_fact(self) -> datetime | None: ...

    def city(self) -> Any: ...

    def revision(self) -> int: ...


class Acts(Protocol):
    """How a view changes anything: `writing` gives the store's writer for one change, or raises CannotDo."""

    def writing(self) -> AbstractContextManager[Any]: ...


class Memory(Protocol):
    """What a desk remembers for its people (data_access.memory): visits and saved views."""

    def here(self, session: str, label: str) -> Any: ...

    def read(self, session: str) -> None: ...

    def views(self) -> Sequence[Any]: ...

    def save(self, name: str, query: str, who: str) -> Any: ...

    def forget(self, id: str, who: str) -> bool: ...

    def restore(self, id: str) -> bool: ...


def clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the city.

    `live` None: there is no live channel, and the map asks `columns` again and again. `now` is the clock that the
    whole view goes by. `pulse`: how the listener fared when it last told, and whether any device can be heard. `acts`
    None: nothing can be changed from here; `who` names the one who asks, for the history of what was done. `session`
    is that one, with `name` and `label`. `memory` None: nobody is remembered here, and no view is kept.
    """

    name: str
    title: Text
    layers: Sequence[Layer]
    store: Store
    live: str | None = "/live"
    columns: str = "/api/columns"
    windows: str | None = "/api/window"
    now: Callable[[], datetime] = field(default=clock)
    pulse: Callable[[], Pulse | None] = field(default=lambda: None)
    acts: Acts | None = None
    who: Callable[[], str] = field(default=lambda: "desk")
    session: Callable[[], Any] = field(default=lambda: None)
    memory: Memory | None = None

    def layer(self, key: object) -> Layer | None:
        """The layer of this key among this view's own; it does not know the others."""
        return next((layer for layer in self.layers if layer.key == key), None)

    def chosen(self, keys: object) -> tuple[str, ...]:
        """Those of the keys that are this view's, in drawing order; what else a browser sends is left out."""
        wanted = keys if isinstance(keys, Sequence) and not isinstance(keys, str) else ()
        return tuple(layer.key for layer in self.layers if layer.key in wanted)

    def worn(self, wish: object) -> dict[str, str]:
        """The look of each layer that wears one, by its key; what else a browser sends is left out."""
        wanted = wish if isinstance(wish, Mapping) else {}
        looks = ((layer, layer.look(wanted.get(layer.key))) for layer in self.layers)
        return {layer.key: look.key for layer, look in looks if look}

    def place(self) -> str:
        """The city's name."""
        city = self.store.city()
        return city.called if city else "Cityglass"

    def centre(self) -> tuple[float, float]:
        """Where the city lies, as (lon, lat)."""
        city = self.store.city()
        return (city.lon, city.lat) if city else (0.0, 0.0)

    def zone(self) -> ZoneInfo:
        """The zone by whose clocks the city lives."""
        city = self.store.city()
        return ZoneInfo(city.time_zone if city else "UTC")
