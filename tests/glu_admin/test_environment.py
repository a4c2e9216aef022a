"""Settings that nothing can run with: every process stops at once, with a sentence each, and repeats no secret."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import HANG_SECONDS

ROOT = Path(__file__).resolve().parents[2]
GUNICORN, CELERY = (str(Path(sys.executable).with_name(name)) for name in ("gunicorn", "celery"))
STARTS = {
    "command": [sys.executable, "manage.py", "mirror_status", "alder"],
    "web": [GUNICORN, "glu_admin.wsgi:application", "--preload", "--bind", "127.0.0.1:0", "--no-control-socket"],
    "worker": [CELERY, "-A", "glu_admin.celery", "worker"],
    "beat": [CELERY, "-A", "glu_admin.celery", "beat"],
}
IN_PROCESS = """
import json, os, sys
from django.core.exceptions import ImproperlyConfigured
import glu_admin.environment, csp.constants
for case in json.load(sys.stdin):
    child = os.fork()
    if not child:
        os.environ.update(case)
        try:
            import glu_admin.settings
        except ImproperlyConfigured as error:
            print(str(error).replace(chr(10), " | "), flush=True)
        except BaseException as error:
            print("crashes:", repr(error), flush=True)
        else:
            print("starts", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def production(folder: Path, **settings: str) -> dict[str, str]:
    """An environment that production starts with, and what a test changes about it."""
    return {
        "PATH": os.environ["PATH"],
        "GLU_ADMIN_MODE": "production",
        "STATE_DIR": str(folder / "state"),
        "SECRET_KEY": "abcdefghij" * 6,
        "GLU_ROOT_KEYS": f"k1:{base64.b64encode(bytes(range(32))).decode()}",
        "ALLOWED_HOSTS": "desk.example, .desk.example,10.0.0.7,[::1]",
        **settings,
    }


GUESSED_KEYS = [f"k1:{base64.b64encode(secret).decode()}" for secret in (bytes(32), b"\xff" * 32, b"secret! " * 4)]
WRONG = {
    "SECRET_KEY": ["", "x", "a" * 60, "django-insecure-" + "abcdefghij" * 6],
    "ALLOWED_HOSTS": [
        "",
        "*",
        "desk.example,*",
        "*.desk.example",
        "https://desk.example",
        "desk.example:80",
        "a b",
        ".com",
    ],
    "PUBLIC_URL": [
        "desk.example",
        "http://desk.example",
        "https://",
        "https://[",
        "https://desk.example/?a=b",
        "ftp://a",
        "https://desk.example/desk",
    ],
    "CSRF_TRUSTED_ORIGINS": ["desk.example", "https://", "*", "https://*", "https://desk.example/path"],
    "CACHE_URL": ["dummycache://", "locmemcache://", "dbcache://table", "redi://host", "nonsense"],
    "CELERY_BROKER_URL": ["memory://", "redi://host", "nonsense"],
    "DATABASE_URL": [
        "postgress://host/name",
        "sqlite://:memory:",
        "nonsense",
        "postgres://a:b@host:port/name",
        "mysql://h/n",
    ],
    "EMAIL_URL": ["consolemail://", "dummymail://", "memorymail://", "smpt://host", "nonsense"],
    "GLU_ROOT_KEYS": ["", "k1", "k1:short", "x y:AAAA", *GUESSED_KEYS],
    "GLU_API_URL": ["http://api.glu.io", "https://", "api.glu.io", "https://["],
    "HTTPS": ["ture", "2"],
    "LOG_LEVEL": ["LOUD", "info"],
    "LOG_FORMAT": ["xml"],
    "METRICS_TOKEN": ["secret", "m" * 40, "abab" * 10],
    "SESSION_HOURS": ["-1", "0", "1e9", "99999999", "twelve", "0.5"],
    "TRUSTED_PROXY_COUNT": ["-1", "1000", "one"],
    "GLU_READ_TIMEOUT": ["0", "-5", "nan", "inf", "1,5"],
    "GLU_RETRIES": ["-1", "1.5"],
    "MIRROR_TICK_SECONDS": ["0", "-1"],
    "MIRROR_CONNECTIONS": ["0", "100000"],
    "MIRROR_OVERLAP_SECONDS": ["-1", "1e30"],
    "MIRROR_LOOKING_SECONDS": ["-1", "soon"],
}


def told(cases: list[dict[str, str]], folder: Path) -> list[str]:
    """What the settings say to each of these, from one process, as most of the time goes into its imports."""
    command = [sys.executable, "-c", IN_PROCESS]
    return subprocess.run(
        command, cwd=ROOT, env=production(folder), input=json.dumps(cases), capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_what_nothing_can_run_with_is_refused_by_name(tmp_path: Path) -> None:
    cases = [(name, value) for name, values in WRONG.items() for value in values]
    answers = told([{name: value} for name, value in cases], tmp_path)
    assert len(answers) == len(cases)
    for (name, value), answer in zip(cases, answers, strict=True):
        assert answer.startswith(f"{name} "), (name, value, answer)
        assert answer.count(" | ") == 0, answer


def test_what_is_right_starts(tmp_path: Path) -> None:
    fine = {
        "CACHE_URL": "redis://host/1",
        "CELERY_BROKER_URL": "amqp://host//",
        "DATABASE_URL": "postgres://user:pass@host/name",
        "EMAIL_URL": "smtp+tls://user:pass@host:587",
        "CSRF_TRUSTED_ORIGINS": "https://desk.example:8443, https://*.desk.example",
        "SESSION_HOURS": " 8 ",
        "MIRROR_OVERLAP_SECONDS": "",
        "HTTPS": "No",
        "PUBLIC_URL": "https://desk.example/",
    }
    below = {"PUBLIC_URL": "https://desk.example/desk/", "SCRIPT_NAME": "/desk/"}
    cases = [{}, *({name: value} for name, value in fine.items()), fine, below]
    assert told(cases, tmp_path) == ["starts"] * len(cases)


@pytest.mark.parametrize("start", STARTS)
def test_every_process_stops_with_sentences_and_nothing_else(start: str, tmp_path: Path) -> None:
    wrong = {"SESSION_HOURS": "-1", "EMAIL_URL": "smpt://me:my-password@host", "ALLOWED_HOSTS": "*"}
    result = subprocess.run(
        STARTS[start],
        cwd=ROOT,
        env=production(tmp_path, **wrong),
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    said = result.stdout + result.stderr
    assert result.returncode not in (0, None)
    assert "Glu Admin does not start." in said
    assert all(any(line.startswith(name) for line in said.splitlines()) for name in wrong)
    assert "Traceback" not in said
    assert "my-password" not in said


def test_the_state_and_the_database_are_their_owners_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    state.chmod(0o755)
    (state / "glu_admin.sqlite3").touch(mode=0o644)
    assert told([{}], tmp_path) == ["starts"]
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / "glu_admin.sqlite3").stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "data.sqlite3"
    assert told([{"DATABASE_URL": f"sqlite:///{elsewhere}"}], tmp_path) == ["starts"]
    assert elsewhere.stat().st_mode & 0o777 == 0o600


def test_a_state_folder_that_cannot_be_kept_private_is_refused(tmp_path: Path) -> None:
    shared, a_file = tmp_path / "shared", tmp_path / "file"
    shared.mkdir()
    shared.chmod(0o1777)
    a_file.touch()
    for folder in (shared, a_file):
        [answer] = told([{"STATE_DIR": str(folder)}], tmp_path)
        assert answer.startswith("STATE_DIR cannot be used: "), answer
    assert shared.stat().st_mode & 0o7777 == 0o1777
