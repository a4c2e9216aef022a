"""The engine as a state machine: Hypothesis plays Glu, the workers and the clocks; the sandbox's truth is the model."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from glu_admin.sandbox.server import RunningSandbox
from tests.hostile.arena import Arena, hostile_glu
from tests.hostile.schedule import FAULTS

STORIES = int(os.environ.get("HOSTILE_STORIES", "2"))
"""Each costs more than the one before; `make bench BENCH=hostile` has many played."""
answers = st.integers(0, 12)


@pytest.fixture(scope="module")
def glu() -> Iterator[RunningSandbox]:
    with hostile_glu() as running:
        yield running


def machine_of(glu: RunningSandbox) -> type[RuleBasedStateMachine]:
    """The machine over a running Glu."""

    class Machine(RuleBasedStateMachine):
        arena: Arena

        @initialize(seed=st.integers(0, 999), count=st.sampled_from((0, 1, 7, 25)))
        def begin(self, seed: int, count: int) -> None:
            self.arena = Arena(glu, seed, count)

        @rule(fault=st.sampled_from(FAULTS))
        def goes_wrong(self, fault: dict[str, object]) -> None:
            self.arena.faults(**fault)

        @rule()
        def calms_down(self) -> None:
            self.arena.shop.faults.calm()

        @rule(times=st.integers(1, 6))
        def happens(self, times: int) -> None:
            self.arena.happens(times)

        @rule(
            what=st.sampled_from(("edit_silently", "change_lines_silently", "go_back", "delete", "crowd", "plant")),
        )
        def odd_things_happen(self, what: str) -> None:
            getattr(self.arena, what)()

        @rule(seconds=st.sampled_from((1, 70, 1000, 90_000)))
        def time_passes(self, seconds: int) -> None:
            self.arena.time_passes(seconds)

        @rule(seconds=st.sampled_from((-90_000, -600, 600, 90_000)))
        def our_clock_jumps(self, seconds: int) -> None:
            self.arena.clock_jumps(seconds)

        @rule()
        def everything_is_due(self) -> None:
            self.arena.everything_due()

        @rule()
        def somebody_asks(self) -> None:
            self.arena.check()
            self.arena.range()

        @rule()
        def work(self) -> None:
            self.arena.slice()

        @rule(answers=answers)
        def work_for_a_while(self, answers: int) -> None:
            self.arena.slice(answers)

        @rule(answers=answers)
        def work_and_be_killed(self, answers: int) -> None:
            self.arena.slice(answers, killed=True)

        @rule(answers=answers)
        def work_and_freeze(self, answers: int) -> None:
            self.arena.slice(answers, frozen=True)

        @invariant()
        def holds(self) -> None:
            self.arena.holds()

        def teardown(self) -> None:
            if not hasattr(self, "arena"):
                return
            try:
                self.arena.shop.faults.churn_rate = 0
                lie = self.arena.silent()
                assert not lie, f"claimed to be complete while it was not: {lie}"
                self.arena.settle()
            finally:
                self.arena.close()

    return Machine


@pytest.mark.timeout(3600)
def test_whatever_happens_the_mirror_keeps_its_word(db: None, glu: RunningSandbox) -> None:
    run_state_machine_as_test(
        machine_of(glu),
        settings=settings(
            max_examples=STORIES,
            derandomize=True,  # a change is judged by the same stories; make bench plays more, and other schedules
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
