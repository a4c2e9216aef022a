"""Signs people in to the largest organisation: `python -m tests.benchmarks.signed_in 20`.

Prints JSON: the name of the session's cookie, a session for each of them, and the ids of some of the orders.
"""

import json
import os
import sys
from itertools import islice
from typing import Any

import django


def main(count: str) -> None:
    """Make the people and their sessions."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    django.setup()
    from django.conf import settings

    from glu_admin.tenancy.models import Organisation

    organisation = Organisation.objects.get(slug="org1")
    clients = [signed_in(organisation, f"person{number}@desk.example", "staff") for number in range(int(count))]
    sessions = [client.cookies[settings.SESSION_COOKIE_NAME].value for client in clients]
    newest = organisation.orders.order_by("-created_at").values_list("glu_id", flat=True)
    orders = list(islice(newest[:40_000].iterator(), 0, None, 200))
    print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "sessions": sessions, "orders": orders}))


def signed_in(organisation: Any, email: str, role: str) -> Any:
    """Django's test client of somebody who has a role in an organisation's team, made where there is nobody yet."""
    from django.test import Client

    from glu_admin.tenancy.models import User

    user, _ = User.objects.get_or_create(email=email)
    organisation.memberships.get_or_create(user=user, defaults={"role": role})
    client = Client()
    client.force_login(user)
    return client


if __name__ == "__main__":
    main(sys.argv[1])
