"""People are planted, pages and workers break under them, and they are looked for in every line of every log."""

import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.installation import Ground, Installation
from tests.faults.needles import files, where
from tests.faults.pages import EMAIL, Desk
from tests.journeys.processes import stop, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

KEY = "made-up-key-0001"
INVITED = "newcomer.quill@desk.example"
TYPED = "O'Quillfeather of Marsh Lane"
SETTINGS = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "GLU_RETRIES": "0"}
ASIDE = ("orders_orderdocument", "orders_order")


@pytest.fixture
def glu() -> Iterator[RunningSandbox]:
    with RunningSandbox([SandboxOrganisation("alder", "Alder House", KEY, seed=3, count=40)], every=0.5) as running:
        yield running


def test_nobody_is_in_the_logs(ground: Ground, glu: RunningSandbox) -> None:
    installation = ground.installation(glu.url, **SETTINGS)
    desk = Desk(installation)
    try:
        installation.start_beat(level="DEBUG")
        installation.start_worker(app="tests.faults.loose_tongued", level="DEBUG")
        desk.post("/o/alder/key/set/", page="/o/alder/key/", secret=KEY)
        wait_until(lambda: "loose-tongued on purpose" in installation.logs(), "a worker has failed over a row")
        wait_until(lambda: len(installation.rows("SELECT 1 FROM orders_order")) >= 40, "orders are copied")
        people = customers(installation)
        token = an_invitation(desk)
        reset = a_reset_link(installation)
        what_people_type(desk, people, token, reset)
        broken_pages(installation, desk, people, token, reset)
        broken_requests(desk, people)
    finally:
        stop(desk.process)
        installation.kill()
    logs = {name: text for name, text in files([installation.folder]).items() if name.endswith(".log")}
    assert where("OperationalError" if installation.servers is None else "ProgrammingError", logs), "no page was broken"
    assert where("/o/alder/orders/", logs), "no address was told"
    assert len(logs) == 3
    for needle in {*people, EMAIL, INVITED, TYPED, "Quillfeather", token, reset}:
        assert where(needle, logs) == [], needle
    for line in next(text for name, text in logs.items() if name.endswith("web.log")).decode().splitlines():
        if line.startswith("{"):
            assert json.loads(line)["level"], line
        else:  # the words with the set-up token, which are for the console
            assert not re.search(r"\[(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]|Warning", line), line


def customers(installation: Installation) -> set[str]:
    """What the sandbox's customers are called, and where they are written to."""
    rows = installation.rows(
        "SELECT customer_email_address, customer_last_name FROM orders_order WHERE customer_email_address <> ''"
    )
    found = {str(value) for row in rows for value in row if value and len(str(value)) > 6}
    assert len(found) > 10
    return found


def an_invitation(desk: Desk) -> str:
    """The token of a live invitation."""
    page = desk.post("/o/alder/team/invite/", page="/o/alder/team/", email=INVITED, role="manager").text
    token = re.search(r"/invitations/([^<\s/]+)/", page)
    assert token is not None
    return token[1]


def a_reset_link(installation: Installation) -> str:
    """The secret part of a live link to set a new password."""
    return installation.python(
        "from allauth.account.forms import default_token_generator\nfrom glu_admin.tenancy.models import User\n"
        f"print(default_token_generator.make_token(User.objects.get(email={EMAIL!r})))"
    ).strip()


def what_people_type(desk: Desk, people: set[str], token: str, reset: str) -> None:
    """Into the search, the address line, and the sign-in page."""
    for words in (*sorted(people)[:4], TYPED):
        desk.get(f"/o/alder/orders/?q={quote(words)}&recipient={words}")
        desk.get(f"/o/alder/orders/?total={quote(words)}", **{"HX-Request": "true"})
    for path in (f"/invitations/{token}/", f"/accounts/password/reset/key/1-{reset}/", f"/no/such/page/?q={TYPED}"):
        desk.get(path)
    desk.person.post(f"{desk.url}/accounts/login/", data={"login": INVITED, "password": TYPED}, timeout=30)


def broken_pages(installation: Installation, desk: Desk, people: set[str], token: str, reset: str) -> None:
    """Every kind of page again, while the tables behind it are away."""
    tables = ("tenancy_invitation", *ASIDE)
    rename(installation, [(table, f"{table}_aside") for table in tables])
    for words in (*sorted(people)[:4], TYPED):
        assert desk.get(f"/o/alder/orders/?q={quote(words)}").status_code >= 500
    assert desk.get(f"/invitations/{token}/?to={INVITED}").status_code >= 500
    rename(installation, [(f"{table}_aside", table) for table in tables])
    rename(installation, [("tenancy_user", "tenancy_user_aside")])
    assert desk.get(f"/accounts/password/reset/key/1-{reset}/?of={EMAIL}").status_code >= 500
    rename(installation, [("tenancy_user_aside", "tenancy_user")])


def rename(installation: Installation, tables: list[tuple[str, str]]) -> None:
    with installation.connection() as connection:
        for old, new in tables:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        connection.commit()


def broken_requests(desk: Desk, people: set[str]) -> None:
    """What the web server itself refuses, with words of its own."""
    address = urlsplit(desk.url)
    for name in (*sorted(people)[:2], TYPED):
        for request in (
            f"GET /o/alder/orders/?q={name} of {name} HTTP/1.1\r\n\r\n",
            f"G[T /o/alder/orders/?q={quote(name)} HTTP/1.1\r\n\r\n",
            f"GET / HTTP/1.1\r\nX-Name {name}\r\n\r\n",
            f"GET /{name} of {name}\r\n\r\n",
        ):
            with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=30) as connection:
                connection.sendall(request.encode())
                assert b"400" in connection.recv(4096)
