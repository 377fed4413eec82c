"""The layers of one city: the same, but where the city states thresholds of its own."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, overload

from data_access.city import City, Threshold
from layers.base import Layer
from layers.scale import Scale


def local(layers: Iterable[Layer], city: City | None) -> tuple[Layer, ...]:
    """These layers with the thresholds that this city's description states, each told with its origin."""
    return tuple(_of(layer, city) for layer in layers)


class Local(Sequence[Layer]):
    """The layers of one city as its thresholds are now: whoever looks through them sees what was stated last.

    Safe to use from several threads. A map that is open keeps its colours until its page is opened anew.
    """

    def __init__(self, layers: Iterable[Layer], city: Callable[[], City | None], every_s: float = 1.0) -> None:
        """`city` is asked at most every so many seconds."""
        self._layers, self._city, self._every_s = tuple(layers), city, every_s
        self._turn = threading.Lock()
        self._stated: tuple[Threshold, ...] | None = None
        self._now: tuple[Layer, ...] = ()
        self._asked = -every_s

    def now(self) -> tuple[Layer, ...]:
        """The layers of this moment."""
        with self._turn:
            if time.monotonic() - self._asked >= self._every_s:
                self._asked = time.monotonic()
                city = self._city()
                stated = city.thresholds if city else ()
                if stated != self._stated:
                    self._now, self._stated = local(self._layers, city), stated
            return self._now

    @overload
    def __getitem__(self, place: int) -> Layer: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Layer, ...]: ...
    def __getitem__(self, place: int | slice) -> Layer | tuple[Layer, ...]:
        return self.now()[place]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.now())

    def __reversed__(self) -> Iterator[Layer]:
        return reversed(self.now())

    def __len__(self) -> int:
        return len(self._layers)


def _of(layer: Layer, city: City | None) -> Layer:
    threshold = city.threshold(layer.metric) if city and layer.metric else None
    if threshold is None or layer.with_scale is None or layer.scale is None:
        return layer
    own = layer.with_scale(scale(threshold, layer.scale))
    # What a rule of publication changed of the layer stays as it is.
    scaled: dict[str, Any] = {"scale": own.scale, "draw": own.draw, "detail": own.detail, "columns": own.columns}
    return replace(layer, attention=own.attention, with_scale=own.with_scale, **scaled)


def scale(threshold: Threshold, usual: Scale) -> Scale:
    """The bands of a city in the colours of the layer's usual scale, spread over all of its ramp.

    Raises:
        ValueError: the levels do not rise, or there are more of them than the ramp can tell apart.
    """
    bands, colours = len(threshold.levels) + 1, len(usual.ramp)
    if bands > colours:
        raise ValueError(
            f"{threshold.metric}: {len(threshold.levels)} levels, of which {colours - 1} can be told apart"
        )
    ramp = tuple(usual.ramp[round(n * (colours - 1) / max(bands - 1, 1))] for n in range(bands))
    return Scale(usual.unit, threshold.levels, ramp, threshold.source, threshold.words)
