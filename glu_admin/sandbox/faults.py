"""What the sandbox can be told to do wrong, per organisation; consulted in one place, before an answer is made."""

from dataclasses import dataclass


@dataclass
class Faults:
    """`latency_ms` is waited before every answer; with `revoked` the key is refused."""

    latency_ms: float = 0
    revoked: bool = False
