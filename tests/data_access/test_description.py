"""City descriptions: what they hold, and for every fault a line and a sentence that says what to do."""

import re
from contextlib import suppress
from pathlib import Path

import pytest

from data_access import description
from data_access.description import DescriptionFault, Simulated
from data_access.words import speaking
from tests.conftest import HOUSE

GOOD = """\
key = "harbour-town"
name = { vi = "Cảng", en = "Harbour Town" }
time_zone = "Asia/Ho_Chi_Minh"
languages = ["vi", "en"]
bounds = [105.7, 20.9, 106.0, 21.2]
attribution = "the town"
notes = [{ vi = "Chưa có camera.", en = "No cameras yet." }]

[view]
centre = [105.85, 21.02]
zoom = 15
light = "dusk"

[[source]]
name = "houses"
kind = "buildings"
file = "houses.geojson"
fields = { height = "h" }
unknown_height = [5]
units = { height = "ft" }

[[source]]
name = "roads"
kind = "basemap"
layer = "roads"
file = "roads.gpkg"
sheet = "main"
crs = "EPSG:25833"
fields = { class = "type" }
classes = { Gasse = "path", Tunnel = "" }

[[device]]
id = "pole-1"
name = "Cột số 1"
kind = "camera"
place = [105.85, 21.03]
azimuth_deg = 90

[names]
pole-1 = "Cột ở bến tàu"

[[threshold]]
metric = "water_level_m"
levels = [2, 3.5]
unit = "m"
source = "the harbour's own tables, 2024"
words = ["low", "high", { vi = "lụt", en = "flood" }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "town.toml"


def read(file: Path, text: str) -> description.Description:
    file.write_text(text, encoding="utf-8")
    return description.read(file)


def faults(file: Path, text: str, sources: Path | None = None) -> list[tuple[int, str]]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DescriptionFault) as told:
        description.read(file, sources)
    return [(fault.line, fault.words) for fault in told.value.faults]


def test_a_description_says_what_a_city_is(file: Path) -> None:
    told = read(file, GOOD)
    city = told.city
    assert city is not None
    assert (city.key, city.name, city.names["en"]) == ("harbour-town", "Cảng", "Harbour Town")
    assert (city.lon, city.lat, city.zoom, city.pitch, city.light) == (105.85, 21.02, 15, 55, "dusk")
    assert city.bounds == (105.7, 20.9, 106.0, 21.2)
    with speaking("en"):
        assert [str(note) for note in city.notes] == ["No cameras yet."]
    level = city.threshold("water_level_m")
    assert level is not None
    assert (level.levels, level.unit, len(level.words)) == ((2.0, 3.5), "m", 3)
    with speaking("vi"):
        assert (str(level.source), str(level.words[2])) == ("the harbour's own tables, 2024", "lụt")
    houses, roads = told.sources
    assert (houses.fields, houses.unknown_height, houses.units) == ({"height": "h"}, (5.0,), {"height": "ft"})
    assert (roads.layer, roads.sheet, roads.crs) == ("roads", "main", "EPSG:25833")
    assert roads.classes == {"Gasse": "path", "Tunnel": ""}
    (pole,) = told.devices
    assert (pole.kind, pole.fields, pole.interval_s) == ("camera", {"azimuth_deg": 90.0}, None)
    assert told.names == {"pole-1": "Cột ở bến tàu"}
    assert told.simulated is None


def test_a_simulated_city_says_its_seed_and_nothing_else(file: Path) -> None:
    told = read(file, "[simulated]\nseed = 11\ndays = 3\n")
    assert (told.simulated, told.city) == (Simulated(11, 3.0), None)
    assert read(file, "[simulated]\n").simulated == Simulated(7, 7.0)
    [(line, words)] = faults(file, 'key = "x"\n[simulated]\nseed = 11\n')
    assert line == 1
    assert "key is no key" in words
    [(line, words)] = faults(file, "[simulated]\nseed = 1.5\n")
    assert (line, words) == (2, "seed must be a whole number.")


WRONG = [
    # (what stands in the good description, what a person writes instead, the line, what is said)
    ('key = "harbour-town"', 'key = "Harbour Town"', 1, "joined by hyphens"),
    ('key = "harbour-town"', "", 0, "key is missing. Add it"),
    ('key = "harbour-town"', "key = 7", 1, "key must be a text in quotes, not 7"),
    ('key = "harbour-town"', 'key = ""', 1, "key is empty"),
    ('time_zone = "Asia/Ho_Chi_Minh"', 'time_zone = "Ho Chi Minh"', 3, "such as Asia/Ho_Chi_Minh"),
    ('languages = ["vi", "en"]', 'languages = ["vietnamese"]', 4, "code of two letters"),
    ('languages = ["vi", "en"]', "languages = []", 4, "languages is empty"),
    ("bounds = [105.7, 20.9, 106.0, 21.2]", "bounds = [20.9, 105.7, 21.2, 106.0]", 5, "west, south, east and north"),
    ("bounds = [105.7, 20.9, 106.0, 21.2]", "bounds = [105.7, 20.9]", 5, "must be 4 numbers"),
    ("bounds = [105.7, 20.9, 106.0, 21.2]", 'bounds = [105.7, "20.9", 106.0, 21.2]', 5, "must be 4 numbers"),
    ('attribution = "the town"', "", 0, "attribution is missing"),
    ('attribution = "the town"', 'atribution = "the town"', 6, "Did you mean attribution?"),
    ('[{ vi = "Chưa có camera.", en', '[{ vi = "Chưa có camera.", fr', 7, "fr is none of this city's languages"),
    ("centre = [105.85, 21.02]", "centre = [21.02, 105.85]", 10, "Write [105.85, 21.02]"),
    ("centre = [105.85, 21.02]", "centre = [10.2, 56.1]", 10, "outside the city's bounds"),
    ("centre = [105.85, 21.02]", "", 9, "centre is missing"),
    ("zoom = 15", "zoom = 40", 11, "zoom must lie between 0 and 22, not 40"),
    ("zoom = 15", 'zoom = "near"', 11, 'zoom must be a number, not "near"'),
    ("zoom = 15", "zoom = nan", 11, "zoom must lie between"),
    ("zoom = 15", "zoom = true", 11, "zoom must be a number, not true"),
    ('light = "dusk"', 'light = "dawn"', 12, "choose one of sun, day, dusk, night"),
    ('kind = "buildings"', 'kind = "building"', 16, "Did you mean buildings?"),
    ('fields = { height = "h" }', 'fields = { heigth = "h" }', 18, "Did you mean height?"),
    ('fields = { height = "h" }', 'fields = "h"', 18, "fields must be a table of texts"),
    ('fields = { height = "h" }', "fields = { height = 3 }", 18, "height in fields must be a text in quotes"),
    ("unknown_height = [5]", "unknown_height = 5", 19, "a list of numbers, not 5"),
    ("unknown_height = [5]", 'interval_s = 5', 19, "interval_s is no key of source"),
    ('units = { height = "ft" }', 'units = { height = "feet" }', 20, "choose one of m, cm, ft, levels"),
    ('name = "roads"', 'name = "houses"', 23, "name houses is used more than once"),
    ('layer = "roads"', 'layer = "streets"', 25, "choose one of roads"),
    ('layer = "roads"', "", 22, "layer is missing"),
    ('crs = "EPSG:25833"', 'crs = "Gauß-Krüger"', 28, "Write its number, such as EPSG:25833"),
    ('Gasse = "path"', 'Gasse = "alley"', 30, "alley is unknown here"),
    ('id = "pole-1"', 'id = "pole 1"', 33, "cannot be the id of a device"),
    ('kind = "camera"', 'kind = "drone"', 35, "choose one of sensor, camera, parking"),
    ("azimuth_deg = 90", "total_spaces = 90", 37, "total_spaces is no key of device"),
    ("azimuth_deg = 90", "azimuth_deg = -1", 37, "azimuth_deg must lie between 0 and"),
    ('metric = "water_level_m"', 'metric = "Water level"', 43, "cannot be a metric"),
    ("levels = [2, 3.5]", "levels = [3.5, 2]", 44, "levels must rise"),
    ("levels = [2, 3.5]", "levels = [2]", 47, "1 levels divide 2 bands: give 2 words"),
    ("levels = [2, 3.5]", "levels = [1, 2, 3, 4, 5, 6]", 44, "5 at most"),
    ('source = "the harbour\'s own tables, 2024"', "", 42, "source is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "wrong", "line", "words"), WRONG)
def test_a_fault_is_told_with_its_line_and_what_to_do(file: Path, good: str, wrong: str, line: int, words: str) -> None:
    assert GOOD.count(good) == 1
    found = faults(file, GOOD.replace(good, wrong))
    assert any(at == line and words in told for at, told in found), found
    for _line, told in found:
        assert re.fullmatch(r"[^.].*[.?]", told), told  # a sentence


LINES = [number for number, line in enumerate(GOOD.splitlines()) if " = " in line]
OTHERS = [
    "3",
    "-1.5",
    "nan",
    '"x"',
    '""',
    "[]",
    "[1]",
    '["x"]',
    "[[]]",
    "[{}]",
    "{}",
    "{ a = 1 }",
    "true",
    "1979-05-27",
]


@pytest.mark.parametrize("number", LINES, ids=lambda number: GOOD.splitlines()[number].split(" = ")[0])
def test_whatever_a_person_writes_becomes_a_sentence(file: Path, number: int) -> None:
    for other in OTHERS:
        lines = GOOD.splitlines()
        lines[number] = f"{lines[number].split(' = ')[0]} = {other}"
        file.write_text("\n".join(lines), encoding="utf-8")
        with suppress(DescriptionFault):
            description.read(file)


@pytest.mark.parametrize("table", ["view", "source", "device", "names", "threshold", "simulated"])
def test_a_table_that_is_none_becomes_a_sentence(file: Path, table: str) -> None:
    for other in OTHERS:
        start = GOOD[: GOOD.index("[view]")]
        found = faults(file, f"{start}{table} = {other}\n")
        assert any(line == 9 for line, _words in found) or other in ("[]", "{}"), (other, found)


def test_all_faults_are_told_at_once_and_in_the_order_of_their_lines(file: Path) -> None:
    text = GOOD.replace("zoom = 15", "zoom = 40").replace('"buildings"', '"houses"').replace("[2, 3.5]", "[9, 1]")
    text = text.replace('key = "harbour-town"', "")
    found = faults(file, text)
    assert [line for line, _words in found] == [0, 11, 16, 44]


def test_what_an_extract_leaves_to_others_must_be_a_layer_or_a_class_of_it(file: Path) -> None:
    extract = '[[source]]\nname = "all"\nkind = "osm"\nfile = "a.osm.pbf"\nwithout = ["roads/path", "places", "rods"]\n'
    text = GOOD + extract
    [(line, words)] = faults(file, text)
    assert line == text.count("\n")
    assert words.startswith("rods is unknown here")
    assert read(file, text.replace(', "rods"', "")).sources[2].without == ("roads/path", "places")


def test_every_sentence_names_the_file_and_the_line(file: Path) -> None:
    file.write_text(GOOD.replace("zoom = 15", "zoom = 40"), encoding="utf-8")
    with pytest.raises(DescriptionFault) as told, speaking("en"):
        description.read(file)
    assert str(told.value) == f"{file}, line 11: zoom must lie between 0 and 22, not 40."


def test_a_file_that_is_not_there_is_told_by_its_line(file: Path, tmp_path: Path) -> None:
    (tmp_path / "houses.geojson").write_text("{}")
    [(line, words)] = faults(file, GOOD, tmp_path)
    assert line == 26
    assert "no file roads.gpkg" in words
    assert "--sources" in words


def test_a_city_without_any_source_is_none(file: Path) -> None:
    start = GOOD.index("[[source]]")
    [(line, words)] = faults(file, GOOD[:start])
    assert line == 0
    assert "Add a [[source]]" in words
    found = faults(file, GOOD[:start] + "[source]\nname = 1\n")
    assert (14, "source must be written as [[source]], not a table.") in found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('key = "a"\nname = \n', 2),
        ('key = "a"\nkey = "b"\n', 2),
        ('key = "a"\nname = "b\n', 2),
        ("key = [1,\n2\n", 3),
        ("= 3\n", 1),
    ],
)
def test_what_is_not_toml_is_told_by_its_line(file: Path, text: str, line: int) -> None:
    [(at, words)] = faults(file, text)
    assert at == line
    assert words.startswith("This is not TOML (")


def test_what_is_not_utf_8_is_told_by_its_line(file: Path) -> None:
    file.write_bytes('key = "a"\nname = "Cảng"\n'.encode()[:-4] + b"\xe0\xff\n")
    with pytest.raises(DescriptionFault) as told:
        description.read(file)
    assert [fault.line for fault in told.value.faults] == [2]


def test_a_description_that_is_not_there_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(DescriptionFault, match="There is no such file"):
        description.read(tmp_path / "none.toml")
    with pytest.raises(DescriptionFault, match="cannot be read"):
        description.read(tmp_path)


def test_a_windows_file_is_read_like_any_other(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert description.read(file).line("view", "zoom") == 11


def test_faults_speak_vietnamese(file: Path) -> None:
    with speaking("vi"):
        [(_line, words)] = faults(file, GOOD.replace("zoom = 15", "zoom = 40"))
    assert words == "zoom phải nằm trong khoảng từ 0 đến 22, không phải 40."


@pytest.mark.parametrize("path", sorted((HOUSE / "cities").glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_cities_are_described_without_fault(path: Path) -> None:
    told = description.read(path)
    assert told.simulated or (told.city and told.city.key == path.stem)


@pytest.mark.cities
@pytest.mark.parametrize("path", sorted((HOUSE / "cities").glob("*.toml")), ids=lambda path: path.stem)
def test_the_files_of_our_cities_are_there(path: Path, shared: Path) -> None:
    description.read(path, shared)
