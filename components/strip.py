"""The top strip of the desk: which city, how it stands, the search, its few numbers, language and light."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import ids
from components.figures import figures, state_of_the_city
from components.picture import Picture
from components.rail import icon
from components.search import field
from components.silence import clock, data_age
from components.still import still
from components.sun import THEMES
from components.tiles import Tiles, scope, told
from components.view import View
from data_access.words import LANGUAGES, _, language

# Each language is named in itself: who does not read the page's language must find his own.
NAMES = {"vi": "Tiếng Việt", "en": "English"}


def strip(view: View, taken: Picture, chosen: str, counted: bool) -> Any:
    """The strip; `chosen` is the light the reader asked for: one of THEMES. `counted`: its numbers are of what the map
    shows, and wait for it."""
    first = [] if counted else [told(figure) for figure in figures(view, taken)]
    return html.Header(
        [
            html.Div(
                [
                    html.H1(view.place(), className="city"),
                    html.P(state_of_the_city(view, taken), id=ids.STATE, className="state"),
                ]
            ),
            field(),
            html.Div(
                [
                    html.Div([clock(view.zone().key), data_age()], className="times"),
                    html.Div(
                        still([themes(chosen), html.Div([languages(), elsewhere()], className="row")]),
                        className="choices",
                    ),
                ],
                className="about-page",
            ),
            html.Div(
                [
                    dcc.Store(id=ids.COUNTED, data=counted),
                    *still(scope(counted)),
                    Tiles(ids.FIGURES, _("The city in numbers"), first),
                ],
                className="numbers",
            ),
        ],
        className="panel strip",
    )


def elsewhere() -> Any:
    """The tour of this page, and the ways to the registers and to the wall."""
    return html.Div(
        [
            html.Button(
                icon("circle-question-mark"),
                id=ids.HELP,
                className="button icon-button",
                title=_("Show me around"),
                **{"aria-label": _("Show me around")},
            ),
            html.A(
                icon("database"),
                href="/registers",
                className="button icon-button",
                title=_("What stands where, who says so, and what waits to be let in"),
                **{"aria-label": _("Registers")},
            ),
            to_health(),
            html.A(
                icon("monitor"),
                href="/wall",
                className="button icon-button wall-link",
                title=_("The same city for a wall of screens"),
                **{"aria-label": _("Wall")},
            ),
        ],
        className="group-of-buttons",
    )


def to_health() -> Any:
    """The way to the page that says how the listener fares."""
    return html.A(
        icon("activity"),
        href="/health",
        className="button icon-button health-link",
        title=_("Whether anything that devices say is lost, late or refused."),
        **{"aria-label": _("Health")},
    )


def languages() -> Any:
    """One button a language; it reloads the page as it stands."""
    return html.Div(
        [
            html.Button(
                code.upper(),
                className="button",
                lang=code,
                title=NAMES[code],
                **{
                    "data-language": code,
                    "aria-label": f"{code.upper()} {NAMES[code]}",
                    "aria-pressed": str(code == language()).lower(),
                },
            )
            for code in LANGUAGES
        ],
        className="group-of-buttons",
        role="group",
        **{"aria-label": _("Language")},
    )


def themes(chosen: str) -> Any:
    """As the sun stands, or day, dusk or night, whatever the hour is."""
    icons = {"sun": "sun-moon", "day": "sun", "dusk": "sunset", "night": "moon"}
    return html.Div(
        [
            html.Button(
                html.Span(className="icon", style={"--icon": f"url(/assets/engine/icons/{icons[name]}.svg)"}),
                className="button icon-button",
                title=str(words),
                **{"data-theme-choice": name, "aria-label": str(words), "aria-pressed": str(name == chosen).lower()},
            )
            for name, words in THEMES.items()
        ],
        className="group-of-buttons",
        role="group",
        **{"aria-label": _("Light")},
    )


def stores(
    at: str | None,
    selected: dict[str, str] | None,
    shown: Sequence[str],
    chosen: str,
    looks: dict[str, str],
    marked: dict[str, Any] | None,
) -> list[Any]:
    """What the page itself remembers."""
    worked = selected is not None and selected["layer"] == "incidents"
    kept = {
        ids.AT: at,
        ids.SELECTED: selected,
        ids.OPENED: selected,
        ids.WORKED: selected if worked else None,
        ids.MEASURED: None if worked else selected,
        ids.SHOWN: list(shown),
        ids.LOOKS: looks,
        ids.PLACE: marked,
        ids.THEME: chosen,
        ids.WISH: None,
        ids.PICKED: None,
        ids.FLIGHT: None,
        ids.TOLD: None,
        ids.ADDRESS: None,
        ids.REST: None,
        ids.TABLE: None,
        ids.NEWS: None,
        ids.NEWS_OPENED: None,
        ids.NEWS_WORKED: None,
        ids.NEWS_TABLE: None,
        ids.MOVED_OPENED: None,
        ids.MOVED_WORKED: None,
        ids.MOVED_MEASURED: None,
        ids.NEW_MINUTE: None,
        ids.COUNTED_SIGHT: None,
    }
    return [
        *(dcc.Store(id=name, data=value) for name, value in kept.items()),
        dcc.Interval(id=ids.MINUTE, interval=60_000),
    ]
