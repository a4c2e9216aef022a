"""Times the desk's pages in this process, through every middleware and template; prints JSON."""

import json
import os
import statistics
import time

import django

ROUNDS = 25


def main() -> None:
    """Ask each address ROUNDS times; the median and the 95th percentile of each, in ms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    from glu_admin.tenancy.models import Organisation, Role, User

    settings.ALLOWED_HOSTS = ["testserver"]
    organisation = Organisation.objects.get(slug="alder")
    user = User.objects.create_user("bench@desk.example", None)
    organisation.memberships.create(user=user, role=Role.MANAGER)
    client = Client()
    client.force_login(user)
    some = organisation.orders.order_by("created_at")[organisation.orders.count() // 3]
    base = "/o/alder/orders/"
    middle = client.get(f"{base}?created=..{some.created_at:%Y-%m-%d}").content.decode()
    older = middle.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    paths = {
        "list, newest": base,
        "list, a page in the middle": older,
        "filter: Outstanding": f"{base}?dispatch=Outstanding",
        "filter: Dispatched and Paid": f"{base}?dispatch=Dispatched&payment=Paid",
        "filter: one month": f"{base}?created={some.created_at:%Y-%m}-01..{some.created_at:%Y-%m}-28",
        "sort: largest total": f"{base}?sort=-total",
        "sort: next scheduled": f"{base}?sort=scheduled",
        "search: frequent name": f"{base}?q=smith",
        "search: two words": f"{base}?q={some.customer_first_name}+{some.customer_last_name}",
        "search: whole e-mail": f"{base}?q={some.customer_email_address}",
        "search: postcode": f"{base}?q={some.billing_address_postcode}",
        "search: order number": f"{base}?q={some.glu_id}",
        "search: words of a message": f"{base}?q=%22put+your+feet%22",
        "search: nothing found": f"{base}?q=nobodyiscalledthis",
        "order": f"{base}{some.glu_id}/",
        "mirror": "/o/alder/mirror/",
    }
    out = {}
    for what, path in paths.items():
        times = []
        for _ in range(ROUNDS + 2):
            begun = time.perf_counter()
            response = client.get(path)
            times.append((time.perf_counter() - begun) * 1000)
            assert response.status_code == 200, (what, response.status_code)
        times = sorted(times[2:])  # the first two fill caches
        out[what] = (statistics.median(times), times[int(len(times) * 0.95)])
    print(json.dumps(out))


if __name__ == "__main__":
    main()
