"""What every answer needs: privacy, a way through expired sessions for htmx, and words when the database is away."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from glu_admin.fragments import wants_fragment
from glu_admin.tenancy.errors import database_away

logger = logging.getLogger(__name__)


class PrivatePagesMiddleware:
    """Nothing is kept by browsers or proxies; a fragment whose session ended leads the whole page to sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with `Cache-Control: no-store` unless the view decided otherwise."""
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            response = _away(request, error)
        response.headers.setdefault("Cache-Control", "no-store")
        if wants_fragment(request) and response.status_code == 302:
            login_path = resolve_url(settings.LOGIN_URL)
            if urlsplit(response.headers["Location"]).path == login_path:
                came_from = urlsplit(request.headers.get("HX-Current-URL", ""))
                back = came_from.path + (f"?{came_from.query}" if came_from.query else "")
                return HttpResponse(
                    headers={"HX-Redirect": f"{login_path}?{urlencode({'next': back})}", "Cache-Control": "no-store"}
                )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A database that is away is said in words, wherever a view met it."""
        return _away(request, error) if isinstance(error, (OperationalError, InterfaceError)) else None


def _away(request: HttpRequest, error: Exception) -> Any:
    logger.error("database away: %s", type(error).__name__)
    return database_away(request)
