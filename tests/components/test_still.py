"""What calls nothing back is drawn at once, and what a callback may ask for stays a component of its own."""

from pathlib import Path

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.desk import desk
from components.link import Link
from components.plain_html import plain
from components.rows import Rows
from components.still import Still, nodes, still
from tests.components.noon import desk_at_noon, texts, within

MOST = 400  # Dash asks its store for each of them at every change of anything on the page


def test_elements_and_texts_become_nodes() -> None:
    line = html.P(["PM", html.Sub(2.5), None], className="note", **{"data-layer": "pm25"})
    (drawn,) = still([line, "and more", False])
    assert drawn.to_plotly_json()["props"]["inside"] == [
        ["p", {"className": "note", "data-layer": "pm25"}, "PM", ["sub", {}, 2.5]],
        "and more",
    ]


def test_what_dash_has_to_know_stays_what_it_is_and_where_it_is() -> None:
    field, pressed = dcc.Input(id="name"), html.Button("Do it", id="do", n_clicks=0)
    either = html.P("of several", id=ids.tally("pm25"))
    around = html.Div([html.P("Name"), field])
    found = still([html.H2("Title"), around, html.P("below"), pressed, either])
    assert [type(part) for part in found] == [Still, html.Div, Still, html.Button, html.P]
    assert found[1] is around


def test_a_table_of_many_rows_within_is_drawn_by_its_own_component() -> None:
    table = Rows("Caption", ["A", "B"], [["1", "2"]])
    (drawn,) = still(html.Details([html.Summary("more"), table]))
    tag, told = drawn.inside[0][3]
    assert (tag, told["caption"], told["rows"]) == ("Rows", "Caption", [["1", "2"]])
    assert "<td>2</td>" in plain(drawn)


def test_what_has_a_name_is_an_element_whose_inside_alone_is_told_anew() -> None:
    box = Still([html.P("now")], "detail", {"tabIndex": -1})
    assert box.to_plotly_json()["props"] == {
        "id": "detail",
        "inside": [["p", {}, "now"]],
        "attributes": {"tabIndex": -1},
    }
    assert nodes([html.P("then"), None, "and so on"]) == [["p", {}, "then"], "and so on"]
    with pytest.raises(TypeError, match="Dash has to know"):
        nodes([html.Div(dcc.Input(id="name"))])


def test_nothing_is_nothing() -> None:
    assert still([]) == still(None) == []


def test_a_text_stays_a_text() -> None:
    (drawn,) = still(html.P("<b>bold</b>"))
    assert drawn.inside == [["p", {}, "<b>bold</b>"]]
    assert plain(drawn) == "<p>&lt;b&gt;bold&lt;/b&gt;</p>"
    assert texts(drawn) == ["<b>bold</b>"]


def components_in(part: object) -> int:
    """How many components Dash keeps for this."""
    if isinstance(part, (list, tuple)):
        return sum(map(components_in, part))
    if not isinstance(part, Component):
        return 0
    return 1 if isinstance(part, Still) else 1 + components_in(within(part))


def test_the_desk_has_few_components(tmp_path: Path) -> None:
    made = desk(desk_at_noon(tmp_path), Link(), "day")
    assert 100 < components_in(made) < MOST
    assert len(texts(made)) > 250  # it says much all the same
