"""What an error of the database means, by the code that its driver gave; no cause is named that was not seen."""

import sqlite3
from enum import Enum

from django.db import InterfaceError, OperationalError

_SQLITE_AWAY = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES_AWAY = ("08", "57P")  # the connection, and a server that stops or starts
_POSTGRES_BUSY = ("40", "53300", "55P03")  # conflict, too many connections, lock not available
_POSTGRES_SLOW = "57014"  # cancelled


class Trouble(Enum):
    """What keeps the database from answering, where it is nobody's fault here."""

    AWAY = "away"
    BUSY = "busy"
    SLOW = "slow"  # a statement took longer than it may


def trouble(error: BaseException | None) -> Trouble | None:
    """What an error says about the state of the database; None for an error that is a fault like any other."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return None
    driver = error.__cause__
    if isinstance(driver, sqlite3.Error):
        code = getattr(driver, "sqlite_errorcode", 0) & 0xFF  # the rest of it says more exactly what
        if code == sqlite3.SQLITE_INTERRUPT:
            return Trouble.SLOW
        return Trouble.AWAY if code in _SQLITE_AWAY else Trouble.BUSY if code in _SQLITE_BUSY else None
    state = getattr(driver, "sqlstate", None)
    if state is None or state.startswith(_POSTGRES_AWAY):  # without a code no server was reached
        return Trouble.AWAY
    if state == _POSTGRES_SLOW:
        return Trouble.SLOW
    return Trouble.BUSY if state.startswith(_POSTGRES_BUSY) else None
