"""Pages for what goes wrong. Those of status 500 and up ask neither the database nor the session for anything."""

import logging
import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.template.loader import render_to_string

from glu_admin.tenancy.context import frame_in_trouble
from glu_admin.tenancy.database_trouble import Trouble, trouble
from glu_admin.tenancy.ended_sessions import page_before, stale_sign_in_form

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what came cannot be read as anything that is sent from here."""
    return _page(request, "errors/400.html", 400)


def length_required(request: HttpRequest) -> HttpResponse:
    """411: a body that does not say how long it is."""
    return _page(request, "errors/400.html", 411)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than any form here sends."""
    return _page(request, "errors/413.html", 413)


def another_address(request: HttpRequest) -> HttpResponse:
    """400: asked for under another host or port than the desk's own."""
    return _page(request, "errors/400_host.html", 400, {"desk": settings.PUBLIC_URL})


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but without the role."""
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not for this person; the two look the same."""
    return _page(request, "errors/404.html", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: tried too often in a short time."""
    return _page(request, "errors/429.html", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; or 503, as a session that cannot be read never reaches a view or its middleware."""
    return database_trouble(request, sys.exc_info()[1]) or _page(request, "errors/500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that is too old, or that comes from an address the desk does not know as its own.

    A sign-in form that another tab has made too old is replaced by a fresh one.
    """
    origin = request.META.get("HTTP_ORIGIN", "null")
    if origin != "null" and reason == REASON_BAD_ORIGIN % origin:
        desk = f"{request.scheme}://{request.get_host()}"
        return _page(request, "errors/403_origin.html", 403, {"sent_from": origin, "desk": desk})
    return stale_sign_in_form(request) or _page(request, "errors/403_csrf.html", 403, {"before": page_before(request)})


def database_trouble(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page for a database that is away, busy or slow; None for any other error."""
    match trouble(error):
        case Trouble.AWAY:
            logger.error("database away: %s", type(error).__name__)
            return database_away(request)
        case Trouble.BUSY:
            logger.error("database busy: %s", type(error).__name__)
            return _page(request, "errors/503_busy.html", 503)
        case Trouble.SLOW:
            logger.error("database slow: %s", type(error).__name__)
            again = request.get_full_path() if request.method == "GET" else ""
            return _page(request, "errors/503_slow.html", 503, {"again": again})
    return None


def database_away(request: HttpRequest) -> HttpResponse:
    """503: the database cannot be reached."""
    return _page(request, "errors/503.html", 503)


def _page(request: HttpRequest, template: str, status: int, said: dict[str, str] | None = None) -> HttpResponse:
    """The page in the frame of where one was; of what is at hand where database or session may be what went wrong."""
    shown = {**frame_in_trouble(request, ask=status < 500), **(said or {})}
    return HttpResponse(render_to_string(template, shown), status=status, headers={"Cache-Control": "no-store"})
