"""The built map is what its source says, and a check that could not fail would prove nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components import bundle


@pytest.fixture
def copy(tmp_path: Path) -> tuple[Path, Path]:
    """Source and bundle as they are here, in a place where they may be spoilt."""
    source, built = tmp_path / "frontend", tmp_path / "engine"
    shutil.copytree(bundle.SOURCE, source, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(bundle.BUNDLE, built)
    return source, built


def test_the_map_in_use_is_built_from_this_source() -> None:
    assert bundle.faults() == []
    done = subprocess.run(
        [sys.executable, "-m", "components.bundle", "check"],
        cwd=bundle.HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "The built map is what its source says.\n")


@pytest.mark.parametrize("name", ["src/silence.ts", "src/style.css", "package-lock.json", "build.mjs", "icons.mjs"])
def test_a_change_of_the_source_is_seen(copy: tuple[Path, Path], name: str) -> None:
    source, built = copy
    assert bundle.faults(source, built) == []
    (source / name).write_text((source / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert bundle.faults(source, built) == ["The map's source changed since it was built."]


def test_a_new_source_file_is_seen(copy: tuple[Path, Path]) -> None:
    source, built = copy
    (source / "src" / "new.ts").write_text("export {};\n", encoding="utf-8")
    assert bundle.faults(source, built) == ["The map's source changed since it was built."]


def test_a_change_of_what_was_built_is_seen(copy: tuple[Path, Path]) -> None:
    source, built = copy
    name = json.loads((built / "manifest.json").read_text(encoding="utf-8"))["module"]
    (built / name).write_text("export {};\n", encoding="utf-8")
    (built / "icons.svg").unlink()
    assert bundle.faults(source, built) == [
        f"{name} was changed after it was built.",
        "icons.svg is missing among the built files.",
    ]


def test_nothing_built_yet_is_said(copy: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    source, built = copy
    shutil.rmtree(built)
    assert bundle.faults(source, built) == ["The map was not built yet."]
    monkeypatch.setattr(bundle, "BUNDLE", built)
    with pytest.raises(bundle.BundleError, match=r"python -m components\.bundle build"):
        bundle.manifest()


def test_a_faulty_source_leaves_the_old_map_in_place(copy: tuple[Path, Path]) -> None:
    source, built = copy
    (source / "node_modules").symlink_to(bundle.SOURCE / "node_modules")
    before = (built / "manifest.json").read_bytes()
    (source / "src" / "main.ts").write_text("export const broken = ;\n", encoding="utf-8")
    with pytest.raises(bundle.BundleError, match=r"main\.ts:1"):
        bundle.build(source, built)
    assert (built / "manifest.json").read_bytes() == before


def test_two_builds_of_one_source_are_alike(copy: tuple[Path, Path]) -> None:
    source, built = copy
    (source / "node_modules").symlink_to(bundle.SOURCE / "node_modules")
    before = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    assert bundle.build(source, built) is False  # nothing to do
    assert bundle.build(source, built, force=True) is True
    assert json.loads((built / "manifest.json").read_text(encoding="utf-8")) == before


def test_a_wrong_type_is_seen(copy: tuple[Path, Path]) -> None:
    source, _ = copy
    (source / "node_modules").symlink_to(bundle.SOURCE / "node_modules")
    bundle.types(source)
    (source / "src" / "wrong.ts").write_text('export const n: number = "seven";\n', encoding="utf-8")
    with pytest.raises(bundle.BundleError, match=r"wrong\.ts"):
        bundle.types(source)


def test_the_lock_names_no_host() -> None:
    lock = json.loads((bundle.SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert not [name for name, told in packages.items() if "resolved" in told]
    assert all(told["integrity"].startswith("sha512-") for told in packages.values())


def test_a_machine_without_node_uses_the_python_package_or_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle.shutil, "which", lambda name: None)
    monkeypatch.setattr(bundle.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bundle.BundleError, match="uv sync --inexact --group bundle"):
        bundle._programs()
