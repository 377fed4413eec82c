"""Registers of devices out of tables: whatever they are delimited by, encoded in and called, and what is refused."""

from pathlib import Path

import pytest

from data_access.importers.found import Found, ImportFault
from tests.data_access.importers.made import HEAD, LAT, LON, geojson, house, only, records, refused, table

HEADER = ["Nr", "Name", "x", "y", "Richtung"]
FIELDS = 'fields = { id = "Nr", name = "Name", lon = "x", lat = "y", azimuth_deg = "Richtung" }'


def read(folder: Path, path: Path, more: str = FIELDS, kind: str = "cameras") -> Found:
    return only(folder, f'name = "{kind}"\nkind = "{kind}"\nfile = "{path.name}"\n{more}')


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_a_table_is_read_however_it_is_delimited_and_encoded(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [HEADER, [1, "Große Straße, Ecke", LON, LAT, 90], [2, "Café; hinten", LON + 0.01, LAT, ""]]
    found = read(tmp_path, table(tmp_path / "cameras.csv", rows, delimiter, encoding))
    one, other = found.abouts
    assert (one.device_id, one.name, one.kind, one.lon, one.lat) == ("1", "Große Straße, Ecke", "camera", LON, LAT)
    assert (one.fields, other.fields) == ({"azimuth_deg": 90.0}, {})
    assert other.name == "Café; hinten"
    assert (found.tally.read["cameras"], found.tally.kept["cameras"]) == (2, 2)


def test_an_old_vietnamese_table_is_read_by_the_encoding_that_is_told(tmp_path: Path) -> None:
    # Windows-1258 writes tones as signs of their own.
    rows = [["id", "name", "x", "y"], ["c1", "Ph\u00f4\u0301 Hu\u00ea\u0301", LON, LAT]]
    file = table(tmp_path / "cameras.csv", rows, encoding="windows-1258")
    fields = 'fields = { id = "id", name = "name", lon = "x", lat = "y" }\n'
    (one,) = read(tmp_path, file, fields + 'encoding = "windows-1258"').abouts
    assert one.name == "Phố Huế"
    with pytest.raises(ImportFault, match=r"line 14: cameras.csv is not written in utf-8"):
        read(tmp_path, file, fields + 'encoding = "utf-8"')


def test_numbers_may_have_a_comma(tmp_path: Path) -> None:
    rows = [HEADER, [1, "a", "12,37", "51,34", "90,5"]]
    (one,) = read(tmp_path, table(tmp_path / "cameras.csv", rows, ";")).abouts
    assert (one.lon, one.lat, one.fields) == (12.37, 51.34, {"azimuth_deg": 90.5})


@pytest.mark.parametrize("name", ["sites.json", "sites.json.gz"])
@pytest.mark.parametrize("shape", ["list", "within", "lines", "by key"])
def test_records_are_found_in_json_of_any_shape(tmp_path: Path, name: str, shape: str) -> None:
    told = [
        {"key": "p1", "at": {"lon": LON, "lat": LAT}, "spaces": "120"},
        {"key": "p2", "at": {"lon": LON, "lat": LAT}, "spaces": None},
    ]
    shapes = {"list": told, "within": {"count": 2, "sites": told}, "by key": {one["key"]: one for one in told}}
    if shape == "lines":
        import orjson

        name = "sites.jsonl"
        (tmp_path / name).write_bytes(b"\n".join(orjson.dumps(one) for one in told))
    else:
        records(tmp_path / name, shapes[shape])
    fields = 'fields = { id = "key", lon = "at.lon", lat = "at.lat", total_spaces = "spaces" }\nid_prefix = "park-"'
    one, other = read(tmp_path, tmp_path / name, fields + '\nmetrics = ["occupied_spaces"]', "parking").abouts
    assert (one.device_id, one.name, one.kind) == ("park-p1", "p1", "parking")
    assert (one.fields, other.fields) == ({"total_spaces": 120.0}, {})
    assert one.metrics == {"occupied_spaces": "1"}


def test_sensors_say_what_they_measure_each_for_itself_or_all_alike(tmp_path: Path) -> None:
    rows = [
        ["id", "what", "x", "y", "every"],
        ["s1", "pm25_ug_m3; no2_ug_m3", LON, LAT, 60],
        ["s2", "PM2.5", LON, LAT, ""],
    ]
    file = table(tmp_path / "sensors.csv", rows)
    fields = 'fields = { id = "id", lon = "x", lat = "y", metrics = "what", interval_s = "every" }\n'
    found = read(tmp_path, file, fields + 'metrics = ["temperature_c"]\ninterval_s = 300', "sensors")
    one, other = found.abouts
    assert one.metrics == {"temperature_c": "°C", "pm25_ug_m3": "µg/m³", "no2_ug_m3": "µg/m³"}
    assert (one.interval_s, other.interval_s) == (60, 300)
    assert other.metrics == {"temperature_c": "°C"}
    assert refused(found, "fields of devices") == {"PM2.5 cannot be a metric": 1}


def test_a_register_may_be_a_file_of_shapes(tmp_path: Path) -> None:
    file = geojson(tmp_path / "cameras.json", [(house().centroid, {"Nr": 5, "Name": "Turm"})])
    (one,) = read(tmp_path, file, 'fields = { id = "Nr", name = "Name" }\nkeep = ["Name"]').abouts
    assert (one.device_id, one.name, one.fields) == ("5", "Turm", {"Name": "Turm"})
    assert one.lon == pytest.approx(house().centroid.x)


def test_east_and_north_in_metres_are_turned_into_degrees(tmp_path: Path) -> None:
    rows = [["id", "e", "n"], ["c1", 316820.0, 5690930.0]]
    fields = 'fields = { id = "id", lon = "e", lat = "n" }\n'
    (one,) = read(tmp_path, table(tmp_path / "cameras.csv", rows), fields + 'crs = "EPSG:25833"').abouts
    assert (one.lon, one.lat) == (pytest.approx(12.37, abs=1e-3), pytest.approx(51.34, abs=1e-3))
    with pytest.raises(ImportFault, match=r"no degrees: they reach from 316820, 5690930"):
        read(tmp_path, tmp_path / "cameras.csv", fields)


def test_a_foreign_sign_in_an_id_is_written_as_the_listener_writes_it(tmp_path: Path) -> None:
    rows = [HEADER, ["TTH 406", "a", LON, LAT, ""]]
    (one,) = read(tmp_path, table(tmp_path / "cameras.csv", rows)).abouts
    assert one.device_id == "TTH_20406"


# --- what is refused -------------------------------------------------------------------------------------------------


def test_every_row_that_is_refused_says_why(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["1", "good", LON, LAT, 90],
        ["1", "twice", LON, LAT, 90],
        ["", "no id", LON, LAT, 90],
        ["2", "no place", "", "", 90],
        ["3", "half a place", LON, "", 90],
        ["4", "far", LON + 3, LAT, 90],
        ["5", "exchanged", LAT, LON, 90],
        ["6", "looks nowhere", LON, LAT, 900],
        ["7", "wordy", LON, LAT, "north"],
        ["8", "nowhere", 1000, 2000, 90],
        ["9", "too short", LON],
    ]
    found = read(tmp_path, table(tmp_path / "cameras.csv", rows))
    assert [one.device_id for one in found.abouts] == ["1", "6", "7"]
    assert refused(found, "cameras") == {
        "its id was there before": 1, "it has no id": 1, "it has no place": 2, "200 km from the city": 1,
        "latitude and longitude are exchanged": 1, "its place is nowhere on earth": 1,
        "its line has another number of columns": 1,
    }  # fmt: skip
    assert refused(found, "fields of devices") == {"azimuth_deg: not a possible size": 2}
    assert found.tally.read["cameras"] == len(rows) - 1 == 3 + sum(refused(found, "cameras").values())


def test_a_whole_register_of_exchanged_coordinates_is_refused_in_one_sentence(tmp_path: Path) -> None:
    rows = [HEADER, *([n, "c", LAT, LON + n / 1000, ""] for n in range(5))]
    file = table(tmp_path / "cameras.csv", rows)
    with pytest.raises(ImportFault, match=r"line 12: 5 of 5 places in cameras.csv lie in Town only when latitude"):
        read(tmp_path, file)
    swapped = FIELDS.replace('lon = "x", lat = "y"', 'lon = "y", lat = "x"')
    assert len(read(tmp_path, file, swapped).abouts) == 5


def test_the_devices_of_another_city_are_refused_with_their_distance(tmp_path: Path) -> None:
    rows = [HEADER, [1, "Hà Nội", 105.85, 21.02, ""]]
    with pytest.raises(ImportFault, match=r"Nothing in cameras.csv lies in Town: the nearest of 1 is 8400 km away"):
        read(tmp_path, table(tmp_path / "cameras.csv", rows))


def test_a_wrong_column_is_told_with_those_there_are(tmp_path: Path) -> None:
    file = table(tmp_path / "cameras.csv", [HEADER, [1, "a", LON, LAT, ""]])
    with pytest.raises(ImportFault, match=r"line 13: cameras.csv has no column lon; it has: Nr, Name, x, y, Richtung"):
        read(tmp_path, file, FIELDS.replace('"x"', '"lon"'))
    with pytest.raises(ImportFault, match=r"line 14: cameras.csv has no column ptz; .* Correct keep\."):
        read(tmp_path, file, FIELDS + '\nkeep = ["ptz"]')
    with pytest.raises(ImportFault, match=r"line 13: cameras.csv is a table: say which of its columns hold the longi"):
        read(tmp_path, file, 'fields = { id = "Nr" }')


def test_a_file_that_is_no_table_is_told_so(tmp_path: Path) -> None:
    for name, content, words in [
        ("a.csv", b"", "is empty"),
        ("b.csv", b"Nr,Name,x,y,Richtung\r\n", r"holds nothing \(0 rows\)"),
        ("c.csv", b"PK\x03\x04\x00\x00\x08\x00binary", "is no table of text"),
        ("d.json", b'{"a": 1}', "is no list of records"),
        ("e.json", b"[]", r"holds nothing \(0 rows\)"),
        ("f.json", b'[{"Nr": 1}, ', "is damaged"),
        ("g.csv.gz", b"\x1f\x8b\x08\x00 not really", "is damaged"),
        ("h.json", b"\n \n", "is empty"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ImportFault, match=words):
            read(tmp_path, tmp_path / name)


# --- Ho Chi Minh City ------------------------------------------------------------------------------------------------

HCMC = HEAD.replace("[12.3, 51.3, 12.44, 51.38]", "[106.40, 10.60, 106.90, 11.05]").replace(
    "[12.37, 51.34]", "[106.7, 10.77]"
)


@pytest.mark.cities
def test_of_the_cameras_of_ho_chi_minh_city_701_are_kept_and_20_refused(shared: Path, tmp_path: Path) -> None:
    file = shared / "hcmc" / "hcmc-cameras.json.gz"
    text = f"""name = "cameras"
kind = "cameras"
file = "{file}"
id_prefix = "Camera:"
fields = {{ id = "id", name = "name", lon = "longitude", lat = "latitude", fault = "error" }}
keep = ["streets", "ptz"]
"""
    found = only(tmp_path, text, head=HCMC)
    assert (found.tally.read["cameras"], found.tally.kept["cameras"], len(found.abouts)) == (721, 701, 701)
    assert refused(found, "cameras") == {"its source says: Marker not found at coordinates": 20}
    first = found.abouts[0]
    assert (first.device_id, first.name) == ("Camera:0", "Trần Quang Khải - Trần Khắc Chân")
    assert first.fields == {"streets": "Trần Quang Khải, Trần Khắc Chân", "ptz": "True"}
    assert not any("azimuth_deg" in one.fields or "field_of_view_deg" in one.fields for one in found.abouts)
    with pytest.raises(ImportFault, match="721 of 721 places"):
        only(
            tmp_path,
            text.replace('"longitude"', '"lat"').replace('"latitude"', '"longitude"').replace('"lat"', '"latitude"'),
            head=HCMC,
        )
