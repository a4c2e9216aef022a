"""Reads settings from the environment, and says in one sentence each which of them nothing can run with."""

import base64
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES

Number = TypeVar("Number", int, float)

_YEAR = 366 * 86400
# The least and the most of a number; every other one is between 0 and ten years of seconds.
_BOUNDS: dict[str, tuple[float, float]] = {
    "TRUSTED_PROXY_COUNT": (0, 9),
    "SESSION_HOURS": (1, _YEAR // 3600),
    "GLU_CONNECT_TIMEOUT": (0.1, 3600),
    "GLU_READ_TIMEOUT": (0.1, 3600),
    "GLU_TOTAL_TIMEOUT": (0.1, 3600),
    "GLU_MAX_BODY_BYTES": (1024, 2**31),
    "GLU_RETRIES": (0, 100),
    "GLU_REQUESTS_PER_SECOND": (0.01, 100_000),
    "GLU_REQUESTS_PER_SECOND_AT_FIRST": (0.01, 100_000),
    "HEARTBEAT_SECONDS": (0.1, 300),
    "HEARTBEAT_LATE_SECONDS": (1, 86400),
    "MIRROR_TICK_SECONDS": (0.1, 3600),
    "MIRROR_POLL_MIN_SECONDS": (0.1, _YEAR),
    "MIRROR_POLL_MAX_SECONDS": (0.1, _YEAR),
    "MIRROR_SLICE_SECONDS": (0.1, 3600),
    "MIRROR_LEASE_SECONDS": (1, 86400),
    "MIRROR_CONNECTIONS": (1, 256),
    "MIRROR_WINDOWS": (1, 256),
    "MIRROR_LINE_CHUNK": (1, 10_000),
}
_SECRET_CHARACTERS, _METRICS_CHARACTERS = 50, 20  # at least
_CHARACTERS_THAT_DIFFER = 5  # of a secret, at least
_ROOT_BYTES, _ROOT_BYTES_THAT_DIFFER = 32, 16  # of a root key, the latter at least; chance makes about 30
_NO_DATABASE = {"ENGINE": "django.db.backends.dummy"}
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_DATABASES = {"postgres", "postgresql", "psql", "pgsql", "sqlite"}
_HOST = r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:]+\]"


class Environment(environ.Env):
    """Reads settings from the environment.

    A value that cannot be read is noted in `problems` and its default used, so that all of them can be told at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def int(self, var: str, default: int) -> int:
        """A whole number within its bounds."""
        return self._number(int, "a whole number", var, default)

    def float(self, var: str, default: float) -> float:
        """A number within its bounds."""
        return self._number(float, "a number", var, default)

    def tuned(self, variables: Iterable[str]) -> dict[str, Any]:
        """A number for each of these that is set, None for the others."""
        return {var: self.float(var, default=0.0) if self.str(var, default="").strip() else None for var in variables}

    def bool(self, var: str, default: bool) -> bool:
        """A yes or no; any other word is noted as a problem, and not taken for a no."""
        text = self.str(var, default="").strip().lower()
        if text and text not in _TRUE | _FALSE:
            self.problems.append(f"{var} must be true or false.")
        return text in _TRUE if text else default

    def list(self, var: str, default: list[str]) -> list[str]:
        """Words between commas, without blanks around them."""
        words = [word.strip() for word in self.str(var, default="").split(",")]
        return [word for word in words if word] or default

    def db_url_config(self, url: str) -> dict[str, Any]:
        """The database of a URL; Django's dummy for one that cannot be read."""
        if url.partition(":")[0] in _DATABASES:
            return self._url(super().db_url_config, "DATABASE_URL", url) or dict(_NO_DATABASE)
        self.problems.append("DATABASE_URL must begin with postgres:// or sqlite:///.")
        return dict(_NO_DATABASE)

    def cache_url_config(self, url: str) -> dict[str, Any]:
        """The cache of a URL, a Redis; empty for one that cannot be read."""
        if not url.startswith(("redis://", "rediss://")):
            self.problems.append("CACHE_URL must begin with redis:// or rediss://; without one, files in STATE_DIR do.")
            return {}
        read = partial(super().cache_url_config, backend="glu_admin.caches.RedisOrOwnCache")
        return self._url(read, "CACHE_URL", url)

    def email_url_config(self, url: str) -> dict[str, Any]:
        """The mail server of a URL; empty for one that cannot be read."""
        return self._url(super().email_url_config, "EMAIL_URL", url)

    def _url(self, read: Callable[[str], dict[str, Any]], var: str, url: str) -> dict[str, Any]:
        try:
            return read(url)
        except (ValueError, ImproperlyConfigured):  # whose words may repeat the URL, with the password in it
            self.problems.append(f"{var} cannot be read; .env.example shows its form.")
            return {}

    def _number(self, kind: Callable[[str], Number], kind_in_words: str, var: str, default: Number) -> Number:
        text = self.str(var, default="").strip()
        if not text:
            return default
        least, most = _BOUNDS.get(var, (0, 10 * _YEAR))
        with suppress(ValueError):
            if least <= (number := kind(text)) <= most:
                return number
        self.problems.append(f"{var} must be {kind_in_words} from {least:g} to {most:g}.")
        return default


def web_address(url: str) -> SplitResult:
    """The parts of an http or https address; all of them are empty when `url` is no such address."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname:
            return parts
    return urlsplit("")


def unfit(settings: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting that the process cannot run with; production is held to more."""
    if settings["LOG_LEVEL"] not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        yield "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL."
    if settings["LOG_FORMAT"] not in {"json", "plain"}:
        yield "LOG_FORMAT must be json or plain."
    if settings["DATABASES"]["default"].get("NAME") == ":memory:":
        yield "DATABASE_URL names a database in memory, which no two processes share; name a file."
    if re.split(r"[:+]", settings["CELERY_BROKER_URL"])[0] not in TRANSPORT_ALIASES:
        yield "CELERY_BROKER_URL must begin with redis://, rediss:// or amqp://."
    public, scheme = settings["PUBLIC_URL"], "https" if settings["HTTPS"] else "https?"
    if public and not re.fullmatch(rf"{scheme}://(?:{_HOST})(?::\d+)?(?:/[\w/.~-]*)?", public, re.I):
        yield f"PUBLIC_URL must be an address such as https://desk.example.com; {public!r} is none, or has no TLS."
    below = web_address(public).path.rstrip("/")
    if below and below != settings["FORCE_SCRIPT_NAME"]:
        yield f"PUBLIC_URL ends in {below}, which SCRIPT_NAME has to be too, or links in mails lead elsewhere."
    for host in settings["ALLOWED_HOSTS"]:
        if "*" not in host and not re.fullmatch(rf"\.?(?:{_HOST})", host, re.I):
            yield f"ALLOWED_HOSTS lists hosts alone, without scheme, port or path; {host!r} is none."
    for origin in settings["CSRF_TRUSTED_ORIGINS"]:
        if not re.fullmatch(rf"https?://(?:\*\.)?(?:{_HOST})(?::\d+)?", origin, re.I):
            yield f"CSRF_TRUSTED_ORIGINS lists origins such as https://desk.example.com:8443; {origin!r} is none."
    if not _may_be_glu(settings["GLU_API_URL"]):
        yield "GLU_API_URL must be https; plain http is for a sandbox on this machine only."
    if settings["METRICS_TOKEN"] and not _is_random(settings["METRICS_TOKEN"], _METRICS_CHARACTERS):
        yield f"METRICS_TOKEN can be guessed: it needs {_METRICS_CHARACTERS} random characters or more."
    if not settings["EMBEDDED"]:
        yield from _unfit_for_production(settings)


def _unfit_for_production(settings: Mapping[str, Any]) -> Iterator[str]:
    key, hosts = settings["SECRET_KEY"], settings["ALLOWED_HOSTS"]
    if not key:
        yield "SECRET_KEY is not set. Production needs one; .env.example says how to make it."
    elif not _is_random(key, _SECRET_CHARACTERS) or key.startswith("django-insecure-"):
        least = f"{_SECRET_CHARACTERS} random characters or more"
        yield f"SECRET_KEY can be guessed: it needs {least}; .env.example says how to make it."
    if not settings["GLU_ROOT_KEYS"]:
        yield "GLU_ROOT_KEYS is not set. Production needs one; .env.example says how to make it."
    for entry in settings["GLU_ROOT_KEYS"]:
        if _can_be_guessed(entry):
            name = entry.partition(":")[0]
            yield f"GLU_ROOT_KEYS can be guessed: {name} is not random; .env.example says how to make one."
    if not hosts:
        yield "ALLOWED_HOSTS is not set: name the hosts under which the desk is reached."
    elif any("*" in host for host in hosts):
        yield "ALLOWED_HOSTS lets any host in with *: name the hosts under which the desk is reached."
    elif wide := [host for host in hosts if re.fullmatch(r"\.[^.]+", host)]:
        yield f"ALLOWED_HOSTS lets every host below {wide[0]} in: name the hosts under which the desk is reached."
    if settings["CELERY_BROKER_URL"].startswith("memory"):
        yield "CELERY_BROKER_URL names a queue in memory, which no worker sees; name a Redis or RabbitMQ."
    if settings["EMAIL_URL"] and not settings.get("EMAIL_BACKEND", "smtp.EmailBackend").endswith("smtp.EmailBackend"):
        yield "EMAIL_URL names no mail server, so that invitations would reach nobody; leave it empty to do without."


def _is_random(secret: str, characters: int) -> bool:
    """Whether a secret is that long, and not the same few characters again and again."""
    return len(secret) >= characters and len(set(secret)) >= _CHARACTERS_THAT_DIFFER


def _can_be_guessed(entry: str) -> bool:
    """Whether a root key that can be read is the same few bytes again and again."""
    with suppress(ValueError):
        root = base64.b64decode(entry.partition(":")[2], validate=True)
        return len(root) == _ROOT_BYTES and len(set(root)) < _ROOT_BYTES_THAT_DIFFER
    return False


def _may_be_glu(url: str) -> bool:
    try:
        api = urlsplit(url)
    except ValueError:
        return False
    here = {"127.0.0.1", "localhost", "::1"}
    return bool(api.hostname) and (api.scheme == "https" or (api.scheme == "http" and api.hostname in here))


def stop_on_wrong_settings() -> None:
    """For the start of a process: exits with a sentence for each setting that is wrong."""
    from django.conf import settings

    try:
        settings.INSTALLED_APPS  # noqa: B018  (loads them)
    except ImproperlyConfigured as error:
        sys.exit(f"Glu Admin does not start.\n{error}")
