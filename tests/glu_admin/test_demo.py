"""Commands against the demo: they go to its sandbox, and without it nowhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glu_admin import demo
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation

SLUG = demo.ORGANISATIONS[0][0]
EMPTY = dict.fromkeys(("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "GLU_ROOT_KEYS"), "")
IN_FOLDER = "import sys; from pathlib import Path; from glu_admin import demo; demo.STATE = Path(sys.argv.pop(1)); "


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **EMPTY, "GLU_ADMIN_MODE": "embedded", **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=demo.ROOT, env=environment, capture_output=True, text=True, check=False
    )


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `python -m glu_admin.demo manage …` does, for a demo that keeps its state in this folder."""
    return run("-c", f"{IN_FOLDER}sys.exit(demo.main())", str(folder), "manage", *arguments)


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """The sandbox of a demo in `tmp_path`."""
    monkeypatch.setattr(demo, "STATE", tmp_path)
    keys = demo._keys()
    organisations = [
        SandboxOrganisation(slug, name, keys[slug], seed, 40) for slug, name, seed, _ in demo.ORGANISATIONS
    ]
    with RunningSandbox(organisations) as running:
        (tmp_path / "sandbox_port").write_text(str(running.port))
        yield running


@pytest.mark.slow
def test_a_command_goes_to_the_sandbox_of_the_demo_and_never_to_the_real_glu(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    seeded = run("-c", f"{IN_FOLDER}import os; os.environ.update(demo._environment(9)); demo._seed()", str(tmp_path))
    assert seeded.returncode == 0, seeded.stderr
    told = manage(tmp_path, "glu_probe", SLUG, "--json")
    assert told.returncode == 0, told.stderr
    assert len(json.loads(told.stdout)) > 20
    asked = sum(sandbox.world.shops[SLUG].requests.values())
    assert asked > 20
    # By hand, with the demo's state alone: the key cannot be opened, so nobody is sent it. (Nor would this address be.)
    told = run("manage.py", "glu_probe", SLUG, STATE_DIR=str(tmp_path), GLU_API_URL=sandbox.url)
    assert (told.returncode, "root_keys with their root key is missing" in told.stderr) == (1, True)
    assert "Traceback" not in told.stderr
    assert sum(sandbox.world.shops[SLUG].requests.values()) == asked


def test_no_command_runs_without_a_demo(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.world.shops.pop(SLUG)
    for port in (sandbox.port, 9, "odd"):  # another sandbox, nobody, and nonsense
        (tmp_path / "sandbox_port").write_text(str(port))
        told = manage(tmp_path, "mirror_status", SLUG)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr == "No demo is running. Start it with `make demo` and leave it running meanwhile.\n"


def test_the_root_key_of_an_earlier_demo_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo, "STATE", tmp_path)
    (tmp_path / "root_keys").write_text("local:abc")
    assert demo._root_key() == "local:abc"
    assert not (tmp_path / "root_keys").exists()
    (tmp_path / "root_keys").write_text("local:stray")
    assert demo._root_key() == "local:abc"


@pytest.mark.parametrize("command", ["mirror_status", "glu_probe", "mirror"])
def test_a_database_that_is_not_set_up_is_said_in_one_sentence(command: str, tmp_path: Path) -> None:
    told = run("manage.py", command, SLUG, STATE_DIR=str(tmp_path))
    assert (told.returncode, told.stderr) == (1, "The database is not set up: run manage.py migrate.\n")


RHYTHM = "import os, time; print(os.environ.get('MIRROR_TICK_SECONDS'), flush=True); time.sleep({seconds})"


def lively(seconds: float, code: str) -> subprocess.Popen[str]:
    """What the demo makes of a command whose lively time lasts so long."""
    start = f"import sys; from glu_admin import demo; demo.LIVELY_SECONDS = {seconds}; sys.exit(demo.main())"
    command = [sys.executable, "-c", start, "lively", sys.executable, "-c", code]
    environment = {name: value for name, value in os.environ.items() if name not in demo.LIVELY}
    return subprocess.Popen(command, cwd=demo.ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_after_a_while_the_ordinary_rhythm_comes() -> None:
    only_at_first = "(900 if os.environ.get('MIRROR_TICK_SECONDS') else 0)"
    with lively(1, RHYTHM.format(seconds=only_at_first)) as process:
        assert process.communicate()[0].split() == ["1", "None"]
        assert process.returncode == 0


def test_what_ends_before_ends_the_demo_and_stopping_it_reaches_all() -> None:
    with lively(900, RHYTHM.format(seconds=0)) as process:
        assert (process.communicate()[0].split(), process.returncode) == (["1"], 0)
    with lively(900, RHYTHM.format(seconds=900)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        process.terminate()
        assert process.wait() != 0
        assert process.stdout.read() == ""  # the command has ended too: nobody holds its output
