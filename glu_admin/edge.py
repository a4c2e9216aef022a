"""Between the proxies in front and the pages: what proxies say, probes, and the headers of every answer."""

from collections.abc import Callable

from allauth.core.internal.httpkit import clean_client_ip
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage

from glu_admin import health, metrics

_UNUSED = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb"
HEADERS_OF_EVERY_ANSWER = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED.split()),
}


class EdgeMiddleware:
    """The outermost layer, around static files too: reads what proxies say, sets the headers of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers of every answer."""
        _take_proxies_at_their_word(request)
        response = self.get_response(request)
        for name, value in HEADERS_OF_EVERY_ANSWER.items():
            response.headers.setdefault(name, value)
        return response


class ProbeMiddleware:
    """Answers probes before the Host header is checked, as probes come with whatever Host they know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        match request.path_info:
            case "/healthz":
                return health.healthz(request)
            case "/readyz":
                return health.readyz(request)
            case "/metrics" if settings.METRICS_TOKEN:
                return metrics.metrics(request)
        return self.get_response(request)


def _take_proxies_at_their_word(request: HttpRequest) -> None:
    """Read the headers of proxies as they are meant.

    The scheme comes in any case. An address that none can be read from ("unknown", or fewer entries than proxies) says
    nothing, so that the connection's own is taken; and a Unix socket, which has none, is this machine.
    """
    said, proxies = request.META, settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if "HTTP_X_FORWARDED_PROTO" in said:
        said["HTTP_X_FORWARDED_PROTO"] = said["HTTP_X_FORWARDED_PROTO"].lower()
    passed = said.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and (len(passed) < proxies or not clean_client_ip(passed[-proxies])):
        said.pop("HTTP_X_FORWARDED_FOR", None)
    if not clean_client_ip(said.get("REMOTE_ADDR", "")):
        said["REMOTE_ADDR"] = "127.0.0.1"


class _UnderTheSubPath:
    """Addresses of static files below the sub-path of the request under way, however the server was told of it."""

    def url(self, name: str | None, *arguments: bool) -> str:
        """Where browsers find the file."""
        return f"{get_script_prefix().removesuffix('/')}{super().url(name, *arguments)}"  # type: ignore[misc]


class PlainStatic(_UnderTheSubPath, StaticFilesStorage):
    """Static files of the embedded run: served as they lie in their folders."""


class HashedStatic(_UnderTheSubPath, CompressedManifestStaticFilesStorage):
    """Static files of production: collected, compressed, with their hashes in their names."""
