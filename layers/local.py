"""The layers of one city: the same, but where the city states thresholds of its own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from data_access.city import City, Threshold
from layers.base import Layer
from layers.scale import Scale


def local(layers: Iterable[Layer], city: City | None) -> tuple[Layer, ...]:
    """These layers with the thresholds that this city's description states, each told with its origin."""
    return tuple(_of(layer, city) for layer in layers)


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
