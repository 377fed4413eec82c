"""The life of an incident, as a pure fold: what dispatch systems said of it and what the desk did about it.

Words come from outside, in any order, and are ordered by the time they speak of. Deeds are the desk's own: one after
the other, by somebody, and kept for ever; one that was done by mistake is taken back by another deed. Times are
microseconds since 1970.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from msgspec import Struct

from data_access.records import INCIDENT_STATES, OVER, IncidentState

LONGEST, LONGEST_NAME, LONGEST_TITLE = 2000, 80, 120  # letters of a note, of who is assigned, of a title
OPEN_STATES = frozenset(INCIDENT_STATES) - OVER

# From which states a deed leads to which; what is not here leaves the state as it is.
LEADS: Mapping[str, tuple[frozenset[str], IncidentState]] = {
    "acknowledge": (frozenset({"new"}), "acknowledged"),
    "assign": (OPEN_STATES, "assigned"),
    "arrive": (frozenset({"acknowledged", "assigned"}), "on_scene"),
    "resolve": (frozenset({"acknowledged", "assigned", "on_scene"}), "resolved"),
    "close": (frozenset(INCIDENT_STATES) - {"closed"}, "closed"),
    "reopen": (OVER, "acknowledged"),
}
DEEDS = ("open", *LEADS, "note", "join", "part", "take_back")


class Word(Struct, frozen=True):
    """What a dispatch system said: the state at a time, and what orders it among others of the same time."""

    at: int
    place: int
    digest: str
    received_at: int
    state: IncidentState


class Deed(Struct, frozen=True):
    """What somebody at the desk did: one of DEEDS.

    `assignee` of an assignment, `text` a note or a reason, `other` the incident that this one is joined to or parted
    from, `undoes` the time of the deed that is taken back.
    """

    incident_id: str
    at: int
    who: str
    act: str
    assignee: str | None = None
    text: str | None = None
    other: str | None = None
    undoes: int | None = None
    revision: int = 0


class Standing(Struct, frozen=True):
    """Where an incident stands: its state, who has it, and which other one it is the same as."""

    state: IncidentState
    assignee: str | None = None
    joined_to: str | None = None

    @property
    def listed(self) -> bool:
        """Whether it stands among the open ones in its own name."""
        return self.state not in OVER and self.joined_to is None


def standing_deeds(deeds: Iterable[Deed]) -> list[Deed]:
    """Those that were not taken back, oldest first; the takings back themselves are left out."""
    told = sorted(deeds, key=lambda deed: deed.at)
    undone = {deed.undoes for deed in told if deed.act == "take_back"}
    return [deed for deed in told if deed.act != "take_back" and deed.at not in undone]


def fold(words: Sequence[Word], deeds: Iterable[Deed]) -> Standing:
    """Where an incident stands after all that was said and done; the order in which they are given does not matter.

    A word moves the state only where it says another than the word before it: an update of a title must not undo
    what the desk did. No word counts as later than it was heard: a dispatch clock that runs ahead cannot outrun the
    desk.
    """
    told = sorted(words, key=lambda word: (word.at, word.place, word.digest))
    heard = accumulate((min(word.at, word.received_at) for word in told), max)
    before: str | None = None
    moves: list[tuple[int, int, IncidentState]] = []
    for moment, word in zip(heard, told, strict=True):
        if word.state != before:
            moves.append((moment, 0, word.state))
        before = word.state
    assignee = None
    stands = standing_deeds(deeds)
    for deed in stands:
        if deed.act in LEADS:
            moves.append((deed.at, 1, LEADS[deed.act][1]))
        if deed.act in ("assign", "reopen"):
            assignee = deed.assignee
    moves.sort(key=lambda move: move[:2])  # stable: words of one moment stay in their own order
    return Standing(moves[-1][2], assignee, joined_to(stands))


def joined_to(deeds: Iterable[Deed]) -> str | None:
    """The incident that this one was found to be the same as, after these deeds about it."""
    said = [deed for deed in standing_deeds(deeds) if deed.act in ("join", "part")]
    return said[-1].other if said and said[-1].act == "join" else None


def possible(state: str, joined_to: str | None = None, joined: int = 0) -> tuple[str, ...]:
    """The deeds that can be done now; `joined` counts the incidents that were found to be the same as this one.

    What is joined to another is worked through that other one. Joining is one step deep: one that holds others is
    joined to nothing before they are parted.
    """
    if joined_to is not None:
        return ("note", "part")
    led = tuple(act for act, (states, _to) in LEADS.items() if state in states)
    return (*led, "note") if joined or state in OVER else (*led, "note", "join")
