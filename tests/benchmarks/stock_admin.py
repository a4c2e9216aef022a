"""Times the list beside the change list of Django's own admin, in turns, in this process; prints JSON lines.

The admin has the same organisation, columns, filters and searched fields, and fifty rows a page. Of each pair: its
kind, what was asked, and the medians in ms of the desk's whole answer and of the admin's.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

from tests.benchmarks.signed_in import signed_in

ROUNDS = int(os.environ.get("BENCH_PAIRS", "5"))

PAIRS = [
    ("list", "newest first", "", ""),
    ("list", "by total", "sort=-total", "o=-10"),
    ("list", "dispatch", "dispatch=Outstanding", "dispatch_status=Outstanding"),
    ("list", "payment", "payment=Failed", "payment_status=Failed"),
    ("list", "type and channel", "type=Product&channel=Website", "type=Product&channel=Website"),
    ("search", "a frequent name", "q=smith", "q=smith"),
    ("search", "a name", "q=wilkinson", "q=wilkinson"),
    ("search", "nothing found", "q=nobodyiscalledthis", "q=nobodyiscalledthis"),
]


def main() -> None:
    """Ask both for each, in turns."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    from django.conf import settings

    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.admin"]
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver"]
    django.setup()

    from glu_admin.tenancy.models import Organisation

    organisation = Organisation.objects.get(slug="org1")
    client = signed_in(organisation, "bench@desk.example", "manager")
    _serve(organisation)
    for kind, what, ours, theirs in PAIRS:
        desk, admin = [], []
        for _ in range(ROUNDS + 1):
            desk.append(_timed(lambda query=ours: client.get(f"/o/org1/orders/?{query}")))  # type: ignore[misc]
            admin.append(_timed(lambda query=theirs: client.get(f"/admin/orders/order/?{query}")))  # type: ignore[misc]
        # The first answer of each fills caches.
        print(json.dumps([kind, what, statistics.median(desk[1:]), statistics.median(admin[1:])]), flush=True)


def _serve(organisation: Any) -> None:
    """Make this module the addresses of the desk and of an admin in which everybody may see this organisation."""
    from django.contrib import admin
    from django.urls import include, path

    from orders.models import Order

    class Orders(admin.ModelAdmin):  # type: ignore[type-arg]  # it takes no type when it runs
        list_display = (
            "glu_id", "created_at", "customer_name", "recipient_last_name", "type", "dispatch_status",
            "payment_status", "delivery_method_name", "scheduled_delivery_at", "total", "currency_code",
        )  # fmt: skip
        list_filter = (
            "dispatch_status", "payment_status", "type", "channel", "payment_method", "delivery_method_name",
            "created_at",
        )  # fmt: skip
        search_fields = (
            "glu_id", "customer_first_name", "customer_last_name", "customer_email_address", "phone_number",
            "recipient_first_name", "recipient_last_name", "recipient_email_address", "delivery_address_postcode",
            "lines__name", "lines__personal_message",
        )  # fmt: skip
        ordering = ("-created_at",)
        list_per_page = 50

        def get_queryset(self, request: Any) -> Any:
            """The organisation's orders."""
            return organisation.orders.all()

        def has_view_permission(self, request: Any, obj: Any = None) -> bool:
            """Everybody may look."""
            return True

        has_add_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    class Site(admin.AdminSite):
        def has_permission(self, request: Any) -> bool:
            """Everybody may come in."""
            return True

        def each_context(self, request: Any) -> dict[str, Any]:
            """Without the list of all models, which asks for rights that this house's users do not know."""
            return {"site_title": "", "site_header": "", "site_url": "/", "has_permission": True, "available_apps": []}

    site = Site()
    site.register(Order, Orders)
    globals()["urlpatterns"] = [path("admin/", site.urls), path("", include("glu_admin.urls"))]


def _timed(ask: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    response = ask()
    assert response.status_code == 200, response.status_code
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
