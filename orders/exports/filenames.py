"""Names of downloaded files: they say what is in them."""

from datetime import datetime

from glu_admin.tenancy.models import Organisation
from orders.exports.choice import Choice, Shape
from orders.search import Query
from orders.search.criteria import DAY_FIELDS, Days

_SHAPES: dict[Shape, str] = {
    "orders": "orders",
    "lines": "lines",
    "both": "orders-and-lines",
    "json": "orders-with-lines",
}


def export_filename(
    organisation: Organisation,
    query: Query,
    choice: Choice,
    moment: datetime,
    *,
    is_whole: bool,
    is_since: bool = False,
) -> str:
    """A file's name, "alder-house-orders-created-2026-09-01-to-2026-09-30-excel-made-2026-10-02-1405.csv" say.

    Days and moment are the organisation's own. A file that is not whole says "incomplete", one by more than its days
    says "filtered", and one of what came since another says "new-and-changed".
    """
    criteria = query.criteria
    ranges = [(name, days) for name in DAY_FIELDS if (days := getattr(criteria, name))]
    filtered = any(name not in DAY_FIELDS for name, _ in query.pairs() if name != "sort")
    parts = [
        organisation.slug,
        _SHAPES[choice.shape],
        *(f"{name}-{_days(days)}" for name, days in ranges),
        *([] if ranges else ["all-days"]),
        *(["filtered"] if filtered else []),
        *(["new-and-changed"] if is_since else []),
        *([] if is_whole else ["incomplete"]),
        *([] if choice.suffix in ("jsonl", "xlsx") else [choice.form]),
        f"made-{moment.astimezone(organisation.zone):%Y-%m-%d-%H%M}",
    ]
    return f"{'-'.join(parts)}.{choice.suffix}"


def _days(days: Days) -> str:
    if days.first == days.last:
        return f"{days.first}"
    if days.first is None or days.last is None:
        return f"from-{days.first}" if days.first else f"until-{days.last}"
    return f"{days.first}-to-{days.last}"
