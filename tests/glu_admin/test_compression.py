"""Pages are compressed, each time to another length; downloads are sent as they are."""

import gzip
from pathlib import Path
from typing import Any

from django.test import Client

LIST = "/o/alder-house/orders/"


def test_pages_are_compressed_and_padded(house: Any, viewer_client: Client) -> None:
    answers = [viewer_client.get(LIST, headers={"Accept-Encoding": "gzip"}) for _ in range(12)]
    assert all(answer["Content-Encoding"] == "gzip" for answer in answers)
    assert b"</html>" in gzip.decompress(answers[0].content)
    assert len(answers[0].content) < 15_000
    assert len({len(answer.content) for answer in answers}) > 1


def test_who_takes_no_compression_gets_none(house: Any, viewer_client: Client) -> None:
    assert "Content-Encoding" not in viewer_client.get(LIST).headers


def test_files_are_not_compressed(house: Any, staff_client: Client, settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    address, asked = "/o/alder-house/exports/file/", {"shape": "orders", "form": "plain"}
    answer = staff_client.post(address, asked, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
