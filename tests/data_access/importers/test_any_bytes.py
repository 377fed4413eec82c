"""Whatever a file holds, it is read, or refused in a sentence; nothing else ever happens."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.description import Source
from data_access.importers import described
from data_access.importers.found import ImportFault
from tests.data_access.importers.made import LAT, LON, gathered, geojson, house, silent

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
FIELDS = {"id": "id", "name": "name", "lon": "x", "lat": "y"}
KINDS = {
    "buildings": Source("s", "buildings", "", fields={"height": "h", "id": "id", "built": "year"}),
    "districts": Source("s", "districts", "", fields={"name": "name"}),
    "basemap": Source("s", "basemap", "", fields={"class": "h"}, layer="roads"),
    "places": Source("s", "places", "", fields=FIELDS, classed="stop"),
    "cameras": Source("s", "cameras", "", fields={**FIELDS, "azimuth_deg": "h"}, keep=("h",)),
    "ngsi-ld": Source("s", "ngsi-ld", ""),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("town")
    geojson(folder / "a.geojson", [(house(), {"h": 1})])
    [(_name, found)] = gathered(folder, 'name = "a"\nkind = "buildings"\nfile = "a.geojson"')
    return folder, found.city


def tried(town: Any, kind: str, name: str, content: bytes) -> None:
    folder, city = town
    file: Path = folder / name
    file.write_bytes(content)
    with suppress(ImportFault):
        found = described.IMPORTERS[kind](KINDS[kind], file, city, silent)
        assert sum(found.tally.read.values()) > 0
        for read_as, read in found.tally.read.items():
            refused = sum(count for (what, _why), count in found.tally.refused.items() if what == read_as)
            assert read == found.tally.kept[read_as] + refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["f.csv", "f.json", "f.geojson", "f.csv.gz", "f.gpkg"])
@settings(max_examples=8)
@given(content=st.binary(max_size=300))
def test_noise_is_refused_in_a_sentence(town: Any, kind: str, name: str, content: bytes) -> None:
    tried(town, kind, name, content)


@pytest.mark.parametrize("kind", ["places", "cameras", "ngsi-ld"])
@settings(max_examples=30)
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(("id", "name", "x", "y", "h", "type"), VALUES)), max_size=4))
def test_records_of_anything_are_read_or_refused(town: Any, kind: str, rows: list[dict[str, Any]]) -> None:
    try:
        content = orjson.dumps([{"id": "a", "name": "b", "x": LON, "y": LAT, "h": 1}, *rows])
    except TypeError:  # an integer that JSON's readers do not agree about
        return
    tried(town, kind, "f.json", content)


@pytest.mark.parametrize("kind", ["buildings", "districts", "basemap", "places", "cameras"])
@settings(max_examples=30)
@given(
    rows=st.lists(
        st.tuples(
            st.fixed_dictionaries(dict.fromkeys(("id", "name", "h", "year"), SCALARS)),
            st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Circle"]),
            st.lists(st.lists(st.floats(-200, 200), min_size=1, max_size=3), max_size=5),
        ),
        max_size=4,
    )
)
def test_features_of_anything_are_read_or_refused(town: Any, kind: str, rows: list[Any]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"id": 1, "name": "b", "h": "service", "year": 1900},
            "geometry": orjson.loads(orjson.dumps({"type": "Point", "coordinates": [LON, LAT]})),
        }
    ]
    for properties, shape, points in rows:
        coordinates: Any = points[0] if shape == "Point" and points else points
        coordinates = [points] if shape == "Polygon" else [[points]] if shape == "MultiPolygon" else coordinates
        geometry = {"type": shape, "coordinates": coordinates}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    try:
        content = orjson.dumps({"type": "FeatureCollection", "features": features})
    except TypeError:
        return
    tried(town, kind, "f.geojson", content)
