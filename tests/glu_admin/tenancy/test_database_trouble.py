"""An error of the database: away or busy only where its driver said so."""

import sqlite3
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from psycopg import errors as postgres

from glu_admin.tenancy.database_trouble import Trouble, trouble


def said_by(driver: Exception | None) -> OperationalError:
    error = OperationalError("words")
    error.__cause__ = driver
    return error


def of_sqlite(code: int) -> sqlite3.OperationalError:
    driver = sqlite3.OperationalError("words")
    driver.sqlite_errorcode = code
    return driver


@pytest.mark.parametrize(
    ("driver", "meant"),
    [
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), Trouble.AWAY),
        (of_sqlite(sqlite3.SQLITE_IOERR_READ), Trouble.AWAY),
        (of_sqlite(sqlite3.SQLITE_BUSY), Trouble.BUSY),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Trouble.BUSY),
        (of_sqlite(sqlite3.SQLITE_ERROR), None),
        (of_sqlite(sqlite3.SQLITE_FULL), None),
        (postgres.OperationalError("connection failed"), Trouble.AWAY),
        (postgres.AdminShutdown(), Trouble.AWAY),
        (postgres.ConnectionFailure(), Trouble.AWAY),
        (postgres.TooManyConnections(), Trouble.BUSY),
        (postgres.LockNotAvailable(), Trouble.BUSY),
        (postgres.QueryCanceled(), Trouble.SLOW),
        (of_sqlite(sqlite3.SQLITE_INTERRUPT), Trouble.SLOW),
        (postgres.DiskFull(), None),
        (None, Trouble.AWAY),
    ],
    ids=repr,
)
def test_the_drivers_code_says_what_it_is(driver: Exception | None, meant: Trouble | None) -> None:
    assert trouble(said_by(driver)) == meant


def test_other_errors_say_nothing_of_the_database() -> None:
    assert trouble(ValueError()) is None
    assert trouble(None) is None
    assert trouble(InterfaceError("connection already closed")) == Trouble.AWAY


def test_a_fault_of_a_statement_is_a_fault_of_ours(staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is there, and the page must not say otherwise."""

    def faulty(*args: Any, **kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing_of_this_name FROM tenancy_organisation")

    monkeypatch.setattr("glu_admin.tenancy.views.ProfileForm", faulty)
    staff_client.raise_request_exception = False
    response = staff_client.get("/profile/")
    assert response.status_code == 500
    assert "database" not in response.text.lower()


def test_a_busy_database_is_not_called_away(staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: Any, **kwargs: Any) -> Any:
        raise said_by(of_sqlite(sqlite3.SQLITE_BUSY))

    monkeypatch.setattr("glu_admin.tenancy.views.ProfileForm", busy)
    response = staff_client.get("/profile/")
    assert response.status_code == 503
    assert "busy" in response.text
    assert "cannot be reached" not in response.text
