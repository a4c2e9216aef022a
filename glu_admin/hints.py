"""Hints to the workers that there is work. The rows are the truth: a hint that is lost costs only time."""

import logging
from functools import partial

from django.db import transaction

logger = logging.getLogger(__name__)


def hint(task_name: str, *args: int | str, queue: str = "interactive", expires: float | None = None) -> None:
    """Send a Celery message by task name once the running transaction has committed; never fails.

    `args` are ids only. When the broker is away the message is dropped: the next tick finds the row. One that no worker
    has taken up after `expires` seconds is dropped too.
    """
    transaction.on_commit(partial(_send, task_name, args, queue, expires))


def _send(task_name: str, args: tuple[int | str, ...], queue: str, expires: float | None) -> None:
    from glu_admin.celery import app

    try:
        app.send_task(task_name, args=args, queue=queue, expires=expires, retry=False)
    except Exception as error:  # whatever the broker's library raises, the page must not fail for it
        logger.warning("hint %s not sent: %s", task_name, type(error).__name__)
