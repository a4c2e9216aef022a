"""The export page: what it offers and remembers, and how a file that is being made is followed."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from orders.exports.asking import ask_export
from orders.exports.choice import Choice
from orders.exports.making import make_export
from orders.search import parse_query
from tests.orders.builders import order, write

PAGE, FILE = "/o/alder-house/exports/", "/o/alder-house/exports/file/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def file_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def page_of(client: Client, path: str = PAGE) -> str:
    return re.sub(r"\s+", " ", client.get(path).text)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="column" value="([^"]+)" checked', page)


def test_single_columns_are_chosen_and_remembered_for_each_person(
    house: Any, staff_client: Client, manager_client: Client
) -> None:
    write(house.hotel, order(1, total=1250, customerName="Ann", lines=[{"id": 11, "name": "Tea", "total": 1250}]))
    everything = ticked(page_of(staff_client))
    assert {"total", "customer_name", "line.name", "line.currency_code"} <= set(everything)
    wanted = ["total", "customer_name", "line.name"]
    answer = staff_client.post(FILE, {"columns": "own", "column": ["customer_name", "total", "line.name"]})
    assert file_of(answer) == [{"Order": "1", "Total": "12.50", "Buyer": "Ann"}]
    lines = staff_client.post(FILE, {"columns": "own", "column": wanted, "shape": "lines"})
    assert file_of(lines) == [{"Order": "1", "Name": "Tea"}]
    nameless = staff_client.post(FILE, {"columns": "own", "column": wanted, "personal": "none"})
    assert file_of(nameless) == [{"Order": "1", "Total": "12.50"}]
    assert ticked(page_of(staff_client)) == wanted
    staff_client.post(FILE, {"columns": "accounting"})
    page = page_of(staff_client)
    assert '<option value="accounting" selected' in page
    assert ticked(page) == wanted  # what was ticked once waits until it is wanted again
    assert ticked(page_of(manager_client)) == everything


def test_a_column_there_is_not_gives_no_file(house: Any, staff_client: Client) -> None:
    for column in ("ip_address", "glu_id", "line.order", "x"):
        assert staff_client.post(FILE, {"columns": "own", "column": [column]}).status_code == 404
    assert not house.hotel.exports.exists()


def test_only_the_row_of_an_open_export_is_asked_for_again(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1))
    ready, waiting = (
        ask_export(house.hotel, house.staff, parse_query("", house.hotel), Choice(), allow_incomplete=False)
        for _ in range(2)
    )
    make_export(ready.pk)
    row = f'<li id="export-{waiting.token}" hx-get="{PAGE}{waiting.token}/row/" hx-trigger="every 2s"'
    page = page_of(staff_client)
    assert row in page
    assert page.count('hx-trigger="every 2s"') == 1
    make_export(waiting.pk)
    told = page_of(staff_client, f"{PAGE}{waiting.token}/row/")
    assert f'<li id="export-{waiting.token}" >' in told
    assert "hx-trigger" not in told
    assert "<summary>Manifest" in told


SCHEDULE = "/o/alder-house/exports/schedule/"


def sent(**fields: Any) -> dict[str, Any]:
    asked = {"view": "post", "rhythm": "weekly", "at": "02:30", "weekday": "4", "day": "1", "shape": "both"}
    return {**asked, "form": "xlsx", "columns": "dispatch", "personal": "none", "times": "utc", **fields}


def test_a_schedule_is_kept_listed_and_ended(house: Any, staff_client: Client, manager_client: Client) -> None:
    assert "No views yet" in staff_client.get(SCHEDULE).text
    house.hotel.saved_views.create(name="Post", slug="post", reach="shared")
    assert "No views yet" not in staff_client.get(SCHEDULE).text
    page = " ".join(staff_client.post(SCHEDULE, sent(since="yes"), follow=True).text.split())
    assert "Every Friday at 02:30, Europe/London · new and changed · <bdi>Staff" in page
    schedule = house.hotel.export_schedules.get()
    assert (schedule.shape, schedule.form, schedule.columns, schedule.personal) == ("both", "xlsx", "dispatch", "none")
    assert (schedule.only_since, schedule.allow_incomplete, schedule.user) == (True, False, house.staff)
    assert staff_client.post(f"{SCHEDULE}{schedule.token}/end/").status_code == 302
    assert not house.hotel.export_schedules.exists()


def test_what_cannot_be_a_schedule_is_said(house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    house.hotel.saved_views.create(name="Post", slug="post", reach="shared")
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    house.golf.saved_views.create(name="Golf", slug="golf", reach="shared")
    for wrong in ({"view": "mine"}, {"view": "golf"}, {"at": "25:00"}, {"rhythm": "hourly"}, {"day": "32"}):
        answer = staff_client.post(SCHEDULE, sent(**wrong))
        assert answer.status_code == 422, wrong
        assert "errorlist" in answer.text
    answer = staff_client.post(SCHEDULE, sent(shape="json", personal="full", since="yes"))
    assert (answer.status_code, "no column that says what is new" in answer.text) == (422, True)
    assert staff_client.post(SCHEDULE, sent(form="pdf")).status_code == 404
    monkeypatch.setattr("orders.exports.schedules.MOST_SCHEDULES", 0)
    assert "0 schedules already" in staff_client.post(SCHEDULE, sent()).text
    assert not house.hotel.export_schedules.exists()


def test_a_schedule_is_ended_by_who_made_it_or_a_manager(
    house: Any, staff_client: Client, manager_client: Client, outsider_client: Client
) -> None:
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    manager_client.post(SCHEDULE, sent(view="mine"))
    end = f"{SCHEDULE}{house.hotel.export_schedules.get().token}/end/"
    page = staff_client.get(PAGE).text
    assert end not in page
    assert "A view of somebody’s own" in page
    assert "Mine" not in page
    assert staff_client.post(end).status_code == 404
    assert outsider_client.post(end.replace("alder-house", "brae-links")).status_code == 404
    assert "Mine" in manager_client.get(PAGE).text
    manager_client.post(end)
    assert not house.hotel.export_schedules.exists()
