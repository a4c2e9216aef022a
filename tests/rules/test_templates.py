"""Laws of the templates: people read them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# The picture of the days and its key, the days to come, and the bars of reports.
DRAWINGS = {
    "orders/dispatch/_radar.html",
    "orders/mirror/_strip.html",
    "orders/mirror/_strip_key.html",
    "orders/reports/_chart.html",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def test_templates_are_formatted_and_linted() -> None:
    command = [str(Path(sys.executable).with_name("djlint")), "templates", "--check", "--lint"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_line_is_longer_than_120_characters(path: Path) -> None:
    assert [line for line in path.read_text().splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_icons_are_named_and_stand_in_the_sheet(path: Path) -> None:
    text = path.read_text()
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
    assert set(re.findall(r'\{% icon "([^"]+)"', text)) <= symbols
    assert "<svg" not in text or name(path) in DRAWINGS, "an icon is {% icon %}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_time_that_is_put_into_a_sentence_says_today_without_a_capital(path: Path) -> None:
    kept = re.findall(r"{% when(?:_said)? [^%]* as \w+ %}", path.read_text())
    assert [tag for tag in kept if "inside=True" not in tag] == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.js")), ids=lambda path: path.name)
def test_what_a_script_says_is_written_by_the_page(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    said = set(re.findall(r'"([A-Z][a-z]+[^"]*)"', text))
    assert said <= {"Escape"}, "words stand in _pieces/words.html"


def test_the_page_writes_all_that_the_script_says() -> None:
    script = (ROOT / "static/app.js").read_text()
    written = (ROOT / "templates/_pieces/words.html").read_text()
    troubles = re.findall(r'known\("(\w+)"\)', script)
    assert troubles
    assert set(troubles) <= set(re.findall(r'data-trouble="(\w+)"', written))
    names = {part.strip() for part in " ".join(re.findall(r"{([^{}]*)} = words\.dataset", script)).split(",")}
    names |= set(re.findall(r"words\.dataset\.(\w+)", script))
    said = {re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower() for name in names}
    assert said == set(re.findall(r"data-([\w-]+copied|copied)=", written))


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.css")), ids=lambda path: path.name)
def test_a_stylesheet_of_ours_is_read_line_by_line_and_styles_only_what_is_there(path: Path) -> None:
    if path.name == "bootstrap.min.css":
        return
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 120] == []
    assert f"'{path.name}'" in (ROOT / "templates/base_document.html").read_text()
    python = [path for top in ("glu_admin", "orders") for path in (ROOT / top).rglob("*.py")]
    said = " ".join(source.read_text() for source in [*TEMPLATES, ROOT / "static/app.js", *python])
    selectors = re.sub(r"\{[^{}]*\}", "", text)
    assert set(re.findall(r"\.([a-z][\w-]*)", selectors)) <= set(re.findall(r"[a-z][\w-]*", said))
