"""The embedded broker: every message is taken once and whole, however many write and read at a time."""

import threading
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from glu_admin.file_queue import use_whole_messages
from tests.patience import HANG_SECONDS

QUEUE = Queue("bulk", Exchange("hints"), routing_key="bulk")


@pytest.fixture
def options(tmp_path: Path) -> dict[str, object]:
    use_whole_messages()
    folders = {name: tmp_path / name for name in ("messages", "processed", "control")}
    for folder in folders.values():
        folder.mkdir()
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "processed_folder": str(folders["processed"]),
        "control_folder": str(folders["control"]),
    }


def test_many_writers_and_readers(options: dict[str, object]) -> None:
    got: list[int] = []
    sent = threading.Event()
    broken: list[Exception] = []

    def write(start: int) -> None:
        try:
            with Connection("filesystem://", transport_options=options) as connection:
                producer = connection.Producer()
                for number in range(start, start + 150):
                    producer.publish(number, exchange=QUEUE.exchange, routing_key="bulk", declare=[QUEUE])
        except Exception as error:
            broken.append(error)

    def read() -> None:
        try:
            with Connection("filesystem://", transport_options=options) as connection:
                channel = connection.channel()
                bound = QUEUE(channel)
                bound.declare()
                while True:
                    done = sent.is_set()
                    message = bound.get(no_ack=True)
                    if message is not None:
                        got.append(message.payload)
                    elif done:
                        return
        except Exception as error:
            broken.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 150, 300)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join(HANG_SECONDS)
    sent.set()
    for thread in readers:
        thread.join(HANG_SECONDS)
    assert broken == []
    assert sorted(got) == list(range(450))
