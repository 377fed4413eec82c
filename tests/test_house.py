"""The house itself: imports point one way, every text has its translation, and nothing foreign lies about."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from data_access.words import speaking
from data_access.words.__main__ import ROOMS, catalogue, known, missing, said
from layers import LAYERS

HOUSE = Path(__file__).parents[1]
# What each room may import besides itself; app.py is the only place where all parts meet.
MAY_IMPORT = {
    "data_access": set(),
    "layers": {"data_access"},
    "components": {"layers", "data_access"},
    "live": {"layers", "data_access"},
    "server": {"layers", "data_access"},
    "demo": {"data_access"},
}
# Within data_access, from the rooms that touch the world to the pure ones.
PURE = {
    "records",
    "table",
    "queries",
    "privacy",
    "visibility",
    "city",
    "metres",
    "metric_units",
    "folding",
    "refusals",
    "incident_life",
    "words",
    "codecs",
    "decoders",
}
DATABASE = {"sqlalchemy", "sqlite3", "alembic", "psycopg"}


def modules(room: str) -> list[Path]:
    return [path for path in sorted((HOUSE / room).rglob("*.py")) if "migrations" not in path.parts]


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports, those within functions included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def strays(room: str, allowed: set[str], path: Path) -> set[str]:
    rooms = set(MAY_IMPORT) | {"app", "bench", "tests"}
    return {name for name in imported(path) if name.split(".")[0] in rooms - allowed - {room}}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room: str) -> None:
    found = {
        str(path.relative_to(HOUSE)): sorted(away)
        for path in modules(room)
        if (away := strays(room, MAY_IMPORT[room], path))
    }
    assert found == {}


def test_a_wrong_import_would_be_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from components import page\n")
    assert strays("layers", MAY_IMPORT["layers"], wrong) == {"components", "components.page"}


def test_the_pure_part_of_data_access_knows_no_edge() -> None:
    for path in modules("data_access"):
        place = path.relative_to(HOUSE / "data_access").parts[0].removesuffix(".py")
        if place not in PURE:
            continue
        for name in imported(path):
            parts = name.split(".")
            assert parts[0] not in DATABASE | {"paho"}, f"{path.name} touches the world through {name}"
            if parts[0] == "data_access" and len(parts) > 1:
                assert parts[1] in PURE, f"{path.name} imports {name}, which touches the world"


@pytest.mark.parametrize("room", ["components", "layers"])
def test_what_a_person_sees_knows_no_database(room: str) -> None:
    for path in modules(room):
        assert not {name.split(".")[0] for name in imported(path)} & DATABASE, path.name


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_has_its_vietnamese(room: str) -> None:
    assert missing(room) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_translation_keeps_the_placeholders(room: str) -> None:
    for message in known(room):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        wanted = {name for words in ids for name in re.findall(r"\{(\w*)", words)}
        for words in strings:
            told = set(re.findall(r"\{(\w*)", words))
            assert told <= wanted, (room, message.id)
            assert wanted - told <= {"n"}, (room, message.id)  # a plural form may leave its number out


def test_one_text_has_one_translation_in_every_room() -> None:
    heard: dict[str, str] = {}
    for room in ROOMS:
        for message in known(room):
            if isinstance(message.id, str) and message.id and isinstance(message.string, str):
                assert heard.setdefault(message.id, message.string) == message.string, message.id


def test_a_catalogue_holds_nothing_that_the_code_no_longer_says() -> None:
    for room in ROOMS:
        now = {str(message.id) for message in said(room) if message.id}
        assert {str(message.id) for message in known(room) if message.id} <= now, catalogue(room).name


def loose_texts(path: Path) -> list[str]:
    """Words handed to a Dash component, an alert or a title without passing through gettext."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if not called.startswith(("html.", "dcc.", "dbc.", "Fact", "Need", "Column")):
            continue
        shown = [*node.args, *(word.value for word in node.keywords if word.arg in SHOWN)]
        for text in shown:
            for part in text.elts if isinstance(text, (ast.List, ast.Tuple)) else [text]:
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and re.search(r"[^\W\d_]{3}", part.value)
                ):
                    found.append(part.value)
    return found


SHOWN = {"children", "title", "placeholder", "label", "alt", "aria-label", "value_text"}


@pytest.mark.parametrize("room", ["components", "layers"])
def test_no_text_bypasses_translation(room: str) -> None:
    loose = {path.name: texts for path in modules(room) if (texts := loose_texts(path))}
    assert loose == {}


def test_a_text_left_out_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text('html.Button("Acknowledge", id="ack")\nhtml.P(_("said"), title="Loose")\nhtml.I("→")\n')
    assert loose_texts(page) == ["Acknowledge", "Loose"]


def test_each_lint_exception_tells_its_reason() -> None:
    lines = (HOUSE / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("ignore = ["))
    for line in lines[start + 1 :]:
        if line.startswith("]"):
            break
        assert "#" in line, line


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_nothing_built_or_borrowed_is_in_git() -> None:
    built = [name for name in tracked() if name.startswith(("assets/engine/", "frontend/node_modules/", "var/"))]
    assert built == []
    assert [name for name in tracked() if name.endswith((".pbf", ".pmtiles", ".gz", ".woff2", ".db"))] == []


def test_the_lock_is_of_this_project() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    lock = tomllib.loads((HOUSE / "uv.lock").read_text())
    locked = {package["name"]: package for package in lock["package"]}
    for wanted in project["project"]["dependencies"]:
        name = re.match(r"[\w.-]+", wanted)
        assert name
        assert name[0].lower() in locked
    for package in lock["package"]:
        for wheel in package.get("wheels", []):
            assert wheel["hash"].startswith("sha256:")


def test_the_readme_lists_the_layers_that_there_are() -> None:
    told = re.findall(
        r"^\| ([^|]+) \| `([a-z0-9-]+)` \|", (HOUSE / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    with speaking("en"):
        assert told == [(str(layer.title), layer.key) for layer in LAYERS]


def test_the_pictures_of_the_readme_are_there() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (HOUSE / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 2
    assert all((HOUSE / picture).exists() for picture in shown)
