"""What people ask of the mirror, many of them at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.template import engines
from django.test import Client

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun
from orders.recheck import TooManyRanges, is_visited, want_range
from tests.orders.builders import order, write
from tests.patience import HANG_SECONDS

AT_ONCE = 24
DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(AT_ONCE)]


@pytest.fixture
def database_of_a_thread(transactional_db: None, house: Any, tmp_path: Path) -> Any:
    """To be called in a thread: its own connection. SQLite's database of a test is in memory, so it is put on disk."""
    made = tmp_path / "threads.sqlite3"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(made)])

    def begin() -> None:
        if connection.vendor == "sqlite":
            other = connections.create_connection("default")
            other.settings_dict = {**other.settings_dict, "NAME": str(made)}
            connections["default"] = other

    return begin


def test_many_who_ask_at_once_start_no_more_readings_than_one_after_the_other(
    house: Any, database_of_a_thread: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.recheck.hint", lambda *_, **__: None)
    together = Barrier(AT_ONCE)

    def ask(day: date) -> str:
        database_of_a_thread()
        try:
            organisation = Organisation.objects.get(pk=house.hotel.pk)
            together.wait(HANG_SECONDS)
            want_range(organisation, day, day)
        except TooManyRanges:
            return "refused"
        else:
            return "started"
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert Counter(threads.map(ask, DAYS)) == {"started": 3, "refused": AT_ONCE - 3}


def test_the_same_days_asked_for_twice_are_read_once(house: Any) -> None:
    first = want_range(house.hotel, DAYS[0], DAYS[1])
    assert want_range(house.hotel, DAYS[0], DAYS[1]) == first
    assert house.hotel.mirror_runs.filter(kind=MirrorRun.Pass.RANGE).count() == 1


@pytest.mark.parametrize(
    ("page", "visits"),
    [
        ("orders/", True),
        ("orders/41/", True),
        ("mirror/", True),
        ("exports/", True),
        ("mirror/elsewhere/", True),
        ("mirror/freshness/", False),  # a page that was left open asks for it by itself
    ],
)
def test_whoever_opens_a_page_visits(house: Any, manager_client: Client, page: str, visits: bool) -> None:
    write(house.hotel, order(41))
    assert manager_client.get(f"/o/alder-house/{page}").status_code == 200
    assert is_visited(house.hotel) == visits


def test_a_template_steers_nothing(house: Any) -> None:
    page = engines["django"].from_string("{% load freshness %}{% freshness_chip organisation %}")
    assert "No key" in page.render({"organisation": house.hotel})
    assert not is_visited(house.hotel)
