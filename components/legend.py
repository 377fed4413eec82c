"""The legend of a layer, printed from the same Scale and the same symbols that paint the map."""

from itertools import pairwise
from typing import Any

from dash import html

from data_access.words import _
from layers.base import Layer, Look, Mark
from layers.deck import SHAPES, Colour
from layers.phrases import number
from layers.scale import Scale


def legend(layer: Layer, look: Look | None = None) -> Any:
    """What the layer's colours and symbols mean in this look, and who says so."""
    scale, marks = (look.scale, look.legend) if look else (layer.scale, layer.legend)
    # A scale wears the shape in which the map draws its values: the first of the marks, or a wall's colour.
    shape = marks[0].symbol if marks else "disc"
    lines = [*(bands(scale, shape) if scale else []), *(_mark(mark) for mark in marks)]
    source = [html.P(str(scale.source), className="note")] if scale else []
    return html.Div([html.P(str(layer.about), className="note"), html.Ul(lines, className="bands"), *source])


def bands(scale: Scale, shape: str = "disc") -> list[Any]:
    """One line a band: its colour, its bounds, its word."""
    words = [str(word) for word in scale.words] or [""] * (len(scale.breaks) + 1)
    return [
        html.Li([symbol(shape, colour), html.Span(bound, className="bound"), html.Span(word, className="word")])
        for colour, bound, word in zip(scale.ramp, bounds(scale), words, strict=False)
    ]


def bounds(scale: Scale) -> list[str]:
    """The bounds of each band with the unit; a value equal to a break belongs to the band above."""
    told = [number(bound, 0 if float(bound).is_integer() else 1) for bound in scale.breaks]
    first = _("below {n} {unit}").format(n=told[0], unit=scale.unit)
    between = [_("{low} to {high} {unit}").format(low=low, high=high, unit=scale.unit) for low, high in pairwise(told)]
    last = _("{n} {unit} and more").format(n=told[-1], unit=scale.unit)
    return [" ".join(line.split()) for line in (first, *between, last)]  # a count has no unit, and leaves no gap


def symbol(name: str, colour: Colour) -> Any:
    """A symbol as the map draws it: an instrument's is the engine's own, assets/layers.css holds all others."""
    night, day = (colour, colour) if isinstance(colour, str) else (colour["night"], colour["day"])
    style = {"--night": night, "--day": day}
    if name.partition("_")[0] in SHAPES:
        style["--shape"] = f"url(/assets/engine/symbols/{name}.svg)"
    return html.Span(className=f"symbol {name}", style=style, **{"aria-hidden": "true"})


def _mark(mark: Mark) -> Any:
    return html.Li([symbol(mark.symbol, mark.colour), html.Span(str(mark.words), className="word")])
