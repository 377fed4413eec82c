"""Registers changed by hand: the desk's word over a source's, who said it, and the way back."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.city import Said, Threshold
from data_access.queries import Cameras, Devices, RegisterChanges, Registered, RegisterVersions, Search
from data_access.records import About, Packet, Reading
from data_access.refusals import CannotDo
from data_access.registrar import Change, Declare, Edit, Remove, Undo, make, undoable
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from tests.small_city import ABOUTS, CITY, DISTRICTS, MINUTE, NOON, build, url_of

FEW = [about for about in ABOUTS if about.device_id in ("cam-1", "air-1", "park-1")]
HOUR = timedelta(hours=1)
CAMERA = next(about for about in ABOUTS if about.device_id == "cam-1")
WHOLE = {
    "name": "Found",
    "kind": "sensor",
    "lon": 105.85,
    "lat": 21.03,
    "interval_s": 60.0,
    "metrics": '{"pm25_ug_m3": "µg/m³"}',
    "fields": {},
}


class Register:
    """A city whose registers are changed by hand and by sources, a minute apart."""

    def __init__(self, folder: Path, like: Path | None = None) -> None:
        if like is None:
            build(url_of(folder))
        else:
            folder.mkdir()
            shutil.copy(like / "city.db", folder)
        self.now = NOON
        self.writer = CityWriter.open(url_of(folder), clock=self._clock)
        self.store = CityStore.open(url_of(folder))

    def _clock(self) -> datetime:
        self.now += MINUTE
        return self.now

    def close(self) -> None:
        self.writer.close()
        self.store.close()

    def one(self, thing: str, register: str = "device", at: datetime | None = None) -> Any:
        return next(iter(self.store.answer(Registered(register, thing), at)), None)

    def make(self, change: Change, who: str = "Lan") -> int:
        return self.writer.act(make, change, who)

    def edit(self, thing: str, register: str = "device", **columns: Any) -> int:
        return self.make(Edit(register, thing, columns, self.one(thing, register).revision))

    def remove(self, thing: str) -> int:
        return self.make(Remove("device", thing, self.one(thing).revision))

    def says(self, about: About) -> None:
        """The device itself speaks."""
        message = Message(
            f"cityglass/{about.device_id}/about", b"", self._clock(), packet=Packet((about,), about.device_id)
        )
        self.writer.commit([message])


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of three devices, to be copied: a property is tried on many."""
    folder = tmp_path_factory.mktemp("few")
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    writer.declare(FEW, "register", complete=True)
    writer.close()
    return folder


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Register]:
    register = Register(tmp_path)
    yield register
    register.close()


def test_an_edit_holds_from_its_moment_and_the_past_stays_as_it_was(city: Register) -> None:
    before = city.now
    city.edit("cam-1", name="Ga Lăng", fields={"azimuth_deg": 120.0, "range_m": None})
    (camera,) = city.store.answer(Cameras("cam-1"))
    assert (camera.name, camera.azimuth_deg, camera.range_m, camera.mount_height_m) == ("Ga Lăng", 120.0, None, 6.0)
    (then,) = city.store.answer(Cameras("cam-1"), before)
    assert (then.name, then.azimuth_deg, then.range_m) == ("Station square", 90.0, 80.0)
    assert [row.id for row in city.store.answer(Search("ga lang"))] == ["cam-1"]
    assert list(city.store.answer(Search("station square"))["id"]) == []


def test_versions_tell_who_made_them_and_why(city: Register) -> None:
    city.make(Edit("device", "cam-1", {"name": "Ga"}, city.one("cam-1").revision, "as people call it"), "Lan")
    first, second = city.store.answer(RegisterVersions("device", "cam-1"))
    assert (first.name, first.who, first.since, first.until) == ("Station square", None, None, second.since)
    assert (second.name, second.who, second.note, second.until) == ("Ga", "Lan", "as people call it", None)
    (change,) = city.store.answer(RegisterChanges())
    assert (change.who, change.register, change.thing, change.act) == ("Lan", "device", "cam-1", "edit")
    assert (change.before, change.after) == ("{}", '{"name": "Ga"}')


def test_the_desks_word_stands_when_the_device_or_an_import_says_otherwise(city: Register) -> None:
    city.edit("cam-1", lon=105.9)
    city.says(CAMERA)
    city.writer.declare(ABOUTS, "register", complete=True)
    assert city.one("cam-1").lon == 105.9
    assert city.one("cam-1").amended
    moved = About("cam-1", "New name", "camera", 105.8, 21.0, CAMERA.metrics, 10.0, {"azimuth_deg": 10.0})
    city.says(moved)
    assert (city.one("cam-1").lon, city.one("cam-1").lat, city.one("cam-1").name) == (105.9, 21.0, "New name")
    city.make(Undo(1))
    assert (city.one("cam-1").lon, city.one("cam-1").amended, city.one("cam-1").source) == (105.8, False, "mqtt")


def test_a_partial_word_of_a_device_is_not_completed_by_the_desks(city: Register) -> None:
    edited = city.edit("cam-1", fields={"azimuth_deg": 200.0})
    city.says(About("cam-1", "cam-1", "camera", 105.85, 21.03, fields={"range_m": 70.0}, partial=True))
    assert '"azimuth_deg": 200.0' in city.one("cam-1").fields
    city.make(Undo(edited))
    assert '"azimuth_deg": 90.0' in city.one("cam-1").fields
    assert '"range_m": 70.0' in city.one("cam-1").fields


def test_what_the_desk_took_out_stays_out_until_it_is_put_back(city: Register) -> None:
    gone = city.remove("cam-1")
    city.says(CAMERA)
    city.writer.declare(ABOUTS, "register", complete=True)
    assert city.one("cam-1") is None
    assert "cam-1" not in set(city.store.answer(Cameras())["id"])
    assert city.one("cam-1", at=NOON) is not None
    with pytest.raises(CannotDo, match="Undo that instead"):
        city.make(Declare("device", "cam-1", WHOLE))
    city.make(Undo(gone))
    assert (city.one("cam-1").name, city.one("cam-1").amended) == ("Station square", False)


def test_a_stranger_is_declared_drawn_and_forgotten_again(city: Register) -> None:
    assert [row.kind for row in city.store.answer(Devices("stranger"))] == [None]
    declared = city.make(Declare("device", "stranger", WHOLE))
    (known,) = city.store.answer(Devices("stranger"))
    assert (known.name, known.kind, city.one("stranger").source) == ("Found", "sensor", "desk")
    city.writer.declare(ABOUTS, "register", complete=True)
    assert city.one("stranger") is not None
    city.make(Undo(declared))
    assert city.one("stranger") is None
    later = city.now + MINUTE
    city.writer.bulk([(Reading("stranger", "pm25_ug_m3", 6.0, later), later)])
    assert [row.kind for row in city.store.answer(Devices("stranger"))] == [None]


def test_a_stranger_that_the_desk_declared_keeps_the_desks_word_when_its_source_ends(city: Register) -> None:
    city.make(Declare("device", "stranger", WHOLE))
    city.writer.declare([About("stranger", "Own name", "sensor", 1.0, 2.0, {"noise_db": "dB"})], "new")
    assert (city.one("stranger").name, city.one("stranger").source) == ("Found", "new")
    city.writer.declare([], "new", complete=True)
    assert (city.one("stranger").name, city.one("stranger").source) == ("Found", "desk")


def test_a_district_keeps_its_outline_under_another_name(city: Register) -> None:
    before = city.store.answer(Registered("district"))
    city.edit("d-2", register="district", name="Phường Mới", population=9100)
    assert (city.one("d-2", "district").name, city.one("d-2", "district").population) == ("Phường Mới", 9100)
    city.writer.divide(DISTRICTS, "map")
    assert city.one("d-2", "district").name == "Phường Mới"
    assert len(city.store.answer(Registered("district"))) == len(before)
    with pytest.raises(CannotDo, match="come with the map"):
        city.make(Remove("district", "d-2", city.one("d-2", "district").revision))


def test_thresholds_are_the_citys_until_the_desk_says_otherwise(city: Register) -> None:
    stated = Threshold("water_level_m", (1.6, 2.0), "m", Said({"en": "Flood law"}))
    described = type(CITY)(**{name: getattr(CITY, name) for name in CITY.__struct_fields__} | {"thresholds": (stated,)})
    city.writer.describe(described)
    found = city.store.city()
    assert found is not None
    assert found.thresholds == (stated,)
    edited = city.edit("water_level_m", register="threshold", levels="[1.5, 2.0]")
    city.writer.describe(described)
    found = city.store.city()
    assert found is not None
    assert found.threshold("water_level_m").levels == (1.5, 2.0)  # type: ignore[union-attr]  # it is there
    city.make(Undo(edited))
    found = city.store.city()
    assert found is not None
    assert found.thresholds == (stated,)


def test_two_who_edit_the_same_thing_do_not_overwrite_each_other(city: Register) -> None:
    seen = city.one("cam-1").revision
    city.make(Edit("device", "cam-1", {"name": "One"}, seen))
    with pytest.raises(CannotDo, match="changed since you opened it"):
        city.make(Edit("device", "cam-1", {"name": "Two"}, seen))
    assert city.one("cam-1").name == "One"


def test_what_says_nothing_new_or_cannot_be_is_refused_and_changes_nothing(city: Register) -> None:
    revision = city.store.revision()
    with pytest.raises(CannotDo, match="Nothing differs"):
        city.edit("cam-1", name="Station square")
    with pytest.raises(CannotDo, match="stands in the register already"):
        city.make(Declare("device", "cam-1", WHOLE))
    with pytest.raises(CannotDo, match="no longer"):
        city.make(Edit("device", "nobody", {"name": "x"}, 1))
    with pytest.raises(CannotDo, match="no such change"):
        city.make(Undo(99))
    with pytest.raises(CannotDo, match="cannot be kept"):
        city.edit("cam-1", name="half a \ud800 letter")
    assert city.store.revision() == revision
    assert len(city.store.answer(RegisterChanges())) == 0


def test_only_the_newest_change_is_undone_and_an_undoing_can_be_undone(city: Register) -> None:
    first, second = city.edit("cam-1", name="One"), city.edit("cam-1", name="Two")
    with pytest.raises(CannotDo, match="undo the newest change first"):
        city.make(Undo(first))
    undone = city.make(Undo(second), "Minh")
    assert city.one("cam-1").name == "One"
    city.make(Undo(undone))
    assert city.one("cam-1").name == "Two"
    city.make(Undo(second))
    city.make(Undo(first))
    assert city.one("cam-1").name == "Station square"
    assert [change.who for change in city.store.answer(RegisterChanges())] == [
        "Lan",
        "Lan",
        "Lan",
        "Minh",
        "Lan",
        "Lan",
    ]


NAMES = st.sampled_from(["Ga", "Chợ", "Station square"])
PLACES = st.sampled_from([105.8, 105.85, 105.9])
DIRECTIONS = st.sampled_from([None, 0.0, 90.0, 275.5])
THINGS = st.sampled_from(["cam-1", "stranger", "air-1"])


def of_a_source(thing: str, name: str, lon: float, azimuth: float | None, register: bool) -> Callable[[Register], None]:
    about = About(thing, name, "camera", lon, 21.03, {}, 10.0, {} if azimuth is None else {"azimuth_deg": azimuth})

    def tell(city: Register) -> None:
        if register:
            city.writer.declare([about], "register")
        else:
            city.says(about)

    return tell


def of_an_import(kept: frozenset[str]) -> Callable[[Register], None]:
    abouts = [about for about in FEW if about.device_id not in {"cam-1", "air-1"} - kept]

    def bring(city: Register) -> None:
        city.writer.declare(abouts, "register", complete=True)

    return bring


def by_the_desk(kind: str, thing: str, name: str, lon: float, azimuth: float | None) -> Callable[[Register], None]:
    def change(city: Register) -> None:
        wanted: dict[str, Any] = {"name": name, "lon": lon, "fields": {"azimuth_deg": azimuth}}
        if kind == "declare" and city.one(thing) is None:
            city.make(Declare("device", thing, WHOLE | wanted))
        elif kind == "edit" and city.one(thing) is not None:
            city.edit(thing, **wanted)
        elif kind == "remove" and city.one(thing) is not None:
            city.remove(thing)
        elif kind == "undo":
            undo_newest(city, thing)

    return change


def undo_newest(city: Register, thing: str) -> bool:
    log = [(row.id, None if row.undoes is None else int(row.undoes)) for row in city.store.answer(RegisterChanges())]
    mine = {row.id for row in city.store.answer(RegisterChanges("device", thing))}
    newest, _again = undoable(one for one in reversed(log) if one[0] in mine)
    if newest is not None:
        city.make(Undo(newest))
    return newest is not None


SOURCES = st.one_of(
    st.builds(of_a_source, THINGS, NAMES, PLACES, DIRECTIONS, st.booleans()),
    st.builds(of_an_import, st.frozensets(st.sampled_from(["cam-1", "air-1"]))),
)
DESK = st.builds(
    by_the_desk, st.sampled_from(["edit", "edit", "declare", "remove", "undo"]), THINGS, NAMES, PLACES, DIRECTIONS
)
FOLDERS = count()


def told(city: Register, at: datetime | None = None) -> dict[str, Any]:
    table = city.store.answer(Registered("device"), at)
    kept = ("name", "kind", "lon", "lat", "interval_s", "metrics", "fields", "amended", "source")
    return {row.id: tuple(getattr(row, name) for name in kept) for row in table}


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(st.booleans(), SOURCES, DESK), max_size=10))
def test_once_all_is_undone_it_is_as_if_the_desk_had_never_spoken(
    tmp_path: Path, few: Path, steps: list[tuple[bool, Callable[[Register], None], Callable[[Register], None]]]
) -> None:
    city, silent = (Register(tmp_path / str(next(FOLDERS)), few) for _ in range(2))
    for desk_speaks, source, desk in steps:
        if desk_speaks:
            with suppress(CannotDo):
                desk(city)
        else:
            source(city)
            source(silent)
    for thing in ("cam-1", "stranger", "air-1"):
        while undo_newest(city, thing):
            pass
    assert told(city) == told(silent)
    city.close()
    silent.close()


@settings(max_examples=20)
@given(steps=st.lists(st.one_of(SOURCES, DESK), min_size=1, max_size=12))
def test_nothing_that_is_done_later_changes_what_the_register_said_before(
    tmp_path: Path, few: Path, steps: list[Callable[[Register], None]]
) -> None:
    city = Register(tmp_path / str(next(FOLDERS)), few)
    said = []
    for step in steps:
        with suppress(CannotDo):
            step(city)
        city.now += MINUTE
        said.append((city.now, {thing: row[:-2] for thing, row in told(city).items()}))
    for at, before in said:
        then = {thing: row[:-2] for thing, row in told(city, at).items()}
        # Who is declared for the first time has stood there ever since: no version before it says otherwise.
        assert {thing: row for thing, row in then.items() if thing in before} == before
    city.close()


def test_a_reading_of_a_removed_device_is_kept_and_it_is_listed_as_unknown(city: Register) -> None:
    city.remove("air-2")
    city.writer.bulk([(Reading("air-2", "pm25_ug_m3", 61.0, city.now + HOUR), city.now + HOUR)])
    assert [row.kind for row in city.store.answer(Devices("air-2"))] == [None]
