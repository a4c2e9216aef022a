"""Whole page or one fragment of it: the only place that names htmx's headers.

All else reads `request.htmx` and answers with the helpers of `django_htmx.http`.
"""

from django.http import HttpRequest
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it: `htmx` is what htmx says of it, false for plain requests."""

    htmx: HtmxDetails


def wants_fragment(request: HtmxRequest) -> bool:
    """True when htmx asks for a part of the page; false for plain requests and for history restores."""
    return bool(request.htmx) and not request.htmx.history_restore_request


page_or_fragment = vary_on_headers("HX-Request", "Cookie")
"""For a view that answers the same address with either: caches must tell the two apart."""
