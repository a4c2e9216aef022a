"""No address, however odd, breaks a page."""

from typing import Any

import pytest
from django.test import Client

BASE = "/o/alder-house"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orders/99999999999999999999999/", 404),
        ("/orders/1/lines/99999999999999999999999/", 404),
        ("/orders/?q=999999999999999999", 200),
        ("/orders/?q=99999999999999999999999", 200),
        ("/orders/?q=%ED%A0%80%00", 200),
        ("/orders/?q=%25%5C_%27%22%3B--", 200),
        ("/orders/?total=999999999999999..", 200),
        ("/orders/?created=8999-12-31..", 200),
        ("/orders/?dispatch=%F0%9F%92%90&dispatch=%C3%28", 200),
        ("/orders/?cursor=" + "A" * 5000, 200),
        ("/orders/?cursor=WyItY3JlYXRlZCIsIm9sZGVyIixudWxsLDFd", 200),
        ("/orders/?" + "&".join(f"k{n}=1" for n in range(300)), 200),
        ("/exports/?shape=orders&created-from=2026-01-01", 400),
        ("/exports/file/?shape=everything", 404),
        ("/exports/file/?form=pdf", 404),
    ],
)
def test_it_is_answered(filled: Any, staff_client: Client, path: str, status: int) -> None:
    assert staff_client.get(BASE + path).status_code == status


def test_too_many_parameters_are_refused(filled: Any, staff_client: Client) -> None:
    """Django's own limit, as a page of ours would cost more than it is worth."""
    assert staff_client.post(f"{BASE}/key/set/", {f"k{n}": "1" for n in range(1500)}).status_code in (400, 403)
