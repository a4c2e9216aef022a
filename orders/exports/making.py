"""A file made: written beside its place, moved there when it is whole, told in its manifest.

The row says what is due: an export that is waiting, or whose worker has not held it for a while, is made by whoever
takes it, in a folder of its own. A file that is not whole never has its name.
"""

import contextlib
import hashlib
import json
import logging
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now

from glu_admin.private import private_folder
from glu_admin.tenancy.database_trouble import Trouble as DatabaseTrouble
from glu_admin.tenancy.database_trouble import trouble as database_trouble
from glu_admin.tenancy.statement_limits import statement_limit
from orders.exports.account import Account
from orders.exports.choice import Choice
from orders.exports.completeness import completeness
from orders.exports.csv_files import csv_texts, headings, row_texts, settle
from orders.exports.filenames import export_filename
from orders.exports.jsonl import jsonl_orders
from orders.exports.manifest import manifest
from orders.exports.marks import Mark, mark_now, read_mark
from orders.exports.rights import export_rights
from orders.exports.xlsx import Book
from orders.models import Export, ExportSchedule
from orders.search import Query, parse_query

logger = logging.getLogger(__name__)

HELD = timedelta(seconds=150)
"""How long an export belongs to a worker that is without news; longer than one statement may take."""

MOST_ATTEMPTS = 3
_TOLD_EVERY = 1.0  # seconds
_ACCOUNTS = {"orders": ("orders",), "lines": ("lines",), "both": ("orders", "lines"), "json": ("orders",)}


class _Ended(Exception):
    """It was cancelled, or another worker has it."""


class _Troubled(Exception):
    """It cannot be made; the argument is an Export.Trouble."""


def due_exports() -> QuerySet[Export]:
    """The exports that nobody is making."""
    abandoned = Q(state=Export.State.RUNNING, held_until__lt=now())
    return Export.across_organisations.filter(Q(state=Export.State.WAITING) | abandoned)


def make_export(pk: int) -> Export | None:
    """Make the file of an export that is due, and nothing where it is not; what goes wrong stands on the row.

    The export is returned where its file is there now.
    """
    moment = now()
    due = due_exports().filter(pk=pk)
    if due.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=Export.State.FAILED, trouble=Export.Trouble.KILLED, finished_at=moment
    ):
        _clear(path_of(Export.across_organisations.get(pk=pk)))
        return None
    if not due.update(
        state=Export.State.RUNNING,
        attempts=F("attempts") + 1,
        held_until=moment + HELD,
        started_at=moment,
        orders_done=0,
    ):
        return None
    export = Export.across_organisations.select_related("organisation").get(pk=pk)
    trouble = Export.Trouble.BROKE
    try:
        with statement_limit(settings.EXPORT_STATEMENT_SECONDS):
            _make(export)
        return Export.across_organisations.select_related("organisation").filter(pk=pk, state=Export.State.DONE).first()
    except _Ended:
        return None
    except _Troubled as error:
        trouble = error.args[0]
    except TimeoutError:
        trouble = Export.Trouble.SLOW
    except Exception as error:  # whatever it was, somebody waits to hear of it
        logger.exception("an export broke off")
        if database_trouble(error) is DatabaseTrouble.SLOW:
            trouble = Export.Trouble.SLOW
    with contextlib.suppress(DatabaseError):
        _mine(export).update(state=Export.State.FAILED, trouble=trouble, finished_at=now())
    return None


def choice_of(export: Export | ExportSchedule) -> Choice:
    """What the file is to hold."""
    return Choice(export.shape, export.form, export.columns, export.personal, export.times)  # type: ignore[arg-type]


def path_of(export: Export) -> Path:
    """Where its file is while it is done; each organisation has a folder of its own."""
    return settings.STATE_DIR / "exports" / str(export.organisation_id) / str(export.token)


def _mine(export: Export) -> QuerySet[Export]:
    """The row as long as this worker has it. Cancelled and asked for again, it is another's, taken at another time."""
    return Export.across_organisations.filter(
        pk=export.pk, state=Export.State.RUNNING, attempts=export.attempts, started_at=export.started_at
    )


def _make(export: Export) -> None:
    organisation, choice, path = export.organisation, choice_of(export), path_of(export)
    if export.schedule_id and export_rights(organisation, export.user) is None:
        raise _Troubled(Export.Trouble.RIGHTS)
    query = parse_query(export.query, organisation)
    if query.errors or query.ignored:
        raise _Troubled(Export.Trouble.UNREADABLE)
    query = query.all_orders()
    private_folder(settings.STATE_DIR / "exports")
    private_folder(path.parent)
    known = completeness(organisation, query.criteria)
    lacking = known.lacking(choice.shape)
    since = read_mark(export.since) if export.since else None
    accounts = {name: Account(since.order if since else None) for name in _ACCOUNTS[choice.shape]}
    _clear(path)
    mark, marked_at = mark_now(organisation), now()
    with tempfile.TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent, ignore_cleanup_errors=True) as folder:
        part = Path(folder) / "file"
        _write(export, query, choice, part, accounts, since)
        size, digest = part.stat().st_size, _sha256(part)
        if size > settings.EXPORT_STORED_BYTES:
            raise _Troubled(Export.Trouble.TOO_LARGE)
        _make_room(export, size)
        moment = now()
        name = export_filename(organisation, query, choice, moment, is_whole=not lacking, is_since=bool(since))
        told = manifest(export, query, choice, known, accounts, moment=moment, name=name, size=size, sha256=digest)
        # The row is locked until the file has its name, so that nobody else's can have it.
        with transaction.atomic():
            if not _mine(export).update(
                state=Export.State.DONE,
                finished_at=moment,
                expires_at=moment + timedelta(days=settings.EXPORT_DAYS),
                rows=sum(account.rows for account in accounts.values()),
                size=size,
                file_name=name,
                manifest=json.dumps(told),
                # One that is made again is handed over a second time: what came in between stays new for the next.
                **({} if export.marked_at else {"mark": str(mark), "marked_at": marked_at}),
            ):
                raise _Ended
            part.rename(path)


def _clear(path: Path) -> None:
    """Remove what workers left of a file when they were killed."""
    path.unlink(missing_ok=True)
    for part in path.parent.glob(f"{path.name}.*"):
        shutil.rmtree(part, ignore_errors=True)


def _write(
    export: Export, query: Query, choice: Choice, path: Path, accounts: dict[str, Account], since: Mark | None
) -> None:
    tell = _teller(export, accounts)
    organisation = export.organisation
    if choice.shape == "json":
        with path.open("wb") as file:
            texts = jsonl_orders(organisation, query, include_device=False, account=accounts["orders"])
            _pour(texts, file, tell)
        return
    keys = settle(organisation, query, since, lines=choice.shape != "orders")
    if choice.form == "xlsx":
        book, form = Book(path), choice.form_of(organisation)
        for name, account in accounts.items():
            columns = choice.columns_of(lines=name == "lines", new_after=account.new_after)
            rows = row_texts(organisation, keys, columns, form, lines=name == "lines", account=account)
            for _ in book.add(name.title(), columns, headings(columns, form), rows):
                tell()
        book.close()
        return
    files = {
        name: csv_texts(organisation, query, choice, lines=name == "lines", account=account, mark=since, keys=keys)
        for name, account in accounts.items()
    }
    if choice.shape != "both":
        with path.open("wb") as file:
            _pour(files[choice.shape], file, tell)
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, texts in files.items():
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                _pour(texts, file, tell)


def _pour(texts: Iterator[str], file: Any, tell: Callable[[], None]) -> None:
    for text in texts:
        file.write(text.encode())
        tell()


def _teller(export: Export, accounts: dict[str, Account]) -> Callable[[], None]:
    """A function that holds the export, tells how far it is, and raises where it is no longer to be made."""
    ends_at, told_at = time.monotonic() + settings.EXPORT_SECONDS, time.monotonic()

    def _tell() -> None:
        nonlocal told_at
        moment = time.monotonic()
        if moment > ends_at:
            raise TimeoutError
        if moment - told_at < _TOLD_EVERY:
            return
        told_at = moment
        orders = len(accounts) * max(account.orders for account in accounts.values())
        done = sum(account.done for account in accounts.values())
        if not _mine(export).update(orders=orders, orders_done=done, held_until=now() + HELD):
            raise _Ended

    return _tell


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_room(export: Export, size: int) -> None:
    """Let the oldest files of the organisation go until all of them fit with one of this size."""
    kept = 0
    for other in Export.across_organisations.filter(organisation=export.organisation_id, state=Export.State.DONE):
        kept += other.size
        if kept + size > settings.EXPORT_STORED_BYTES:
            forget(other)


def forget(export: Export) -> None:
    """Let an export's file go; what was in it stays told. One that was made again meanwhile stays."""
    made = Export.across_organisations.filter(pk=export.pk, state=Export.State.DONE, finished_at=export.finished_at)
    with transaction.atomic():
        if made.update(state=Export.State.EXPIRED):
            path_of(export).unlink(missing_ok=True)


def forget_expired() -> None:
    """Let the files go whose time has come, and what killed workers left of those that nobody is making any more."""
    for export in Export.across_organisations.filter(state=Export.State.DONE, expires_at__lte=now()):
        forget(export)
    left = list((settings.STATE_DIR / "exports").glob("*/*.*"))
    if left:
        running = Export.across_organisations.filter(state=Export.State.RUNNING).values_list("token", flat=True)
        made = {str(token) for token in running}
        for part in left:
            if part.stem not in made:
                shutil.rmtree(part, ignore_errors=True)
