"""A layer as the public sees it: the same layer, but for what its rule changes."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from data_access.privacy import ON_THE_WAY, AsItIs, ByArea, Counted, OneByOne, Vehicles
from data_access.words import N_, _
from layers.base import Column, Fact, Layer, Mark, Row
from layers.deck import INK, Colour, Part, words
from layers.phrases import known, number, span

CELL: Colour = {"night": "#7cc4ff", "day": "#0b63ce"}


def published(layer: Layer) -> Layer:
    """This layer over the public store; its rule may not be None."""
    rule = layer.public
    if isinstance(rule, ByArea):
        return _by_area(layer)
    if isinstance(rule, (OneByOne, Counted, Vehicles)):
        wait = rule.delay + ON_THE_WAY + (rule.delay * 0 if isinstance(rule, OneByOne) else rule.bucket)
        return replace(layer, stale_after=layer.stale_after + 1.5 * wait)  # three intervals of half the wait each
    return layer


def promise(layer: Layer) -> str:
    """What the public is told of this layer and what it is not, and why."""
    rule = layer.public
    match rule:
        case None:
            return str(layer.withheld)
        case OneByOne():
            return _("Each instrument by itself, {span} later.").format(span=span(rule.delay))
        case ByArea():
            return _(
                "Only how many there are in each square of {metres} m: not where one stands, where it looks or "
                "whether it works, so that nobody can walk around them."
            ).format(metres=number(rule.cell_m))
        case Counted():
            return _(
                "In steps of {k} spaces, every {bucket}, {span} later; never a number below {k}, so that no single "
                "car can be followed."
            ).format(k=rule.k, bucket=span(rule.bucket), span=span(rule.delay))
        case Vehicles():
            return _(
                "The mean of all counts within {bucket}, {span} later, in steps of {k} vehicles; never a number below "
                "{k}, so that no single vehicle can be followed."
            ).format(k=rule.k, bucket=span(rule.bucket), span=span(rule.delay))
        case AsItIs():
            return _("As it is: it stands in the street for everyone to see.")
    assert_never(rule)


def _by_area(layer: Layer) -> Layer:
    title = layer.title

    def draw() -> tuple[Part, ...]:
        """A faint square for each cell, with the number of what stands in it."""
        fill = {"fill-color": CELL, "fill-opacity": 0.08}
        line = {"line-color": CELL, "line-width": 1, "line-opacity": 0.5}
        return (
            Part("maplibre", {"id": f"{layer.key}-cell", "type": "fill", "source": "columns", "paint": fill}, {}),
            Part("maplibre", {"id": f"{layer.key}-border", "type": "line", "source": "columns", "paint": line}, {}),
            words(f"{layer.key}-count", {"number": "count", "digits": 0}, INK, 18, (0, 0)),
        )

    def detail(row: Row, now: datetime) -> list[Fact]:
        return [Fact(str(title), number(row.count)), Fact(_("Area"), area(row))]

    return replace(
        layer,
        about=N_("How many stand in each square of the city; more than that is not published."),
        draw=draw,
        detail=detail,
        columns=(Column(N_("Area"), lambda row, now: area(row)), Column(title, lambda row, now: number(row.count))),
        legend=(Mark("area", CELL, N_("a square of the city and how many stand in it, at any place within")),),
        metric=None,
        gathers=False,
        worst=None,
    )


def area(row: Row) -> str:
    """A cell of the grid in words: its size and the coordinates of its middle."""
    if known(row, "lon") is None:
        return _("place not known")
    return _("{metres} m around {lat}° N, {lon}° E").format(
        metres=number(row.cell_m), lat=number(row.lat, 4), lon=number(row.lon, 4)
    )
