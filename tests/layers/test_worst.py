"""What a group wears for the worst inside it is what the attention list says of the same rows."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import LAYERS, PUBLIC, noise, water_level
from layers.base import Layer
from layers.scale import Scale
from tests.layers.rows import NOON, full, table

ALARMING = water_level.LAYER.with_scale
assert ALARMING
LEVELS = ALARMING(Scale(unit="m", breaks=(1.5, 2.0, 2.5), ramp=water_level.SCALE.ramp, source="the city's own levels"))
GATHERED = [layer for layer in LAYERS if layer.gathers] + [replace(LEVELS, key="water-level with levels")]


def severity(rule: dict[str, Any] | None, row: Any) -> int:
    """How the map reads such a rule (frontend/src/rules.ts)."""
    value = getattr(row, rule["column"]) if rule else None
    if rule is None or value is None:
        return 0
    if "values" in rule:
        return int(rule["values"].get(f"{value:g}", rule["other"]))
    over = getattr(row, rule["over"]) if "over" in rule else 1
    if not over:
        return 0
    value = value / over * rule.get("times", 1)
    return int(rule["steps"][sum(value >= limit for limit in rule["breaks"])])


@pytest.mark.parametrize("layer", GATHERED, ids=lambda layer: layer.key)
@given(
    value=st.none() | st.sampled_from([1.5, 2.0, 2.5, 37, 39, 50, 75, 85, 120, 200]) | st.floats(-40, 400),
    spaces=st.none() | st.integers(1, 200),
    taken=st.none() | st.integers(0, 220),
    online=st.sampled_from([None, 0.0, 1.0]),
)
def test_the_rule_of_the_map_says_what_the_attention_list_says(
    layer: Layer, value: float | None, spaces: int | None, taken: int | None, online: float | None
) -> None:
    told = full(value=value, occupied_spaces=taken, total_spaces=spaces, online=online)
    (row,) = table(layer.query, told)
    need = layer.attention(row, NOON)
    assert severity(layer.worst, row) == (need.severity if need else 0)


def test_noise_that_only_the_night_makes_a_matter_has_no_colour() -> None:
    """The one difference: a rule by value knows no hour. What it leaves out is information, which wears no colour."""
    (row,) = table(noise.LAYER.query, full(value=72.0))
    need = noise.LAYER.attention(row, NOON.replace(hour=2))
    assert need is not None
    assert need.severity == 4
    assert severity(noise.LAYER.worst, row) == 0


def test_incidents_are_never_drawn_as_one() -> None:
    assert not any(layer.gathers for layer in LAYERS if layer.key in ("incidents", "notes"))


def test_what_is_published_by_area_is_counted_there_already() -> None:
    (cameras,) = [layer for layer in PUBLIC if layer.key == "cameras"]
    assert (cameras.gathers, cameras.worst) == (False, None)
