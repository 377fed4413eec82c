"""The desk works on incidents through the real writer: held against a model that shares no line with it."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from data_access.incident_life import Deed
from data_access.queries import Changed, IncidentHistory, Incidents
from data_access.records import INCIDENT_STATES, Incident
from data_access.refusals import CannotDo
from data_access.schema import microseconds
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import LAT, LON, NOON, small_city, url_of

MINUTE = timedelta(minutes=1)
IDS = ("i-1", "i-2", "i-3")
STEPS = {  # written out once more, by hand: what may be done from where, and where it leads
    ("acknowledge", "new"): "acknowledged",
    **{("assign", state): "assigned" for state in ("new", "acknowledged", "assigned", "on_scene")},
    **{("arrive", state): "on_scene" for state in ("acknowledged", "assigned")},
    **{("resolve", state): "resolved" for state in ("acknowledged", "assigned", "on_scene")},
    **{("close", state): "closed" for state in ("new", "acknowledged", "assigned", "on_scene", "resolved")},
    **{("reopen", state): "acknowledged" for state in ("resolved", "closed")},
}


@cache
def empty() -> Path:
    """An empty city, made once: every example begins with a copy."""
    folder = Path(tempfile.mkdtemp())
    CityWriter.open(url_of(folder)).close()
    return folder / "city.db"


@dataclass(frozen=True)
class Case:
    """One incident as the model has it; a change makes another one, so that the past can be kept."""

    state: str
    said: str
    assignee: str | None = None
    other: str | None = None
    before: "tuple[Case, ...]" = field(default=(), repr=False)  # what each deed that stands would be taken back to

    def become(self, **news: Any) -> "Case":
        told = {"state": self.state, "said": self.said, "assignee": self.assignee, "other": self.other} | news
        return Case(**told, before=(*self.before, self))


class Desk(RuleBasedStateMachine):
    """Incidents of two sources, told and worked on in any way that a person may try."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = NOON
        shutil.copy(empty(), self.folder.name)
        url = url_of(Path(self.folder.name))
        self.writer = CityWriter.open(url, clock=lambda: self.now)
        self.store = CityStore.open(url)
        self.cases: dict[str, Case] = {}
        self.past: list[tuple[datetime, dict[str, Case]]] = []
        self.seen: dict[str, dict[str, Any]] = {}
        self.revision = self.store.revision()

    def teardown(self) -> None:
        for at, cases in self.past:
            self.compare(at, cases)
        self.store.close()
        self.writer.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        for name in IDS:
            self.tell(name, "new")

    @rule(name=st.sampled_from(IDS), state=st.sampled_from(INCIDENT_STATES))
    def tell(self, name: str, state: str) -> None:
        self.pass_time()
        said = Incident(name, self.now, "fire", 1 + IDS.index(name), state, LON, LAT, f"{name} {self.now}", "dispatch")  # type: ignore[arg-type]  # a state's word
        self.writer.say([(said, self.now)])
        case = self.cases.get(name)
        if case is None:
            self.cases[name] = Case(state, state)
        elif case.said != state:  # news: no deed before it can be taken back to what was before
            self.cases[name] = Case(state, state, case.assignee, case.other, ())
        self.remember()

    @rule(name=st.sampled_from(IDS), act=st.sampled_from(sorted({act for act, _ in STEPS})))
    def step(self, name: str, act: str) -> None:
        self.pass_time()
        case = self.cases[name]
        unit = f"unit {self.now.minute}" if act == "assign" else None
        goal = STEPS.get((act, case.state)) if case.other is None else None
        if goal is None:
            self.refused(lambda: self.writer.work(Deed(name, 0, "Lan", act, assignee=unit, text="why")))
        else:
            self.writer.work(Deed(name, 0, "Lan", act, assignee=unit, text="why"))
            has = unit if act == "assign" else None if act == "reopen" else case.assignee
            self.cases[name] = case.become(state=goal, assignee=has)
        self.remember()

    @rule(name=st.sampled_from(IDS), other=st.sampled_from(IDS))
    def join(self, name: str, other: str) -> None:
        self.pass_time()
        case, root = self.cases[name], self.cases[other].other or other
        members = [one for one, its in self.cases.items() if its.other == name]
        over = {case.state, self.cases[root].state} & {"resolved", "closed"}
        if case.other or members or over or root == name:
            self.refused(lambda: self.writer.work(Deed(name, 0, "Lan", "join", other=other)))
        else:
            self.writer.work(Deed(name, 0, "Lan", "join", other=other))
            self.cases[name] = case.become(other=root)
        self.remember()

    @rule(name=st.sampled_from(IDS))
    def part(self, name: str) -> None:
        self.pass_time()
        case = self.cases[name]
        if case.other is None:
            self.refused(lambda: self.writer.work(Deed(name, 0, "Lan", "part")))
        else:
            self.writer.work(Deed(name, 0, "Lan", "part"))
            self.cases[name] = case.become(other=None)
        self.remember()

    @rule(name=st.sampled_from(IDS))
    def take_back(self, name: str) -> None:
        self.pass_time()
        case = self.cases[name]
        if not case.before:
            return
        undoes = [
            row for row in self.store.answer(IncidentHistory(name)) if row.id == name and row.act and not row.undone
        ]
        newest = max(row.observed_at for row in undoes if row.act != "take_back")
        was = case.before[-1]
        held = any(its.other == name for its in self.cases.values())
        if was.other and (held or self.cases[was.other].other):
            self.refused(lambda: self.writer.take_back(name, microseconds(newest), "Lan"))
        else:
            self.writer.take_back(name, microseconds(newest), "Lan")
            self.cases[name] = was
        self.remember()

    def refused(self, change: Any) -> None:
        before = self.store.revision()
        with pytest.raises(CannotDo):
            change()
        assert self.store.revision() == before

    def pass_time(self) -> None:
        self.now += MINUTE

    def remember(self) -> None:
        self.past.append((self.now, dict(self.cases)))

    def told(self, question: Incidents, at: datetime | None) -> dict[str, tuple[str, str | None, str | None, int]]:
        return {
            row.id: (row.state, row.assigned_to, row.joined_to, row.joined) for row in self.store.answer(question, at)
        }

    def compare(self, at: datetime | None, cases: dict[str, Case]) -> None:
        joined = {name: sum(its.other == name for its in cases.values()) for name in cases}
        whole = {name: (its.state, its.assignee, its.other, joined[name]) for name, its in cases.items()}
        assert self.told(Incidents(open_only=False), at) == whole
        listed = {name for name, its in cases.items() if its.state not in ("resolved", "closed") and not its.other}
        assert set(self.told(Incidents(), at)) == listed

    @invariant()
    def it_is_as_the_model_says_and_every_minute_before_stays_so(self) -> None:
        self.compare(None, self.cases)  # the past is looked at in the end

    @invariant()
    def what_changed_brings_a_screen_up_to_date(self) -> None:
        for row in self.store.answer(Changed(Incidents(), self.revision)):
            if row.gone:
                self.seen.pop(row.id, None)
            else:
                self.seen[row.id] = {name: value for name, value in row._asdict().items() if name != "gone"}
        self.revision = self.store.revision()
        assert self.seen == {row.id: row._asdict() for row in self.store.answer(Incidents())}

    @invariant()
    def nothing_that_was_done_is_ever_lost(self) -> None:
        with self.writer._writing() as tx:
            ((count,),) = tx.rows("SELECT count(*) FROM incident_act")
        told = {
            (row.id, row.observed_at)
            for name in IDS
            for row in self.store.answer(IncidentHistory(name))
            if row.act is not None
        }
        assert len(told) == count


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=15, stateful_step_count=16, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture
def city(tmp_path: Path) -> Any:
    store = small_city(tmp_path)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON + MINUTE)
    yield store, writer
    store.close()
    writer.close()


def row(store: CityStore, name: str, at: datetime | None = None) -> Any:
    (found,) = store.answer(Incidents().one(name), at)
    return found


def test_an_incident_is_opened_by_the_desk_and_says_by_whom(city: Any) -> None:
    store, writer = city
    told = Incident("", NOON, "water", 2, "closed", LON, LAT, "  Burst pipe ", "x", "in front of no. 5")
    name = writer.open_incident(told, "Lan")
    made = row(store, name)
    assert (made.state, made.severity, made.title, made.source, made.text) == (
        "new",
        2,
        "Burst pipe",
        "desk",
        "in front of no. 5",
    )
    assert made.opened_at == NOON + MINUTE
    said, done = store.answer(IncidentHistory(name))
    assert (said.act, done.act, done.who) == (None, "open", "Lan")
    assert name in store.answer(Incidents())["id"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": "  "}, "what has happened"),
        ({"title": "x" * 121}, "too long: 120"),
        ({"title": "half \ud800"}, "half a character"),
        ({"kind": "party"}, "what kind"),
        ({"severity": 5}, "what kind"),
        ({"lon": 181.0}, "where it is"),
        ({"lat": float("nan")}, "where it is"),
        ({"text": "x" * 2001}, "too long: 2000"),
    ],
)
def test_what_is_no_incident_is_refused_with_what_is_wrong(city: Any, wrong: dict[str, Any], why: str) -> None:
    store, writer = city
    before = store.revision()
    told = {"kind": "fire", "severity": 1, "lon": LON, "lat": LAT, "title": "Smoke", "text": None} | wrong
    with pytest.raises(CannotDo, match=why):
        writer.open_incident(Incident(id="", at=NOON, state="new", source="", **told), "Lan")
    assert store.revision() == before


def test_of_two_who_do_the_same_at_once_the_second_is_told(city: Any) -> None:
    store, writer = city
    writer.work(Deed("i-tree", 0, "Lan", "acknowledge"))
    with pytest.raises(CannotDo, match="somebody was faster"):
        writer.work(Deed("i-tree", 0, "Minh", "acknowledge"))
    writer.work(Deed("i-tree", 0, "Lan", "assign", assignee=" Parks 2 "))
    assert row(store, "i-tree").assigned_to == "Parks 2"
    with pytest.raises(CannotDo, match="has it already"):
        writer.work(Deed("i-tree", 0, "Minh", "assign", assignee="Parks 2"))


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (Deed("i-tree", 0, "Lan", "close"), "why it is closed"),
        (Deed("i-tree", 0, "Lan", "note", text=" "), "nothing in the note"),
        (Deed("i-tree", 0, "Lan", "assign", assignee=" "), "which unit"),
        (Deed("i-tree", 0, "Lan", "assign", assignee="u" * 81), "too long"),
        (Deed("i-tree", 0, "Lan", "join"), "Choose the incident"),
        (Deed("i-tree", 0, "Lan", "join", other="i-nobody"), "no incident i-nobody"),
        (Deed("i-tree", 0, "Lan", "join", other="i-crash"), "is over: reopen it"),
        (Deed("i-nobody", 0, "Lan", "note", text="?"), "no incident i-nobody"),
        (Deed("i-tree", 0, "Lan", "dance"), "Nobody knows how"),
        (Deed("i-tree", 0, "Lan", "open"), "Nobody knows how"),
        (Deed("i-tree", 0, "Lan", "take_back", undoes=1), "Nobody knows how"),
        (Deed("i-tree", 0, "Lan", "note", text="nul \0"), "cannot be kept"),
    ],
)
def test_what_cannot_be_done_is_refused_with_why(city: Any, deed: Deed, why: str) -> None:
    store, writer = city
    before = store.revision()
    with pytest.raises(CannotDo, match=why):
        writer.work(deed)
    assert store.revision() == before


def test_only_the_newest_deed_is_taken_back_and_both_stay_in_the_history(city: Any) -> None:
    store, writer = city
    first = writer.work(Deed("i-tree", 0, "Lan", "acknowledge"))
    second = writer.work(Deed("i-tree", 0, "Lan", "close", text="somebody else's"))
    with pytest.raises(CannotDo, match="something since"):
        writer.take_back("i-tree", first.at, "Minh")
    writer.take_back("i-tree", second.at, "Minh")
    assert row(store, "i-tree").state == "acknowledged"
    told = [(each.act, each.who, each.undone) for each in store.answer(IncidentHistory("i-tree")) if each.act]
    assert told == [("acknowledge", "Lan", False), ("close", "Lan", True), ("take_back", "Minh", False)]
    with pytest.raises(CannotDo, match="something since"):
        writer.take_back("i-tree", second.at, "Minh")


def test_what_was_opened_is_not_taken_back(city: Any) -> None:
    _store, writer = city
    name = writer.open_incident(Incident("", NOON, "fire", 1, "new", LON, LAT, "Smoke", ""), "Lan")
    with writer._writing() as tx:
        ((at,),) = tx.rows("SELECT at FROM incident_act WHERE incident_id = ?", name)
    with pytest.raises(CannotDo, match="close it"):
        writer.take_back(name, at, "Lan")


def test_joined_incidents_are_one_line_as_urgent_as_the_worst_and_part_with_their_history(city: Any) -> None:
    store, writer = city
    writer.work(Deed("i-fire", 0, "Lan", "join", other="i-flood"))
    one = row(store, "i-flood")
    assert (one.severity, one.joined, one.state, one.title) == (1, 1, "acknowledged", "Water on Lake Street")
    assert one.opened_at == NOON - 12 * MINUTE
    assert "i-fire" not in store.answer(Incidents())["id"]
    assert {each.title for each in store.answer(IncidentHistory("i-flood"))} >= {"Fire in a stairwell"}
    assert row(store, "i-flood", NOON).joined == 0  # the past is as it was
    assert "i-fire" in store.answer(Incidents(), NOON)["id"]
    writer.say(
        [(Incident("i-fire", NOON + MINUTE, "fire", 1, "on_scene", LON, LAT, "Fire, two floors", "dispatch"), NOON)]
    )
    writer.work(Deed("i-fire", 0, "Lan", "part"))
    assert row(store, "i-fire").state == "on_scene"
    assert (row(store, "i-flood").severity, row(store, "i-flood").joined) == (3, 0)
    acts = [(each.id, each.act, each.other) for each in store.answer(IncidentHistory("i-flood")) if each.act]
    assert acts == [("i-fire", "join", "i-flood"), ("i-fire", "part", "i-flood")]


def test_a_clock_that_goes_back_does_not_make_two_deeds_at_one_time(tmp_path: Path) -> None:
    small_city(tmp_path).close()
    clock = iter([NOON + MINUTE] * 2 + [NOON] * 20)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: next(clock))
    first = writer.work(Deed("i-tree", 0, "Lan", "acknowledge"))
    second = writer.work(Deed("i-tree", 0, "Lan", "note", text="on its way"))
    assert second.at == first.at + 1
    writer.close()


def test_a_link_to_an_incident_that_is_over_still_finds_it(city: Any) -> None:
    store, _writer = city
    assert row(store, "i-crash").state == "closed"
    assert len(store.answer(Incidents(id="i-crash"))) == 0
