"""The page's words as plain HTML: all of the text, none of what needs a script, nothing that could become one."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.plain_html import aria, plain
from components.rows import Rows


def test_text_and_attributes_stand_where_they_stood() -> None:
    page = html.Div([html.H1("City", className="big"), html.A("vi", href="?lang=vi", hrefLang="vi")], id="top")
    assert plain(page) == '<div id="top"><h1 class="big">City</h1><a href="?lang=vi" hreflang="vi">vi</a></div>'


def test_what_a_device_calls_itself_stays_text() -> None:
    name = '<script>alert(1)</script>" onmouseover="alert(2)'
    told = plain(html.P(name, title=name))
    assert "<script" not in told
    assert told.count('"') == 2  # those around the title


def test_maps_lists_and_buttons_are_left_out_for_they_need_a_script() -> None:
    page = html.Div([dcc.Graph(), dbc.Select(id="x"), html.Button("press"), dcc.Interval(id="y"), "words"])
    assert plain(page) == "<div>words</div>"


def test_styles_are_left_out_for_the_policy_forbids_them() -> None:
    assert plain(html.Span("x", style={"color": "red"})) == "<span>x</span>"


def test_nothing_is_nothing_and_zero_is_zero() -> None:
    assert plain(html.P([None, 0, "", html.Br(), False])) == "<p>0<br></p>"


def test_what_is_told_to_assistive_technology_has_its_prefix() -> None:
    assert plain(html.Nav("x", **aria(label="Language"))) == '<nav aria-label="Language">x</nav>'


def test_a_table_of_rows_is_a_table_of_the_same_texts() -> None:
    told = plain(Rows("Air <now>", ["Name", "Value"], [["Opera", "<b>10</b>"]], [("pm25", "air-1")]))
    head = '<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>'
    body = '<tbody><tr><th scope="row">Opera</th><td>&lt;b&gt;10&lt;/b&gt;</td></tr></tbody>'
    assert told == f"<table><caption>Air &lt;now&gt;</caption>{head}{body}</table>"
