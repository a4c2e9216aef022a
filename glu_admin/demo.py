"""`make demo`: the whole product on this machine, against the sandbox Glu API, with nothing else installed."""

import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Printer

from glu_admin.keys.cipher import new_root_key
from glu_admin.made_once import text_made_once

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "var" / "demo"
EMAIL = "demo@desk.example"
LIVELY_SECONDS = 600
LIVELY = {
    "MIRROR_TICK_SECONDS": "1",
    "MIRROR_POLL_MIN_SECONDS": "5",
    "MIRROR_POLL_MAX_SECONDS": "20",
    "MIRROR_TRAILING_EVERY_SECONDS": "60",
    "MIRROR_RECENT_EVERY_SECONDS": "60",
    "MIRROR_ORGANISATION_EVERY_SECONDS": "30",
}
"""The rhythm of the first minutes, so that one sees every pass; the ordinary one leaves the machine in peace."""
ORGANISATIONS = (("harrowmere-hall", "Harrowmere Hall", 11, 3000), ("whitstone-links", "Whitstone Links", 22, 400))


def main() -> int:
    """The demo; or with `manage COMMAND …`, a command of manage.py against the demo that runs.

    It starts itself with `lively COMMAND …` for what works in two rhythms, one after the other.
    """
    match sys.argv[1:]:
        case []:
            return run()
        case ["manage", *arguments]:
            return manage(arguments)
        case ["lively", *command]:
            return lively(command)
    print("Usage: python -m glu_admin.demo [manage COMMAND …]", file=sys.stderr)
    return 2


def run() -> int:
    """Set up what is missing, start the processes, print where to go; returns when all of them have stopped."""
    if os.environ.get("GLU_ADMIN_MODE") != "embedded" or _dot_env_says_production():
        print("The demo does not run with production settings (GLU_ADMIN_MODE, here or in .env).", file=sys.stderr)
        return 2
    if os.environ.get("FRESH") == "1":
        shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(parents=True, exist_ok=True, mode=0o700)
    web, sandbox = _free_port(8000), _free_port(8100)
    os.environ.update(_environment(sandbox))
    password = _seed()
    _remove_stale(STATE / "broker" / "messages")
    log = (STATE / "demo.log").open("a", encoding="utf-8", buffering=1)
    manager = Manager(Printer(output=log, colour=False))
    for name, command in _commands(web, sandbox).items():
        manager.add_process(name, f"exec {shlex.join(command)}", cwd=str(ROOT))
    threading.Thread(target=_announce, args=(web, sandbox, password), daemon=True).start()
    (STATE / "sandbox_port").write_text(str(sandbox))
    try:
        manager.loop()
    finally:
        (STATE / "sandbox_port").unlink(missing_ok=True)
    log.close()
    stopped_by_hand = manager.returncode in (130, 143)
    if not stopped_by_hand:
        print(f"One of the demo's processes ended by itself; {STATE / 'demo.log'} says why.", file=sys.stderr)
    return 0 if stopped_by_hand else 1


def manage(arguments: list[str]) -> int:
    """Run a command of manage.py with the running demo's settings; returns its exit code.

    The demo has to run, as its settings name the port of its sandbox.
    """
    sandbox = _running_sandbox()
    if sandbox is None:
        print("No demo is running. Start it with `make demo` and leave it running meanwhile.", file=sys.stderr)
        return 2
    os.environ.update(_environment(sandbox))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])
    return 0


def lively(command: list[str]) -> int:
    """Run `command` in the rhythm of the first minutes, then become it in the ordinary one.

    Returns how it ended if it did so before.
    """
    first = subprocess.Popen(command, env={**os.environ, **LIVELY})  # noqa: S603  (the demo's own worker or beat)
    signal.signal(signal.SIGTERM, lambda *_: first.terminate())
    try:
        return first.wait(LIVELY_SECONDS)
    except subprocess.TimeoutExpired:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        first.terminate()
        first.wait()
        os.execvp(command[0], command)  # noqa: S606  (as above)


def _running_sandbox() -> int | None:
    """The port of the demo's sandbox, if it answers there."""
    try:
        port = int((STATE / "sandbox_port").read_text())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_control/", timeout=10) as answer:
            slugs = [organisation["slug"] for organisation in json.load(answer)["organisations"]]
    except Exception:  # whatever is or is not there, it is not the sandbox
        return None
    return port if slugs == [slug for slug, *_ in ORGANISATIONS] else None


def _environment(sandbox: int) -> dict[str, str]:
    """Settings of the demo, which owes nothing to a .env file: what it must not take from there is empty."""
    empty = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "SECRET_KEY", "PUBLIC_URL")
    return {
        **dict.fromkeys(empty, ""),
        "GLU_ADMIN_MODE": "embedded",
        "GLU_ROOT_KEYS": _root_key(),
        "HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": "",
        "STATE_DIR": str(STATE),
        "GLU_API_URL": f"http://127.0.0.1:{sandbox}",
        "GLU_REQUESTS_PER_SECOND": "80",
        "MIRROR_SLICE_SECONDS": "3",
        "MIRROR_GONE_CONFIRM_SECONDS": "60",  # what takes a day is seen within a minute or two
        "MIRROR_LEASE_SECONDS": "20",
        "MIRROR_ERROR_WAIT_SECONDS": "5",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "plain",
        "DJANGO_SETTINGS_MODULE": "glu_admin.settings",
        "GLU_SANDBOX_KEYS": ",".join(f"{slug}:{key}" for slug, key in _keys().items()),
    }


def _commands(web: int, sandbox: int) -> dict[str, list[str]]:
    python = sys.executable
    organisations: list[str] = []
    for slug, name, seed, count in ORGANISATIONS:
        organisations += ["--organisation", f"slug={slug},name={name},seed={seed},count={count}"]
    celery = f"{shlex.quote(python)} -m glu_admin.demo lively {shlex.quote(python)} -m celery -A glu_admin.celery"
    commands = {
        "sandbox": f"{shlex.quote(python)} -m glu_admin.sandbox --port {sandbox} --state",
        "worker": f"{celery} worker --pool threads --concurrency 3 --queues interactive,changes,bulk"
        " --without-gossip --without-mingle --loglevel WARNING",
        "beat": f"{celery} beat --loglevel WARNING --pidfile=",
        "web": f"{shlex.quote(python)} -m gunicorn --config python:glu_admin.web_server glu_admin.wsgi:application"
        f" --bind 127.0.0.1:{web} --log-level warning --graceful-timeout 3",
    }
    words = {name: shlex.split(command) for name, command in commands.items()}
    words["sandbox"] += [str(STATE / "sandbox"), *organisations]
    return words


def _keys() -> dict[str, str]:
    """The sandbox's keys, made once and kept beside the demo's database."""
    path = STATE / "sandbox_keys"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("\n".join(f"{slug} sandbox_{secrets.token_urlsafe(24)}" for slug, *_ in ORGANISATIONS))
    return dict(line.split(" ", 1) for line in path.read_text().splitlines())


def _root_key() -> str:
    """The demo's root key, kept where manage.py alone does not find it: that would take the keys to the real Glu."""
    path, before = STATE / "sandbox_root_key", STATE / "root_keys"
    if before.exists() and not path.exists():  # an earlier version kept it there
        before.rename(path)
    return text_made_once(path, lambda: new_root_key("demo"))


def _seed() -> str:
    """Migrate, and make the organisations with their keys and one person of their team; the password if it is new."""
    import django

    django.setup()
    from django.core.management import call_command

    from glu_admin.keys.lifecycle import set_key
    from glu_admin.tenancy.models import Organisation, Role, User

    call_command("migrate", verbosity=0)
    password = ""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(EMAIL, password, name="Demo Manager")
    for slug, name, *_ in ORGANISATIONS:
        organisation, created = Organisation.objects.get_or_create(slug=slug, defaults={"name": name})
        if created:
            organisation.memberships.create(user=user, role=Role.MANAGER)
            set_key(organisation, _keys()[slug], user)
    from django.db import connections

    connections.close_all()
    return password


def _announce(web: int, sandbox: int, password: str) -> None:
    """Print the address once it answers, then how to sign in."""
    url = f"http://127.0.0.1:{web}/"
    while True:
        try:
            with urllib.request.urlopen(f"{url}healthz", timeout=10):  # noqa: S310  (our own loopback address)
                break
        except OSError:
            time.sleep(0.1)
    command = ".venv/bin/python -m glu_admin.demo manage"
    lines = [f"\n  Glu Admin   {url}", f"  E-mail      {EMAIL}"]
    if password:
        lines.append(f"  Password    {password}   (shown this once)")
    else:
        lines.append("  Password    as before; for a new one:")
        lines.append(f"              {command} set_password {EMAIL}")
    lines.append(f"\n  Sandbox     http://127.0.0.1:{sandbox}/   (switches to make Glu misbehave)")
    lines.append(f"  Commands    {command} mirror_status {ORGANISATIONS[0][0]}")
    lines.append("  Log         var/demo/demo.log\n\n  Ctrl-C stops everything.\n")
    print("\n".join(lines), flush=True)


def _dot_env_says_production() -> bool:
    path = ROOT / ".env"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return any(line.split("#")[0].replace(" ", "") == "GLU_ADMIN_MODE=production" for line in text.splitlines())


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _remove_stale(folder: Path) -> None:
    """Hints of an earlier run are worth nothing: the rows say what is due."""
    for path in folder.glob("*.msg"):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
