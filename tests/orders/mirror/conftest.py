"""A Glu of which some routes fail."""

import pytest

from glu_admin.glu.errors import GluError
from tests.scripted import ScriptedGlu


@pytest.fixture
def broken(scripted: ScriptedGlu) -> dict[str, GluError]:
    """Paths, or their ends, that answer with an error from now on."""
    return scripted.failing
