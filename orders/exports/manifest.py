"""What exactly is in a file: for people on the exports page, and as JSON for whoever checks it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from orders.exports.account import Account
from orders.exports.choice import Choice
from orders.exports.completeness import Completeness
from orders.models import Export
from orders.models.mirror_state import state_of
from orders.payload import time_text
from orders.proof.transactions import transactions_known
from orders.search import Query, describe


def manifest(
    export: Export,
    query: Query,
    choice: Choice,
    known: Completeness,
    accounts: Mapping[str, Account],
    *,
    moment: datetime,
    name: str,
    size: int,
    sha256: str,
) -> dict[str, Any]:
    """The manifest of a file that was finished at `moment`; times are in UTC, amounts as in the file."""
    organisation = export.organisation
    address = f"{reverse('orders', args=[organisation.slug])}?{query.url_query()}"
    lacking = known.lacking(choice.shape)
    transactions = transactions_known(state_of(organisation))
    return {
        "file": name,
        "bytes": size,
        "sha256": sha256,
        "organisation": organisation.name,
        "filter": describe(query),
        "filter_address": address,
        "holds": {part: account.told() for part, account in accounts.items()},
        "columns": {
            part: [column.heading for column in choice.columns_of(lines=part == "lines", new_after=account.new_after)]
            for part, account in accounts.items()
            if choice.shape != "json"
        },
        "choice": choice.pairs(),
        "only_new_and_changed": bool(export.since),
        "since": time_text(export.since_at) if export.since_at else None,
        "zone": str(choice.form_of(organisation).zone or "UTC"),
        "complete": not lacking,
        "lacking": lacking,
        "transactions": transactions.how,
        "transactions_unread_because": transactions.why or None,
        "copied_until": time_text(known.until) if known.until else None,
        "made_by": export.user.name if export.user else None,
        "asked_at": time_text(export.asked_at),
        "made_at": time_text(moment),
    }
