"""Tests mirror the code, and share what they need through modules that are no tests."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "tests").rglob("*.py"))
# What no single module is answerable for.
ABOUT_SEVERAL = {
    "orders/exports/test_read_back.py": "what other programs read in a file of every format",
    "orders/exports/test_files.py": "every format of a file, by download and by command, and back again",
    "orders/mirror/test_failures.py": "what fails stops nothing else",
    "orders/mirror/test_from_a_cache.py": "a cache on the way to Glu",
    "orders/mirror/test_never_stuck.py": "no worker goes round in circles",
    "orders/mirror/test_no_false_proof.py": "complete and not flagged means compared",
    "orders/mirror/test_proof_passes.py": "what keeps a complete mirror true",
    "orders/mirror/test_refused.py": "a key that is refused in the middle of the work",
    "orders/models/test_outcomes.py": "migrations that turn words into values",
    "orders/test_odd_orders.py": "whatever Glu sends, on every page and in every file",
    "orders/views/test_ages.py": "ages and what is late, in list, page and file",
    "orders/views/test_gone_orders.py": "gone orders, from the mirror page to the export",
    "orders/views/test_hostile_addresses.py": "odd addresses of any page",
    "orders/views/test_list_queries.py": "how often a list asks the database, whatever it takes to answer",
    "orders/views/test_list_range.py": "a range read again, from the asking to the end",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_imported_from_a_test(path: Path) -> None:
    imported = [node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    assert [module for module in imported if module and module.rpartition(".")[2].startswith("test_")] == []


def test_a_test_has_the_name_and_the_place_of_what_it_tests() -> None:
    tests = {
        str(path.relative_to(ROOT / "tests"))
        for top in ("glu_admin", "orders")
        for path in (ROOT / "tests" / top).rglob("test_*.py")
    }
    assert {name for name in tests if not (ROOT / name.replace("/test_", "/")).exists()} == set(ABOUT_SEVERAL)


def test_only_the_scripted_glu_takes_the_clients_place() -> None:
    patching = {str(path.relative_to(ROOT)) for path in MODULES if 'setattr(GluClient, "get"' in path.read_text()}
    assert patching <= {"tests/scripted.py", str(Path(__file__).relative_to(ROOT))}
