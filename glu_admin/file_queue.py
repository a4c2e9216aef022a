"""Kombu's filesystem transport, for the embedded run, with whole messages only.

The transport as it comes makes a message visible before it is written, so that a worker can take an empty one and die
of it (https://github.com/celery/kombu/issues/1551); and it reads its routing table while another process writes it.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """Messages come and go by renaming within one folder, which is all or nothing."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        written = folder / f"{uuid.uuid4()}.writing"
        written.write_text(dumps(payload), encoding="utf-8")
        written.rename(folder / f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{uuid.uuid4()}.taken"
            try:
                (folder / name).rename(taken)
            except OSError:  # another worker was faster
                continue
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            return loads(text)
        raise Empty

    def get_table(self, exchange: str) -> Any:
        """The queues of an exchange."""
        return _until_whole(super().get_table, exchange)

    def _queue_bind(self, *args: Any) -> None:
        _until_whole(super()._queue_bind, *args)


class Transport(filesystem.Transport):
    """The embedded run's broker."""

    Channel = Channel


def use_whole_messages() -> None:
    """Let `filesystem://` mean this transport in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def _until_whole(read: Any, *args: Any) -> Any:
    """Read the routing table again while another process is writing it."""
    for _ in range(3000):  # a minute: on a busy machine the other one may not get on for long
        try:
            return read(*args)
        except ValueError:
            time.sleep(0.02)
    return read(*args)
