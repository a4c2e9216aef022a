"""What every page is sent with."""

from django.test import Client


def test_pages_are_private_and_allow_no_inline_code(staff_client: Client) -> None:
    for path in ("/profile/", "/o/alder-house/orders/", "/accounts/password/change/", "/no-such-page/"):
        response = staff_client.get(path)
        assert "no-store" in response.headers["Cache-Control"]
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "style=" not in response.text
        assert "<script>" not in response.text
        assert " onclick=" not in response.text
