"""What every answer needs: privacy, a way back when a session has ended, and words when the database is away."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from glu_admin.tenancy.ended_sessions import led_to_sign_in
from glu_admin.tenancy.errors import database_away

logger = logging.getLogger(__name__)


class PrivatePagesMiddleware:
    """Nothing is kept by browsers or proxies; who has to sign in first comes back to the page they were on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with `Cache-Control: no-store` unless the view decided otherwise."""
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            response = _away(request, error)
        response.headers.setdefault("Cache-Control", "no-store")
        return led_to_sign_in(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A database that is away is said in words, wherever a view met it."""
        return _away(request, error) if isinstance(error, (OperationalError, InterfaceError)) else None


def _away(request: HttpRequest, error: Exception) -> Any:
    logger.error("database away: %s", type(error).__name__)
    return database_away(request)
