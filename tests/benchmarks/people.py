"""Twenty people at once at a desk of a million orders, while the history of another organisation is copied.

They look at lists, search and open orders, with two to five seconds in between, before two web processes. One of them
exports ten thousand rows now and then, which is not among the answers timed.
"""

import json
import os
import random
import sys
import threading
import time
from typing import Any
from urllib.parse import urlencode

import requests
import yaml

from tests.benchmarks.bars import Bars
from tests.benchmarks.large_pages import FILTERS, SORTS
from tests.benchmarks.place import ROOT, Place, add, databases, place, sandbox, stop, wait_until
from tests.journeys.processes import free_port

ORDERS = int(os.environ.get("BENCH_MILLION", "1000000"))
PEOPLE, SECONDS, THINKING = 20, 60.0, (2.0, 5.0)
MOST_MS = 500
COPIED = 30_000
"""Orders of the organisation whose history is copied meanwhile: more than are read in the time."""

SEARCHES = ["smith", "wilkinson", "harwel", "jo", "twilight", '"happy birthday"', "nobodyiscalledthis"]


def run(bars: Bars) -> None:
    """On every database that is there."""
    with sandbox(("alder", COPIED)) as glu:
        for database in databases():
            with place(database, glu) as here:
                here.run([sys.executable, "-m", "tests.benchmarks.large", str(ORDERS)])
                add(here, "alder")
                bars.heading(f"{PEOPLE} people for {SECONDS:.0f} s at {ORDERS:,} orders, {database}")
                measure(bars, here)


def measure(bars: Bars, here: Place) -> None:
    """Serve the installation, let the people work and judge what they waited for."""
    known = json.loads(here.run([sys.executable, "-m", "tests.benchmarks.signed_in", str(PEOPLE)]))
    port = free_port()
    web = here.start(*_web(port))
    copying = None
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(f"{url}/healthz"), 60)
        copying = here.start(sys.executable, "manage.py", "mirror", "alder")
        day = _Day(url, known)
        day.pass_by()
        bars.holds("the history was being copied to the end", copying.poll() is None)
    finally:
        for process in filter(None, (copying, web)):
            stop(process)
    for kind, waited in sorted(day.waited.items()):
        waited.sort()
        bars.figure(f"{kind}, {len(waited)} answers: median ms", waited[len(waited) // 2])
        bars.at_most(f"{kind}: ms at 95 %", waited[int(len(waited) * 0.95)], MOST_MS)
    bars.exactly("answers that were errors", len(day.errors), 0)
    for error in day.errors[:5]:
        print(f"    {error}")


class _Day:
    """What the people do, and how long they waited for each answer, in ms."""

    def __init__(self, url: str, known: dict[str, Any]) -> None:
        self._url, self._known = f"{url}/o/org1", known
        self.waited: dict[str, list[float]] = {"list": [], "search": [], "order": []}
        self.errors: list[str] = []
        self._ends_at = 0.0

    def pass_by(self) -> None:
        """Let everybody work until the time is over."""
        self._ends_at = time.monotonic() + SECONDS
        people = [threading.Thread(target=self._work, args=(number,)) for number in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join()

    def _work(self, number: int) -> None:
        chance = random.Random(number)
        session = requests.Session()
        session.cookies.set(self._known["cookie"], self._known["sessions"][number])
        time.sleep(chance.uniform(0, THINKING[1]))
        while time.monotonic() < self._ends_at:
            kind, path = self._wants(chance)
            self._ask(session, kind, path)
            if number == 0 and chance.random() < 0.2:
                self._ask(session, "export", "/exports/file/?created=-60d..&format=csv")
            time.sleep(chance.uniform(*THINKING))

    def _wants(self, chance: random.Random) -> tuple[str, str]:
        kind = chance.choices(["list", "search", "order"], [5, 3, 2])[0]
        if kind == "order":
            return kind, f"/orders/{chance.choice(self._known['orders'])}/"
        asked = urlencode({"q": chance.choice(SEARCHES)}) if kind == "search" else chance.choice(["", *SORTS, *FILTERS])
        return kind, f"/orders/?{asked}"

    def _ask(self, session: requests.Session, kind: str, path: str) -> None:
        begun = time.perf_counter()
        try:
            response = session.get(f"{self._url}{path}", timeout=60)
            response.content  # noqa: B018  (a person has seen an answer when all of it is here)
        except requests.RequestException as error:
            self.errors.append(f"{path}: {type(error).__name__}")
            return
        if response.status_code != 200 and kind != "export":
            self.errors.append(f"{path}: {response.status_code}")
        if kind in self.waited:
            self.waited[kind].append((time.perf_counter() - begun) * 1000)


def _web(port: int) -> list[str]:
    """The command of compose.yaml's web service, on this port."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["web"]
    command = [str(part) for part in service["command"]]
    command[command.index("--bind") + 1] = f"127.0.0.1:{port}"
    return [sys.executable, "-m", *command]


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
