"""Writing and reading the rows; they alone say whether work flows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.timezone import now

from glu_admin.celery import QUEUES
from glu_admin.heartbeats.models import Heartbeat

BEAT = "beat"
"""The name of beat's own row; the others have the names of queues."""


@dataclass(frozen=True)
class Age:
    """How long ago, in seconds, a queue or beat gave its last sign of life; None when it never did."""

    name: str
    seconds: float | None

    @property
    def late(self) -> bool:
        """Whether the last sign is so long ago that the queue stands still.

        False where there never was one: nobody runs it yet.
        """
        return self.seconds is not None and self.seconds > settings.HEARTBEAT_LATE_SECONDS

    @property
    def state(self) -> str:
        """`ok`, `late` or `never`."""
        return "never" if self.seconds is None else "late" if self.late else "ok"


def note(name: str) -> None:
    """Write that the queue, or beat, of this name gave a sign of life now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": now()})


def ages() -> list[Age]:
    """The age of every queue's last sign of life, and that of beat at the end."""
    moment, beaten = now(), dict(Heartbeat.objects.values_list("name", "beaten_at"))
    return [Age(name, _seconds(moment, beaten.get(name))) for name in (*QUEUES, BEAT)]


def touch() -> None:
    """Touch HEARTBEAT_FILE: a supervisor sees by its age, without starting a process, that work flows."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()


def _seconds(moment: datetime, beaten_at: datetime | None) -> float | None:
    return max((moment - beaten_at).total_seconds(), 0.0) if beaten_at else None
