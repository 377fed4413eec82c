"""Instruments side by side: each quantity has a shape, thresholds and words of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City, Said, Threshold
from data_access.queries import Latest
from demo.thresholds import THRESHOLDS
from layers import LAYERS, PUBLIC, noise, parking, rain, temperature, traffic, water_level
from layers.attention import attention
from layers.base import Layer
from layers.deck import SHAPES
from layers.incidents import SIGNS
from layers.local import local, scale
from tests.layers.rows import NOON, full, table

INSTRUMENTS = [layer for layer in LAYERS if isinstance(layer.query, Latest)]
CITY = City("x", "X", "Asia/Ho_Chi_Minh", ("vi",), 105.8, 21.0, 14, 0, 0, (105, 20, 106, 22), "")
ALARMS = Threshold(
    "water_level_m", (9.5, 10.5, 11.5), "m", Said({"en": "Decision 05/2020", "vi": "Quyết định 05/2020"})
)


def one(layer: Layer, **other: Any) -> Any:
    return next(iter(table(layer.query, full(**other))))


def told(layer: Layer, **other: Any) -> dict[str, str]:
    return {fact.name: fact.value for fact in layer.detail(one(layer, **other), NOON)}


def needs(layer: Layer, at: datetime = NOON, **other: Any) -> list[tuple[int, str]]:
    found = attention({layer.key: table(layer.query, full(**other))}, [layer], at)
    return [(item.severity, item.why) for item in found]


def in_flood(city: City = CITY) -> Layer:
    (layer,) = local([water_level.LAYER], city)
    return layer


def shape(layer: Layer) -> str:
    edge = next(part for part in layer.draw() if part.spec["id"] == f"{layer.key}-edge")
    return str(edge.encode["getIcon"]["value"])


def test_every_quantity_has_a_shape_of_its_own_and_none_is_a_sign_of_urgency() -> None:
    shapes = [shape(layer) for layer in INSTRUMENTS]
    assert len(set(shapes)) == len(INSTRUMENTS) == 7
    assert not set(shapes) & set(SIGNS.values())


def test_the_engine_draws_every_shape() -> None:
    drawn = json.loads((Path(__file__).parents[2] / "frontend/src/shapes.json").read_text(encoding="utf-8"))
    assert set(drawn) == {"disc", *SHAPES}


def test_symbols_of_one_device_stand_side_by_side_and_shrink_with_distance() -> None:
    for layer in INSTRUMENTS:
        for part in layer.draw():
            assert "fan" in part.encode["getPixelOffset"], part.spec["id"]
            assert part.spec.get("shrink") or part.spec["minZoom"] > 12, part.spec["id"]


def test_at_first_the_map_shows_what_a_person_takes_in() -> None:
    shown = [layer.key for layer in LAYERS if layer.shown]
    assert {"buildings", "incidents", "pm25", "water-level", "parking", "cameras"} <= set(shown)
    assert sum(layer.shown for layer in INSTRUMENTS) == 2
    assert len(shown) <= 12  # ux.md: no more layers on than that


@pytest.mark.parametrize(
    ("key", "value", "severity"),
    [
        ("no2", 119.9, None),
        ("no2", 120.0, 3),
        ("no2", 200.0, 2),
        ("noise", 84.9, None),
        ("noise", 85.0, 3),
        ("rain", 9.9, None),
        ("rain", 10.0, 4),
        ("rain", 50.0, 2),
        ("water-level", 99.0, None),
        ("traffic", 99_999.0, None),
    ],
)
def test_a_value_needs_a_person_from_its_threshold_on(key: str, value: float, severity: int | None) -> None:
    layer = next(layer for layer in LAYERS if layer.key == key)
    assert [need for need, _why in needs(layer, value=value)] == ([] if severity is None else [severity])


def test_what_is_lively_by_day_is_a_matter_by_night() -> None:
    by_day, by_night = datetime(2026, 3, 14, 12, 0, tzinfo=UTC), datetime(2026, 3, 14, 23, 0, tzinfo=UTC)
    at = {"value": 74.0, "observed_at": None}
    assert noise.LAYER.attention(one(noise.LAYER, **at), by_day) is None
    need = noise.LAYER.attention(one(noise.LAYER, **at), by_night)
    assert need
    assert need.severity == 4


@pytest.mark.parametrize(("level", "severity"), [(9.4, None), (9.5, 3), (10.5, 2), (11.5, 1), (14.0, 1)])
def test_water_rises_through_the_alarm_levels_of_its_city(level: float, severity: int | None) -> None:
    city = City(**{field: getattr(CITY, field) for field in CITY.__struct_fields__} | {"thresholds": (ALARMS,)})
    found = needs(in_flood(city), value=level)
    assert [need for need, _why in found] == ([] if severity is None else [severity])
    if severity == 1:
        assert "11.50 m" in found[0][1]


def test_a_city_without_alarm_levels_gets_steps_that_say_so() -> None:
    assert "states none" in str(in_flood().scale.source)  # type: ignore[union-attr]  # an instrument has one
    assert "Meaning" not in told(water_level.LAYER, value=3.0)


def test_a_citys_thresholds_are_told_with_their_origin_and_paint_the_map() -> None:
    own = scale(ALARMS, water_level.SCALE)
    assert str(own.source) == "Decision 05/2020"
    assert own.breaks == ALARMS.levels
    assert own.ramp[0] == water_level.SCALE.ramp[0]
    assert own.ramp[-1] == water_level.SCALE.ramp[-1]
    assert len(set(own.ramp)) == 4


def test_a_published_layer_stays_published_with_thresholds_of_its_city() -> None:
    city = City(**{field: getattr(CITY, field) for field in CITY.__struct_fields__} | {"thresholds": (ALARMS,)})
    before = {layer.key: layer for layer in PUBLIC}
    after = {layer.key: layer for layer in local(PUBLIC, city)}
    assert after["water-level"].scale != before["water-level"].scale
    assert after["water-level"].stale_after == before["water-level"].stale_after != water_level.LAYER.stale_after
    assert {key: layer for key, layer in after.items() if key != "water-level"} == {
        key: layer for key, layer in before.items() if key != "water-level"
    }


def test_more_levels_than_colours_are_refused() -> None:
    many = Threshold("water_level_m", tuple(map(float, range(9))), "m", Said({"en": "x"}))
    with pytest.raises(ValueError, match="can be told apart"):
        scale(many, water_level.SCALE)


def test_a_temperature_is_told_with_the_humidity_beside_it() -> None:
    assert told(temperature.LAYER, value=31.0)["Humidity"] == "78 %"
    assert told(temperature.LAYER, value=31.0, humidity_pct=None)["Humidity"] == "not known"


def test_dry_is_a_value_and_not_a_gap() -> None:
    assert told(rain.LAYER, value=0.0)["Rain rate"] == "0.0 mm/h"
    assert told(rain.LAYER, value=0.0)["Meaning"] == "dry"


def test_vehicles_are_counted_over_the_time_since_the_report_before() -> None:
    assert told(traffic.LAYER, value=1.0)["Vehicles"] == "1 vehicle"
    facts = told(traffic.LAYER, value=34.0, interval_s=300.0)
    assert facts["Vehicles"] == "34 vehicles"
    assert "5 minutes" in facts["Counted"]
    assert told(traffic.LAYER, value=34.0, interval_s=None)["Counted"] == "not known over how long"


@pytest.mark.parametrize(("count", "said"), [(34.0, "30 to 39 vehicles"), (9.0, "fewer than 10 vehicles")])
def test_the_public_is_told_of_vehicles_in_tens_and_never_of_fewer(count: float, said: str) -> None:
    layer = next(layer for layer in PUBLIC if layer.key == "traffic")
    assert layer.public
    row = next(iter(layer.public.apply(table(layer.query, full(value=count, observed_at=0)), NOON)))
    assert layer.detail(row, NOON)[0].value == said


def test_more_cars_than_spaces_is_full_and_says_that_a_number_is_doubtful() -> None:
    facts = told(parking.LAYER, occupied_spaces=131.0, total_spaces=130.0, quality="suspect")
    assert facts["Free spaces"] == "0 of 130"
    assert facts["Taken"] == "full: 131 cars counted for 130 spaces, so one of the two numbers is doubtful"
    (need,) = needs(parking.LAYER, occupied_spaces=131.0, total_spaces=130.0, quality="suspect")
    assert need == (4, facts["Taken"])


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda threshold: threshold.metric)
def test_what_the_simulated_city_states_fits_its_layers(threshold: Threshold) -> None:
    city = City(**{field: getattr(CITY, field) for field in CITY.__struct_fields__} | {"thresholds": THRESHOLDS})
    (layer,) = [layer for layer in local(LAYERS, city) if layer.metric == threshold.metric]
    assert layer.scale
    assert layer.scale.breaks == threshold.levels
    assert str(layer.scale.source) == threshold.source.by["en"]
