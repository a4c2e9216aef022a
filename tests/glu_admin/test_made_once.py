"""Files that several processes may make at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from glu_admin.made_once import text_made_once
from tests.patience import HANG_SECONDS


def test_all_that_make_it_at_once_read_the_same(tmp_path: Path) -> None:
    together = Barrier(8)

    def start(number: int) -> str:
        def make() -> str:
            together.wait(HANG_SECONDS)  # all of them have found no file
            return f"made by {number}"

        return text_made_once(tmp_path / "key", make)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
