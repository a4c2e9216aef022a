"""A database of the version before carries on: its tables are migrated, its orders stay, and the mirror goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.keys.vault import try_key
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.session import Session
from orders.tasks import mirror_organisation
from tests.conftest import HOTEL_KEY
from tests.orders.mirroring import due, equal, mirror_everything, mirrored

# The last migration that the version before has of each app, None of one that is new.
BEFORE = {"tenancy": "0001_initial", "keys": "0001_initial", "orders": "0006_failures", "heartbeats": None}


@contextmanager
def tables_of_before() -> Iterator[None]:
    """The tables are those of the version before within, and today's afterwards, with their rows."""
    MigrationExecutor(connection).migrate(list(BEFORE.items()))
    try:
        yield
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        connection.close()  # a statement that was prepared before knows the tables as they were


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_database_of_the_version_before_carries_on(
    session: Session, sandbox: RunningSandbox, house: Any, staff_client: Client, manager_client: Client
) -> None:
    hotel = house.hotel
    mirror_everything(session)
    session.close()
    orders = mirrored(hotel)
    with tables_of_before():
        assert not columns("keys_glukey") & {"fingerprint", "opens", "takes_over"}
        assert "identified_key" not in columns("orders_mirrorstate")
        assert "glu_organisation_id" in columns("orders_mirrorstate")
    assert mirrored(hotel) == orders
    for path in ("orders/", f"orders/{orders[0]['id']}/", "mirror/"):
        assert staff_client.get(f"/o/alder-house/{path}").status_code == 200, path
    assert f"/o/alder-house/orders/{orders[0]['id']}/" in staff_client.get("/o/alder-house/orders/").content.decode()
    assert "…0001" in manager_client.get("/o/alder-house/key/").content.decode()
    for _ in range(5):
        sandbox.world.step("hotel")
    due(session, "next_due_at", "trailing_due_at", "whole_due_at", "transactions_due_at")
    mirror_organisation(hotel.pk)
    assert session.state().last_error == ""
    assert session.state().identified_key == lifecycle.current_key(hotel).pk  # type: ignore[union-attr]
    assert equal(session, sandbox)
    # Its key is known again in another organisation, though that version kept no hash of it.
    assert try_key(lifecycle.set_key(house.golf, HOTEL_KEY, None)) == GluKey.State.FOREIGN
