"""Whether anybody works on what is due: the last sign of life of each queue and of the timetable, in words."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.heartbeats.rows import BEAT, Age, ages
from orders.display.durations import short

_NAMES = {
    "interactive": gettext_noop("What people ask for"),
    "changes": gettext_noop("Looks for changes"),
    "bulk": gettext_noop("Long readings"),
    BEAT: gettext_noop("Timetable"),
}


@dataclass(frozen=True)
class Sign:
    """The last sign of life of one part of the work: what it does, and how long ago, in seconds; None is never."""

    age: Age

    @property
    def name(self) -> str:
        """What this part does."""
        return _(_NAMES.get(self.age.name, self.age.name))

    @property
    def words(self) -> str:
        """How long ago the last sign of life was, in words."""
        if self.age.seconds is None:
            return _("not yet")
        return _("%(time)s ago") % {"time": short(timedelta(seconds=self.age.seconds))}

    @property
    def trouble(self) -> str:
        """What a person has to know when this part stands still; "" while it moves."""
        if not self.age.late or self.age.seconds is None:
            return ""
        said = (
            _("%(part)s: no sign of life for %(time)s; beat is away.")
            if self.age.name == BEAT
            else _("%(part)s: no sign of life for %(time)s; its worker or the broker is away.")
        )
        return said % {"part": self.name, "time": short(timedelta(seconds=self.age.seconds))}


def signs() -> list[Sign]:
    """The last sign of life of every queue, and that of the timetable at the end."""
    return [Sign(age) for age in ages()]
