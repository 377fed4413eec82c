"""Open incidents: one sign each, whose shape and colour say how urgent it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from data_access.queries import Incidents
from data_access.words import N_, Text, _, ngettext
from layers.base import Column, Fact, Layer, Mark, Need, Row
from layers.deck import CLEAR, GREY, INK, Colour, Part, icons, words
from layers.phrases import ago, clock, known

SIGNS: Mapping[int, str] = {1: "diamond", 2: "triangle", 3: "square", 4: "circle"}
COLOURS: Mapping[int, Colour] = {
    1: {"night": "#ff4d6d", "day": "#c4123f"},
    2: {"night": "#ffb020", "day": "#b35f00"},
    3: {"night": "#f2df7e", "day": "#7a6a00"},
    4: GREY,
}
SEVERITIES: Mapping[int, Text] = {
    1: N_("1, critical"),
    2: N_("2, urgent"),
    3: N_("3, to be dealt with"),
    4: N_("4, for information"),
}
KINDS: Mapping[str, Text] = {
    "fire": N_("fire"),
    "crash": N_("crash"),
    "flood": N_("flood"),
    "medical": N_("medical emergency"),
    "crime": N_("crime"),
    "crowd": N_("crowd"),
    "power": N_("power failure"),
    "water": N_("water supply"),
    "road": N_("road"),
    "tree": N_("fallen tree"),
    "weather": N_("weather"),
    "other": N_("other"),
}
STATES: Mapping[str, Text] = {
    "new": N_("new"),
    "acknowledged": N_("acknowledged"),
    "assigned": N_("assigned"),
    "on_scene": N_("on scene"),
    "resolved": N_("resolved"),
    "closed": N_("closed"),
}


def draw() -> tuple[Part, ...]:
    """Shape, colour and size by severity; a ring around what nobody has acknowledged; titles of urgent ones."""
    colour = _by_severity(COLOURS)
    waiting = {"column": "state", "values": {"new": INK}, "other": CLEAR}
    told = {"column": "severity", "values": {"1": INK, "2": INK}, "other": CLEAR}
    return (
        icons("incidents-waiting", "ring", waiting, _by_severity({1: 42, 2: 36, 3: 32, 4: 26}), pick=False),
        icons("incidents-sign", _by_severity(SIGNS), colour, _by_severity({1: 30, 2: 26, 3: 22, 4: 16})),
        words("incidents-title", {"text": "title"}, told, 15, offset_px=(0, -28), rank={"column": "severity"}),
    )


def _by_severity(choice: Mapping[int, object]) -> dict[str, object]:
    return {"column": "severity", "values": {str(severity): x for severity, x in choice.items()}, "other": choice[4]}


def word(words: Mapping[str, Text], said: str) -> str:
    """The reader's word for what a dispatch system said; its own word where the house knows none."""
    return str(words[said]) if said in words else said


def detail(row: Row, now: datetime) -> list[Fact]:
    facts = [
        Fact(_("Severity"), str(SEVERITIES[int(row.severity)])),
        Fact(_("State"), word(STATES, row.state)),
        Fact(_("Kind"), word(KINDS, row.kind)),
        Fact(_("Opened"), _when(row.opened_at, now)),
        Fact(_("Newest word"), _when(row.observed_at, now)),
        Fact(_("Source"), known(row, "source") or _("not known")),
    ]
    if known(row, "assigned_to"):
        facts.insert(2, Fact(_("Assigned to"), row.assigned_to))
    return [*facts, Fact(_("Report"), row.text)] if known(row, "text") else facts


def in_hand(row: Row) -> bool:
    """Whether somebody has seen it already: then another of the same urgency comes first."""
    return bool(row.state != "new")


def _when(at: datetime | None, now: datetime) -> str:
    return _("not known") if at is None else f"{clock(at, now)} ({ago(at, now)})"


def attention(row: Row, now: datetime) -> Need:
    """Why it needs a person: what it is, who has it, since when, and from how many reports one knows."""
    unit, others = known(row, "assigned_to"), known(row, "joined") or 0
    state = word(STATES, row.state)
    if row.state == "new":
        state = _("nobody has acknowledged it")
    elif row.state == "assigned" and unit:
        state = _("assigned to {unit}").format(unit=unit)
    words = _("{kind}, {state}, opened {when}").format(
        kind=word(KINDS, row.kind), state=state, when=ago(row.opened_at, now)
    )
    if others:
        told = ngettext("{words}; {n} other report", "{words}; {n} other reports", others)
        words = told.format(words=words, n=others)
    return Need(int(row.severity), words, in_hand(row))


LAYER = Layer(
    key="incidents",
    title=N_("Incidents"),
    about=N_("Incidents that dispatch has opened and not yet resolved."),
    group=N_("Safety"),
    icon="siren",
    query=Incidents(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Incident"), lambda row, now: row.title),
        Column(N_("Severity"), lambda row, now: str(SEVERITIES[int(row.severity)])),
        Column(N_("State"), lambda row, now: word(STATES, row.state)),
        Column(N_("Kind"), lambda row, now: word(KINDS, row.kind)),
        Column(N_("Assigned to"), lambda row, now: known(row, "assigned_to") or _("nobody")),
        Column(N_("Opened"), lambda row, now: _when(row.opened_at, now)),
    ),
    stale_after=timedelta(days=1),
    public=None,
    withheld=N_("Not published: an incident happens to people, and place and hour together say to whom."),
    legend=(
        *(Mark(SIGNS[severity], COLOURS[severity], SEVERITIES[severity]) for severity in SIGNS),
        Mark("ring", INK, N_("ringed: nobody has acknowledged it yet")),
    ),
    attention=attention,
)
