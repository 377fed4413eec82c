"""The public page: what the city publishes, in sentences first, then cards, the map, and tables that say the same.

It is a Dash app of its own over the published snapshot and asks nothing else. Its words stand in the document from
the first byte, so that they can be read without a script.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Protocol, cast

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from fastapi import FastAPI

from components.ages import WORDS, has_age
from components.legend import legend
from components.plain_html import aria, plain
from components.public_choice import choice, register_choice
from components.public_sayings import Saying, say
from components.rows import Rows
from components.stage import at_first, city_map
from components.view import Store, View
from data_access.queries import Buildings, Cameras, Districts, Latest, Parking
from data_access.words import LANGUAGES, N_, Text, _, language
from layers import LAYERS
from layers.base import Layer
from layers.phrases import clock, number, span
from layers.published import promise

MAP, TOLD, CARDS, TABLES, CHECKS, LIGHT, MINUTE = "map", "told", "cards", "tables", "checks", "light", "minute"
NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each in itself: who cannot read the page must find his own
COOKIE = "public_theme"  # apart from the desk's, which the same browser may know: this page is light by default
OLD = timedelta(minutes=5)  # a snapshot is made every minute
MOST_ROWS = 200
POLL_S = 60
SILENCE_S = (3 * POLL_S, 10 * POLL_S)  # without a word from the server: the map is veiled, its frame turns red
SOURCES: dict[type, Text] = {
    Latest: N_("the city's own instruments"),
    Parking: N_("counts by those who run the car parks"),
    Cameras: N_("the city's register of its cameras"),
    Districts: N_("the city's own borders"),
}

DOCUMENT = """<!DOCTYPE html>
<html lang="{language}" data-theme="{theme}" class="public">
  <head>
    {metas}
    <title>{title}</title>
    <meta name="description" content="{description}">
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    {css}
  </head>
  <body>
    <div id="react-entry-point">{content}</div>
    {config}{scripts}{renderer}
  </body>
</html>"""


class Published(Store, Protocol):
    """The store of the public page: it also says when its snapshot was made."""

    def made_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Host:
    """Who answers for what the page tells, and on which terms; what nobody stated is told as such."""

    contact: str | None = None
    licence: str | None = None


class PublicPage(Dash):
    """A Dash app whose document holds the page's words already, in the reader's language and light."""

    view: View
    host: Host

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]  # Dash hands all over by name
        return DOCUMENT.format(
            language=language(),
            theme=self.shade(),
            content=plain(page(self.view, self.host, self.shade())),
            description=escape(_("What the city publishes about itself: air, weather, parking, buildings.")),
            **parts | {"title": escape(f"{self.view.place()} · {self.view.title}")},
        )

    def _config(self) -> dict[str, Any]:
        """Dash's settings for the browser, which is not told of a socket: there is none."""
        told: dict[str, Any] = super()._config()
        told.pop("websocket", None)
        return told

    def shade(self) -> str:
        """Day, unless this reader asked for the night."""
        try:
            cookies = self.backend.request_adapter().cookies
        except RuntimeError:  # Dash lays the page out once before anyone asks for it
            return "day"
        return "night" if cookies.get(COOKIE) == "night" else "day"


def public_app(server: FastAPI, view: View, assets: Path, host: Host | None = None) -> Dash:
    """The Dash app of the public page on this server; the view's store also answers made_at()."""
    app = PublicPage(
        __name__,
        server=server,  # type: ignore[arg-type]  # Dash takes a FastAPI as well
        assets_folder=str(assets.resolve()),
        assets_ignore=r"^desk\.",
        assets_path_ignore=["engine", "^desk$"],
        enable_mcp=False,
        websocket_callbacks=False,
        serve_locally=True,
        update_title="",
        title="Cityglass",
    )
    app.view, app.host = view, host or Host()
    app.layout = lambda: page(app.view, app.host, app.shade())
    register(app, view, app.host)
    return app


def register(app: Dash, view: View, host: Host) -> None:
    """Bind the page's few wires to this app alone."""

    @app.callback(
        Output(TOLD, "children"),
        Output(CARDS, "children"),
        Output(TABLES, "children"),
        Input(MINUTE, "n_intervals"),
        prevent_initial_call=True,
    )
    def renew(_minute: Any) -> Any:
        return sentences(view), cards(view, host), tables(view)

    @app.callback(Output(MAP, "visible"), Input(CHECKS, "value"), prevent_initial_call=True)
    def show(wanted: Any) -> list[str]:
        return list(view.chosen(wanted))

    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash is untyped here
        ClientsideFunction("public", "light"), Output(MAP, "theme"), Input(LIGHT, "n_clicks"), prevent_initial_call=True
    )
    register_choice(app, view, MAP)


def page(view: View, host: Host, shade: str) -> Any:
    """The whole page, in the order in which it is read: sentences, cards, map, tables, what is not told."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#content", className="skip"),
            header(view, shade),
            html.Main(
                [
                    html.Section(sentences(view), id=TOLD, className="told"),
                    html.H2(_("The figures and where they come from")),
                    html.Div(cards(view, host), id=CARDS, className="cards"),
                    html.H2(_("The map")),
                    the_map(view, shade),
                    html.H2(_("The same in tables")),
                    html.Div(tables(view), id=TABLES, className="tables"),
                    html.H2(_("What is not told, and why")),
                    html.Dl(
                        [html.Div([html.Dt(str(layer.title)), html.Dd(promise(layer))]) for layer in LAYERS],
                        className="facts promises",
                    ),
                ],
                id="content",
                tabIndex=-1,
            ),
            html.Footer([html.P(contact(host)), html.P(_attribution(view))], className="foot"),
            dcc.Interval(id=MINUTE, interval=POLL_S * 1000),
        ],
        className="page",
    )


def header(view: View, shade: str) -> Any:
    """Which city this is, and the page's language and light."""
    links = [
        html.A(
            NAMES[code], href=f"?lang={code}", lang=code, hrefLang=code, **aria(current=str(code == language()).lower())
        )
        for code in LANGUAGES
    ]
    light = html.Button(
        _("Night colours"), id=LIGHT, className="button", n_clicks=0, **aria(pressed=str(shade == "night").lower())
    )
    return html.Header(
        [
            html.H1(_("{city}, open to everyone").format(city=view.place())),
            html.Nav([*links, light], **aria(label=_("Language and light"))),
        ],
        className="head",
    )


def sentences(view: View) -> list[Any]:
    """How the city stands, said aloud; whatever is old or missing is said first."""
    now = view.now().astimezone(view.zone())
    made_at = cast(Published, view.store).made_at()
    if made_at is None:
        return [
            html.P(_("Nothing has been published yet."), className="lead"),
            html.P(_("The first picture of the city is made within a minute of its start. Please look again then.")),
        ]
    told: list[Any] = []
    if now - made_at > OLD:
        words = _("This page has not been renewed for {span}: what follows is at least that old.")
        told.append(html.P(words.format(span=span(now - made_at)), className="warning", role="status"))
    aloud = sorted(view.layers, key=lambda layer: layer.sentence is None)  # the air before the car parks
    sayings = [say(layer, view, now) for layer in aloud]
    told.extend(html.P(saying.sentence, className="lead") for saying in sayings if saying.newest)
    if not told:
        told.append(html.P(_("No instrument of the city has reported yet."), className="lead"))
    renewed = _("Renewed {clock}, by the clocks of {city}.").format(clock=clock(made_at, now), city=view.place())
    return [*told, html.P(renewed, className="note")]


def cards(view: View, host: Host) -> list[Any]:
    """For each layer its figure, and what one must know to trust it."""
    now = view.now().astimezone(view.zone())
    return [card(layer, say(layer, view, now), view, host, now) for layer in view.layers]


def card(layer: Layer, said: Saying, view: View, host: Host, now: datetime) -> Any:
    known = SOURCES.get(type(layer.query))
    updated = clock(said.newest, now) if said.newest else _("it does not age") if not layer.metric else _("never yet")
    method = [str(layer.about), promise(layer), *([str(layer.scale.source)] if layer.scale else [])]
    facts = {
        _("Source"): str(known) if known else _attribution(view),
        _("Licence"): host.licence or (_("not stated yet by this city") if known else _("see the source")),
        _("Updated"): updated,
        _("Coverage"): said.coverage,
        _("Method"): " ".join(text if text.endswith(".") else f"{text}." for text in method),
        _("Contact"): host.contact or _("not named yet by whoever runs this page"),
    }
    lines = [html.Div([html.Dt(name), html.Dd(text)]) for name, text in facts.items()]
    return html.Article([html.H3(str(layer.title)), html.P(said.figure, className="figure"), html.Dl(lines)])


def the_map(view: View, shade: str) -> Any:
    """The map, which layers it shows, what its colours mean; everything on it stands in the tables too."""
    keys = at_first(view)
    options: list[Any] = [{"label": str(layer.title), "value": layer.key} for layer in view.layers]
    choices = dbc.Checklist(id=CHECKS, options=options, value=list(keys))
    drawn = city_map(MAP, view, keys, shade, None, poll_s=POLL_S, silence_s=SILENCE_S)
    return html.Div(
        [
            html.P(_("All that the map shows also stands in the tables below it."), className="note"),
            html.Fieldset([html.Legend(_("Shown on the map")), choices], className="checks"),
            html.Div(drawn, className="stage"),
            choice(view),
            html.Details(
                [
                    html.Summary(_("What the colours and symbols mean")),
                    *(html.Section([html.H3(str(layer.title)), legend(layer)]) for layer in view.layers),
                ]
            ),
        ],
        className="map-part",
    )


def tables(view: View) -> list[Any]:
    """Every layer as rows; what is too long for a page is counted and to be had as a file."""
    now = view.now().astimezone(view.zone())
    return [table(layer, view, now) for layer in view.layers if not isinstance(layer.query, Buildings)]


def table(layer: Layer, view: View, now: datetime) -> Any:
    answer = view.store.answer(layer.query)
    if not len(answer):
        return html.P(_("{what}: nothing is published yet.").format(what=layer.title), className="empty")
    aged = has_age(answer)
    titles = [str(column.title) for column in layer.columns] + ([_("Measured"), _("Age")] if aged else [])
    lines = []
    for row in list(answer)[:MOST_ROWS]:
        cells = [column.cell(row, now) for column in layer.columns]
        if aged:
            measured = clock(row.observed_at, now) if row.observed_at else "–"
            cells += [measured, str(WORDS[layer.status(row, now)])]
        lines.append(cells)
    caption = [str(layer.title)]
    if len(answer) > MOST_ROWS:
        caption.append(_("the first {n} of {of}").format(n=number(MOST_ROWS), of=number(len(answer))))
    whole = Rows(", ".join(caption), titles, lines)
    file = html.A(
        _("{what}: the last 24 hours as a file (CSV)").format(what=layer.title),
        href=f"/api/readings?metric={layer.metric}&format=csv",
    )
    scrolled = html.Div(whole, className="scroll", tabIndex=0, role="region", **aria(label=str(layer.title)))
    return html.Div([scrolled, *([html.P(file)] if layer.metric else [])], className="table")


def contact(host: Host) -> str:
    """Whom to ask."""
    if host.contact:
        return _("Questions and corrections: {contact}.").format(contact=host.contact)
    return _("Whoever runs this page has not yet named a contact for questions and corrections.")


def _attribution(view: View) -> str:
    city = view.store.city()
    return city.attribution if city and city.attribution else _("not stated")
