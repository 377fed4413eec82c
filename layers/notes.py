"""Notes that people at the desk pinned to a place and a time; in a replay, those that held then."""

from datetime import datetime, timedelta

from data_access.queries import Notes
from data_access.words import N_, _
from layers.base import Column, Fact, Layer, Mark, Row
from layers.deck import Colour, Part, icons, words
from layers.phrases import ago, clock, known, span

PAPER: Colour = {"night": "#e7edf4", "day": "#17202b"}
TITLES_FROM = 15.5  # from farther away the first lines of notes lie over one another
PROMPT = timedelta(minutes=2)  # what is written within it was written on the spot


def draw() -> tuple[Part, ...]:
    """A sheet of paper, and from near its first line."""
    return (
        icons("notes-sheet", "note", PAPER, 22),
        words("notes-title", {"text": "title"}, PAPER, 14, (0, -22), min_zoom=TITLES_FROM),
    )


def detail(row: Row, now: datetime) -> list[Fact]:
    """What stands on it, who wrote it, the minute it is about, and how much later it was written."""
    facts = [
        *([Fact(_("Note"), row.text)] if row.text != row.title else []),  # its first line is the heading
        Fact(_("About"), said_of(row, now)),
        Fact(_("Written by"), row.who),
    ]
    if row.written_at - row.pinned_at > PROMPT:
        facts.append(Fact(_("Written"), _("{span} later").format(span=span(row.written_at - row.pinned_at))))
    return facts


def said_of(row: Row, now: datetime) -> str:
    """The minute that a note is about."""
    return f"{clock(row.pinned_at, now)} ({ago(row.pinned_at, now)})"


LAYER = Layer(
    key="notes",
    title=N_("Notes"),
    about=N_("What people at the desk wrote down about a place and a time. A replay shows the notes that held then."),
    group=N_("City"),
    icon="sticky-note",
    query=Notes(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Note"), lambda row, now: known(row, "text") or row.title),
        Column(N_("About"), said_of),
        Column(N_("Written by"), lambda row, now: row.who),
    ),
    stale_after=timedelta(days=365),
    public=None,
    withheld=N_("Not published: these are the working notes of the city's staff."),
    legend=(Mark("note", PAPER, N_("a note, pinned to its place")),),
)
