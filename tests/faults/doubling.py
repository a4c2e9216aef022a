"""The product's Celery application with a bad broker: messages come twice, overtake each other, or get lost."""

import os
import random
from typing import Any

from kombu.transport import redis as redis_transport

from glu_admin import file_queue
from glu_admin.celery import app

__all__ = ["app"]

_QUEUES = ("interactive", "changes", "bulk")
_chance = random.Random(f"{os.environ.get('DOUBLING_SEED', '')} {os.getpid()}")
_held: list[tuple[Any, ...]] = []


def _badly(channel: type[Any]) -> None:
    """Let this kind of channel put messages badly."""
    put = channel._put

    def _put(self: Any, queue: str, message: Any, **options: Any) -> None:
        if queue not in _QUEUES:
            put(self, queue, message, **options)
            return
        sending = [(queue, message)] * _chance.choice((0, 1, 2, 2, 3))
        if _chance.random() < 0.3:  # this one is overtaken by the next
            _held.extend(sending)
            return
        for sent in [*sending, *_held]:
            put(self, *sent, **options)
        _held.clear()

    channel._put = _put


_badly(file_queue.Channel)
_badly(redis_transport.Channel)
