"""Whole page or fragment: the one place that reads htmx's headers for that question."""

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for a part of the page; false for plain requests and for history restores."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
