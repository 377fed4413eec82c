"""Bringing sources into a city: never doubling, gone things ended, several sources, and killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from msgspec import structs

from data_access.city import City
from data_access.importers import bring as bringing
from data_access.importers import tiles
from data_access.importers.bring import bring
from data_access.importers.found import Found, ImportFault, Tally
from data_access.queries import BuildingCount, Buildings, Devices, Districts, Search
from data_access.records import About, Building, District, Place
from data_access.store import CityStore
from data_access.writer import CityWriter, Counts, WrongCity
from tests.conftest import HOUSE
from tests.drawing import LAT, LON, Drawing, silent

CITY = City("tiny", "Tiny", "Asia/Bangkok", ("vi", "en"), LON, LAT, 16.0, 55.0, 0.0, (105.8, 20.9, 105.9, 21.1), "")


def holding(*parts: Building | About | District | Place) -> Found:
    def those(kind: type) -> tuple[object, ...]:
        return tuple(part for part in parts if isinstance(part, kind))

    return Found(
        CITY,
        buildings=those(Building),  # type: ignore[arg-type]  # those() gives what it is asked for
        features=(),
        abouts=those(About),  # type: ignore[arg-type]
        tally=Tally(),
        districts=those(District),  # type: ignore[arg-type]
        places=those(Place),  # type: ignore[arg-type]
    )


def house(number: int, height_m: float = 9.0) -> Building:
    west = LON + number / 1000
    return Building(
        f"way/{number}", shapely.to_wkb(shapely.box(west, LAT, west + 1e-4, LAT + 1e-4)), height_m, "tagged"
    )


def site(name: str) -> About:
    return About(name, name, "parking", LON, LAT, fields={"total_spaces": 40.0})


WARD = District("relation/1", "Kim Liên", house(0).outline)
STREET = Place("street/way/9", "street", "Phố Huế", LON, LAT, bounds=(LON, LAT, LON + 0.01, LAT + 0.01))


class Folder:
    """A city's folder, and what stands in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}/city.db"

    def bring(self, *holdings: tuple[str, Found]) -> Counts:
        self.path.mkdir(exist_ok=True)
        writer = CityWriter.open(self.url)
        try:
            return bring(list(holdings), self.path, writer, silent)
        finally:
            writer.close()

    def standing(self) -> dict[str, list[object]]:
        store = CityStore.open(self.url)
        try:
            return {
                "buildings": sorted(row.id for row in store.answer(Buildings())),
                "devices": sorted(row.id for row in store.answer(Devices())),
                "districts": sorted(row.id for row in store.answer(Districts())),
                "names": sorted(row.id for row in store.answer(Search("pho hue"))),
            }
        finally:
            store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "city")


def test_all_registers_are_kept_and_again_nothing_doubles(folder: Folder) -> None:
    found = holding(house(1), house(2), site("p1"), WARD, STREET)
    assert folder.bring(("osm", found)) == Counts(new=5)
    assert folder.standing() == {
        "buildings": ["way/1", "way/2"], "devices": ["p1"], "districts": ["relation/1"], "names": ["street/way/9"],
    }  # fmt: skip
    assert folder.bring(("osm", found)) == Counts(same=5)


def test_what_changed_is_changed_and_what_vanished_ends_and_comes_back(folder: Folder) -> None:
    folder.bring(("osm", holding(house(1), house(2), site("p1"), WARD, STREET)))
    became = folder.bring(("osm", holding(house(1, 12.0), house(3))))
    assert became == Counts(new=1, changed=1, ended=4)
    assert folder.standing() == {"buildings": ["way/1", "way/3"], "devices": [], "districts": [], "names": []}
    store = CityStore.open(folder.url)
    assert sum(row.count for row in store.answer(BuildingCount())) == 2
    store.close()
    folder.bring(("osm", holding(house(2))))
    assert folder.standing()["buildings"] == ["way/2"]


def test_several_sources_make_one_city_and_one_that_is_gone_takes_its_things_along(folder: Folder) -> None:
    folder.bring(("houses", holding(house(1))), ("parking", holding(site("p1"))), ("wards", holding(WARD)))
    assert [len(things) for things in folder.standing().values()] == [1, 1, 1, 0]
    became = folder.bring(("houses", holding(house(1))), ("wards", holding(WARD)))
    assert became == Counts(same=2, ended=1)
    assert folder.standing()["devices"] == []


def test_what_two_sources_name_belongs_to_the_first_and_the_other_says_so(folder: Folder) -> None:
    survey, osm = holding(house(1, 11.3)), holding(house(1), house(2))
    folder.bring(("survey", survey), ("osm", osm))
    store = CityStore.open(folder.url)
    assert [row.height_m for row in store.answer(Buildings(id="way/1"))] == [11.3]
    store.close()
    assert dict(osm.tally.refused) == {("things of two sources", "named by survey already"): 1}
    assert not survey.tally.refused


def test_a_source_under_another_name_takes_its_things_over_and_ends_none(folder: Folder) -> None:
    found = holding(house(1), site("p1"), WARD, STREET)
    folder.bring(("hanoi-may.osm.pbf", found))
    before = folder.standing()
    assert folder.bring(("hanoi-june.osm.pbf", found)) == Counts(same=4)
    assert folder.standing() == before
    assert folder.bring(("hanoi-june.osm.pbf", holding(house(1)))).ended == 3


def test_a_folder_of_another_city_is_refused_before_any_work(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.bring(("osm", holding(house(1))))
    other = structs.replace(holding(house(2)), city=structs.replace(CITY, key="other", name="Other"))
    monkeypatch.setattr(tiles, "make", lambda *_: pytest.fail("tiles of another city were made"))
    with pytest.raises(WrongCity, match="holds another city, Tiny, not Other"):
        folder.bring(("osm", other))


def test_two_imports_into_one_folder_do_not_mix(folder: Folder) -> None:
    folder.path.mkdir()
    with bringing._alone(folder.path), pytest.raises(ImportFault, match="Another import is at work in"):
        folder.bring(("osm", holding(house(1))))
    assert folder.bring(("osm", holding(house(1)))) == Counts(new=1)


def test_the_desk_keeps_its_map_while_the_city_is_imported_again(folder: Folder) -> None:
    folder.bring(("osm", holding(house(1))))
    store = CityStore.open(folder.url)
    before = store.city()
    assert before is not None
    assert before.tiles == tiles.version_of(folder.path)
    with pytest.MonkeyPatch.context() as stopped:
        stopped.setattr(tiles, "make", lambda *_: (_ for _ in ()).throw(ImportFault("the disk is full")))
        with pytest.raises(ImportFault):
            folder.bring(("osm", holding(house(2))))
    assert store.city() == before
    assert [row.id for row in store.answer(Buildings())] == ["way/1"]
    store.close()


# --- killed in the middle --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some thousand houses, so that every step of its import takes a moment."""
    drawing = Drawing(tmp_path_factory.mktemp("quarter") / "quarter.osm.pbf")
    for number in range(3_000):
        told = {"building": "house", "addr:housenumber": str(number), "addr:street": "Phố Huế"}
        drawing.square(number % 60 / 2000, 0.0002, north=number // 60 / 2000, **told)
    return drawing.written()


def importing(file: Path, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(HOUSE / "app.py"), "import", f"--city={file}", f"--data={folder}"]
    environment = {**os.environ, "LANG": "en_US.UTF-8"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def cutting(folder: Path) -> bool:
    return any((folder / "tiles").glob(f"{tiles.CUTTING}*/*"))


def one_set_there(folder: Path) -> bool:
    return any((folder / "tiles").glob("*.pmtiles"))


def some_registered(folder: Path) -> bool:
    return (folder / "sources.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", [cutting, one_set_there, some_registered], ids=lambda moment: moment.__name__)
def test_an_import_that_is_killed_leaves_a_usable_folder_and_the_next_one_finishes(
    moment: Callable[[Path], bool], quarter: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "city"
    running = importing(quarter, folder)
    while not moment(folder):
        assert running.poll() is None, running.stdout and running.stdout.read()
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    assert running.wait(10) == -signal.SIGKILL
    assert not (folder / "imported").exists()
    store = CityStore.open(f"sqlite:///{folder}/city.db")  # the folder can be opened, and what stands there is whole
    city = store.city()
    assert city is not None
    assert len(store.answer(Buildings())) % 1_000 == 0
    store.close()

    again = importing(quarter, folder)
    said, _nothing = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert "buildings: 3000 read, 3000 kept" in said
    store = CityStore.open(f"sqlite:///{folder}/city.db")
    assert len(store.answer(Buildings())) == 3_000
    assert len({row.id for row in store.answer(Search("12 pho hue", limit=50))}) > 1
    city = store.city()
    assert city is not None
    assert city.tiles == tiles.version_of(folder) != ""
    store.close()
    assert sorted(file.name for file in (folder / "tiles").iterdir()) == ["basemap.pmtiles", "buildings.pmtiles"]
    assert (folder / "imported").exists()
