"""Neither git nor the image takes secrets or customers' data along."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = [
    ".env",
    ".env.bak",
    ".env.production",
    "var/glu_admin.sqlite3",
    "var/backups/glu_admin-2026-03-01.dump",
    "backups/glu_admin-2026-03-01.json",
    "glu_admin.dump",
    "glu_admin.dump.gz",
    "glu_admin.sql",
    "glu_admin.sqlite3",
    "glu_admin.sqlite3-wal",
    "glu_admin.backup.sqlite3",
    "certificates/privkey.pem",
    "orders.csv",
    "orders.jsonl",
]


@pytest.mark.parametrize("path", PRIVATE)
def test_git_ignores_it(path: str) -> None:
    command = ["git", "check-ignore", "--quiet", "--no-index", path]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_the_image_is_made_of_named_things_alone() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    first, *others = [line for line in lines if line and not line.startswith("#")]
    taken = {line[1:] for line in others if line.startswith("!")}
    assert first == "*"
    assert taken == {"glu_admin", "orders", "static", "templates", "manage.py", "pyproject.toml", "uv.lock"}


def test_every_file_a_command_of_the_readme_writes_is_ignored() -> None:
    """Redirections, and what is copied out of containers."""
    text = (ROOT / "README.md").read_text()
    written = set(re.findall(r"^[^#|\n]*[^-]> ([\w./-]+)", text, re.M))
    written |= {f"{folder}/a-file" for folder in re.findall(r"compose cp \w+:\S*/(\w+) \.", text)}
    assert written
    for path in written:
        command = ["git", "check-ignore", "--quiet", "--no-index", path]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0, path
