"""Whether anybody works on what is due: the last sign of life of each queue and of the timetable, in words."""

from dataclasses import dataclass
from datetime import timedelta

from glu_admin.heartbeats.rows import BEAT, Age, ages
from orders.display.durations import short

_NAMES = {
    "interactive": "What people ask for",
    "changes": "Looks for changes",
    "bulk": "Long readings",
    BEAT: "Timetable",
}


@dataclass(frozen=True)
class Sign:
    """The last sign of life of one part of the work: what it does, and how long ago, in seconds; None is never."""

    age: Age

    @property
    def name(self) -> str:
        """What this part does."""
        return _NAMES.get(self.age.name, self.age.name)

    @property
    def words(self) -> str:
        """How long ago the last sign of life was, in words."""
        return "not yet" if self.age.seconds is None else f"{short(timedelta(seconds=self.age.seconds))} ago"

    @property
    def trouble(self) -> str:
        """What a person has to know when this part stands still; "" while it moves."""
        if not self.age.late or self.age.seconds is None:
            return ""
        away = "beat is away" if self.age.name == BEAT else "its worker or the broker is away"
        return f"{self.name}: no sign of life for {short(timedelta(seconds=self.age.seconds))}; {away}."


def signs() -> list[Sign]:
    """The last sign of life of every queue, and that of the timetable at the end."""
    return [Sign(age) for age in ages()]
