"""What a hunt does, drawn from its seed: the shop's faults, the waits, the processes, and what befalls them.

The same seed draws the same schedule. Real processes never meet it at the same instant twice, so a seed that failed may
have to be run a few times to fail again.
"""

import random
from dataclasses import dataclass
from typing import Any

EMBEDDED, SERVICES = "embedded", "services"
LEASE_SECONDS = 2.0

# How likely each fault is in a hunt, and its least and greatest rate.
_RATES = {
    "error_rate": (0.7, 0.005, 0.06),
    "reset_rate": (0.6, 0.005, 0.04),
    "truncated_rate": (0.6, 0.005, 0.04),
    "html_rate": (0.5, 0.005, 0.04),
    "short_page_rate": (0.4, 0.05, 0.3),
    "ignore_filters_rate": (0.5, 0.02, 0.15),
    "wrong_order_rate": (0.5, 0.02, 0.1),
    "stale_rate": (0.5, 0.02, 0.25),
    "churn_rate": (0.8, 0.03, 0.2),
    "lines_error_rate": (0.4, 0.02, 0.15),
    "late_commit_s": (0.5, 0.5, 3.5),
    "slow_body_ms": (0.2, 10, 60),
}
_SWITCHES = {
    "shuffle_ties": 0.7,
    "exclusive_bounds": 0.2,
    "churn_deletes": 0.6,
    "churn_lines": 0.6,
    "unknown_fields": 0.2,
    "unknown_statuses": 0.2,
}
_BEFALLS = {
    EMBEDDED: ("kill", "kill", "kill", "freeze", "beat", "broker_emptied", "odd_orders"),
    SERVICES: (
        *("kill", "kill", "kill_child", "freeze", "beat", "odd_orders"),
        *("redis_crash", "redis_lost", "postgres_crash"),
    ),
}
PLANTS = ("backdated", "future", "null_updated", "unknown")


@dataclass(frozen=True)
class Happening:
    """Something that befalls an installation once Glu has been asked `after` more questions."""

    after: int
    what: str
    chance: float


@dataclass(frozen=True)
class Schedule:
    """A hunt."""

    seed: int
    orders: int
    crowd: int
    workers: int
    beats: int
    doubled: bool
    settings: dict[str, str]
    faults: dict[str, Any]
    happenings: tuple[Happening, ...]


def draw(seed: int, kind: str) -> Schedule:
    """The schedule of a seed on files or on services."""
    chance = random.Random(f"{kind} {seed}")
    happenings = [Happening(chance.randint(5, 60), "kill", chance.random())]  # in the middle of the history
    for _ in range(chance.randint(4, 8)):
        happenings.append(Happening(chance.randint(5, 90), chance.choice(_BEFALLS[kind]), chance.random()))
    orders = chance.choice((120, 250, 640))
    return Schedule(
        seed=seed,
        orders=orders,
        crowd=chance.choice((0, 0, 40)),
        workers=chance.choice((1, 2, 2, 3)),
        beats=chance.choice((1, 2)),
        doubled=chance.random() < 0.8,
        settings=_settings(chance, orders),
        faults=_faults(chance, seed),
        happenings=tuple(happenings),
    )


def _settings(chance: random.Random, orders: int) -> dict[str, str]:
    """Waits and sizes; lines are read again so often that also silent refunds are found soon."""
    drawn = {
        "MIRROR_LEASE_SECONDS": LEASE_SECONDS,
        "MIRROR_OVERLAP_SECONDS": chance.choice((1, 3, 60)),
        "MIRROR_TRAILING_EVERY_SECONDS": chance.uniform(2, 4),
        "MIRROR_WHOLE_EVERY_SECONDS": chance.uniform(3, 6),
        "MIRROR_RECENT_EVERY_SECONDS": chance.uniform(2, 6),
        "MIRROR_REFRESH_EVERY_SECONDS": 2,
        "MIRROR_LINES_MAX_AGE_SECONDS": chance.uniform(6, 10) + orders / 20,
        "MIRROR_ORGANISATION_EVERY_SECONDS": chance.choice((2, 3600)),
        "MIRROR_CONNECTIONS": chance.choice((2, 4, 8)),
        "MIRROR_WINDOWS": chance.choice((1, 4)),
        "MIRROR_LINE_CHUNK": chance.choice((5, 20, 60)),
        "GLU_RETRIES": chance.choice((1, 3)),
    }
    return {name: f"{value:.2f}" if isinstance(value, float) else str(value) for name, value in drawn.items()}


def _faults(chance: random.Random, seed: int) -> dict[str, Any]:
    faults: dict[str, Any] = {"seed": seed, "latency_ms": chance.uniform(2, 25), "page_size": chance.choice((10, 30))}
    for name, (likely, least, most) in _RATES.items():
        if chance.random() < likely:
            faults[name] = chance.uniform(least, most)
    for name, likely in _SWITCHES.items():
        faults[name] = chance.random() < likely
    if chance.random() < 0.35:
        faults |= {
            "rate_limit": chance.uniform(40, 200),
            "rate_limit_retry_after": chance.choice(("", "seconds", "date")),
        }
    if chance.random() < 0.3:
        faults["clock_skew_s"] = chance.choice((-86_400, -3_600, 3_600, 86_400))
    faults["relations"] = chance.choice(("ids", "ids", "iris", "urls", "objects"))
    faults["stale_s"] = chance.uniform(1, 4)
    return faults
