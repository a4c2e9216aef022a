"""`python -m glu_admin.sandbox`: the sandbox Glu API on loopback, until SIGTERM or Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation


def main() -> int:
    """Parse the arguments, serve, stop; 2 outside the embedded mode."""
    if os.environ.get("GLU_ADMIN_MODE", "production") != "embedded":
        print("The sandbox does not run in production (GLU_ADMIN_MODE must be embedded).", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="python -m glu_admin.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port")
    parser.add_argument("--every", type=float, default=3, help="seconds between changes; 0 keeps it still")
    parser.add_argument("--state", type=Path, help="folder in which changes are remembered")
    parser.add_argument(
        "--organisation",
        action="append",
        required=True,
        metavar="slug=…,name=…,seed=…,count=…[,key=…]",
        help="keys may come from GLU_SANDBOX_KEYS as slug:key,slug:key instead",
    )
    options = parser.parse_args()
    keys = dict(pair.split(":", 1) for pair in os.environ.get("GLU_SANDBOX_KEYS", "").split(",") if pair)
    sandbox = RunningSandbox(
        [_organisation(text, keys) for text in options.organisation],
        every=options.every,
        port=options.port,
        state=options.state,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with sandbox:
        if options.port_file:
            options.port_file.write_text(str(sandbox.port))
        print(f"Sandbox Glu API on {sandbox.url} (open it in a browser for its switches)", flush=True)
        stop.wait()
    return 0


def _organisation(text: str, keys: dict[str, str]) -> SandboxOrganisation:
    parts = dict(part.split("=", 1) for part in text.split(","))
    key = parts.get("key") or keys[parts["slug"]]
    return SandboxOrganisation(
        slug=parts["slug"], name=parts["name"], key=key, seed=int(parts["seed"]), count=int(parts["count"])
    )


if __name__ == "__main__":
    sys.exit(main())
