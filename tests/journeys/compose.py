"""What compose.yaml says, for tests that run it without containers."""

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.journeys.processes import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def command(service: str, port: int = 0) -> list[str]:
    """A service's command as compose runs it, with this environment's programs and a free port."""
    words = [str(word).replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in COMPOSE["services"][service]["command"]]
    return [str(Path(sys.executable).with_name(words[0])), *words[1:]]
