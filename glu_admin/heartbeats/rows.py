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
        """Whether that is so long ago that it stands still; what never gave a sign has nobody who runs it yet."""
        return self.seconds is not None and self.seconds > settings.HEARTBEAT_LATE_SECONDS

    @property
    def state(self) -> str:
        """`ok`, `late` or `never`."""
        return "never" if self.seconds is None else "late" if self.late else "ok"


def note(name: str) -> None:
    """A sign of life, now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": now()})


def ages() -> list[Age]:
    """The queues' ages, and beat's last."""
    moment, beaten = now(), dict(Heartbeat.objects.values_list("name", "beaten_at"))
    return [Age(name, _seconds(moment, beaten.get(name))) for name in (*QUEUES, BEAT)]


def touch() -> None:
    """Let a supervisor see by a file's age, without a process of its own, that the rows are as they should be."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()


def _seconds(moment: datetime, beaten_at: datetime | None) -> float | None:
    return max((moment - beaten_at).total_seconds(), 0.0) if beaten_at else None
