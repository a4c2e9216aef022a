"""Lengths of time as people say them."""

from datetime import datetime, timedelta

from django.utils.timezone import now


def short(span: timedelta) -> str:
    """A length of time in its largest unit: "40 s", "15 min"."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86400} days"


def soon(moment: datetime) -> str:
    """A time to come as "in 3 s", "in 12 min"; "now" when it has come."""
    left = moment - now()
    return f"in {short(left + timedelta(seconds=0.999))}" if left > timedelta() else "now"


def about(length: timedelta | None) -> str:
    """A length of time in round words: "about 22 minutes"."""
    if length is None:
        return ""
    minutes = length.total_seconds() / 60
    if minutes < 1.5:
        return "less than two minutes"
    return f"about {minutes:.0f} minutes" if minutes < 90 else f"about {minutes / 60:.0f} hours"


def interval(seconds: float) -> str:
    """A settled interval in its largest round unit."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return word if count == 1 else f"{count} {word}s"
    return f"{seconds:.0f} s"
