"""What a database holds, as counts and sums that a restored copy must come to again."""

from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

# Every column by its table, and whether it holds whole numbers. SQLite copies nothing while a statement is half read,
# as Django's own introspection leaves them.
_COLUMNS = {
    "sqlite": """
        SELECT it.name, has.name, has.type LIKE '%int%' FROM sqlite_master it, pragma_table_info(it.name) has
        WHERE it.type = 'table' AND it.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY it.name, has.name""",
    "postgresql": """
        SELECT it.table_name, has.column_name, has.data_type IN ('smallint', 'integer', 'bigint')
        FROM information_schema.tables it JOIN information_schema.columns has USING (table_schema, table_name)
        WHERE it.table_schema = current_schema() AND it.table_type = 'BASE TABLE'
        ORDER BY it.table_name, has.column_name""",
}


@dataclass(frozen=True)
class Contents:
    """Rows by table; the sum of each whole-number column by `table.column`; the migrations that were applied."""

    rows: dict[str, int]
    sums: dict[str, int]
    migrations: list[str]

    def differences(self, restored: "Contents") -> list[str]:
        """A sentence for each count, sum or migration in which `restored` differs from this; empty when equal."""
        found = []
        if self.migrations != restored.migrations:
            found.append("The applied migrations differ.")
        for what, mine, theirs in (("rows of", self.rows, restored.rows), ("sum of", self.sums, restored.sums)):
            for name in sorted(mine.keys() | theirs.keys()):
                if mine.get(name) != theirs.get(name):
                    found.append(f"The {what} {name}: {mine.get(name)} when backed up, {theirs.get(name)} restored.")
        return found

    def as_json(self) -> dict[str, Any]:
        """Plain values for a manifest's JSON; `Contents(**values)` makes the same contents of them."""
        return asdict(self)


def contents_of(connection: BaseDatabaseWrapper) -> Contents:
    """Count and sum every table, whatever version of the schema it has.

    Call it inside a transaction that sees one state of the database.
    """
    rows, sums = {}, {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS[connection.vendor])
        for table, found in groupby(cursor.fetchall(), key=itemgetter(0)):
            columns = [column for _, column, whole_number in found if whole_number]
            # In halves, as SQLite's sum of large numbers overflows.
            halves = [
                f"sum(cast({quote(column)} as bigint) {half})"
                for column in columns
                for half in (">> 32", "& 4294967295")
            ]
            cursor.execute(f"SELECT {', '.join(['count(*)', *halves])} FROM {quote(table)}")  # noqa: S608  (names it has)
            [(count, *parts)] = cursor.fetchall()
            rows[table] = count
            for column, high, low in zip(columns, parts[::2], parts[1::2], strict=True):
                sums[f"{table}.{column}"] = int(high or 0) * 2**32 + int(low or 0)
    applied = MigrationRecorder(connection).applied_migrations()
    return Contents(rows, sums, sorted(".".join(key) for key in applied))
