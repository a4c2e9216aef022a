"""Bars 4 and 5: random fault schedules from seeds, in which the mirror may fail but must never be wrong in silence.

HOSTILE_RUNS says how many (500), HOSTILE_FIRST from which seed on. The schedules are tests/hostile/schedule.py's.
HOSTILE_STORIES says how many stories of the state machine in tests/hostile/test_machine.py come after them (40).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import POSTGRESQL, databases, drop, own_database

ROOT = Path(__file__).resolve().parents[2]
RUNS = int(os.environ.get("HOSTILE_RUNS", "500"))
FIRST = int(os.environ.get("HOSTILE_FIRST", "0"))
STORIES = os.environ.get("HOSTILE_STORIES", "40")


def run(bars: Bars) -> None:
    """Play the schedules on every core, each process with a database of its own, of each kind in turn."""
    bars.heading("A hostile Glu and workers that are killed")
    kinds = databases()
    begun, share = time.monotonic(), -(-RUNS // max(os.cpu_count() or 1, len(kinds)))
    players = []
    for number, start in enumerate(range(FIRST, FIRST + RUNS, share)):
        end, kind = min(start + share, FIRST + RUNS), kinds[number % len(kinds)]
        bars.figure(f"seeds {start}-{end - 1} on {kind}", end - start)
        players.append(_player(start, end, kind))
    told = [line for player in players for line in player]
    for line in told:
        if not line.startswith("played"):
            print(f"  {line}")
    played, wrong = (sum(line.startswith(word) for line in told) for word in ("played", "seed"))
    bars.figure("took", (time.monotonic() - begun) / 60, "min")
    bars.exactly("fault schedules played", played, RUNS)
    bars.exactly("silent divergences", wrong, 0)
    bars.exactly(f"state machines of {STORIES} stories that found something", _machines(kinds), 0)


def _machines(kinds: list[str]) -> int:
    """Play the state machine on each kind of database; on how many something was found, or it could not be played."""
    failed = 0
    for kind in kinds:
        with _environment(kind) as environment:
            command = [sys.executable, "-m", "pytest", "-q", "tests/hostile/test_machine.py"]
            environment |= {"HOSTILE_STORIES": STORIES}
            failed += subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0
    return failed


@contextmanager
def _environment(database: str) -> Iterator[dict[str, str]]:
    """The environment of a process with a state and a database of its own."""
    url = own_database() if database == POSTGRESQL else ""
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield {
                **os.environ,
                "GLU_ADMIN_MODE": "embedded",
                "DJANGO_SETTINGS_MODULE": "glu_admin.settings",
                "STATE_DIR": folder,
                "DATABASE_URL": url,
                **dict.fromkeys(("CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"), ""),
                "LOG_LEVEL": "CRITICAL",
            }
    finally:
        if url:
            drop(url)


def _player(first: int, last: int, database: str) -> Iterator[str]:
    """Start a process that plays seeds; an iterator over the lines it prints."""
    surroundings = ExitStack()
    environment = surroundings.enter_context(_environment(database))
    command = [sys.executable, "-m", "tests.benchmarks.hostile", str(first), str(last)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def _lines() -> Iterator[str]:
        assert process.stdout is not None
        with surroundings, process:
            yield from (line.rstrip("\n") for line in process.stdout)

    return _lines()


def play(first: int, last: int) -> None:
    """Play the seeds in [first, last) one after the other, a line each."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.hostile.arena import hostile_glu
    from tests.hostile.schedule import run_schedule

    call_command("migrate", verbosity=0)
    with open(os.devnull, "w") as away:
        sys.stderr = away  # progress bars
        for seed in range(first, last):
            with hostile_glu() as glu:
                wrong = run_schedule(glu, seed)
            for what in wrong:
                print(f"seed {seed}: {what}", flush=True)
            print(f"played {seed}", flush=True)


if __name__ == "__main__":
    play(int(sys.argv[1]), int(sys.argv[2]))
