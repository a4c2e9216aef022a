"""Laws of the house, held against the code itself."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from glu_admin.keys.ring import SEALED_COLUMNS
from glu_admin.tenancy.models import Organisation

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for top in ("glu_admin", "orders") for path in (ROOT / top).rglob("*.py") if "migrations" not in path.parts
]
OWN_APPS = {"tenancy", "keys", "orders"}
# Where rows of several organisations are meant, or the organisation is named in the same breath.
MAY_SAY_ACROSS = {
    "glu_admin/keys/lifecycle.py",
    "glu_admin/keys/models.py",
    "glu_admin/keys/ring.py",
    "glu_admin/keys/tasks.py",
    "glu_admin/tenancy/access.py",
    "glu_admin/tenancy/context.py",
    "glu_admin/tenancy/team.py",
    "glu_admin/tenancy/models.py",
    "orders/desk/typical.py",
    "orders/foreign.py",
    "orders/metrics.py",
    "orders/search/listing.py",
    "orders/exports/making.py",
    "orders/exports/schedules.py",
    "orders/tasks.py",
}
DRAWERS = {"util", "utils", "helper", "helpers", "common", "service", "services", "misc", "core", "base", "lib"}


def tenant_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS
        and any(field.related_model is Organisation for field in model._meta.concrete_fields if field.is_relation)
    ]


def test_there_are_tenant_models() -> None:
    assert {"Order", "OrderLine", "OrderDocument", "GluKey", "Membership", "MirrorState"} <= {
        model.__name__ for model in tenant_models()
    }


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
def test_tenant_models_cannot_be_asked_without_an_organisation(model: type[models.Model]) -> None:
    assert not hasattr(model, "objects")
    assert [manager.name for manager in model._meta.managers] == ["across_organisations"]


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
def test_every_index_of_a_tenant_model_starts_with_the_organisation(model: type[models.Model]) -> None:
    for index in [*model._meta.indexes, *model._meta.constraints]:
        fields = list(getattr(index, "fields", ())) or [str(getattr(index.expressions[0], "name", ""))]
        assert fields[0] == "organisation", f"{model.__name__}: {index.name}"


def test_few_places_ask_across_organisations() -> None:
    said = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"\.across_organisations\b", path.read_text()) or "across_organisations =" in path.read_text()
    }
    allowed = {path for path in said if path.startswith(("orders/models/", "orders/mirror/"))} | MAY_SAY_ACROSS
    assert said <= allowed, said - allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_back_doors_and_no_drawers(path: Path) -> None:
    text = path.read_text()
    assert "_default_manager" not in text
    assert "_base_manager" not in text
    assert path.stem not in DRAWERS
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "get_object_or_404":
            assert isinstance(call.args[0], ast.Attribute), (
                f"{path}: get_object_or_404 takes a queryset of an organisation"
            )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_things_say_what_they_do(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree) or not tree.body, f"{path} has no docstring"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            nested = node.name in {"Meta", "ready", "wrapper", "through_the_door", "decorate", "fetch"}
            assert nested or ast.get_docstring(node), f"{path}: {node.name}"


def test_only_the_settings_read_the_environment() -> None:
    readers = {str(path.relative_to(ROOT)) for path in SOURCES if re.search(r"os\.environ\b|getenv", path.read_text())}
    starters = {
        "glu_admin/web_server.py",
        "glu_admin/wsgi.py",
        "glu_admin/celery.py",
        "glu_admin/demo.py",
        "glu_admin/sandbox/__main__.py",
    }
    assert readers <= starters | {"glu_admin/settings.py"}


def test_only_fragments_names_the_headers_of_htmx() -> None:
    """All else reads `request.htmx` and answers with the helpers of django_htmx."""
    naming = {str(path.relative_to(ROOT)) for path in SOURCES if re.search(r"\bHX[-_]", path.read_text(), re.I)}
    assert naming == {"glu_admin/fragments.py"}


def test_every_sealed_column_is_rotated() -> None:
    """A column named `token` on a model of the keys is sealed, and rotation must know it."""
    known = {(spec.rows.model, spec.column) for spec in SEALED_COLUMNS}
    found = {
        (model, field.name)
        for model in apps.get_app_config("keys").get_models()
        for field in model._meta.concrete_fields
        if field.name == "token"
    }
    assert found == known


def test_only_get_is_ever_sent_to_glu() -> None:
    methods = set[str]()
    for path in (ROOT / "glu_admin" / "glu").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\.(post|put|patch|delete|request\w*|urlopen)\(", text), path
        methods.update(re.findall(r"\bRequest\(\s*([^\s,]+)", text))
    assert methods == {'"GET"'}


def test_no_template_marks_anything_safe() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text, path
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text), (
            f"{path}: inline script or style"
        )


def test_the_arrows_of_the_house() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
