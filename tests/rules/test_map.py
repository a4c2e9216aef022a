"""The map in CONTRIBUTING has a line for every file and folder of ours, and none for what is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "CONTRIBUTING.md").read_text().partition("\n## The map\n")[2].partition("\n## ")[0]
LINE = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.M)
DJANGOS = {"__init__.py", "apps.py", "migrations"}
NEEDS_NO_SECTION = {"management", "templatetags"}  # their folder's line says it all
LONGEST = 110  # characters of a line's words


def sections() -> dict[str, list[tuple[str, str]]]:
    parts = re.split(r"^### `(.+)`$", MAP, flags=re.M)[1:]
    return {folder: LINE.findall(lines) for folder, lines in zip(parts[::2], parts[1::2], strict=True)}


def mapped() -> list[str]:
    """The folders whose contents have lines, as they are in the code."""
    packages = [
        path.relative_to(ROOT)
        for top in ("glu_admin", "orders")
        for path in sorted((ROOT / top).rglob("*"))
        if (path / "__init__.py").exists() and not {*path.parts} & (DJANGOS | NEEDS_NO_SECTION - {path.name})
    ]
    deep = [str(path) for path in packages if path.name not in NEEDS_NO_SECTION]
    return sorted([".", "glu_admin", "orders", "orders/management", "templates", "templates/orders", "tests", *deep])


def contents(folder: str) -> list[str]:
    """What is there: modules and packages, or the folders where there are only folders."""
    code = folder.startswith(("glu_admin", "orders"))
    here = [path for path in (ROOT / folder).iterdir() if path.is_dir() or (code and path.suffix == ".py")]
    return sorted(path.name for path in here if path.is_file() or any(is_source(found) for found in path.rglob("*")))


def is_source(path: Path) -> bool:
    """False for what Python leaves behind in a folder that has moved."""
    return path.suffix in {".py", ".html", ".txt"}


def test_every_package_and_every_family_of_templates_has_a_section() -> None:
    assert sorted(sections()) == mapped()


@pytest.mark.parametrize("folder", [folder for folder in sections() if folder != "."])
def test_everything_in_a_folder_has_a_line_and_nothing_else_has(folder: str) -> None:
    there = [name for name in contents(folder) if name not in DJANGOS | {"__pycache__"}]
    assert [name for name, _ in sections()[folder]] == there


def test_the_top_names_only_what_is_there() -> None:
    assert [name for name, _ in sections()["."] if not (ROOT / name).is_dir()] == []


@pytest.mark.parametrize("folder", list(sections()))
def test_a_line_is_short(folder: str) -> None:
    assert [name for name, words in sections()[folder] if len(words) > LONGEST] == []


def test_the_records_and_the_map_are_linked() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert "(docs/decisions/README.md)" in text
    assert "(#the-map)" in text
