"""Decisions are found from the index, say the same four things, and name what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
SAID = ["Context", "Choice", "What it costs", "When to look again"]
HALF_A_PAGE = 260  # words


def test_the_index_names_every_record_by_its_number_and_title() -> None:
    found = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", (FOLDER / "README.md").read_text(), re.M)
    index = sorted(found, key=lambda entry: int(entry[0]))
    titles = [path.read_text().splitlines()[0] for path in RECORDS]
    assert [f"# {number}. {title}" for number, title, _ in index] == titles
    assert [file for *_, file in index] == [path.name for path in RECORDS]
    assert [path.name[:2] for path in RECORDS] == [f"{number:02}" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_is_short_and_says_what_was_chosen_and_what_it_costs(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^\*\*(.+)\.\*\* \S", text, re.M) == SAID
    assert len(text.split()) <= HALF_A_PAGE


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_places_it_names_are_there(path: Path) -> None:
    places = re.findall(r"`((?:glu_admin|orders|templates|static|tests|docs)/[\w./-]+)`", path.read_text())
    assert [place for place in places if not (ROOT / place).exists()] == []
