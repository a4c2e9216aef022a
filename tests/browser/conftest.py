"""A real Chromium before a real server, with one organisation's orders in it."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from glu_admin.tenancy.models import Organisation, Role
from tests.furnished import alder_house, made_up_orders
from tests.patience import HANG_SECONDS

sync_api = pytest.importorskip("playwright.sync_api")

# Playwright keeps an event loop in this thread, which Django would take for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

WAIT_MS = 60_000
"""How long a page may take. Less than pytest's own limit: that one, struck inside Playwright, leaves it hanging."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.skip(f"no Chromium at {path}")
    sync_api.expect.set_options(timeout=WAIT_MS)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(transactional_db: None) -> Organisation:
    """Alder House with 130 made-up orders, complete, and a manager."""
    return alder_house(made_up_orders())


@pytest.fixture
def provoked() -> list[str]:
    """Parts of the errors in the console that a test may have; a test adds those that it means to have.

    Which answer a page gets is the tests' to say; and a database of tests may be busy where the machine is.
    """
    return ["the server responded with a status of", "Response Status Error Code 503"]


@pytest.fixture
def open_page(
    chromium: Any, live_server: LiveServer, desk: Organisation, provoked: list[str]
) -> Iterator[Callable[..., Any]]:
    """`open_page(path, **context options)`: a page of a signed-in manager, by default the list of orders.

    No error may stand in the console, a break of the content policy among them, but those that a test has `provoked`.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def build(path: str = "", *, signed_in: bool = True, **options: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 1000}, **options)
        contexts.append(context)
        context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.add_init_script(WATCH)
        context.set_default_timeout(WAIT_MS)
        if signed_in:
            context.add_cookies([{**session_cookie(desk), "url": live_server.url}])
        page = context.new_page()
        if path or signed_in:
            page.goto(path or "/o/alder-house/orders/")
        return page

    yield build
    for context in contexts:
        context.close()
    _wait_for_answers()
    assert [text for text in wrong if not any(expected in text for expected in provoked)] == []


def session_cookie(desk: Organisation) -> dict[str, str]:
    """The cookie of the manager's session, which signing in would give."""
    client = Client()
    client.force_login(desk.memberships.get(role=Role.MANAGER).user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def _wait_for_answers() -> None:
    """Wait until the server is done with what a closed page still asked: no table can be emptied before that."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(HANG_SECONDS)
            assert not thread.is_alive(), "the server is still answering a page that was closed"
