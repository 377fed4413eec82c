"""What every layer owes, whatever it shows: the next one is tested before it is written."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access.queries import Cameras, Latest, Parking
from data_access.records import STATUSES
from data_access.words import LANGUAGES, speaking
from layers import LAYERS, PUBLIC
from layers.base import Layer
from layers.deck import SHAPES
from tests.layers.rows import FULL, NOON, ago, bare, full, table

# contract.md
KEYS = {
    "buildings",
    "districts",
    "pm25",
    "no2",
    "noise",
    "temperature",
    "rain",
    "water-level",
    "traffic",
    "cameras",
    "camera-views",
    "incidents",
    "parking",
    "notes",
}
SYMBOLS = {
    "disc",
    "ring",
    "hatch",
    "bar",
    "dotted",
    *(f"{shape}{age}" for shape in SHAPES for age in ("", "_ring", "_hatch", "_bar", "_dotted")),
    "diamond",
    "triangle",
    "square",
    "circle",
    "camera",
    "camera_off",
    "parking",
    "area",
    "note",
}
EVERY = [*LAYERS, *(layer for layer in PUBLIC if layer not in LAYERS)]


def by_key(layer: Layer) -> str:
    return f"{layer.key}{'' if layer in LAYERS else '-published'}"


def one(layer: Layer, row: dict[str, Any]) -> Any:
    """The one row of this layer's answer, as the public gets it where the layer is the public's."""
    answer = table(layer.query, row)
    if layer not in LAYERS and layer.public:
        answer = layer.public.apply(answer, NOON)
    return next(iter(answer))


over_all = pytest.mark.parametrize("layer", EVERY, ids=by_key)


def test_every_layer_of_the_contract_is_there_once() -> None:
    assert sorted(layer.key for layer in LAYERS) == sorted(KEYS)


def test_a_layer_is_one_file_of_its_own_name() -> None:
    folder = Path(__file__).parents[2] / "layers"
    for layer in LAYERS:
        assert f'key="{layer.key}"' in (folder / f"{layer.key.replace('-', '_')}.py").read_text(encoding="utf-8")


@over_all
def test_it_says_what_it_is_in_every_language(layer: Layer) -> None:
    for spoken in LANGUAGES:
        with speaking(spoken):
            assert str(layer.title)
            assert str(layer.about).endswith(".")
            assert str(layer.group)
    with speaking("vi"):
        assert str(layer.about) != layer.about.words


@over_all
def test_it_has_a_legend(layer: Layer) -> None:
    assert layer.legend or layer.scale
    for mark in layer.legend:
        assert mark.symbol in SYMBOLS
        assert str(mark.words)
    if layer.scale:
        assert len(layer.scale.words) in (0, len(layer.scale.breaks) + 1)
        assert re.search(r"\d{4}|weather service|of our own", str(layer.scale.source)), "the breaks need a source"


@over_all
def test_it_is_either_published_or_says_why_not(layer: Layer) -> None:
    assert (layer.public is None) == (layer.withheld is not None)


@over_all
@pytest.mark.parametrize("row", [bare(), full(), bare(online=0.0), full(value=0.0, occupied_spaces=0.0, online=0.0)])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_click_tells_something_of_any_row(layer: Layer, row: dict[str, Any], spoken: str) -> None:
    with speaking(spoken):
        facts = layer.detail(one(layer, row), NOON)
        assert facts
        for fact in facts:
            assert fact.name
            assert fact.value
            assert not re.search(r"\b(nan|None|NaT)\b", fact.value), fact


@over_all
@pytest.mark.parametrize("row", [bare(), full()])
def test_the_table_has_a_cell_for_every_column(layer: Layer, row: dict[str, Any]) -> None:
    told = one(layer, row)
    for column in layer.columns:
        cell = column.cell(told, NOON)
        assert cell
        assert not re.search(r"\b(nan|None|NaT)\b", cell), column
    assert len({str(column.title) for column in layer.columns}) == len(layer.columns)


@over_all
def test_a_row_in_the_table_says_the_same_as_a_click_on_the_map(layer: Layer) -> None:
    """Every cell but the name stands in what a click tells, word for word."""
    told = one(layer, full())
    said = " | ".join(f"{fact.name}: {fact.value}" for fact in layer.detail(told, NOON))
    for column in layer.columns:
        cell = column.cell(told, NOON)
        assert cell in said or cell in (FULL["name"], FULL["title"], told.id), f"{column.title}: {cell} not in {said}"


def rules(layer: Layer) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (part.spec.get("id", ""), accessor, rule)
        for part in layer.draw()
        for accessor, rule in part.as_json()["encode"].items()
    ]


@over_all
def test_its_parts_are_plain_json_with_names_of_their_own(layer: Layer) -> None:
    parts = [part.as_json() for part in layer.draw()]
    assert parts
    assert json.loads(json.dumps(parts)) == parts
    names = [part["spec"]["id"] for part in parts]
    assert len(set(names)) == len(names)
    assert all(name.startswith(layer.key) for name in names)
    for part in parts:
        if part["engine"] == "deck":
            assert part["spec"]["@@type"] in ("IconLayer", "TextLayer")
            assert "data" not in part["spec"]
        else:
            assert part["spec"]["type"] in ("fill", "line", "fill-extrusion", "symbol")
            assert part["spec"]["source"] in ("columns", "buildings", "basemap")
            assert part["encode"] == {}


def colours(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [found for value in thing.values() for found in colours(value)]
    if isinstance(thing, list):
        return [found for value in thing for found in colours(value)]
    return [thing] if isinstance(thing, str) and thing.startswith("#") else []


@over_all
def test_its_rules_are_those_the_engine_knows(layer: Layer) -> None:
    for name, accessor, rule in rules(layer):
        where = f"{name} {accessor}"
        if accessor == "getPosition":
            assert rule == {"columns": ["lon", "lat"]}, where
        elif accessor == "getPixelOffset":
            assert len(rule["fan"]) == 2, where
        elif "breaks" in rule:
            assert len(rule["colours"]) == len(rule["breaks"]) + 1, where
            assert "missing" in rule, where
        elif "values" in rule:
            assert all(isinstance(key, str) for key in rule["values"]), where
            assert "other" in rule or set(rule["values"]) == set(STATUSES), where
        else:
            assert {"value", "text", "number", "column"} & set(rule), where
        if accessor == "getIcon":
            icons = [*rule.get("values", {}).values(), *[rule[k] for k in ("value", "other") if k in rule]]
            assert set(icons) <= SYMBOLS - {"area"}, where
    for colour in colours([part.as_json() for part in layer.draw()]):
        assert re.fullmatch(r"#[0-9a-f]{6}([0-9a-f]{2})?", colour), colour


@over_all
def test_its_rules_read_only_columns_that_its_question_or_its_rule_gives(layer: Layer) -> None:
    known = set(table(layer.query, full()).columns) | {"status", "band"}
    if layer.public:
        known |= layer.public.may_tell
    for name, accessor, rule in rules(layer):
        read = {rule[name] for name in ("column", "over", "text", "number") if name in rule} | set(
            rule.get("columns", ())
        )
        assert read <= known, f"{name} {accessor}"


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer.scale], ids=by_key)
def test_what_paints_the_map_prints_the_legend(layer: Layer) -> None:
    assert layer.scale
    painted = [rule for _id, _accessor, rule in rules(layer) if rule.get("breaks") == list(layer.scale.breaks)]
    assert painted
    for rule in painted:
        for band, colour in enumerate(rule["colours"]):
            below = layer.scale.breaks[band - 1] if band else layer.scale.breaks[0] - 1
            assert layer.scale.colour(below) == colour


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if isinstance(layer.query, (Latest, Parking))], ids=by_key)
def test_nothing_old_and_nothing_missing_wears_a_colour_of_the_scale(layer: Layer) -> None:
    assert layer.scale
    for part in layer.draw():
        encode = part.as_json()["encode"]
        coloured = set(colours(encode.get("getColor", {}))) & set(layer.scale.ramp)
        if not coloured:
            continue
        size = encode["getSize"]
        for status in ("stale", "dead", "unknown"):
            assert size["values"].get(status, size["other"]) == 0, part.spec["id"]
        assert encode["getColor"].get("missing", encode["getColor"].get("other")) == "#00000000"


def test_a_camera_without_a_direction_gets_a_dotted_ring_and_no_camera() -> None:
    layer = next(layer for layer in LAYERS if isinstance(layer.query, Cameras))
    parts = {part.spec["id"]: part.encode for part in layer.draw()}
    assert parts["cameras-aimed"]["getColor"]["missing"] == "#00000000"
    assert parts["cameras-unaimed"]["getIcon"] == {"value": "dotted"}
    assert parts["cameras-unaimed"]["getColor"]["colours"] == ["#00000000"]


@pytest.mark.parametrize(
    ("minutes", "status"), [(1.9, "fresh"), (2.1, "late"), (3.1, "stale"), (10.1, "dead"), (None, "unknown")]
)
def test_a_status_follows_the_bands_of_the_contract(minutes: float | None, status: str) -> None:
    for layer in LAYERS:
        if "interval_s" in table(layer.query).columns:
            row = one(layer, full(observed_at=None if minutes is None else ago(minutes)))
            assert layer.status(row, NOON) == status, layer.key


def test_stale_after_serves_only_devices_without_an_interval() -> None:
    for layer in LAYERS:
        if "interval_s" in table(layer.query).columns:
            minutes = layer.stale_after / timedelta(minutes=1)
            row = one(layer, full(interval_s=None, observed_at=ago(minutes - 0.1)))
            assert layer.status(row, NOON) == "late"
            row = one(layer, full(interval_s=None, observed_at=ago(minutes + 0.1)))
            assert layer.status(row, NOON) == "stale"


def test_a_building_and_an_incident_never_grow_stale_by_a_promise_they_did_not_make() -> None:
    building = next(layer for layer in LAYERS if layer.key == "buildings")
    assert building.status(one(building, full()), NOON) == "fresh"
