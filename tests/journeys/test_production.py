"""compose.yaml's own commands and settings, run without containers against PostgreSQL and Redis."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.journeys.compose import COMPOSE, command, own_redis, redis_url
from tests.journeys.processes import (
    ROOT,
    export,
    free_port,
    manage,
    on_services,
    own_database,
    start,
    stop,
    wait_until,
)
from tests.patience import HANG_SECONDS

KEY = "planted-secret-key-0042"


@pytest.fixture
def glu() -> Iterator[RunningSandbox]:
    with RunningSandbox([SandboxOrganisation("hotel", "Alder House", KEY, seed=4, count=70)]) as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, glu: RunningSandbox) -> Iterator[dict[str, str]]:
    """The settings of compose.yaml, pointed at this machine's services."""
    if not on_services():
        pytest.skip("runs where PostgreSQL and Redis are: make test-services")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on this machine")
    with own_database() as database, own_redis(tmp_path) as redis_port:
        named = COMPOSE["services"]["web"]["environment"]
        own = {"DATABASE_URL": database, "STATE_DIR": str(tmp_path / "state"), "HEARTBEAT_FILE": ""}
        own |= {name: redis_url(redis_port, name) for name in ("CELERY_BROKER_URL", "CACHE_URL")}
        assert set(named) == {*own, "GLU_ADMIN_MODE", "TRUSTED_PROXY_COUNT"}
        yield {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            **named,
            **own,
            "SECRET_KEY": secrets.token_urlsafe(60),
            "GLU_ROOT_KEYS": f"k1:{base64.b64encode(os.urandom(32)).decode()}",
            "ALLOWED_HOSTS": "desk.example,127.0.0.1",
            "TRUSTED_PROXY_COUNT": "1",
            "STATIC_ROOT": str(tmp_path / "static"),
            "GLU_API_URL": glu.url,
            "MIRROR_TICK_SECONDS": "0.5",
            "HEARTBEAT_SECONDS": "0.5",
        }


WELL = {"ready": True, **dict.fromkeys(("database", "migrated", "broker", "cache", "workers", "beat"), "ok")}


def parts(port: int) -> dict[str, Any]:
    """What readiness says of each part."""
    said: dict[str, Any] = json.loads(get(port, "/readyz")[1])
    del said["heartbeats"]
    return said


def healthy(service: str, heartbeat_file: Path) -> bool:
    """What compose's own check of a service says."""
    ((kind, check),) = [COMPOSE["services"][service]["healthcheck"]["test"]]
    assert kind == "CMD-SHELL"
    check = check.replace("$$", "$").replace(COMPOSE["services"][service]["environment"]["HEARTBEAT_FILE"], "$FILE")
    return (
        subprocess.run(["sh", "-c", check], env={**os.environ, "FILE": str(heartbeat_file)}, check=False).returncode
        == 0
    )


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=HANG_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.mark.slow
def test_the_whole_product_starts_mirrors_and_stops(
    environment: dict[str, str], glu: RunningSandbox, tmp_path: Path
) -> None:
    subprocess.run(command("migrate"), cwd=ROOT, env=environment, check=True, capture_output=True)
    manage(environment, "collectstatic", "--noinput")
    port, log = free_port(), tmp_path / "all.log"
    alive = {name: tmp_path / name for name in ("worker", "beat")}
    processes = [start(environment, command("web", port), log)]
    for name, file in alive.items():
        assert not healthy(name, file)
        processes.append(start({**environment, "HEARTBEAT_FILE": str(file)}, command(name), log))
    try:
        wait_until(lambda: get(port, "/healthz")[0] == 200, "the web process answers")
        wait_until(lambda: parts(port) == WELL, "all of its parts are well")
        wait_until(lambda: all(healthy(name, file) for name, file in alive.items()), "worker and beat are healthy")
        assert get(port, "/accounts/login/", Host="desk.example")[0] == 301  # to https
        proxied = {"Host": "desk.example", "X-Forwarded-Proto": "https"}
        wait_until(lambda: get(port, "/setup/", **proxied)[0] == 200, "the set-up page is there")
        assert get(port, "/setup/", Host="elsewhere.example")[0] == 400
        manage(environment, "organisation_add", "Alder House", "--slug", "alder", stdin=f"{KEY}\n")
        wait_until(lambda: len(export(environment)) == 70, "every order is mirrored")
        wait_until(lambda: export(environment) == {row["id"]: row for row in glu.truth("hotel")}, "and every line")
    finally:
        for process in processes:
            stop(process)
    assert all(process.returncode in (0, -15) for process in processes)
    text = log.read_text()
    assert KEY not in text
    assert KEY not in manage(environment, "dumpdata")
    assert "Traceback" not in text


def test_production_refuses_to_start_without_its_secrets(environment: dict[str, str]) -> None:
    for name in ("SECRET_KEY", "GLU_ROOT_KEYS"):
        told = manage({**environment, name: ""}, "check", fails=True)
        assert f"{name} is not set" in told


def test_a_wrong_root_key_stops_the_start_with_a_plain_message(environment: dict[str, str]) -> None:
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "organisation_add", "Alder House", "--slug", "alder", stdin=f"{KEY}\n")
    manage(environment, "rotate_root_key")
    other = {**environment, "GLU_ROOT_KEYS": f"k2:{base64.b64encode(os.urandom(32)).decode()}"}
    for name in ("web", "worker"):
        result = subprocess.run(
            command(name, free_port()),
            cwd=ROOT,
            env=other,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
        told = result.stderr + result.stdout
        assert result.returncode != 0
        assert "does not hold the root key" in told
        assert "Traceback" not in told
