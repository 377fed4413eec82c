"""OpenStreetMap files that cannot be used: each with a sentence that says why and what to do, and none half read."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from data_access.importers import osm, osm_blocks
from data_access.importers.found import ImportFault
from data_access.words import speaking
from tests.drawing import LAT, LON, Drawing, silent


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    return Drawing(tmp_path / "tiny.osm.pbf")


def fault(path: Path) -> str:
    with pytest.raises(ImportFault) as caught:
        osm.read(path, silent)
    return str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert fault(tmp_path / "nowhere.osm.pbf") == f"There is no file {tmp_path / 'nowhere.osm.pbf'}. Check the path."


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert fault(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.osm.pbf").touch()
    assert fault(tmp_path / "empty.osm.pbf").endswith("empty.osm.pbf is empty. Fetch or export it again.")


@pytest.mark.parametrize("content", [b"<osm version='0.6'></osm>", b"\x00", b"PK\x03\x04" * 100, b"\x00" * 1000])
def test_another_kind_of_file_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.osm.pbf").write_bytes(content)
    assert "is not an OpenStreetMap file in the PBF format" in fault(tmp_path / "other.osm.pbf")


@pytest.mark.cities
@pytest.mark.parametrize("share", [0.0002, 0.01, 0.4, 0.97])
def test_a_file_that_was_not_fetched_to_its_end_is_said(share: float, shared: Path, tmp_path: Path) -> None:
    whole = (shared / "hanoi" / "hanoi-centre.osm.pbf").read_bytes()
    (tmp_path / "part.osm.pbf").write_bytes(whole[: int(len(whole) * share)])
    assert "part.osm.pbf is damaged or was not fetched to its end (" in fault(tmp_path / "part.osm.pbf")


@pytest.mark.cities
def test_a_file_with_changed_bytes_is_said(shared: Path, tmp_path: Path) -> None:
    whole = bytearray((shared / "hanoi" / "hanoi-centre.osm.pbf").read_bytes())
    whole[100_000:100_400] = bytes(400)
    (tmp_path / "bitten.osm.pbf").write_bytes(whole)
    assert "is damaged" in fault(tmp_path / "bitten.osm.pbf")


def test_a_file_with_nothing_in_it_is_said(drawing: Drawing) -> None:
    assert "with nothing in it" in fault(drawing.written())


def test_a_city_without_a_building_is_refused(drawing: Drawing) -> None:
    drawing.line(drawing.point(LON, LAT), drawing.point(LON, LAT + 0.01), highway="primary")
    assert "holds no building" in fault(drawing.written())


@pytest.mark.parametrize("place", [(181.0, 21.0), (105.0, 95.0), (-200.0, -91.0)])
def test_impossible_places_are_said_with_the_first_of_them(place: tuple[float, float], drawing: Drawing) -> None:
    drawing.square(building="yes")
    drawing.point(*place, building="yes")
    said = fault(drawing.written())
    assert f"points that lie nowhere on earth (1, the first is node/5 ({place[0]}, {place[1]}))" in said


def test_a_corner_of_a_house_that_lies_nowhere_is_said_too(drawing: Drawing) -> None:
    drawing.square(building="yes")
    drawing.line(1, 2, drawing.point(105.0, 95.0), 1, building="yes")
    assert "(1, the first is node/5 (105.0, 95.0))" in fault(drawing.written())


def test_a_fault_is_told_in_vietnamese(tmp_path: Path) -> None:
    with speaking("vi"):
        said = fault(tmp_path / "nowhere.osm.pbf")
    assert said.startswith("Không có tệp")


# --- any damage whatever ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a small quarter: points, ways and a relation, so several blocks."""
    drawing = Drawing(tmp_path_factory.mktemp("small") / "small.osm.pbf")
    for number in range(30):
        drawing.square(number / 1000, building="yes", height="12")
    drawing.square(0.0, 0.001, north=0.01)
    drawing.square(0.0003, 0.0004, north=0.0103)
    drawing.group(("w", 31, "outer"), ("w", 32, "inner"), type="multipolygon", building="yes", name="Chợ")
    return drawing.written().read_bytes()


def attempt(content: bytes, folder: Path) -> str | int:
    """What a person is told, or how many buildings were read."""
    file = folder / "attempt.osm.pbf"
    file.write_bytes(content)
    try:
        return len(osm.read(file, silent).buildings)
    except ImportFault as fault:
        said = str(fault)
        assert str(file) in said
        assert said.endswith(".")
        return said


def test_a_file_cut_at_any_byte_is_said(small: bytes, tmp_path: Path) -> None:
    assert attempt(small, tmp_path) == 31
    taken = {}
    for length in range(len(small)):
        told = attempt(small[:length], tmp_path)
        if isinstance(told, int) or "damaged or was not fetched to its end" not in told:
            taken[length] = told
    starts = {length for length in taken if length >= 30}
    # Only between two blocks nobody can know: without its relations it is a smaller city, without its ways none.
    assert len(starts) == 3
    assert sorted(told for told in taken.values() if isinstance(told, int)) == [30]
    assert all(told != 31 for told in taken.values())


@settings(max_examples=300)
@given(at=some.integers(0, 10_000), byte=some.integers(1, 255), further=some.integers(0, 3))
def test_changed_bytes_are_said_or_change_nothing(
    at: int, byte: int, further: int, small: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bitten = bytearray(small)
    for place in range(at % len(small), min(at % len(small) + 1 + further, len(small))):
        bitten[place] ^= byte
    told = attempt(bytes(bitten), tmp_path_factory.getbasetemp())
    assert isinstance(told, str) or told == 31


@given(tail=some.binary(max_size=400))
def test_whatever_follows_a_good_header_is_said(
    tail: bytes, small: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    header = small[: small.index(b"OSMData") - 6]
    told = attempt(header + tail, tmp_path_factory.getbasetemp())
    assert isinstance(told, str)


@pytest.mark.cities
def test_the_blocks_of_real_files_reach_to_their_end(shared: Path, tmp_path: Path) -> None:
    for name in ("hanoi/hanoi-centre", "liechtenstein/liechtenstein"):
        file = shared / f"{name}.osm.pbf"
        assert osm_blocks.whole(file)
        (tmp_path / "longer.osm.pbf").write_bytes(file.read_bytes() + b"\x00")
        assert not osm_blocks.whole(tmp_path / "longer.osm.pbf")
