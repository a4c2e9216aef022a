"""`make bench`: the bars the mirror has to meet, each beside its figure, and the desk timed on both databases.

`make bench BENCH="history nothing"` runs parts. The Redis database of TEST_REDIS_URL is emptied by it.
"""

import signal
import sys
import time

from tests.benchmarks import desk, exports, fairness, history, hostile, limit, memory, million, nothing, people
from tests.benchmarks.bars import Bars

PARTS = {
    "history": history.run,
    "limit": limit.run,
    "nothing": nothing.run,
    "memory": memory.run,
    "fairness": fairness.run,
    "desk": desk.run,
    "million": million.run,
    "exports": exports.run,
    "people": people.run,
    "hostile": hostile.run,
}


def main(names: list[str]) -> int:
    """Run the parts named, or all; 1 when a bar is missed."""
    if unknown := set(names) - PARTS.keys():
        print(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and processes are not left behind
    bars, begun = Bars(), time.monotonic()
    for name, run in PARTS.items():
        if not names or name in names:
            run(bars)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes; {bars.missed or 'no'} bars missed.")
    return 1 if bars.missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
