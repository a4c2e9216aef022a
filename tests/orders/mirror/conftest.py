"""A Glu of which some routes fail."""

from typing import Any

import pytest

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import GluError


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> dict[str, GluError]:
    """Paths, or their ends, that answer with an error from now on; and what was asked, under `asked`."""
    errors: dict[str, GluError] = {}
    once = GluClient.get

    def get(self: GluClient, path: str, params: Any = ()) -> Any:
        for end, error in errors.items():
            if path.endswith(end):
                raise error
        return once(self, path, params)

    monkeypatch.setattr(GluClient, "get", get)
    return errors
