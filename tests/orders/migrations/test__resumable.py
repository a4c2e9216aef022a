"""A migration that was stopped before it was written down as done is run again, and changes nothing that it has done."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.orders.builders import order, write

LOADER = MigrationLoader(None)
RESUMABLE = [name for (app, name), found in sorted(LOADER.disk_migrations.items()) if app == "orders" and not found.atomic]


def run_again(name: str) -> None:
    migration = LOADER.disk_migrations["orders", name]
    before = LOADER.project_state([key for key in migration.dependencies if key[0] == "orders"])
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(before, editor)


def kept() -> dict[str, list[dict[str, Any]]]:
    return {
        name: list(apps.get_model("orders", name)._base_manager.order_by("pk").values())
        for name in ("Order", "OrderDocument", "OrderCounter")
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", RESUMABLE)
def test_what_was_stopped_goes_on(house: Any, name: str) -> None:
    write(house.hotel, order(1), order(2, dispatchStatus="Outstanding"))
    before = kept()
    run_again(name)
    assert kept() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL makes indexes while a table is used")
def test_an_index_that_was_not_finished_is_made_anew(house: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'order_odd'::regclass")
        run_again("0034_lints")
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'order_odd'::regclass")
        assert cursor.fetchone() == (True,)
