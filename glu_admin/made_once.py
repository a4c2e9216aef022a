"""Files of the embedded run that are made at its first start, by whichever process comes first."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def text_made_once(path: Path, make: Callable[[], str]) -> str:
    """The text of the file at `path`, which its owner alone may read; made of what `make` returns if it is not there.

    It comes into being whole: of several processes that make it at once, all read what the first one made.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent) as fresh:  # open to its owner alone
            fresh.write(make())
            fresh.flush()
            with suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text().strip()
