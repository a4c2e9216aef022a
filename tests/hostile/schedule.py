"""Fault schedules drawn from a seed: hostile Glu, unlucky workers, moved clocks, and the verdict in the end."""

import random
from typing import Any

from glu_admin.sandbox.server import RunningSandbox
from tests.hostile.arena import OTHER, Arena

FAULTS: list[dict[str, Any]] = [
    {"error_rate": 0.3},
    {"reset_rate": 0.2},
    {"truncated_rate": 0.3},
    {"html_rate": 0.2},
    {"short_page_rate": 0.5},
    {"shuffle_ties": True},
    {"ignore_filters_rate": 0.3},
    {"ignore_filters_rate": 1.0},
    {"exclusive_bounds": True},
    {"wrong_order_rate": 0.3},
    {"stale_rate": 0.5, "stale_s": 300},
    {"stale_rate": 0.2, "stale_s": 7200},
    {"vanish": 0.04},
    {"vanish": 0.6},
    {"churn_rate": 0.4, "churn_deletes": True, "churn_lines": True},
    {"churn_rate": 0.8},
    {"late_commit_s": 45},
    {"late_commit_s": 600},
    {"relations": "iris"},
    {"relations": "objects"},
    {"unknown_fields": True},
    {"unknown_statuses": True},
    {"lines_broken": True},
    {"lines_error_rate": 0.4},
    {"rate_limit": 40},
    {"swapped": OTHER},
    {"no_organisation": True},
    {"revoked": True},
    {"clock_skew_s": 86_400},
    {"clock_skew_s": -86_400},
    {"clock_skew_s": 45},
    {"page_size": 3},
    {"page_size": 11},
]
"""One thing each that may be wrong with Glu."""

WIDER = [
    *FAULTS,
    {"age_s": 900},
    {"age_s": 30},
    {"ignore_page": True},
    {"wrong_body_rate": 0.3},
    {"slow_headers_ms": 20},
]
"""With what was thought of later: the same seed plays another story."""


def happen(arena: Arena, chance: random.Random, faults: list[dict[str, Any]]) -> None:
    """One thing, drawn by `chance`, happens to Glu or to the mirror."""
    roll = chance.random()
    if roll < 0.18:
        arena.faults(**chance.choice(faults))
    elif roll < 0.24:
        arena.shop.faults.calm(everything=False)
    elif roll < 0.34:
        arena.happens(chance.randint(1, 8))
    elif roll < 0.46:
        thing = chance.choice(
            (arena.edit_silently, arena.change_lines_silently, arena.go_back, arena.delete, arena.crowd, arena.plant)
        )
        thing()
    elif roll < 0.56:
        arena.time_passes(chance.choice((1, 20, 70, 1000, 90_000)))
    elif roll < 0.59:
        arena.clock_jumps(chance.choice((-90_000, -600, 600, 90_000)))
    elif roll < 0.64:
        arena.everything_due()
    elif roll < 0.68:
        chance.choice((arena.check, arena.range))()
    elif roll < 0.76:
        arena.slice(chance.randint(0, 12), killed=True)
    elif roll < 0.80:
        arena.slice(chance.randint(0, 12), frozen=True)
    elif roll < 0.88:
        arena.slice(chance.randint(0, 12))
    else:
        arena.slice()


def run_schedule(glu: RunningSandbox, seed: int, steps: int = 30, faults: list[dict[str, Any]] = FAULTS) -> list[str]:
    """Play the schedule of a seed; what was wrong in the end, nothing if the mirror kept its word.

    Twice it is put to the test: while Glu is still hostile a thorough attempt may fail but must not claim a success
    that is none, and once Glu is well the mirror must become the truth by itself.
    """
    chance, wrong = random.Random(f"schedule {seed}"), []
    arena = Arena(glu, seed, chance.choice((0, 1, 7, 40)))
    try:
        for _ in range(steps):
            happen(arena, chance, faults)
            arena.holds()
        churn, arena.shop.faults.churn_rate = arena.shop.faults.churn_rate, 0
        if lie := arena.silent():
            wrong.append(f"claimed to be complete while it was not: {lie[:2000]}")
        arena.shop.faults.churn_rate = churn
        arena.settle()
    except AssertionError as error:
        wrong.append(str(error)[:2000])
    finally:
        arena.close()
    return wrong
