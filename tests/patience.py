"""How long a test waits. It waits for a state; the limit is there for what hangs, however busy the machine is."""

HANG_SECONDS = 300.0
