"""Search: whatever is called so is found, best first, as the city was called at any time."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import search as searching
from data_access.folding import words
from data_access.names import names
from data_access.queries import Changed, Districts, Latest, Search
from data_access.records import About, Building, District, Place
from data_access.store import CityStore
from data_access.writer import CityWriter
from layers import LAYERS
from tests.data_access.test_store_history import empty
from tests.small_city import NOON, url_of

MINUTE = timedelta(minutes=1)
OUTLINE = shapely.to_wkb(shapely.box(105.8, 21.0, 105.82, 21.01))


@contextmanager
def city() -> Iterator[tuple[CityWriter, CityStore]]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty(), folder)
        writer = CityWriter.open(url_of(Path(folder)), clock=lambda: NOON)
        store = CityStore.open(url_of(Path(folder)))
        yield writer, store
        store.close()
        writer.close()


@pytest.fixture
def both() -> Iterator[tuple[CityWriter, CityStore]]:
    with city() as pair:
        yield pair


def place(id: str, kind: str, name: str, context: str | None = None, name_en: str | None = None) -> Place:
    return Place(id, kind, name, 105.8, 21.0, name_en, context)


def found(store: CityStore, text: str, limit: int = 12, at: datetime | None = None) -> list[str]:
    return list(store.answer(Search(text, limit), at)["id"])


PLACES = (
    place("s-hue", "street", "Phố Huế", "Hai Bà Trưng", "Hue Street"),
    place("s-danang", "street", "Đường Đà Nẵng", "Cầu Giấy"),
    place("s-haupt-1", "street", "Hauptstraße", "Connewitz"),
    place("s-haupt-2", "street", "Hauptstraße", "Wahren"),
    place("s-haupts", "street", "Hauptstraße am Markt", "Wahren"),
    place("a-12", "address", "12 Phố Huế", "Hai Bà Trưng"),
    place("a-120", "address", "120 Phố Huế", "Hai Bà Trưng"),
    place("a-121", "address", "121 Phố Huế", "Hai Bà Trưng"),
    place("a-land", "address", "Landstrasse 12a", "Vaduz"),
    place("h-hue", "hospital", "Bệnh viện Huế"),
    place("c-hue", "cafe", "Huế"),
    place("p-hue", "park", "Công viên Huế"),
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Đà Nẵng", ["s-danang"]),
        ("da nang", ["s-danang"]),
        ("DA NANG", ["s-danang"]),
        ("nang d", ["s-danang"]),
        ("hue street", ["s-hue"]),
        ("hauptstr connew", ["s-haupt-1"]),
        ("wahren hauptstrasse", ["s-haupt-2", "s-haupts"]),
        ("Hauptstraße", ["s-haupt-1", "s-haupt-2", "s-haupts"]),
        ("12 phố huế", ["a-12", "a-120", "a-121"]),
        ("Phố Huế 12", ["a-12", "a-120", "a-121"]),
        ("pho hue 121", ["a-121"]),
        ("12a landstr", ["a-land"]),
        ("connewitz", []),  # what lies there is not called so
        ("anang", []),  # a word is found by its beginning
        ("zzz", []),
        ("", []),
        (" -- ", []),
        ("\0\ud800", []),
        ("%", []),
    ],
)
def test_words_are_found_in_any_order_with_and_without_marks(both: Any, text: str, ids: list[str]) -> None:
    writer, store = both
    writer.name(PLACES, "map")
    assert found(store, text) == ids


def test_the_best_comes_first_what_is_called_so_then_what_begins_so_then_what_matters_more(both: Any) -> None:
    writer, store = both
    writer.name(PLACES, "map")
    assert found(store, "hue") == ["c-hue", "s-hue", "h-hue", "p-hue", "a-12", "a-120", "a-121"]
    assert found(store, "hue", limit=3) == ["c-hue", "s-hue", "h-hue"]
    assert found(store, "hue", limit=0) == found(store, "hue", limit=-5) == []
    assert len(found(store, "hue", limit=10**9)) == 7


def test_of_several_words_whole_ones_come_before_beginnings(both: Any) -> None:
    writer, store = both
    lanes = [place(f"lane-{n}", "street", f"Ngõ {n} Đường Láng") for n in (1, 12, 127)]
    writer.name([*lanes, place("a", "address", "Nhà 12 đường Láng")], "map")
    assert found(store, "12 lang") == ["lane-12", "a", "lane-127"]
    assert found(store, "lang 1") == ["lane-1", "lane-12", "lane-127", "a"]


def test_devices_districts_and_buildings_are_found_with_the_layer_that_shows_them(both: Any) -> None:
    writer, store = both
    writer.declare(
        [
            About("air-007", "Hồ Tây", "sensor", 105.81, 21.05, {"humidity_pct": "%", "no2_ug_m3": "µg/m³"}),
            About("cam.west:1", "Hồ Tây north", "camera", 105.81, 21.05),
            About("lot", "Hồ Tây garage", "parking", 105.81, 21.05),
            About("dry", "Hồ Tây shed", "sensor", 105.81, 21.05, {"humidity_pct": "%"}),
        ],
        "register",
    )
    writer.divide([District("d-1", "Tây Hồ", OUTLINE, "West Lake", "quận", 160_495)], "map")
    writer.build([Building("b-1", OUTLINE, 9.0, "tagged", name="Chung cư Hồ Tây", built=1998)], "map")
    told = {row.id: row for row in store.answer(Search("ho tay"))}
    assert {row.id: (row.kind, row.layer) for row in told.values()} == {
        "d-1": ("district", "districts"),
        "air-007": ("sensor", "no2"),
        "cam.west:1": ("camera", "cameras"),
        "lot": ("parking", "parking"),
        "dry": ("sensor", None),
        "b-1": ("building", "buildings"),
    }
    assert next(iter(told)) == "air-007"  # called exactly so
    district = told["d-1"]
    assert (district.name, district.name_en, district.west, district.north) == ("Tây Hồ", "West Lake", 105.8, 21.01)
    assert (told["lot"].lon, told["lot"].west) == (105.81, None)
    assert found(store, "air-007") == found(store, "007") == ["air-007"]
    assert found(store, "cam.west:1") == found(store, "west 1") == ["cam.west:1"]
    assert found(store, "west lake") == ["d-1"]


def test_an_institution_that_is_a_building_of_its_own_is_told_once(both: Any) -> None:
    writer, store = both
    writer.build([Building("way/1", OUTLINE, None, "unknown", name="Bệnh viện Bạch Mai")], "map")
    assert [row.kind for row in store.answer(Search("bach mai"))] == ["building"]
    writer.name([place("way/1", "hospital", "Bệnh viện Bạch Mai", name_en="Bach Mai Hospital")], "map")
    assert [row.kind for row in store.answer(Search("bach mai"))] == ["hospital"]
    writer.name([place("way/2", "stop", "Bạch Mai nhà ga")], "other map")
    assert found(store, "bach mai", limit=2) == ["way/1", "way/2"]


def test_every_layer_of_one_metric_is_known_to_search_by_its_key(both: Any) -> None:
    writer, store = both
    of_metric = {layer.query.metric: layer.key for layer in LAYERS if isinstance(layer.query, Latest)}
    assert of_metric
    for metric, key in of_metric.items():
        writer.declare([About(f"one-{key}", "One", "sensor", 1.0, 2.0, {metric: "1"})], key)
        assert store.answer(Search(f"one-{key}"))["layer"].tolist() == [key]
    assert set(searching._KIND_LAYERS.values()) <= {layer.key for layer in LAYERS}


def test_a_thing_is_found_by_the_name_it_had_then(both: Any) -> None:
    writer, store = both
    writer.name([place("s-1", "street", "Stalinallee")], "map", at=NOON)
    writer.name(
        [place("s-1", "street", "Karl-Marx-Allee"), place("s-2", "street", "Neue Allee")], "map", at=NOON + MINUTE
    )
    writer.name([place("s-1", "street", "Karl-Marx-Allee")], "map", at=NOON + 2 * MINUTE)
    assert found(store, "allee") == ["s-1"]
    assert found(store, "stalin") == []
    assert found(store, "stalin", at=NOON) == found(store, "stalin", at=NOON - timedelta(days=9999)) == ["s-1"]
    assert found(store, "allee", at=NOON + MINUTE) == ["s-2", "s-1"]
    assert found(store, "allee", at=NOON) == ["s-2"]  # one that is first heard of stood there since ever


def test_a_device_that_moves_or_measures_more_keeps_its_names(both: Any) -> None:
    writer, store = both
    for n in range(3):
        writer.declare([About("air-1", "Opera", "sensor", 105.8 + n, 21.0)], "register", at=NOON + n * MINUTE)
    assert [row.lon for row in store.answer(Search("opera"))] == [107.8]
    assert [row.lon for row in store.answer(Search("opera"), NOON + MINUTE)] == [106.8]
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM called").scalar_one() == 2  # its name and its id
    writer.declare([], "register", complete=True, at=NOON + 5 * MINUTE)
    assert found(store, "opera") == []
    assert found(store, "opera", at=NOON + 4 * MINUTE) == ["air-1"]


def test_a_very_long_text_is_searched_no_further_than_a_name_can_be(both: Any) -> None:
    writer, store = both
    writer.name(PLACES, "map")
    assert found(store, "hue " * 5000) == found(store, "hue hue")
    assert found(store, "x" * 100_000) == []


def test_what_changed_in_districts_and_in_a_search_is_told(both: Any) -> None:
    writer, store = both
    writer.divide([District("d-1", "Ba Đình", OUTLINE), District("d-2", "Tây Hồ", OUTLINE)], "map", at=NOON)
    revision = store.revision()
    writer.divide([District("d-1", "Ba Đình", OUTLINE, population=226_315)], "map", at=NOON + MINUTE)
    told = {row.id: row for row in store.answer(Changed(Districts(), revision))}
    assert {row.id: row.gone for row in told.values()} == {"d-1": False, "d-2": True}
    assert told["d-1"].population == 226_315
    assert [row.id for row in store.answer(Changed(Search("ba dinh"), revision))] == ["d-1"]
    assert len(store.answer(Changed(Search("ba dinh"), store.revision()))) == 0
    assert len(store.answer(Changed(Districts(), store.revision()))) == 0
    assert [row.id for row in store.answer(Districts("d-2"), NOON)] == ["d-2"]
    assert len(store.answer(Districts("d-2"))) == 0


def test_a_thing_that_another_source_names_too_belongs_to_the_newest_that_did(both: Any) -> None:
    writer, store = both
    writer.name([PLACES[0]], "old file")
    revision = store.revision()
    assert writer.name([PLACES[0]], "new file").same == 1
    assert store.revision() == revision
    assert writer.name([], "old file").ended == 0
    assert found(store, "hue") == ["s-hue"]
    assert writer.name([], "new file").ended == 1
    assert found(store, "hue") == []


# Whatever is told, in whatever order: a search is what looking at everything would give

WORDS = ("Huế", "hue", "Hà", "hàng", "12", "12a", "Đà", "phố")
called = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
a_place = st.builds(
    place,
    st.sampled_from(["x-1", "x-2", "x-3", "x-4"]),
    st.sampled_from(["street", "address", "cafe"]),
    called,
    st.none() | called,
    st.none() | called,
)
a_district = st.builds(
    District, st.sampled_from(["x-1", "x-2"]), called, st.just(OUTLINE), st.none() | called, st.just("ward"), st.none()
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.booleans(),
        st.lists(a_place, max_size=4) | st.lists(a_district, max_size=2),
    ),
    max_size=5,
)


class Told:
    """The slow reference: every version of everything, with the times between which it held."""

    def __init__(self) -> None:
        self.versions: dict[tuple[type, str], list[list[Any]]] = {}
        self.owner: dict[tuple[type, str], str] = {}

    def tell(self, kind: type, things: list[Any], source: str, complete: bool, at: datetime) -> None:
        for thing in {thing.id: thing for thing in things}.values():
            known = self.versions.setdefault((kind, thing.id), [])
            if known and known[-1][1] is None and known[-1][2] != thing:
                known[-1][1] = at
            if not known or known[-1][1] is not None:
                known.append([at if known else None, None, thing])
            self.owner[kind, thing.id] = source
        if complete:
            for key, known in self.versions.items():
                named = key[1] in {thing.id for thing in things}
                if key[0] is kind and self.owner[key] == source and not named and known[-1][1] is None:
                    known[-1][1] = at

    def there(self, kind: type, at: datetime | None) -> list[Any]:
        found = []
        for (of, _id), known in sorted(self.versions.items(), key=lambda item: item[0][1]):
            for since, until, thing in known:
                held = until is None if at is None else (since is None or since <= at) and (until is None or at < until)
                if of is kind and held:
                    found.append(thing)
        return found

    def search(self, text: str, at: datetime | None) -> list[tuple[str, str]]:
        wanted = words(text)
        spelled = [wanted]
        numbers = [word for word in wanted if word[0].isdigit()]
        if len(numbers) == 1:
            street = tuple(word for word in wanted if word not in numbers)
            spelled += [(*numbers, *street), (*street, *numbers)]
        hits = []
        for kind, register in ((Place, "place"), (District, "district")):
            for thing in self.there(kind, at):
                context = thing.context if kind is Place else None
                weight = min(name.weight for name in names(thing.kind if kind is Place else "district", ("x",)))
                for name in (thing.name, thing.name_en):
                    own, beside = words(name or ""), words(context or "")
                    begins = [[w for w in own if w.startswith(word)] for word in wanted]
                    known = [[w for w in (*own, *beside) if w.startswith(word)] for word in wanted]
                    if not wanted or not all(known) or not any(begins):
                        continue
                    near = 2 if len(wanted) > 1 and {*wanted} <= {*own, *beside} else 3
                    for spelling in spelled:
                        near = min(near, 1 if " ".join(own).startswith(" ".join(spelling)) else 3)
                        near = 0 if own == spelling else near
                    joined = " ".join(own)
                    hits.append((near, weight, len(joined), joined, register, thing.id))
        return list(dict.fromkeys((hit[4], hit[5]) for hit in sorted(hits)))


typed = called | st.sampled_from(["h", "1", "p h", "ha hu", ""])


@settings(max_examples=80, deadline=None)
@given(steps, st.lists(typed, min_size=1, max_size=4), st.integers(1, 5), st.sampled_from([1, 3, searching.COMMON]))
def test_a_search_gives_what_looking_at_everything_would(story: Any, texts: list[str], limit: int, common: int) -> None:
    before, searching.COMMON = searching.COMMON, common
    try:
        _compare(story, texts, limit)
    finally:
        searching.COMMON = before


def _compare(story: Any, texts: list[str], limit: int) -> None:
    reference = Told()
    with city() as (writer, store):
        for step, (source, complete, things) in enumerate(story):
            at = NOON + step * MINUTE
            kind = District if things and isinstance(things[0], District) else Place
            (writer.divide if kind is District else writer.name)(things, source, complete, at)
            reference.tell(kind, things, source, complete, at)
        for moment in (None, *(NOON + step * MINUTE for step in range(-1, len(story) + 1))):
            drawn = [(row.id, row.name, row.name_en) for row in store.answer(Districts(), moment)]
            assert drawn == [(one.id, one.name, one.name_en) for one in reference.there(District, moment)]
            for text in texts:
                told = store.answer(Search(text, limit), moment)
                registers = ["district" if layer == "districts" else "place" for layer in told["layer"]]
                wanted = reference.search(text, moment)
                assert list(zip(registers, told["id"], strict=True)) == wanted[:limit], (text, moment)
