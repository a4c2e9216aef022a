"""The house names nothing of the room, not even in a string: what it needs of orders is given to it."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import URLPattern

from orders import urls

ROOT = Path(__file__).resolve().parents[2]
MAY_NAME_IT = {
    "settings.py": "where the house is given what it needs of the room, as dotted names and names of addresses",
    "urls.py": "divides the addresses between the two",
    "celery.py": "holds the timetable of both",
    "demo.py": "starts both, with a Glu to try them against",
    "sandbox": "an imitation of Glu, and the orders in it are Glu's own",
}
HOUSE = sorted(
    path
    for path in (ROOT / "glu_admin").rglob("*.py")
    if path.relative_to(ROOT / "glu_admin").parts[0] not in MAY_NAME_IT
)
# Those of `orders` are the room's, and those of `_room` are what it puts into the pages of the house.
PAGES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if path.relative_to(ROOT / "templates").parts[0] not in {"orders", "_room"}
)
ADDRESSES = {entry.name for entry in urls.urlpatterns if isinstance(entry, URLPattern)}
LIBRARIES = {path.stem for path in (ROOT / "orders" / "templatetags").glob("*.py")} - {"__init__"}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def named_in(source: str) -> set[str]:
    """What a module of Python names of the room: what it imports, and strings that code goes by.

    Sentences for people may say what is copied.
    """
    said: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            said |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            said.add(node.module or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            said.add(node.value)
    return {text for text in said if text in ADDRESSES or re.search(r"\borders\b", text)}


def named_on(template: str) -> set[str]:
    """What a template names of the room."""
    said = set(re.findall(r"{%\s*url\s+['\"](\w+)['\"]", template)) & ADDRESSES
    for libraries in re.findall(r"{%\s*load\s+(.*?)\s*%}", template):
        said |= set(libraries.split()) & LIBRARIES
    return said | set(re.findall(r"['\"](orders/[^'\"]+)['\"]", template))


def test_the_room_has_what_could_be_named() -> None:
    assert {"orders", "mirror", "foreign_orders"} <= ADDRESSES
    assert {"desk", "freshness"} <= LIBRARIES
    assert PAGES
    assert HOUSE


def test_no_module_of_the_house_names_anything_of_the_room() -> None:
    assert {place(path): said for path in HOUSE if (said := named_in(path.read_text()))} == {}


def test_no_template_of_the_house_names_anything_of_the_room() -> None:
    assert {place(path): said for path in PAGES if (said := named_on(path.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    ["import orders.models", "from orders.models import Order", 'redirect("orders")', 'hint("orders.mirror_now")',
     'client.get("/orders")', 'reverse("mirror")'],
)  # fmt: skip
def test_the_law_sees_it_in_python(source: str) -> None:
    assert named_in(source)


@pytest.mark.parametrize(
    "source",
    ["{% load icons freshness %}", "{% url 'foreign_orders' organisation.slug %}", '{% include "orders/_x.html" %}'],
)
def test_the_law_sees_it_on_a_template(source: str) -> None:
    assert named_on(source)
