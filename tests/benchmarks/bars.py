"""The table that `make bench` prints: every figure as a ratio beside its bar, and whether it was met."""

from dataclasses import dataclass


@dataclass
class Bars:
    """Prints figures as they come and counts the bars that were missed."""

    missed: int = 0

    def heading(self, words: str) -> None:
        """What the next lines are about."""
        print(f"\n{words}", flush=True)

    def figure(self, what: str, value: float, unit: str = "") -> None:
        """A figure without a bar."""
        print(f"  {what:<72} {value:>10,.3f} {unit}".rstrip(), flush=True)

    def at_most(self, what: str, value: float, bar: float) -> None:
        """A figure that may not be larger than `bar`."""
        self._judge(what, value, f"≤ {bar:g}", value <= bar)

    def at_least(self, what: str, value: float, bar: float) -> None:
        """A figure that may not be smaller than `bar`."""
        self._judge(what, value, f"≥ {bar:g}", value >= bar)

    def exactly(self, what: str, value: float, bar: float) -> None:
        """A count that must be `bar`."""
        self._judge(what, value, f"= {bar:g}", value == bar)

    def holds(self, what: str, met: bool) -> None:
        """Something that is so or not."""
        self._judge(what, float(met), "= 1", met)

    def _judge(self, what: str, value: float, bar: str, met: bool) -> None:
        self.missed += not met
        print(f"  {what:<72} {value:>10,.3f} {bar:>10}  {'met' if met else 'MISSED'}", flush=True)
