"""How the database is connected to, whichever it is."""

from typing import Any


def with_options(database: dict[str, Any]) -> dict[str, Any]:
    """An entry of Django's DATABASES with the options that the desk needs.

    On PostgreSQL an option that the database's URL sets is left as it is.
    """
    options = dict(database.get("OPTIONS", {}))
    if database["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE with WAL is what lets the web process and the workers write side by side without "locked".
        options.update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        )
    else:
        options.setdefault("connect_timeout", 5)
    return {"CONN_MAX_AGE": 60, **database, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
