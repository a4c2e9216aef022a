"""The product's Celery application with a worker that goes deaf: connected, yet it takes no message any more."""

import os
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import redis as redis_transport

from glu_admin import file_queue
from glu_admin.celery import app

__all__ = ["app"]

_DEAF = Path(os.environ["STATE_DIR"]) / "deaf"


def _deafen(channel: type[Any], method: str) -> None:
    hear = getattr(channel, method)

    def _hear(self: Any, *args: Any, **options: Any) -> Any:
        if _DEAF.exists():
            raise Empty
        return hear(self, *args, **options)

    setattr(channel, method, _hear)


_deafen(file_queue.Channel, "_get")
_deafen(redis_transport.Channel, "_brpop_read")
_deafen(redis_transport.Channel, "_get")
