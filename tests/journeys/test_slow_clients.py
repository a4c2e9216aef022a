"""Clients that send half a request, or stop reading: the desk goes on, straight from gunicorn and through the proxy."""

import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.compose import COMPOSE, command
from tests.journeys.connections import answers, connect
from tests.journeys.processes import ROOT, free_port, manage, start, stop, wait_until
from tests.patience import HANG_SECONDS

pytestmark = pytest.mark.faults

HALF = {
    "nothing": b"",
    "a head": b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: sl",
    "a body": b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nlogin=",
    "a second one": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /accounts/log",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For all that the processes write."""
    return tmp_path_factory.mktemp("slow")


ANSWER_SECONDS = 8


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """Where compose's web command serves an installation of its own."""
    environment = {
        **os.environ,
        "GLU_ADMIN_MODE": "embedded",
        "STATE_DIR": str(folder / "state"),
        "ANSWER_SECONDS": str(ANSWER_SECONDS),
        **dict.fromkeys(("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"), ""),
    }
    manage(environment, "migrate", "--verbosity", "0")
    port = free_port()
    words = [word.replace("glu_admin.wsgi:", "tests.journeys.long_pages:") for word in command("web", port)]
    web = start(environment, words, folder / "web.log")
    try:
        wait_until(lambda: answers(port, "/healthz"), "the web process answers")
        yield port
    finally:
        stop(web, 30)


@pytest.fixture(scope="module")
def proxy(port: int, folder: Path) -> Iterator[int]:
    """Where compose's proxy serves it, with a certificate made as the README says."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not on this machine")
    certificates = folder / "certificates"
    certificates.mkdir()
    [make] = re.findall(r"^openssl .*", (ROOT / "README.md").read_text(), re.M)
    subprocess.run(make.split(), cwd=folder, check=True, capture_output=True)
    mounted = dict(volume.split(":")[:2] for volume in COMPOSE["services"]["proxy"]["volumes"])
    outside, inside = mounted["./certificates"], mounted["spool"]
    secure = free_port()
    text = (ROOT / "docs" / "nginx.conf").read_text()
    for theirs, ours in {
        "/run/nginx.pid": str(folder / "nginx.pid"),
        outside: str(certificates),
        inside: str(folder),
        "listen 80 ": f"listen 127.0.0.1:{free_port()} ",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "web:8000": f"127.0.0.1:{port}",
    }.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    (folder / "nginx.conf").write_text(text)
    process = start(dict(os.environ), [nginx, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"], folder / "log")
    try:
        wait_until(lambda: answers(secure, "/healthz", tls=True), "the proxy answers")
        yield secure
    finally:
        stop(process)


def healthy(port: int, *, tls: bool = False) -> bool:
    """Whether health is told every time, and within a second but for what else this machine is busy with."""
    took = []
    for _ in range(10):
        began = time.monotonic()
        assert answers(port, "/healthz", tls=tls)
        took.append(time.monotonic() - began)
    return sorted(took)[len(took) // 2] < 1


def send_halves(port: int, many: int, *, tls: bool = False) -> list[socket.socket]:
    """Connections that have sent half a request of each kind, and keep quiet."""
    clients = []
    for half in HALF.values():
        for _ in range(many):
            clients.append(connect(port, tls=tls))
            clients[-1].sendall(half)
    return clients


def stop_reading(port: int, path: str, many: int, *, tls: bool = False) -> list[socket.socket]:
    """Connections that have asked for a page, read its first bytes, and stopped."""
    clients = []
    for _ in range(many):
        clients.append(connect(port, tls=tls, buffer=4096))
        clients[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return clients


@contextlib.contextmanager
def closing(clients: list[socket.socket]) -> Iterator[None]:
    try:
        yield
    finally:
        for client in clients:
            client.close()


def test_half_requests_hold_nothing_up(port: int) -> None:
    with closing(send_halves(port, 40)):
        assert healthy(port)
        assert answers(port, "/accounts/login/")


def test_health_is_told_while_stalled_readers_hold_every_thread(port: int) -> None:
    stalled = stop_reading(port, "/endless", 60)
    with closing(stalled), closing(send_halves(port, 10)):
        wait_until(lambda: len(select.select(stalled, [], [], 1)[0]) >= 16, "as many as there are threads have begun")
        assert healthy(port)
    assert answers(port, "/accounts/login/")


def test_who_reads_on_and_on_does_not_keep_a_thread(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while client.recv(65536):
                time.sleep(0.1)
                assert time.monotonic() - began < HANG_SECONDS
        assert time.monotonic() - began >= ANSWER_SECONDS - 1
    assert answers(port, "/accounts/login/")


def test_the_proxy_takes_slow_clients_off_the_desk(port: int, proxy: int) -> None:
    stalled = stop_reading(proxy, "/long", 24, tls=True)
    with closing(stalled), closing(send_halves(proxy, 15, tls=True)):
        for client in stalled:
            assert client.recv(12) == b"HTTP/1.1 200"
        assert healthy(proxy, tls=True)
        assert answers(proxy, "/accounts/login/", tls=True)


def test_the_proxy_refuses_what_is_too_large_and_passes_on_what_the_desk_must_know(port: int, proxy: int) -> None:
    with connect(proxy, tls=True) as client:
        client.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000000\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 413"
    with connect(proxy, tls=True) as client:
        client.sendall(b"GET /profile/ HTTP/1.1\r\nHost: localhost:8443\r\nX-Forwarded-For: unknown\r\n\r\n")
        head = client.recv(4096)
    assert b"HTTP/1.1 302" in head
