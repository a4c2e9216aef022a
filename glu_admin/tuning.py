"""Numbers that nobody should need to change: they stand beside what they measure, and may be set all the same."""

from django.conf import settings

TUNABLE = (
    "ANSWER_SECONDS",
    "GLU_KEY_RETRY_MAX_SECONDS",
    "GLU_KEY_RETRY_SECONDS",
    "GLU_LONGEST_WAIT",
    "GLU_REFUSED_RETRY_MAX_SECONDS",
    "GLU_REFUSED_RETRY_SECONDS",
    "GLU_UNSAID_PAUSE",
    "GLU_UNSAID_RETRY_AFTER",
    "MIRROR_CACHE_AGE_MAX_SECONDS",
    "MIRROR_EMPTY_LINES_CONFIRM_SECONDS",
    "MIRROR_ERROR_WAIT_MAX_SECONDS",
    "MIRROR_LINES_WAIT_MAX_SECONDS",
    "MIRROR_LOOKING_SECONDS",
    "MIRROR_OPEN_LINES_MAX_AGE_SECONDS",
    "MIRROR_TRAILING_NIGHT_EVERY_SECONDS",
    "MIRROR_TRAILING_NIGHT_SECONDS",
    "MIRROR_TRAILING_REACH_SECONDS",
    "MIRROR_TRANSACTIONS_RETRY_SECONDS",
)
"""The variables that are read for them; `.env.example` does not show them."""


def tuned(setting: str, default: float) -> float:
    """The number that the environment gives for `setting`, one of TUNABLE; `default` where it gives none."""
    value: float | None = settings.TUNED[setting]
    return default if value is None else value
