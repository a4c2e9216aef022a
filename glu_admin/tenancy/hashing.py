"""Password hashes: Argon2, and few of them at once, so that whoever asks for many keeps nobody else waiting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
"""Hashes of people signing in that a process computes side by side."""
IN_LINE = 4
"""Threads that may be busy with it, those that wait included: fewer than the server has."""
_LONGEST_WAIT_SECONDS = 10.0

_working = threading.BoundedSemaphore(AT_ONCE)
_in_line = threading.BoundedSemaphore(IN_LINE)


class DeskArgon2(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters for 19 MiB: Django's own take 100 MiB a hash, more than a small server has."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class TooBusy(Exception):
    """More people are signing in at this moment than can be served soon."""


@contextmanager
def one_of_few() -> Iterator[None]:
    """A context in which one may compute a password hash for somebody who is not signed in.

    Raises TooBusy when too many are being computed.
    """
    if not _in_line.acquire(blocking=False):
        raise TooBusy
    try:
        if not _working.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise TooBusy
        try:
            yield
        finally:
            _working.release()
    finally:
        _in_line.release()
