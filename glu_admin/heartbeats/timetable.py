"""Beat, which writes that it is alive while it looks at its timetable."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import Error, close_old_connections

from glu_admin.heartbeats.rows import BEAT, note, touch

logger = logging.getLogger(__name__)


class Timetable(PersistentScheduler):
    """Celery's own timetable, which also writes when beat last looked at it."""

    _noted_at = float("-inf")

    def tick(self, *args: Any, **options: Any) -> Any:
        """Send what is due and note that beat is alive; returns the seconds until something is due next."""
        seconds = super().tick(*args, **options)
        if time.monotonic() - self._noted_at >= settings.HEARTBEAT_SECONDS:
            self._noted_at = time.monotonic()
            _note()
        return min(seconds, settings.HEARTBEAT_SECONDS)


def _note() -> None:
    try:
        close_old_connections()
        note(BEAT)
    except Error as error:  # the timetable goes on without the database
        logger.warning("beat’s heartbeat was not written: %s", type(error).__name__)
        return
    touch()
