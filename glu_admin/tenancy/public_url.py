"""Under which address the desk is reached: links are made from it, and requests have to name it."""

import logging
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from glu_admin.tenancy import errors

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


def public_link(request: HttpRequest, path: str) -> str:
    """A whole address for mails and for people to pass on.

    Without PUBLIC_URL its host is the request's, which is one of ALLOWED_HOSTS; its port is not, as anybody may name
    any, unless TLS is off, as it is where things are only tried out.
    """
    if link := desk_link(path):
        return link
    if not settings.HTTPS:
        return request.build_absolute_uri(path)
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return f"https://{f'[{host}]' if ':' in host else host}{path}"


def desk_link(path: str) -> str:
    """A whole address where no request says one: of PUBLIC_URL, "" without it."""
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{public.netloc}{path}" if settings.PUBLIC_URL else ""


def warn_without_public_url() -> None:
    """Log a warning at the start of a production web server without PUBLIC_URL: links depend on each request's host."""
    if not settings.PUBLIC_URL and not settings.EMBEDDED:
        logger.warning("PUBLIC_URL is not set: links take their host from the request. Set it to the desk's address.")


class PublicHostMiddleware:
    """Where PUBLIC_URL is set, answers only requests that name its host and port."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say under which address the desk is."""
        if settings.PUBLIC_URL:
            public = urlsplit(settings.PUBLIC_URL)
            asked = urlsplit(f"{public.scheme}://{request.get_host()}")
            if _host(asked) != _host(public):
                return errors.another_address(request)
        return self.get_response(request)


def _host(address: SplitResult) -> tuple[str | None, int | None]:
    return address.hostname, address.port or _PORTS.get(address.scheme)
