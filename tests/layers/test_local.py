"""A city's own thresholds: whoever looks through its layers sees what was stated last."""

from dataclasses import replace

from data_access.city import City, Said, Threshold
from layers import LAYERS
from layers.base import Layer
from layers.local import Local
from tests.small_city import CITY


def stating(*levels: float) -> City:
    """The small city with these levels of fine dust."""
    stated = Threshold("pm25_ug_m3", levels, "µg/m³", Said({"en": "Council"}))
    return City(**{name: getattr(CITY, name) for name in City.__struct_fields__} | {"thresholds": (stated,)})


def dust(layers: Local) -> Layer:
    return next(layer for layer in layers if layer.key == "pm25")


def breaks(layers: Local) -> tuple[float, ...]:
    scale = dust(layers).scale
    assert scale is not None
    return scale.breaks


def test_a_threshold_that_is_stated_anew_is_seen_without_a_start() -> None:
    told: list[City | None] = [CITY]
    layers = Local(LAYERS, lambda: told[0], every_s=0)
    brought = breaks(layers)
    told[0] = stating(20, 40)
    assert breaks(layers) == (20, 40)
    told[0] = stating(30)
    assert breaks(layers) == (30,)
    told[0] = CITY
    assert breaks(layers) == brought


def test_the_city_is_not_asked_at_every_look() -> None:
    asked = []
    layers = Local(LAYERS, lambda: asked.append(1), every_s=3600)  # type: ignore[func-returns-value]  # None: no city yet
    assert [len(layers), len(list(layers)), layers[0], layers[-1]] == [len(LAYERS), len(LAYERS), LAYERS[0], LAYERS[-1]]
    assert [layer.key for layer in reversed(layers)] == [layer.key for layer in reversed(LAYERS)]
    assert layers[1:3] == LAYERS[1:3]
    assert asked == [1]


def test_what_a_rule_of_publication_changed_stays_under_new_thresholds() -> None:
    hidden = tuple(replace(layer, public=None) for layer in LAYERS)
    assert dust(Local(hidden, lambda: stating(20, 40))).public is None
