"""What an operator is shown of the settings is what they are."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from glu_admin.tuning import TUNABLE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
OF_COMPOSE = {"POSTGRES_PASSWORD", "REDIS_BROKER_PASSWORD", "REDIS_CACHE_PASSWORD", "HTTP_PORT", "HTTPS_PORT"}
TOLD = """
import json
from glu_admin import settings
print(json.dumps({name: value for name, value in vars(settings).items() if isinstance(value, int | float | str)}))
"""


def run(code: str, folder: Path, **variables: str) -> str:
    """What this prints in a process of the embedded run with these variables."""
    base = {"PATH": os.environ["PATH"], "GLU_ADMIN_MODE": "embedded", "STATE_DIR": str(folder)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=base | variables, capture_output=True, text=True, check=True).stdout


def test_every_setting_is_explained_and_everything_explained_is_a_setting() -> None:
    shown = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.M))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "glu_admin/settings.py").read_text()))
    assert shown - OF_COMPOSE == read
    assert not shown & set(TUNABLE)


def test_the_defaults_shown_are_the_defaults(tmp_path: Path) -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(\d[\d.]*)$", EXAMPLE, re.M))
    assert len(shown) > 30
    without, with_them = (json.loads(run(TOLD, tmp_path, **given)) for given in ({}, shown))
    assert with_them == without


def test_a_number_that_is_not_shown_may_be_set_all_the_same(tmp_path: Path) -> None:
    code = "import django; django.setup(); from orders.mirror import rhythm; print(rhythm.TRAILING_REACH)"
    run_with = {"DJANGO_SETTINGS_MODULE": "glu_admin.settings"}
    assert run(code, tmp_path, **run_with) == "7200\n"
    assert run(code, tmp_path, MIRROR_TRAILING_REACH_SECONDS="60", **run_with) == "60\n"


@pytest.mark.parametrize("name", TUNABLE)
def test_each_of_those_has_one_home(name: str) -> None:
    code = "".join(path.read_text() for room in ("glu_admin", "orders") for path in (ROOT / room).rglob("*.py"))
    assert code.count(f'tuned("{name}"') == 1
    assert name in settings.TUNED
