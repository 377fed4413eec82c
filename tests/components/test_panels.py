"""What the desk's panels say of the small city at noon, and what they say of its past."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from dash import html, no_update

from components.ages import WORDS, speaking
from components.desk_panels import described, legends_of, overview, table_of
from components.detail import detail, row_of
from components.figures import figures, state_of_the_city
from components.incidents import in_order, lists, plain
from components.legend import bounds, legend
from components.picture import Picture, count, picture
from components.rail import rail
from components.table_view import rows_of
from components.view import View
from data_access import words
from data_access.city import Said
from data_access.queries import Incidents
from layers import LAYERS
from layers.base import Layer
from tests.components.noon import desk_at_noon, found, said
from tests.small_city import LAT, LON, NOON

BY_KEY = {layer.key: layer for layer in LAYERS}
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return desk_at_noon(tmp_path_factory.mktemp("noon"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with words.speaking("en"):
        yield


def test_counts_say_how_many_report(view: View) -> None:
    taken = picture(view, None)
    told = {layer.key: count(layer, taken) for layer in LAYERS}
    assert (told["pm25"].n, told["pm25"].of) == (3, 5)
    assert (told["cameras"].n, told["cameras"].of) == (1, 2)
    assert told["incidents"].of is None
    assert told["incidents"].n == 3
    assert told["buildings"].n == 6


def test_a_layers_row_reports_by_the_layers_own_band(view: View) -> None:
    for layer in LAYERS:
        table = view.store.answer(layer.query)
        if "interval_s" not in table:
            continue
        expected = [layer.status(row, NOON) in ("fresh", "late") for row in table]
        assert speaking(table, layer, NOON).tolist() == expected


def test_every_panel_goes_along_into_the_past(view: View) -> None:
    before = NOON - 20 * MINUTE
    now, past = overview(view, None, ["incidents", "pm25"]), overview(view, before, ["incidents", "pm25"])
    assert now[0] == ["3", "3/5"]
    assert past[0][0] == "1"
    assert "Two scooters" in said(past[2])
    assert "Two scooters" not in said(now[2])
    assert "Fire in a stairwell" in now[1]
    assert "Fire" not in past[1]


def test_the_city_before_its_first_fact_is_told_as_unknown(view: View) -> None:
    early = NOON - timedelta(days=400)
    sentence = overview(view, early, [])[1]
    assert "Fire" not in sentence
    assert said(described(view, ("incidents", "i-fire"), early)[0]).count("i-fire was not yet known") == 1


def test_the_worst_comes_first_and_of_equals_the_oldest(view: View) -> None:
    items = in_order(picture(view, None).needs)
    assert items[0].title == "Fire in a stairwell"
    order = [(item.severity, item.since) for item in items if item.since]
    assert order == sorted(order)


def test_a_line_of_a_list_picks_its_thing(view: View) -> None:
    taken = picture(view, None)
    buttons = found(lists(view, taken), "Button")
    assert {"incidents"} < {getattr(button, "data-layer") for button in buttons}
    assert len(buttons) == len(taken.needs)
    for button in buttons:
        layer = view.layer(getattr(button, "data-layer"))
        assert layer is not None
        assert described(view, (layer.key, getattr(button, "data-id")), None)[1].endswith("open")


def test_the_wall_has_nothing_to_press(view: View) -> None:
    taken = picture(view, None)
    assert found(plain(taken, 8), "Button") == []
    assert "Fire in a stairwell" in said(plain(taken, 8))


def test_a_wall_counts_what_it_leaves_out(view: View) -> None:
    taken = picture(view, None)
    told = plain(taken, 2)
    assert len(found(told, "Li")) == 2
    assert getattr(found(told, "P")[-1], "data-beyond") > 0


def test_figures_are_few_and_say_how_sure_they_are(view: View) -> None:
    told = figures(view, picture(view, None))
    assert 5 <= len(told) <= 7
    by_label = {figure.label: figure for figure in told}
    dust = by_label["Fine dust"]
    assert (dust.value, dust.unit) == ("35", "µg/m³")  # the median of 10 and 60; what is silent or missing is not in it
    assert "2 of 5" in dust.trust
    assert by_label["Free parking"].value == "90"  # of 240: the third site is unknown, and unknown is not zero
    assert by_label["Free parking"].unit == "/ 240"
    assert by_label["Open incidents"].severity == 1


def test_without_any_report_a_figure_is_a_dash_and_not_zero(tmp_path: Path) -> None:
    later = desk_at_noon(tmp_path, NOON + timedelta(days=2))
    told = {figure.label: figure for figure in figures(later, picture(later, None))}
    assert told["Fine dust"].value == "–"
    assert told["Free parking"].value == "–"


def test_one_sentence_says_how_the_city_stands(view: View) -> None:
    taken = picture(view, None)
    assert state_of_the_city(view, taken) == "1 critical matter: Fire in a stairwell."


def test_a_city_of_which_nobody_reports_is_not_called_calm(tmp_path: Path) -> None:
    later = desk_at_noon(tmp_path, NOON + timedelta(days=2))
    assert "not known" in state_of_the_city(later, picture(later, None))


LINES = "Every device reports", "whoever promised to report does", "No device reports", "No device is declared yet"
WHO = {"everyone": 0, "some": 1, "nobody, two days later": 2, "none there": 3}


@pytest.mark.parametrize("who", WHO)
def test_an_empty_list_is_no_good_news_where_not_everyone_speaks(tmp_path: Path, who: str) -> None:
    desk = desk_at_noon(tmp_path, NOON + timedelta(days=2 if WHO[who] == 2 else 0))
    taken = picture(desk, None)
    kept = dict(taken.answers)
    for layer in desk.layers:
        table = taken.answers[layer.key]
        if "interval_s" in table and WHO[who] in (0, 3):
            kept[layer.key] = table.where(speaking(table, layer, taken.now) & (WHO[who] == 0))
    quiet = replace(taken, needs=(), answers=kept)
    assert [words in said(lists(desk, quiet)) for words in LINES] == [place == WHO[who] for place in range(4)]


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer.scale], ids=lambda layer: layer.key)
def test_the_legend_is_the_scale(layer: Layer) -> None:
    scale = layer.scale
    assert scale is not None
    swatches = [getattr(span, "style", {}) for span in found(legend(layer), "Span") if getattr(span, "style", None)]
    assert [style["--night"] for style in swatches][: len(scale.breaks) + 1] == list(
        scale.ramp[: len(scale.breaks) + 1]
    )
    assert len(bounds(scale)) == len(scale.breaks) + 1
    assert str(scale.source) in said(legend(layer))
    for word in scale.words:
        assert str(word) in said(legend(layer))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_the_legend_has_every_symbol_that_the_layer_names(layer: Layer) -> None:
    for mark in layer.legend:
        assert str(mark.words) in said(legend(layer))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
def test_each_layer_has_a_labelled_switch_and_a_table(view: View, layer: Layer) -> None:
    built = rail(view, picture(view, None), [layer.key], {})
    switches = {switch.id["switch"]: switch for switch in found(built, "Switch")}  # type: ignore[attr-defined]  # Dash sets id
    assert switches[layer.key].label == str(layer.title)  # type: ignore[attr-defined]  # Dash sets it
    assert [key for key, switch in switches.items() if switch.value] == [layer.key]  # type: ignore[attr-defined]  # same
    assert f"Table: {layer.title}" in [getattr(button, "aria-label", "") for button in found(built, "Button")]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.key)
@pytest.mark.parametrize("minutes", [0, 25])
def test_the_table_says_the_same_as_the_map(view: View, layer: Layer, minutes: int) -> None:
    at = None if not minutes else NOON - minutes * MINUTE
    now = (at or NOON).astimezone(view.zone())
    answer = list(view.store.answer(layer.query, at))
    table, sheet = table_of(view, layer.key, at, None)
    assert sheet == "panel sheet"
    if not answer:
        assert said(table).startswith(f"{layer.title}: nothing ")
        return
    assert len(table.rows) == len(answer)
    for cells, row, pick in zip(table.rows, answer, table.picks, strict=True):
        assert pick == (layer.key, row.id)
        for told, column in zip(cells, layer.columns, strict=False):
            assert told == (column.cell(row, now) or row.id)
        if hasattr(row, "interval_s"):
            assert cells[-1] == str(WORDS[layer.status(row, now)])


def test_a_table_lists_what_is_in_sight(view: View) -> None:
    houses = BY_KEY["buildings"]
    near = (LON + 0.001, LAT - 0.001, LON + 0.003, LAT + 0.002)
    table, _all = rows_of(view, houses, None, near)
    assert set(table["id"]) == {"b-1", "b-2", "b-6"}


def test_a_table_of_nothing_says_why(view: View) -> None:
    nothing, _sheet = table_of(view, "incidents", NOON - timedelta(days=1), None)
    assert said(nothing).startswith("Incidents: nothing was known at")


def test_the_drawer_tells_name_facts_age_and_status(view: View) -> None:
    told, name = described(view, ("pm25", "air-silent"), None)
    assert name == "panel drawer open"
    assert "Old gate" in said(told)
    assert "silent, 30 minutes ago" in said(told)


def test_what_is_not_there_is_told_in_a_sentence(view: View) -> None:
    told, name = described(view, ("pm25", "nobody"), None)
    assert name == "panel drawer open"
    assert "nobody is not in this layer" in said(told)


def test_nothing_selected_leaves_the_lists(view: View) -> None:
    assert described(view, None, None) == ([], "panel drawer")


def test_incidents_have_a_layer_of_their_own() -> None:
    assert [layer.key for layer in LAYERS if isinstance(layer.query, Incidents)] == ["incidents"]


def test_a_group_of_layers_folds_and_begins_folded_when_nothing_in_it_is_on(view: View) -> None:
    details = found(rail(view, picture(view, None), ["pm25"], {}), "Details")
    groups = [group for group in details if getattr(group, "className", "") == "layer-group"]
    assert len(groups) == 5
    (unfolded,) = [group for group in groups if getattr(group, "open", False)]
    assert said(unfolded).startswith("Air and noise")


def test_a_look_is_chosen_under_its_layer_and_the_legend_follows(view: View) -> None:
    (choice,) = found(rail(view, picture(view, None), ["buildings"], {"buildings": "year"}), "RadioItems")
    assert choice.value == "year"  # type: ignore[attr-defined]  # Dash sets it
    assert [option["value"] for option in choice.options] == ["plain", "use", "height", "height-source", "year"]  # type: ignore[attr-defined]  # same
    keys = ["pm25", "buildings"]
    untouched, worn = legends_of(view, keys, {"buildings": "year"})
    assert untouched is no_update
    assert "before 1900" in said(html.Div(worn))
    assert "before 1900" not in said(html.Div(legends_of(view, keys, {"buildings": "gold"})[1]))


def test_the_rail_says_what_is_not_known_of_a_city(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not known here" not in said(rail(view, picture(view, None), [], {}))
    told = msgspec.structs.replace(
        view.store.city(), notes=(Said({"en": "No building is known.", "vi": "Chưa biết ngôi nhà nào."}),)
    )
    monkeypatch.setattr(view.store, "city", lambda: told)
    assert "No building is known." in said(rail(view, picture(view, None), [], {}))


def test_what_has_no_place_says_why_it_is_not_on_the_map(view: View) -> None:
    row = row_of(view, BY_KEY["parking"], "park-1", None)
    assert row is not None
    here, nowhere = (said(html.Div(detail(one, BY_KEY["parking"], NOON, []))) for one in (row, row._replace(lon=None)))
    assert "not on the map" in nowhere
    assert "not on the map" not in here


def test_a_quantity_that_nothing_measures_has_no_figure(view: View) -> None:
    taken = picture(view, None)
    dust = taken.answers["pm25"]
    without = Picture(taken.now, taken.live, {**taken.answers, "pm25": dust.where(np.zeros(len(dust), bool))}, ())
    assert "Fine dust" not in [figure.label for figure in figures(view, without)]
    assert "Fine dust" in [figure.label for figure in figures(view, taken)]
