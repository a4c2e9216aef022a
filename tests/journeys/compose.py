"""What compose.yaml says, for tests that run it without containers."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.journeys.processes import ROOT, free_port, kill, start, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def command(service: str, port: int = 0) -> list[str]:
    """A service's command as compose runs it, with this environment's programs and a free port."""
    words = [str(word).replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in COMPOSE["services"][service]["command"]]
    return [str(Path(sys.executable).with_name(words[0])), *words[1:]]


_PASSWORDS = {"REDIS_BROKER_PASSWORD": "broker-secret-1", "REDIS_CACHE_PASSWORD": "cache-secret-2"}


@contextmanager
def own_redis(folder: Path) -> Iterator[int]:
    """The port of a Redis with compose's command and users, its files in `folder`."""
    service, port, users, log = COMPOSE["services"]["redis"], free_port(), folder / "users.acl", folder / "redis.log"
    users.write_text(_filled_in(COMPOSE["configs"]["redis_users"]["content"]))
    (config,) = service["configs"]
    words = [str(users) if word == config["target"] else word for word in service["command"]]
    process = start({"PATH": "/usr/bin:/bin"}, [*words, "--port", str(port), "--dir", str(folder)], log)
    try:
        wait_until(lambda: process.poll() is not None or _answers(port), "Redis answers")
        assert process.poll() is None, log.read_text()
        yield port
    finally:
        kill(process)


def redis_url(port: int, name: str) -> str:
    """The address of broker or cache in that Redis, as compose gives it to the application by this setting."""
    return _filled_in(COMPOSE["services"]["web"]["environment"][name]).replace("redis:6379", f"127.0.0.1:{port}")


def _answers(port: int) -> bool:
    """What compose's own check says."""
    check = COMPOSE["services"]["redis"]["healthcheck"]["test"]
    assert check == ["CMD", "redis-cli", "ping"]
    said = subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True, text=True, check=False).stdout
    return said == "PONG\n"


def _filled_in(text: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: _PASSWORDS[found[1]], text)
