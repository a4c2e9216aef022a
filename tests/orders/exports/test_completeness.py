"""A file that is not whole is never given as if it were: by page, by download and by command."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.core.management import CommandError
from django.test import Client

from glu_admin.tenancy.models import Organisation
from orders.exports import completeness
from orders.models import MirrorRun, MirrorState, MirrorWindow
from orders.payload import time_text
from orders.search import parse_query
from tests.orders.builders import CHANGES, RECONCILE, order, run, window, write
from tests.orders.commands import run as export

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
SEPTEMBER = "created=2026-09-01..2026-09-30"
REACHED = datetime(2026, 9, 24, 23, tzinfo=UTC)  # midnight in London
PAGE, FILE = "/o/alder-house/exports/", "/o/alder-house/exports/file/"


@pytest.fixture
def copying(house: Any) -> Any:
    """Twelve orders of the end of September are copied, with their lines; what is older is not read yet."""
    with time_machine.travel(NOW, tick=False):
        connected, hotel = NOW - timedelta(hours=2), house.hotel
        MirrorState.across_organisations.create(
            organisation=hotel, connected_watermark=time_text(connected), watermark=time_text(NOW)
        )
        run(hotel, CHANGES, NOW - timedelta(seconds=20))
        first = run(hotel, MirrorRun.Pass.HISTORY, connected, state=MirrorRun.State.RUNNING, finished_at=None)
        window(first, None, connected + timedelta(minutes=1))
        MirrorWindow.across_organisations.update(state=MirrorWindow.State.OPEN, next_before=time_text(REACHED))
        line = {"name": "Tea for two", "total": 1000}
        for n in range(1, 13):
            write(hotel, order(n, f"2026-09-{24 + n // 3}T23:30:00+00:00", lines=[{"id": n, **line}]))
        yield hotel


def whole(organisation: Organisation) -> None:
    """Everything has been read to its end."""
    window(run(organisation, RECONCILE, NOW), None, None)


def refused(monkeypatch: pytest.MonkeyPatch, query: str, *more: str) -> str:
    with pytest.raises(CommandError) as caught:
        export(monkeypatch, "export_orders", "alder-house", "--format", "csv", "--query", query, *more)
    return str(caught.value)


def asked_for(client: Client, address: str) -> Any:
    return client.post(FILE, dict(parse_qsl(address.removeprefix(f"{FILE}?"))))


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_page_says_how_many_so_far_and_what_is_missing(copying: Organisation, staff_client: Client) -> None:
    text = text_of(staff_client.get(f"{PAGE}?{SEPTEMBER}"))
    assert "12 orders so far" in text
    assert "12 so far; 1–24 September not copied yet." in text
    assert 'name="incomplete" value="yes" required' in text
    part = text_of(staff_client.get(f"{PAGE}?created=2026-09-25..2026-09-30"))
    assert "so far" not in part
    assert 'name="incomplete"' not in part
    whole(copying)
    assert "so far" not in text_of(staff_client.get(f"{PAGE}?{SEPTEMBER}"))


def test_the_download_takes_a_second_step(copying: Organisation, staff_client: Client) -> None:
    for shape in ("orders", "lines", "json"):
        address = f"{FILE}?{SEPTEMBER}&shape={shape}&form=plain"
        asked = asked_for(staff_client, address)
        assert asked.status_code == 409
        assert "1–24 September not copied yet" in text_of(asked)
        assert f'name="shape" value="{shape}" checked' in text_of(asked)
        assert 'name="form" value="plain" checked' in text_of(asked)
        given = asked_for(staff_client, f"{address}&incomplete=yes")
        assert given.status_code == 200
        assert "-incomplete-" in given.headers["Content-Disposition"]
        assert b"2026-09-24T23:30" in b"".join(given) or shape == "lines"
    whole(copying)
    assert "-incomplete-" not in asked_for(staff_client, f"{FILE}?{SEPTEMBER}").headers["Content-Disposition"]


def test_the_list_says_what_is_missing_from_the_days_it_shows(copying: Organisation, viewer_client: Client) -> None:
    listed = text_of(viewer_client.get(f"/o/alder-house/orders/?{SEPTEMBER}"))
    assert "12 so far; 1–24 September not copied yet." in listed
    assert "12 so far; everything before 25 September not copied yet." in text_of(
        viewer_client.get("/o/alder-house/orders/")
    )
    whole(copying)
    assert "so far" not in text_of(viewer_client.get(f"/o/alder-house/orders/?{SEPTEMBER}"))


def test_the_command_fails_unless_told_otherwise(
    copying: Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(monkeypatch, SEPTEMBER)
    assert said.startswith("12 so far; 1–24 September not copied yet. Nothing was written")
    assert "--allow-incomplete" in said
    command = ("export_orders", "alder-house", "--format", "csv", "--query", SEPTEMBER)
    assert export(monkeypatch, *command, "--allow-incomplete").count(b"\n") == 13
    assert capsys.readouterr().err == "Incomplete: 12 so far; 1–24 September not copied yet.\n"
    whole(copying)
    assert export(monkeypatch, *command).count(b"\n") == 13
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("", "everything before 25 September not copied yet"),
        ("dispatch=Outstanding", "everything before 25 September not copied yet"),
        ("created=..2026-09-30", "everything before 25 September not copied yet"),
        ("created=2026-09-20..", "20–24 September not copied yet"),
        ("updated=2026-10-01..", "everything before 25 September not copied yet"),
        ("updated=2026-09-03", "everything before 4 September not copied yet"),
        ("updated=2026-09-03&created=2026-09-02..", "2–3 September not copied yet"),
        ("scheduled=2026-12-01..2026-12-24", "everything before 25 September not copied yet"),
        ("scheduled=2026-12-01&created=2026-09-26..", ""),
        ("created=today", ""),
        ("created=2026-11-01..", ""),
    ],
)
def test_each_filter_asks_for_the_days_of_creation_that_it_needs(
    copying: Organisation, query: str, missing: str
) -> None:
    found = completeness(copying, parse_query(query, copying).criteria)
    assert "; ".join(found.lacking("orders")) == missing


def test_lines_that_were_never_read_are_missing_from_files_with_lines_alone(
    copying: Organisation, monkeypatch: pytest.MonkeyPatch, staff_client: Client
) -> None:
    whole(copying)
    copying.orders.filter(glu_id__lte=2).update(lines_due_at=NOW, lines_copied_at=None)
    copying.orders.filter(glu_id=3).update(lines_due_at=NOW)  # read before, and asked for again
    assert "the lines of 2 orders not read yet" in refused(monkeypatch, SEPTEMBER, "--lines")
    assert export(monkeypatch, "export_orders", "alder-house", "--format", "csv").count(b"\n") == 13
    statuses = {
        shape: asked_for(staff_client, f"{FILE}?shape={shape}").status_code for shape in ("orders", "lines", "json")
    }
    assert statuses == {"orders": 200, "lines": 409, "json": 409}
    page = text_of(staff_client.get(PAGE))
    assert "12 so far; the lines of 2 orders not read yet." in page
    assert 'name="incomplete" value="yes" >' in page  # not required, as orders alone are whole
    assert asked_for(staff_client, f"{FILE}?shape=lines&created=2026-09-28..").status_code == 200


def test_orders_under_suspicion_are_said(copying: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    whole(copying)
    copying.missing_orders.create(order=copying.orders.get(glu_id=5), found_at=NOW, due_at=NOW)
    assert "1 order in doubt" in refused(monkeypatch, SEPTEMBER)
    assert completeness(copying, parse_query("created=2026-09-27..", copying).criteria).lacking("orders") == []


def test_what_was_imported_is_exported_as_it_is(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(house.hotel, order(1))
    house.hotel.orders.update(lines_due_at=NOW, lines_copied_at=None)
    assert b'"id":1' in export(monkeypatch, "export_orders", "alder-house", "--format", "jsonl")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (SEPTEMBER, "alder-house-orders-created-2026-09-01-to-2026-09-30-incomplete-excel-made-2026-10-05-1300.csv"),
        (f"{SEPTEMBER}&payment=Paid&shape=lines&form=plain", "-30-filtered-incomplete-plain-made-"),
        ("shape=json", "alder-house-orders-with-lines-all-days-incomplete-made-2026-10-05-1300.jsonl"),
        ("created=yesterday&sort=total", "alder-house-orders-created-2026-10-04-excel-made-"),
        ("created=-2d..&updated=..today", "-created-from-2026-10-03-updated-until-2026-10-05-excel-made-"),
        ("refunded=2026-09-28..2026-09-29", "-refunded-2026-09-28-to-2026-09-29-incomplete-excel-made-"),
        ("q=tea&created=2026-09-28..", "orders-created-from-2026-09-28-filtered-excel-made-"),
    ],
)
def test_the_name_of_a_file_says_what_is_in_it(
    copying: Organisation, staff_client: Client, query: str, name: str
) -> None:
    answer = asked_for(staff_client, f"{FILE}?{query}&incomplete=yes")
    assert name in answer.headers["Content-Disposition"]
