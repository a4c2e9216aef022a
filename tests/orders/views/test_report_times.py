"""The page of times: what it says links to its orders, in words that say what is not known; its tables are files."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tests.orders.builders import order, write

PAGE, FILE = "/o/alder-house/reports/times/", "/o/alder-house/reports/times/file/"


def placed(glu_id: int, **fields: Any) -> dict[str, Any]:
    """An order of some days ago that came here later than it was placed."""
    made = (now() - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return order(glu_id, made, paymentStatus="Paid", paymentMethod="Gateway", dispatchStatus="Dispatched", **fields)


def test_what_is_known_and_what_is_not(house: Any, viewer_client: Client, staff_client: Client) -> None:
    soon = (now() + timedelta(days=2)).strftime("%Y-%m-%dT12:00:00+00:00")
    hostile = "<script>alert(1)</script>"
    write(
        house.hotel,
        placed(1, deliveryMethodName="Post"),
        placed(2, deliveryMethodName=hostile),
        {**placed(3, scheduledDeliveryAt=soon), "dispatchStatus": "Scheduled"},
    )
    page = viewer_client.get(f"{PAGE}?period=year").text
    assert "delivery=Post" in page
    assert "dispatch=Dispatched" in page
    assert "Next 30 days" in page
    assert hostile not in page
    assert "/times/file/" not in page
    assert "/times/file/" in staff_client.get(f"{PAGE}?period=year").text
    assert "is not a day" in viewer_client.get(f"{PAGE}?from=soon").text
    for table, lines in (("dispatch", 3), ("payment", 2), ("scheduled", 31)):
        file = staff_client.get(f"{FILE}?period=year&table={table}").getvalue().decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(file)))) == lines, table
    assert viewer_client.get(f"{FILE}?period=year&table=dispatch").status_code == 403
    assert staff_client.get(f"{FILE}?period=year&table=colour").status_code == 404
    assert staff_client.get(f"{FILE}?from=soon&table=dispatch").status_code == 302


def test_questions_do_not_grow_with_what_there_is(house: Any, viewer_client: Client) -> None:
    numbers = []
    for first in (1, 2, 40):
        write(house.hotel, *(placed(n, deliveryMethodName=f"M{n}") for n in range(first, first * 2)))
        with CaptureQueriesContext(connection) as asked:
            viewer_client.get(f"{PAGE}?period=year")
        numbers.append(len(asked))
    assert max(numbers) <= 12
    assert numbers[1] == numbers[2]


def test_what_only_groups_figures_is_no_matter_of_times(house: Any, viewer_client: Client) -> None:
    write(house.hotel, placed(1, deliveryMethodName="Post"))
    assert "delivery=Post" in viewer_client.get(f"{PAGE}?period=year&by=day").text
    assert "more than 120 months" in viewer_client.get(f"{PAGE}?from=1990-01-01&to=2026-12-31").text
