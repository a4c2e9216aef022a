"""How often a password may be guessed, without handing anybody the means to lock somebody else out.

Wrong passwords are counted by account and network, ever longer waits before any refusal. A device on which somebody has
signed in before counts by itself, so that others' guesses do not concern it. Over all networks together an account is
only slowed down.
"""

import secrets
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

RATES = {
    "here": "5/m/key,10/15m/key,30/d/key",  # an account from one network
    "network": "20/m/ip,100/h/ip",  # any accounts from one network
    "anywhere": "100/h/key",  # an account from all networks, before it is slowed down to
    "slowly": "1/5s/key",
    "device": "10/5m/key,50/d/key",  # an account from a device that knows it
}
_SALT = "tenancy.device"
_DEVICE_SECONDS = 180 * 86400
_MOST_PEOPLE = 12  # of one device, as at a reception

Usage = list[ratelimit.RateLimitUsage]


def take_a_guess(request: HttpRequest, email: str) -> Usage | None:
    """Count a sign-in before its password is looked at; None when there were too many wrong ones already.

    What is returned is for `give_back`, should the password be right.
    """
    account = _account(email)
    device = _devices(request).get(account)
    if device is not None:
        return _consume(request, ("device", device))
    network = ratelimit.get_ip(request)
    # The network first: when it may try no more, no further counters come into being.
    taken = _consume(request, ("network", None), ("here", f"{account} {network}"))
    if taken is None:
        return None
    slowed = _consume(request, ("anywhere", account)) or _consume(request, ("slowly", account))
    if slowed is None:
        give_back(taken)
        return None
    return taken + slowed


def give_back(usage: Usage) -> None:
    """Take back what `take_a_guess` counted, as the password was right."""
    for limit in usage:
        limit.rollback()


def forget_wrong_guesses(request: HttpRequest, email: str) -> None:
    """Count wrong passwords from zero again for somebody who has set a new one."""
    account = _account(email)
    for action, key in (("here", f"{account} {ratelimit.get_ip(request)}"), ("anywhere", account)):
        ratelimit.clear(request, app=_SALT, action=action, config=RATES, key=key)


def remember_device(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Set the cookie by which this device is known as one on which this person has signed in."""
    devices = _devices(request)
    known = {_account(email): secrets.token_urlsafe(12), **devices}
    kept = dict(list(known.items())[:_MOST_PEOPLE])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(kept, salt=_SALT),
        max_age=_DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _consume(request: HttpRequest, *counters: tuple[str, str | None]) -> Usage | None:
    """Count on each, or on none of them where one is full."""
    usage: Usage = []
    for action, key in counters:
        used = ratelimit.consume(request, app=_SALT, action=action, config=RATES, key=key)
        if used is None:
            give_back(usage)
            return None
        usage.append(used)
    return usage


def _devices(request: HttpRequest) -> dict[str, Any]:
    """What the device's cookie says: by account, the name under which its tries are counted."""
    try:
        said = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_DEVICE_SECONDS)
    except signing.BadSignature:
        return {}
    return said if isinstance(said, dict) else {}


def _account(email: str) -> str:
    """An account's name in counters and cookies: the address alone, and not to be read from it."""
    return salted_hmac(_SALT, email.strip().lower()).hexdigest()[:24]
