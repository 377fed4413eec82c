"""The guide to one's own city holds: its examples are valid, and it names all that a description understands."""

import re
from pathlib import Path

import pytest

from data_access import description
from data_access.description_rules import LIGHTS
from data_access.description_sources import LAYERS, SOURCES
from tests.conftest import HOUSE

GUIDE = (HOUSE / "docs" / "cities.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("number", range(2))
def test_an_example_of_the_guide_is_valid(number: int, tmp_path: Path) -> None:
    file = tmp_path / "my-town.toml"
    file.write_text(EXAMPLES[number], encoding="utf-8")
    told = description.read(file)
    assert told.simulated or told.city
    assert len(EXAMPLES) == 2


def test_the_files_of_the_example_are_missed_by_name(tmp_path: Path) -> None:
    file = tmp_path / "my-town.toml"
    file.write_text(EXAMPLES[0], encoding="utf-8")
    with pytest.raises(description.DescriptionFault) as told:
        description.read(file, tmp_path)
    assert [fault.words.split(" in ")[0] for fault in told.value.faults] == [
        f"There is no file {name}"
        for name in ("my-town.osm.pbf", "houses.gpkg", "wards.shp", "air.csv", "cameras.json")
    ]


@pytest.mark.parametrize("kind", SOURCES)
def test_the_guide_names_every_key_and_field_of_a_kind(kind: str) -> None:
    [row] = [line for line in GUIDE.splitlines() if line.startswith(f"| `{kind}` |")]
    rules = SOURCES[kind]
    like = next(line for line in GUIDE.splitlines() if line.startswith("| `sensors` |")) if "the same" in row else ""
    for field in rules.fields:
        assert f"`{field}`" in row + like, field
    for key in rules.keys:
        assert f"`{key}`" in GUIDE or f"`{key} = " in GUIDE, key
    for field in rules.needs:
        assert f"**`{field}`**" in row + like, field


def test_the_guide_names_every_layer_and_light() -> None:
    assert all(f"`{layer}`" in GUIDE for layer in LAYERS)
    assert all(light in GUIDE for light in LIGHTS)
