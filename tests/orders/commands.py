"""What a command writes to standard output, as bytes."""

import io
import sys

import pytest
from django.core.management import call_command


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: bytes = b"") -> bytes:
    """A management command with its arguments, given `stdin`."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
    call_command(*arguments)
    out.flush()
    return out.buffer.getvalue()
