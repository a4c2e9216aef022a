"""`make bench`: mirrors 20,000 orders with their lines, then times the desk, on SQLite and on PostgreSQL."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation

ROOT = Path(__file__).resolve().parents[2]
ORDERS = int(os.environ.get("BENCH_ORDERS", "20000"))
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
KEY = "bench-key-0001"


def main() -> int:
    """Run the benchmark on every database that is there; 1 when a bar is missed."""
    missed = 0
    with RunningSandbox([SandboxOrganisation("hotel", "Alder House", KEY, seed=1, count=ORDERS)]) as glu:
        for name, url in (("SQLite", ""), ("PostgreSQL", _own_database())):
            if url is None:
                print("PostgreSQL is not here: left out.")
                continue
            with tempfile.TemporaryDirectory() as folder:
                missed += _measure(name, url, glu, folder)
    _drop()
    return 1 if missed else 0


def _measure(name: str, url: str, glu: RunningSandbox, folder: str) -> int:
    environment = {
        **os.environ,
        "GLU_ADMIN_MODE": "embedded",
        "STATE_DIR": folder,
        "DATABASE_URL": url,
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "",
        "GLU_API_URL": glu.url,
        "GLU_REQUESTS_PER_SECOND": "100000",
        "LOG_LEVEL": "ERROR",
    }
    print(f"\n{name}, {ORDERS:,} orders")
    _manage(environment, "migrate", "--verbosity", "0")
    for slug in ("alder", "copy"):
        _manage(environment, "organisation_add", slug, "--slug", slug, stdin=f"{KEY}\n")
    glu.world.shops["hotel"].requests.clear()
    first = _timed(environment, "mirror", "alder")
    requests = sum(glu.world.shops["hotel"].requests.values())
    again = _timed(environment, "mirror", "alder")
    begun = time.perf_counter()
    file = _manage(environment, "export_orders", "alder", "--format", "jsonl")
    exported = time.perf_counter() - begun
    truth = {row["id"]: row for row in glu.truth("hotel")}
    equal = {row["id"]: row for row in map(json.loads, file.splitlines())} == truth
    imported = _timed(environment, "import_orders", "copy", stdin=file)
    print(f"  first mirror       {first:8.1f} s   {ORDERS / first:8,.0f} orders/s, {requests:,} requests, "
          f"equal to the truth: {'yes' if equal else 'NO'}")  # fmt: skip
    print(f"  nothing new        {again:8.1f} s   start of the process included")
    print(f"  export, JSON Lines {exported:8.1f} s   {ORDERS / exported:8,.0f} orders/s")
    print(f"  import             {imported:8.1f} s   {ORDERS / imported:8,.0f} orders/s (bar 1,000)")
    pages = json.loads(_run(environment, [sys.executable, "-m", "tests.benchmarks.pages"]))
    missed = int(not equal) + int(ORDERS / imported < 1000)
    print("  page, server time of many requests (bar: median under 100 ms)     median      95 %")
    for what, (median, high) in pages.items():
        missed += int(median >= 100)
        print(f"    {what:58} {median:8.1f} ms {high:8.1f} ms")
    return missed


def _timed(environment: dict[str, str], *arguments: str, stdin: str = "") -> float:
    begun = time.perf_counter()
    _manage(environment, *arguments, stdin=stdin)
    return time.perf_counter() - begun


def _manage(environment: dict[str, str], *arguments: str, stdin: str = "") -> str:
    return _run(environment, [sys.executable, "manage.py", *arguments], stdin)


def _run(environment: dict[str, str], command: list[str], stdin: str = "") -> str:
    result = subprocess.run(
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(result.stderr[-3000:])
    return result.stdout


def _own_database() -> str | None:
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as connection:
            connection.execute("DROP DATABASE IF EXISTS glu_admin_bench")
            connection.execute("CREATE DATABASE glu_admin_bench")
    except psycopg.OperationalError:
        return None
    return f"{POSTGRES.rsplit('/', 1)[0]}/glu_admin_bench"


def _drop() -> None:
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as connection:
            connection.execute("DROP DATABASE IF EXISTS glu_admin_bench")
    except psycopg.OperationalError:
        return


if __name__ == "__main__":
    sys.exit(main())
