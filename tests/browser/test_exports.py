"""Exports in a browser: columns chosen, what is new since, a schedule, and a manifest that stays open."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation, User
from orders.exports.asking import ask_export
from orders.exports.choice import Choice
from orders.exports.making import make_export
from orders.search import parse_query
from tests.furnished import fill
from tests.orders.builders import order

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

EXPORTS = "/o/alder-house/exports/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def without_script(page: Any) -> Any:
    """A page of the same person in a browser that runs no script."""
    context = page.context.browser.new_context(
        base_url=page.url.partition("/o/")[0], java_script_enabled=False, storage_state=page.context.storage_state()
    )
    return context.new_page()


def downloaded(page: Any) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click("form.export footer button")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("script", [True, False])
def test_columns_what_is_new_and_a_schedule(open_page: Callable[..., Any], desk: Organisation, script: bool) -> None:
    desk.saved_views.create(name="Paid ones", slug="paid", query="payment=Paid", reach="shared")
    page = open_page(EXPORTS)
    if not script:
        page = without_script(page)
        page.goto(EXPORTS)
    sync_api.expect(page.locator(".own-columns")).to_be_hidden()
    page.select_option("[name=columns]", "own")
    for box in page.locator(".own-columns input").all():
        box.set_checked(box.get_attribute("value") in ("total", "customer_name"))
    rows = downloaded(page)
    assert (len(rows), list(rows[0])) == (130, ["Order", "Total", "Buyer"])
    if script:  # the page tells of the file, and of what would be new now, while what was chosen stays
        sync_api.expect(page.locator("#recent li")).to_have_count(1)
        sync_api.expect(page.locator("#since")).to_contain_text("0 new, 0 changed")
        sync_api.expect(page.locator("[name=columns]")).to_have_value("own")
    fill(desk, [{**order(9_000_001), "lines": []}])
    page.goto(EXPORTS)
    sync_api.expect(page.locator("form.export")).to_contain_text("1 new, 0 changed")
    page.check("[name=since]")
    assert [(row["Order"], row["Change"]) for row in downloaded(page)] == [("9000001", "new")]
    page.goto(EXPORTS)
    sync_api.expect(page.locator("form.export")).to_contain_text("0 new, 0 changed")
    page.click("text=Undo")
    sync_api.expect(page.locator("form.export")).to_contain_text("1 new, 0 changed")

    page.click("text=Add a schedule")
    sync_api.expect(page.locator("#id_weekday")).to_be_hidden()
    page.select_option("#id_rhythm", "weekly")
    sync_api.expect(page.locator("#id_weekday")).to_be_visible()
    sync_api.expect(page.locator("#id_day")).to_be_hidden()
    page.select_option("#id_weekday", label="Friday")
    page.fill("#id_at", "02:30")
    page.click("text=Keep this schedule")
    sync_api.expect(page.locator("#scheduled li")).to_contain_text("Every Friday at 02:30, Europe/London")
    assert desk.export_schedules.get().columns == "own,total,customer_name"
    page.click("#scheduled a:has-text('Change')")
    sync_api.expect(page.locator("#id_weekday")).to_have_value("4")
    page.select_option("#id_rhythm", "monthly")
    page.fill("#id_day", "31")
    page.click("text=Save the changes")
    sync_api.expect(page.locator("#scheduled li")).to_contain_text("Every month on day 31 at 02:30")
    page.click("#scheduled button:has-text('Pause')")
    sync_api.expect(page.locator("#scheduled li")).to_contain_text("Paused since today")
    page.click("#scheduled button:has-text('Resume')")
    sync_api.expect(page.locator("#scheduled li")).to_contain_text("Next")
    page.click("#scheduled button:has-text('End')")
    sync_api.expect(page.locator("#scheduled li")).to_have_count(0)
    if not script:
        page.context.close()


def test_a_manifest_stays_open_while_another_file_is_made(open_page: Callable[..., Any], desk: Organisation) -> None:
    user = User.objects.get()
    ready, waiting = (ask_export(desk, user, parse_query("", desk), Choice(), allow_incomplete=True) for _ in range(2))
    make_export(ready.pk)
    page = open_page(EXPORTS)
    page.click(f"#export-{ready.token} summary")
    page.focus(f"#export-{ready.token} summary")
    with page.expect_response(f"**/{waiting.token}/row/"):
        pass
    make_export(waiting.pk)
    sync_api.expect(page.locator(f"#export-{waiting.token}")).to_contain_text("Download")
    sync_api.expect(page.locator(f"#export-{ready.token} dl")).to_be_visible()
    sync_api.expect(page.locator(f"#export-{ready.token} summary")).to_be_focused()
    assert page.locator("#recent [hx-trigger]").count() == 0


def test_rows_of_a_list_are_exported_or_all_that_match(open_page: Callable[..., Any], desk: Organisation) -> None:
    page = open_page("/o/alder-house/orders/?size=25")
    for row in (0, 2):
        page.locator("#picked tbody .pick input").nth(row).check()
    page.click(".bulk button:has-text('Export')")
    sync_api.expect(page.locator("form.export")).to_contain_text("25 on this page")
    sync_api.expect(page.get_by_label("2 selected")).to_be_checked()
    assert len(downloaded(page)) == 2
    page.get_by_label("25 on this page").check()
    assert len(downloaded(page)) == 25
    page.goto("/o/alder-house/orders/?size=25&picked=130")
    page.click("text=Export all")
    fill(desk, [{**order(9_000_001), "lines": []}])
    page.click("form.export footer button")
    sync_api.expect(page.locator("[role=alert]")).to_contain_text("130 were chosen, and 131 orders are found now.")
    assert len(downloaded(page)) == 131
