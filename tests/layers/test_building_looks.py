"""Buildings by use, height, its source and their year: the same walls in other colours, told apart by everyone."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from layers import LAYERS
from layers.base import Look
from layers.building_looks import OTHER, SOURCES, UNSAID, USES, YEARS
from layers.buildings import LAYER

LOOKS = LAYER.looks
over_looks = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.key)

# Machado, Oliveira and Fernandes 2009, severity 1: what linear RGB becomes to eyes that lack one kind of cone.
EYES = {
    "all cones": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TOLD_APART = 7.0  # CIE 1976; 2.3 is just noticeable side by side, and a legend is looked up from memory


def lab(colour: str, eyes: np.ndarray) -> np.ndarray:
    """A colour as these eyes see it, in CIE L*a*b* (D65)."""
    told = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(told <= 0.04045, told / 12.92, ((told + 0.055) / 1.055) ** 2.4)
    seen = np.clip(eyes @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.cbrt(np.maximum(xyz / np.array([0.95047, 1.0, 1.08883]), 0.008856))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def of_theme(colour: Any, theme: str) -> str:
    return str(colour[theme] if isinstance(colour, dict) else colour)


def told_colours(look: Look) -> list[Any]:
    """All colours of a look's legend, in its order."""
    return [
        *(look.scale.ramp[: len(look.scale.breaks) + 1] if look.scale else ()),
        *(mark.colour for mark in look.legend),
    ]


def painted(thing: Any) -> list[Any]:
    """All colours that an expression may give."""
    if isinstance(thing, dict):
        return [thing]
    if isinstance(thing, list):
        return [found for one in thing for found in painted(one)]
    return [thing] if isinstance(thing, str) and thing.startswith("#") else []


def test_the_looks_are_those_a_planner_asks_for() -> None:
    assert [look.key for look in LOOKS] == ["use", "height", "height-source", "year"]
    assert [layer.key for layer in LAYERS if layer.looks] == ["buildings"]


@over_looks
def test_a_look_changes_the_paint_and_nothing_else(look: Look) -> None:
    for plain, worn in zip(LAYER.draw(), look.draw(), strict=True):
        assert worn.engine == "maplibre"
        assert {**worn.spec, "paint": None} == {**plain.spec, "paint": None}
        kept = {name: value for name, value in plain.spec["paint"].items() if name != "fill-extrusion-color"}
        assert {name: value for name, value in worn.spec["paint"].items() if name != "fill-extrusion-color"} == kept
        assert worn.spec["paint"]["fill-extrusion-color"] != plain.spec["paint"]["fill-extrusion-color"]


@over_looks
def test_what_paints_the_walls_stands_in_the_legend(look: Look) -> None:
    for part in look.draw():
        colours = painted(part.spec["paint"]["fill-extrusion-color"])
        assert {str(colour) for colour in colours} == {str(colour) for colour in told_colours(look)}


@over_looks
@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["night", "day"])
def test_every_eye_tells_the_colours_apart(look: Look, eyes: str, theme: str) -> None:
    seen = [(colour, lab(of_theme(colour, theme), EYES[eyes])) for colour in told_colours(look)]
    for (one, a), (other, b) in combinations(seen, 2):
        apart = float(np.linalg.norm(a - b))
        assert apart >= TOLD_APART, f"{of_theme(one, theme)} and {of_theme(other, theme)}: {apart:.1f}"


def test_red_and_green_of_one_brightness_would_be_seen_as_alike() -> None:
    """The control: the measure catches the pair that everybody is warned of."""
    rust, olive = "#b5533c", "#6f7a2a"
    assert np.linalg.norm(lab(rust, EYES["no green"]) - lab(olive, EYES["no green"])) < TOLD_APART
    assert np.linalg.norm(lab(rust, EYES["all cones"]) - lab(olive, EYES["all cones"])) > 7 * TOLD_APART


@over_looks
def test_what_nobody_knows_has_a_look_of_its_own(look: Look) -> None:
    assert look.legend[-1].colour == UNSAID
    assert "not known" in str(look.legend[-1].words)
    assert UNSAID not in told_colours(look)[:-1]


def test_a_use_belongs_to_one_group() -> None:
    uses = [use for _words, _colour, uses in USES for use in uses.split()]
    assert len(uses) == len(set(uses))
    assert "yes" not in uses  # OpenStreetMap's word for a building of which nobody says more


def test_every_source_of_a_height_and_every_age_has_its_line() -> None:
    assert set(SOURCES) == {"tagged", "levels", "estimated"}
    years = [year for year, _colour, _words in YEARS]
    assert years == sorted(set(years))
    assert OTHER != UNSAID
