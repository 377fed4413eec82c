"""A described city as a whole: its sources put together, brought, and brought again."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import shapely

from data_access import description
from data_access.description import DescriptionFault
from data_access.importers import described
from data_access.importers.bring import bring
from data_access.importers.found import Found
from data_access.queries import Buildings, Cameras, Districts
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.data_access.importers.made import (
    HEAD,
    LAT,
    LON,
    gathered,
    geojson,
    house,
    records,
    refused,
    silent,
    table,
)
from tests.drawing import Drawing

HOUSES = 'name = "houses"\nkind = "buildings"\nfile = "houses.geojson"\nfields = { id = "id", height = "h" }'
FIELDS = 'fields = { id = "id", name = "name", lon = "x", lat = "y" }'
CAMERAS = f'name = "cameras"\nkind = "cameras"\nfile = "cameras.csv"\n{FIELDS}'
WARDS = 'name = "wards"\nkind = "districts"\nfile = "wards.geojson"\nfields = { id = "n", name = "n" }\nclass = "ward"'
ROADS = 'kind = "basemap"\nlayer = "roads"\nclass = "residential"\nfields = { id = "n", name = "n" }'


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The files of a small town: four houses, two cameras, two wards."""
    geojson(tmp_path / "houses.geojson", [(house(n / 1000), {"id": n, "h": 3.0 + n}) for n in range(4)])
    table(tmp_path / "cameras.csv", [["id", "name", "x", "y"], ["c1", "Markt", LON, LAT], ["c2", "", LON, LAT]])
    geojson(tmp_path / "wards.geojson", [(house(-0.02, -0.02, 0.03), {"n": "Mitte"}), (house(0.02), {"n": "Ost"})])
    return tmp_path


class Kept:
    """A city's folder and what is kept in it, at a clock that goes on by an hour with every look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "var"
        self.folder.mkdir()
        self.url = f"sqlite:///{self.folder}/city.db"
        self._hours = count()

    def bring(self, holdings: list[tuple[str, Found]], writer: Any = None) -> Any:
        start = datetime(2026, 3, 2, tzinfo=UTC)
        with closing(CityWriter.open(self.url, lambda: start + timedelta(hours=next(self._hours)))) as opened:
            return bring(holdings, self.folder, writer(opened) if writer else opened, silent)

    def ids(self, question: Any, at: datetime | None = None) -> set[str]:
        with closing(CityStore.open(self.url)) as store:
            return {row.id for row in store.answer(question, at=at)}


def test_sources_come_by_their_names_in_their_order(town: Path) -> None:
    holdings = gathered(town, HOUSES, CAMERAS, WARDS)
    assert [name for name, _found in holdings] == ["houses", "cameras", "wards"]
    assert {found.city.key for _name, found in holdings} == {"town"}
    houses, cameras, wards = (found for _name, found in holdings)
    assert (len(houses.buildings), len(cameras.abouts), len(wards.districts)) == (4, 2, 2)


def test_all_faults_of_all_files_are_told_at_once_by_their_lines(town: Path) -> None:
    (town / "cameras.csv").write_bytes(b"")
    wards = WARDS.replace('name = "n" }', 'name = "title" }')
    with pytest.raises(DescriptionFault) as told:
        gathered(town, HOUSES.replace('"h"', '"height"'), CAMERAS, wards)
    assert [(fault.line, fault.words.split(";")[0].split(str(town) + "/")[-1]) for fault in told.value.faults] == [
        (13, "houses.geojson has no column height"),
        (17, "cameras.csv is empty. Fetch or export it again."),
        (23, "wards.geojson has no column title"),
    ]


def test_devices_are_called_as_the_description_says(town: Path) -> None:
    names = '[names]\nc2 = "Turm"\nc9 = "Nobody"\n'
    device = (
        '[[device]]\nid = "s1"\nname = "Station"\nkind = "sensor"\nplace = [12.37, 51.34]\nmetrics = ["no2_ug_m3"]\n'
    )
    (town / "town.toml").write_text(f"{HEAD}[[source]]\n{CAMERAS}\n{device}{names}", encoding="utf-8")
    holdings = described.gather(description.read(town / "town.toml"), town, silent)
    abouts = {about.device_id: about for _name, found in holdings for about in found.abouts}
    assert {device_id: about.name for device_id, about in abouts.items()} == {
        "c1": "Markt",
        "c2": "Turm",
        "s1": "Station",
    }
    assert abouts["s1"].metrics == {"no2_ug_m3": "µg/m³"}
    assert refused(holdings[-1][1], "names for devices") == {"no source holds this device": 1}


def test_a_counter_is_called_as_its_camera_of_another_register(town: Path) -> None:
    entity = {
        "id": "urn:ngsi-ld:ItemFlowObserved:9", "type": "ItemFlowObserved", "refDevice": "urn:ngsi-ld:Camera:c1",
        "location": {"type": "Point", "coordinates": [LON, LAT]}, "vehicleCount": 3,
        "dateObserved": "2026-03-02T05:00:00Z",
    }  # fmt: skip
    records(town / "flow.json", [entity])
    flow = 'name = "flow"\nkind = "ngsi-ld"\nfile = "flow.json"'
    holdings = gathered(town, CAMERAS + '\nid_prefix = "Camera:"', flow)
    (counter,) = holdings[1][1].abouts
    assert (counter.device_id, counter.name) == ("ItemFlowObserved:9", "Markt")


def test_places_are_told_with_their_district_and_a_street_of_two_sources_once(town: Path) -> None:
    def road(name: str, east: float) -> tuple[shapely.LineString, dict[str, str]]:
        return shapely.LineString([(LON + east, LAT), (LON + east + 0.001, LAT)]), {"n": name}

    geojson(town / "a.geojson", [road("Ring", 0), road("Weg", 0.05)])
    geojson(town / "b.geojson", [road("Ring", 0.0005), road("Gasse", 0)])
    a, b = (f'name = "{name}"\n{ROADS}\nfile = "{name}.geojson"' for name in "ab")
    holdings = dict(gathered(town, a, b, WARDS))
    assert [(place.name, place.context) for place in holdings["a"].places] == [("Ring", "Mitte"), ("Weg", None)]
    assert [(place.name, place.context) for place in holdings["b"].places] == [("Gasse", "Mitte")]
    assert refused(holdings["b"], "streets by their names")["named by another source"] == 1


def test_an_extract_leaves_to_others_what_the_description_says(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "middle.osm.pbf")
    drawing.square(building="yes")
    drawing.square(9.0, building="yes")
    for n, kind in enumerate(["primary", "service", "footway"]):
        drawing.line(drawing.point(105.82, 21.0 + n / 1e4), drawing.point(105.821, 21.0), highway=kind)
    drawing.written()
    head = HEAD.replace("[12.3, 51.3, 12.44, 51.38]", "[105.7, 20.9, 106.0, 21.2]").replace(
        "12.37, 51.34", "105.85, 21"
    )
    text = 'name = "middle"\nkind = "osm"\nfile = "middle.osm.pbf"\nwithout = ["roads/primary", "roads/path"]'
    [(_name, found)] = gathered(tmp_path, text, head=head)
    assert found.city.name == "Town"
    assert [f.properties["class"] for f in found.features if f.layer == "roads"] == ["service"]
    assert len(found.buildings) == 1
    assert refused(found, "buildings") == {"920 km from the city": 1}
    assert (found.tally.read["roads"], found.tally.kept["roads"]) == (3, 1)
    assert refused(found, "roads") == {"left to another source": 2}
    with pytest.raises(DescriptionFault, match=r"line 12: Nothing in middle.osm.pbf lies in Town"):
        gathered(tmp_path, text)


# --- brought ---------------------------------------------------------------------------------------------------------


def test_brought_again_nothing_doubles_and_what_vanished_ends(town: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    first = kept.bring(gathered(town, HOUSES, CAMERAS, WARDS))
    assert (first.new, first.changed, first.ended) == (8, 0, 0)
    again = kept.bring(gathered(town, HOUSES, CAMERAS, WARDS))
    assert (again.new, again.changed, again.same, again.ended) == (0, 0, 8, 0)
    geojson(town / "houses.geojson", [(house(n / 1000), {"id": n, "h": 9.0}) for n in (2, 3, 4)])
    changed = kept.bring(gathered(town, HOUSES, CAMERAS, WARDS))
    assert (changed.new, changed.changed, changed.same, changed.ended) == (1, 2, 4, 2)
    assert kept.ids(Buildings()) == {"houses/2", "houses/3", "houses/4"}
    before = datetime(2026, 3, 2, tzinfo=UTC)
    # What is told for the first time has stood there since ever; what vanished stood there until now.
    assert kept.ids(Buildings(), at=before) == {f"houses/{n}" for n in range(5)}


def test_a_source_that_the_description_no_longer_names_ends(town: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.bring(gathered(town, HOUSES, CAMERAS, WARDS))
    counts = kept.bring(gathered(town, HOUSES, WARDS))
    assert (counts.same, counts.ended) == (6, 2)
    assert kept.ids(Cameras()) == set()
    assert len(kept.ids(Buildings())) == 4


def test_an_import_that_was_cut_off_is_finished_by_the_next(town: Path, tmp_path: Path) -> None:
    class CutOffError(Exception):
        pass

    class Dying:
        """A writer that is killed when it comes to the districts."""

        def __init__(self, writer: CityWriter) -> None:
            self.writer = writer

        def __getattr__(self, name: str) -> Any:
            if name == "divide":
                raise CutOffError
            return getattr(self.writer, name)

    kept = Kept(tmp_path)
    with pytest.raises(CutOffError):
        kept.bring(gathered(town, HOUSES, CAMERAS, WARDS), Dying)
    counts = kept.bring(gathered(town, HOUSES, CAMERAS, WARDS))
    assert counts.new + counts.same == 8
    assert counts.changed == counts.ended == 0
    assert len(kept.ids(Buildings())) == 4
    assert kept.ids(Cameras()) == {"c1", "c2"}
    assert kept.ids(Districts()) == {"wards/Mitte", "wards/Ost"}


def test_a_fault_in_one_file_leaves_the_city_as_it_was(town: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.bring(gathered(town, HOUSES, CAMERAS))
    (town / "cameras.csv").write_bytes(b"\x00\x01")
    with pytest.raises(DescriptionFault):
        kept.bring(gathered(town, HOUSES, CAMERAS))
    assert len(kept.ids(Buildings())) == 4
    assert kept.ids(Cameras()) == {"c1", "c2"}
