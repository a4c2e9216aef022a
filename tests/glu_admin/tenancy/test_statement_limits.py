"""What takes too long in the database ends, with advice; what comes after it is not held to the same limit."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.db import OperationalError, connection
from django.test import Client

from glu_admin.tenancy.database_trouble import Trouble, trouble
from glu_admin.tenancy.statement_limits import statement_limit
from tests.orders.builders import order, write

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(100000)",
}
ENDLESS_ROWS = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 3 OR x < 0",
    "postgresql": "SELECT CASE WHEN n > 2 THEN n + length(pg_sleep(100000)::text) ELSE n END "
    "FROM generate_series(1, 9) n",
}


def ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_ends() -> None:
    with statement_limit(0.2), pytest.raises(OperationalError) as raised:
        ask(ENDLESS[connection.vendor])
    assert trouble(raised.value) == Trouble.SLOW
    assert ask("SELECT 1") == [(1,)] or ask("SELECT 1") == [[1]]


@pytest.mark.django_db(transaction=True)
def test_each_statement_has_the_whole_time_and_the_inner_limit_holds() -> None:
    with statement_limit(0.2):
        for _ in range(3):
            ask("SELECT 1")
        with statement_limit(100):
            slow = threading.Timer(0.5, lambda: None)
            slow.start()
            slow.join()  # longer than the outer limit
            ask("SELECT 1")
        if connection.vendor == "sqlite":
            with pytest.raises(OperationalError):
                ask(ENDLESS["sqlite"])


@pytest.mark.django_db(transaction=True)
def test_a_page_that_takes_too_long_says_what_to_do(
    house: Any, viewer_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATEMENT_SECONDS = 0.5
    monkeypatch.setattr("orders.views.table.list_page", lambda *_: ask(ENDLESS[connection.vendor]))
    page = viewer_client.get("/o/alder-house/orders/?q=gift&payment=Paid")
    assert page.status_code == 503
    assert "took too long" in page.text
    assert "fewer days" in page.text
    assert 'href="/o/alder-house/orders/?q=gift&amp;payment=Paid"' in page.text
    monkeypatch.undo()
    settings.STATEMENT_SECONDS = 15
    assert viewer_client.get("/o/alder-house/orders/?q=gift").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_export_has_a_limit_of_its_own(
    house: Any, staff_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house.hotel, order(1))

    def slow(*_: Any, **__: Any) -> Iterator[str]:
        yield str(ask(ENDLESS[connection.vendor]))

    monkeypatch.setattr("orders.exports.making.csv_texts", slow)
    settings.EXPORT_STATEMENT_SECONDS = 0.3
    answer = staff_client.post("/o/alder-house/exports/file/")
    assert answer.status_code == 503
    assert "took too long" in answer.text
    assert house.hotel.exports.get().trouble == "slow"


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_lock_for_long(house: Any, viewer_client: Client, settings: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("readers of SQLite wait for no lock")
    settings.STATEMENT_SECONDS = 1.0
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE orders_order IN ACCESS EXCLUSIVE MODE")
            page = viewer_client.get("/o/alder-house/orders/?created=2026-01-01..")
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert page.status_code == 503
    assert "busy" in page.text


def test_pages_and_exports_are_limited() -> None:
    assert 0 < project.STATEMENT_SECONDS < project.EXPORT_STATEMENT_SECONDS < project.EXPORT_SECONDS
