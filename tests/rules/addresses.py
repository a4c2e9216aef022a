"""Every address, and what is expected there of everybody; `test_url_map.py` holds the pages against it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from glu_admin.tenancy.models import Role

OK, REDIRECT, FORBIDDEN, NOT_FOUND, BAD, UNREAD = 200, 302, 403, 404, 400, 422


@dataclass(frozen=True)
class Page:
    """An organisation's page: the least role, what the team gets by GET and by an empty POST."""

    role: Role
    get: int = OK
    post: int | None = None
    args: tuple[str, ...] = ()


VALUES: dict[str, Any] = {
    "order": 41,
    "line": 7,
    "nobody": 999_999,
    "view": "post",
    "way": "next",
    "export": UUID(int=0),
}
"""What stands for each of the arguments that addresses take."""


V, S, M = Role.VIEWER, Role.STAFF, Role.MANAGER


PAGES = {
    "organisation_home": Page(V),
    "orders_open": Page(V, get=REDIRECT),
    "view_open": Page(V, get=REDIRECT, args=("view",)),
    "views": Page(V),
    "view_counts": Page(V),
    "view_save": Page(V, get=REDIRECT),
    "view_change": Page(V, get=REDIRECT, args=("view",)),
    "view_delete": Page(V, get=REDIRECT, post=REDIRECT, args=("view",)),
    "orders": Page(V),
    "orders_columns": Page(V, post=REDIRECT),
    "order_sums": Page(V),
    "order_why": Page(V),
    "order_news": Page(V, get=NOT_FOUND),
    "orders_keys": Page(V),
    "order_values": Page(V, get=NOT_FOUND),
    "orders_print": Page(V),
    "order": Page(V, args=("order",)),
    "order_beside": Page(V, get=REDIRECT, args=("order", "way")),
    "order_place": Page(V, args=("order",)),
    "order_line": Page(V, args=("order", "line")),
    "orders_mark": Page(S, post=NOT_FOUND),
    "order_mark": Page(S, get=REDIRECT, post=NOT_FOUND, args=("order",)),
    "queue_counts": Page(V),
    "marks_undo": Page(S, get=REDIRECT, post=REDIRECT),
    "queue_dispatch": Page(V),
    "dispatch_mark": Page(S, get=REDIRECT, post=NOT_FOUND),
    "dispatch_history": Page(V),
    "sheets_print": Page(S, get=REDIRECT, post=REDIRECT),
    "sheets": Page(S, get=NOT_FOUND, args=("export",)),
    "order_technical": Page(S, get=REDIRECT, post=OK, args=("order",)),
    "note_add": Page(S, get=REDIRECT, post=UNREAD, args=("order",)),
    "note_edit": Page(S, get=NOT_FOUND, post=NOT_FOUND, args=("order", "nobody")),
    "note_delete": Page(S, get=REDIRECT, post=NOT_FOUND, args=("order", "nobody")),
    "news": Page(V),
    "news_seen": Page(V, get=REDIRECT, post=REDIRECT),
    "news_undo": Page(V, get=REDIRECT, post=REDIRECT),
    "digest_change": Page(V, get=REDIRECT, post=REDIRECT),
    "notes": Page(V),
    "note_done": Page(V, get=REDIRECT, post=NOT_FOUND, args=("nobody",)),
    "queue_payment": Page(V),
    "payment_chase": Page(S, get=REDIRECT, post=NOT_FOUND),
    "payment_unchase": Page(S, get=REDIRECT, post=NOT_FOUND),
    "reports": Page(V),
    "report_file": Page(S, get=REDIRECT),
    "report_back": Page(V),
    "report_back_file": Page(S, get=REDIRECT),
    "report_times": Page(V),
    "report_times_file": Page(S, get=NOT_FOUND),
    "orders_export": Page(S),
    "orders_export_file": Page(S, get=REDIRECT, post=OK),
    "orders_export_stored": Page(S, get=NOT_FOUND, args=("export",)),
    "orders_export_row": Page(S, get=NOT_FOUND, args=("export",)),
    "orders_export_manifest": Page(S, get=NOT_FOUND, args=("export",)),
    "orders_export_again": Page(S, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "orders_export_unmark": Page(S, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "orders_export_cancel": Page(S, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "orders_export_schedule": Page(S),
    "orders_export_schedule_change": Page(S, get=NOT_FOUND, post=NOT_FOUND, args=("export",)),
    "orders_export_schedule_pause": Page(S, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "orders_export_schedule_take": Page(M, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "orders_export_schedule_end": Page(S, get=REDIRECT, post=NOT_FOUND, args=("export",)),
    "check_range": Page(S, get=REDIRECT, post=REDIRECT),
    "check_order": Page(S, get=REDIRECT, post=REDIRECT, args=("order",)),
    "check_fragment": Page(V, args=("order",)),
    "desk_settings": Page(M, post=422),
    "mirror": Page(V),
    "missing_decide": Page(M, get=REDIRECT, post=REDIRECT),
    "foreign_orders": Page(M, post=REDIRECT),
    "freshness_chip": Page(V),
    "key": Page(M),
    "key_set": Page(M, get=REDIRECT, post=BAD),
    "key_remove": Page(M, post=REDIRECT),
    "key_pause": Page(M, get=REDIRECT, post=REDIRECT),
    "key_resume": Page(M, get=REDIRECT, post=REDIRECT),
    "team": Page(M),
    "invite": Page(M, get=REDIRECT, post=BAD),
    "invite_revoke": Page(M, get=REDIRECT, post=NOT_FOUND, args=("nobody",)),
    "team_role": Page(M, get=REDIRECT, post=NOT_FOUND, args=("nobody",)),
    "team_remove": Page(M, get=NOT_FOUND, post=NOT_FOUND, args=("nobody",)),
    "team_put_back": Page(M, get=REDIRECT, post=REDIRECT),
    "organisation_settings": Page(M, post=OK),
}


# Pages of no organisation: what an anonymous visitor gets, and somebody who is signed in.
OPEN = {
    "healthz": (OK, OK),
    "readyz": (OK, OK),
    "metrics": (NOT_FOUND, NOT_FOUND),
    "setup": (NOT_FOUND, NOT_FOUND),
    "invitation": (NOT_FOUND, NOT_FOUND),
    "account_login": (OK, REDIRECT),
    "account_logout": (REDIRECT, OK),
    "account_signup": (OK, REDIRECT),
    "account_inactive": (OK, OK),
    "account_reset_password": (OK, OK),
    "account_reset_password_done": (OK, OK),
    "account_reset_password_from_key": (OK, OK),
    "account_reset_password_from_key_done": (OK, OK),
    "account_reauthenticate": (REDIRECT, OK),
    "account_change_password": (REDIRECT, OK),
    "account_set_password": (REDIRECT, REDIRECT),
    "home": (REDIRECT, REDIRECT),
    "organisations": (REDIRECT, OK),
    "organisation_add": (REDIRECT, FORBIDDEN),
    "profile": (REDIRECT, OK),
}


# Addresses of before, and the page that each leads to for good.
MOVED = {"members": "team"}


OPEN_ARGS: dict[str, list[Any]] = {
    "invitation": ["no-such-token"],
    "account_reset_password_from_key": ["1", "set-password"],
}
