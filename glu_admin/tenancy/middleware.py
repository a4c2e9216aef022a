"""What every answer needs: privacy, a way back when a session has ended, and words when the database is away."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from glu_admin.fragments import HtmxRequest
from glu_admin.tenancy.ended_sessions import led_to_sign_in
from glu_admin.tenancy.errors import database_trouble


class PrivatePagesMiddleware:
    """Lets no browser or proxy keep an answer, and leads whoever has to sign in back to the page they were on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponseBase:
        """Answer, with `Cache-Control: no-store` unless the view decided otherwise."""
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            in_words = database_trouble(request, error)
            if in_words is None:
                raise
            response = in_words
        response.headers.setdefault("Cache-Control", "no-store")
        return led_to_sign_in(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page for a database that is away or busy, wherever a view met it; None for every other error."""
        return database_trouble(request, error)
