"""For numbers that nobody should need to change: they stand beside what they measure, and may be set all the same."""

from django.conf import settings


def tuned(setting: str, default: float) -> float:
    """What the environment gives for one of `settings.TUNED`; else `default`, whose home is where this is called."""
    value: float | None = settings.TUNED[setting]
    return default if value is None else value
