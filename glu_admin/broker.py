"""The broker: how it is spoken with, whether it answers, and how much waits in it."""

from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from kombu.exceptions import ChannelError

_SHORT = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}


def transport_options() -> dict[str, object]:
    """Celery's `broker_transport_options` for the broker in the settings.

    For the broker made of files it also makes the folders that it needs.
    """
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        queue = settings.STATE_DIR / "broker"
        for folder in ("messages", "processed", "control"):
            (queue / folder).mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(queue / "messages"),
            "data_folder_out": str(queue / "messages"),
            "processed_folder": str(queue / "processed"),
            "control_folder": str(queue / "control"),
            "store_processed": False,
            "polling_interval": 0.1,  # the default of one second makes one task a second
        }
    if settings.CELERY_BROKER_URL.startswith("amqp"):
        return {}
    # Without the restore options a killed worker's message comes back only after ten visibility timeouts.
    return {
        "visibility_timeout": 300,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        # A connection that has gone silent is noticed and made anew.
        "socket_keepalive": True,
        "health_check_interval": 10,
    }


def broker_state() -> str:
    """`ok`, or `away` when it does not answer within seconds."""
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        return "ok"
    try:
        with _connection() as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except Exception:  # whatever the broker's library raises: this only tells
        return "away"
    return "ok"


def queue_lengths() -> dict[str, int]:
    """How many messages wait in each queue; empty when the broker does not answer."""
    from glu_admin.celery import app

    lengths = {}
    try:
        with _connection() as broker:
            for queue in app.conf.task_queues:
                with broker.channel() as channel:
                    lengths[queue.name] = _length(queue(channel))
    except Exception:  # as above
        return {}
    return lengths


def _length(queue: Any) -> int:
    try:
        return int(queue.queue_declare(passive=True).message_count)
    except ChannelError:  # there is no such queue: to Redis an empty one is none
        return 0


def _connection() -> AbstractContextManager[Any]:
    from glu_admin.celery import app

    options = _SHORT if settings.CELERY_BROKER_URL.startswith("redis") else {}
    connection: AbstractContextManager[Any] = app.connection_for_write(connect_timeout=1, transport_options=options)
    return connection
