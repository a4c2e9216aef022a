"""Files that are made: whole or not there, told exactly in their manifests, kept for a while, due while a row says."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation, Role, User
from orders.exports import asking, csv_files, making
from orders.exports.asking import TooManyExports, ask_again, ask_export, cancel
from orders.exports.choice import Choice
from orders.exports.making import MOST_ATTEMPTS, due_exports, forget_expired, make_export, path_of
from orders.models import Export
from orders.search import parse_query
from orders.tasks import tick
from tests.orders.builders import order, write

PAGE, FILE = "/o/alder-house/exports/", "/o/alder-house/exports/file/"
State = Export.State


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Three orders in pounds and one in yen, with three lines."""
    line = {"name": "Tea", "total": 500}
    write(
        house.hotel,
        order(1, customerName="Ann Ash", deliveryAddressPostcode="RH14 0AB", lines=[{"id": 11, **line}]),
        order(2, customerName="=1+1", phoneNumber="07700 900416", total=-250),
        order(3, customerName="Bob", lines=[{"id": 31, **line}, {"id": 32, **line}]),
        order(4, currencyCode="JPY", total=5000, updatedAt="2026-11-02T10:00:00+00:00"),
    )
    return house.hotel  # type: ignore[no-any-return]


def asked(organisation: Organisation, user: User, query: str = "", **choice: Any) -> Export:
    return ask_export(organisation, user, parse_query(query, organisation), Choice(**choice), allow_incomplete=False)


def made(organisation: Organisation, user: User, query: str = "", **choice: Any) -> Export:
    export = asked(organisation, user, query, **choice)
    make_export(export.pk)
    export.refresh_from_db()
    return export


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_manifest_says_what_is_in_the_file(hotel: Organisation, house: Any) -> None:
    export = made(hotel, house.staff, "sort=created")
    told, file = json.loads(export.manifest), path_of(export).read_bytes()
    assert told["sha256"] == hashlib.sha256(file).hexdigest()
    assert (told["bytes"], export.size) == (len(file), len(file))
    rows = rows_of(file.decode())
    assert told["columns"]["orders"] == [name.partition(" (")[0] for name in rows[0]]
    assert told["holds"]["orders"] == {
        "rows": 4,
        "sums": {"GBP": "17.50", "JPY": "5000"},
        "newest_change": "2026-11-02T10:00:00+00:00",
        "guarded_cells": 1,
    }
    assert told["filter"] == "All orders, oldest first"
    assert told["filter_address"] == "/o/alder-house/orders/?sort=created"
    assert (told["zone"], told["choice"]["personal"], told["made_by"]) == ("Europe/London", "full", "Staff")
    assert told["complete"] is True


def test_both_are_two_files_in_one_archive(hotel: Organisation, house: Any) -> None:
    export = made(hotel, house.staff, shape="both", form="plain")
    with zipfile.ZipFile(path_of(export)) as archive:
        parts = {name: rows_of(archive.read(name).decode()) for name in archive.namelist()}
    assert {name: len(rows) for name, rows in parts.items()} == {"orders.csv": 4, "lines.csv": 3}
    assert json.loads(export.manifest)["holds"]["lines"]["sums"] == {"GBP": "15.00"}
    assert export.file_name.endswith(".zip")


def test_excel_reads_back_what_was_written(hotel: Organisation, house: Any) -> None:
    write(hotel, order(5, "2026-07-01T10:00:00Z", currencyCode="XQZ", customerName="two\nlines\x0bin one", total=12))
    book = openpyxl.load_workbook(io.BytesIO(path_of(made(hotel, house.staff, shape="both", form="xlsx")).read_bytes()))
    heading, *rows = book["Orders"].iter_rows(values_only=True)
    found = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert set(found) == {"1", "2", "3", "4", "5"}
    assert found["2"]["Buyer"] == "=1+1"
    assert found["2"]["Phone"] == "07700 900416"
    assert found["2"]["Total"] == -2.5
    assert found["5"]["Total"] == "12 (unit not known)"
    assert found["5"]["Created (Europe/London)"].isoformat() == "2026-07-01T11:00:00"
    assert found["5"]["Buyer"].replace("_x000B_", "\x0b") == "two\nlines\x0bin one"
    assert book["Lines"].max_row == 4


@pytest.mark.parametrize(
    ("personal", "buyer", "postcode"), [("full", "Ann Ash", "RH14 0AB"), ("reduced", "A.", "RH14")]
)
def test_personal_data_is_full_reduced_or_none(
    hotel: Organisation, house: Any, personal: str, buyer: str, postcode: str
) -> None:
    row = rows_of(path_of(made(hotel, house.staff, "sort=created", personal=personal)).read_text())[0]
    assert (row["Buyer"], row["Delivery postcode"]) == (buyer, postcode)
    assert ("Phone" in row) == (personal == "full")
    none = path_of(made(hotel, house.staff, personal="none")).read_text()
    assert not [word for word in ("Ann", "RH14", "Buyer", "Phone") if word in none]


def test_a_small_file_comes_at_once_and_stays_for_a_while(hotel: Organisation, staff_client: Client) -> None:
    answer = staff_client.post(FILE, {"columns": "dispatch", "sort": "created"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="alder-house-orders-all-days-')
    first = b"".join(answer)
    assert int(answer.headers["Content-Length"]) == len(first)
    export = hotel.exports.get()
    page = re.sub(r"\s+", " ", staff_client.get(PAGE).text)
    assert f"{PAGE}{export.token}/" in page
    assert json.loads(export.manifest)["sha256"] in page
    assert '<option value="dispatch" selected' in page  # remembered
    assert b"".join(staff_client.get(f"{PAGE}{export.token}/")) == first
    assert staff_client.get(f"{PAGE}{export.token}/manifest/").json() == json.loads(export.manifest)


def test_a_large_one_is_made_by_the_workers(
    hotel: Organisation, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SMALL", 3)
    answer = staff_client.post(FILE)
    assert answer.status_code == 302
    waiting = hotel.exports.get()
    assert waiting.state == State.WAITING
    assert due_exports().get() == waiting
    make_export(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == State.DONE


def test_what_fails_is_no_file_and_can_be_made_again(
    hotel: Organisation, house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        yield "Order\r\n"
        raise OperationalError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(making, "csv_texts", failing)
        assert staff_client.post(FILE).status_code == 503
    export = hotel.exports.get()
    assert (export.state, export.trouble) == (State.FAILED, Export.Trouble.BROKE)
    assert not list(path_of(export).parent.iterdir())
    assert staff_client.post(f"{PAGE}{export.token}/again/").status_code == 302
    make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.trouble) == (State.DONE, "")


def test_an_export_that_is_cancelled_ends(
    hotel: Organisation, house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(hotel, house.staff)

    def cancelled(*_: Any, **__: Any) -> Any:
        assert staff_client.post(f"{PAGE}{export.token}/cancel/").status_code == 302
        yield "Order\r\n"
        raise AssertionError("it went on")

    monkeypatch.setattr(making, "csv_texts", cancelled)
    monkeypatch.setattr(making, "_TOLD_EVERY", -1)
    make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.CANCELLED
    assert not list(path_of(export).parent.iterdir())


@pytest.mark.parametrize("form", ["excel", "plain", "xlsx"])
@pytest.mark.parametrize("shape", ["lines", "both", "json"])
def test_one_that_breaks_off_leaves_nothing(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch, form: str, shape: str
) -> None:
    export = asked(hotel, house.staff, form=form, shape=shape)
    told = making._teller

    def ending(*args: Any) -> Any:
        cancel(export)
        return told(*args)

    monkeypatch.setattr(making, "_teller", ending)
    monkeypatch.setattr(making, "_TOLD_EVERY", -1)
    make_export(export.pk)
    export.refresh_from_db()
    assert export.state == State.CANCELLED
    assert not list(path_of(export).parent.iterdir())


@pytest.mark.parametrize("second_is_done", [True, False])
def test_one_that_is_asked_for_again_while_it_is_written_is_the_second_workers_alone(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch, second_is_done: bool
) -> None:
    """The first worker has not seen yet that it was cancelled."""
    export = asked(hotel, house.staff)
    real, asked_again = making.csv_texts, list[bool]()  # type: ignore[attr-defined]

    def cancelled_and_asked_for_again(*args: Any, **more: Any) -> Any:
        texts = real(*args, **more)
        yield next(texts)
        if not asked_again:
            asked_again.append(True)
            cancel(export)
            ask_again(export)
            if second_is_done:
                make_export(export.pk)
            else:
                taken = {"state": State.RUNNING, "attempts": 1, "started_at": now(), "held_until": now()}
                hotel.exports.update(**taken)
        yield from texts

    monkeypatch.setattr(making, "csv_texts", cancelled_and_asked_for_again)
    make_export(export.pk)
    export.refresh_from_db()
    assert export.state == (State.DONE if second_is_done else State.RUNNING)
    assert [file.read_bytes() for file in path_of(export).parent.iterdir()] == (
        [path_of(export).read_bytes()] if second_is_done else []
    )
    if second_is_done:
        digest = hashlib.sha256(path_of(export).read_bytes()).hexdigest()
        assert json.loads(export.manifest)["sha256"] == digest


@pytest.mark.parametrize("form", ["excel", "xlsx"])
def test_lines_are_of_the_orders_beside_them_whatever_comes_meanwhile(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    asked_for = asked(hotel, house.staff, shape="both", form=form)
    real = csv_files.batches

    def with_news(keys: Any, account: Any) -> Any:
        yield from real(keys, account)
        write(hotel, order(9, lines=[{"id": 91, "name": "Tea"}]))

    monkeypatch.setattr(csv_files, "batches", with_news)
    make_export(asked_for.pk)
    asked_for.refresh_from_db()
    holds = json.loads(asked_for.manifest)["holds"]
    assert (holds["orders"]["rows"], holds["lines"]["rows"]) == (4, 3)
    assert hotel.orders.filter(glu_id=9).exists()


def test_one_that_was_made_again_does_not_go_with_the_one_before(hotel: Organisation, house: Any) -> None:
    export = made(hotel, house.staff)
    first = hotel.exports.get()
    making.forget(first)
    ask_again(export)
    make_export(export.pk)
    making.forget(first)  # another worker, that had read the row before
    assert path_of(export).exists()
    assert hotel.exports.get().state == State.DONE


def test_a_fault_of_ours_is_said_and_not_tried_for_minutes(
    hotel: Organisation, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "csv_texts", lambda *_, **__: iter([1]))
    assert staff_client.post(FILE).status_code == 503
    export = hotel.exports.get()
    assert (export.state, export.trouble) == (State.FAILED, Export.Trouble.BROKE)


def test_a_very_long_text_is_no_end_of_an_excel_file(hotel: Organisation, house: Any) -> None:
    write(hotel, order(5, lines=[{"id": 51, "personalMessage": "=A" * 100_000}]))
    export = made(hotel, house.staff, form="xlsx", shape="lines")
    assert export.state == State.DONE
    sheet = openpyxl.load_workbook(io.BytesIO(path_of(export).read_bytes())).active
    assert max(len(str(cell.value)) for row in sheet.iter_rows() for cell in row) == 32_767


def test_what_a_killed_worker_wrote_is_removed(hotel: Organisation, house: Any) -> None:
    export = asked(hotel, house.staff)
    path = path_of(export)
    left, other = path.with_suffix(".1"), path.with_name("another.1")
    for folder in (left, other):
        folder.mkdir(parents=True)
        (folder / "file").write_text("half of it")
    make_export(export.pk)
    assert sorted(path.parent.iterdir()) == sorted([path, other])
    forget_expired()  # of that one nobody makes anything
    assert list(path.parent.iterdir()) == [path]
    left.mkdir()
    Export.across_organisations.update(state=State.RUNNING)
    forget_expired()
    assert left.exists()
    Export.across_organisations.update(
        state=State.RUNNING, attempts=MOST_ATTEMPTS, held_until=now() - timedelta(seconds=1)
    )
    make_export(export.pk)
    assert not left.exists()


def test_what_a_dead_worker_left_is_taken_up_and_not_for_ever(hotel: Organisation, house: Any) -> None:
    export = asked(hotel, house.staff)
    export.attempts = 1
    Export.across_organisations.update(state=State.RUNNING, attempts=1, held_until=now() + timedelta(seconds=60))
    make_export(export.pk)  # somebody has it
    export.refresh_from_db()
    assert export.state == State.RUNNING
    Export.across_organisations.update(held_until=now() - timedelta(seconds=1))
    assert due_exports().get() == export
    make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.attempts) == (State.DONE, 2)
    Export.across_organisations.update(
        state=State.RUNNING, attempts=MOST_ATTEMPTS, held_until=now() - timedelta(seconds=1)
    )
    make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.trouble) == (State.FAILED, Export.Trouble.KILLED)


def test_the_tick_hints_what_is_due(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    export = asked(hotel, house.staff)
    monkeypatch.setattr("glu_admin.hints._send", lambda name, args, *_: sent.append((name, args)))
    with django_capture_on_commit_callbacks(execute=True):
        tick()
    assert ("orders.make_export", (export.pk,)) in sent


def test_files_die_after_their_time_and_the_oldest_make_room(hotel: Organisation, house: Any, settings: Any) -> None:
    first, second = made(hotel, house.staff), made(hotel, house.staff)
    settings.EXPORT_STORED_BYTES = first.size * 2 + 10
    third = made(hotel, house.staff)
    for export in (first, second, third):
        export.refresh_from_db()
    assert [each.state for each in (first, second, third)] == [State.EXPIRED, State.DONE, State.DONE]
    assert [path_of(each).exists() for each in (first, second, third)] == [False, True, True]
    Export.across_organisations.filter(pk=second.pk).update(expires_at=now())
    forget_expired()
    second.refresh_from_db()
    assert second.state == State.EXPIRED
    assert not path_of(second).exists()
    settings.EXPORT_STORED_BYTES = 10
    assert made(hotel, house.staff).trouble == Export.Trouble.TOO_LARGE
    ask_again(second)
    make_export(second.pk)


def test_files_are_private_to_their_organisation(
    hotel: Organisation, house: Any, outsider_client: Client, viewer_client: Client
) -> None:
    export = made(hotel, house.staff)
    for path in (f"{PAGE}{export.token}/", f"{PAGE}{export.token}/manifest/"):
        assert outsider_client.get(path).status_code == 404
        assert outsider_client.get(path.replace("alder-house", "brae-links")).status_code == 404
        assert viewer_client.get(path).status_code == 403
    assert path_of(export).parent.stat().st_mode & 0o077 == 0


def test_what_is_made_again_counts_as_open(hotel: Organisation, house: Any, staff_client: Client) -> None:
    for _ in range(3):
        made(hotel, house.staff)
    hotel.exports.update(state=State.EXPIRED)
    for export in hotel.exports.all():
        answer = staff_client.post(f"{PAGE}{export.token}/again/", follow=True)
    assert "2 exports of Staff are still running. Wait until one of them has ended" in answer.text
    assert hotel.exports.filter(state__in=Export.OPEN).count() == 2


def test_a_person_has_two_exports_open_and_an_organisation_four(house: Any, staff_client: Client) -> None:
    for _ in range(2):
        asked(house.hotel, house.staff)
    answer = staff_client.post(FILE, {"shape": "lines", "payment": "Paid"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    text = re.sub(r"\s+", " ", answer.text)
    assert "2 exports of yours are still running." in text
    assert 'name="shape" value="lines" checked' in text
    assert 'name="payment" value="Paid"' in text
    for _ in range(2):
        asked(house.hotel, house.manager)
    guest = User.objects.create_user("guest@desk.example", "correct horse battery", name="Guest")
    house.hotel.memberships.create(user=guest, role=Role.STAFF)
    with pytest.raises(TooManyExports, match="4 exports of Alder House"):
        asked(house.hotel, guest)
    cancel(house.hotel.exports.first())
    assert asked(house.hotel, guest)
