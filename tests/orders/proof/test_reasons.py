"""Why rows are set aside can be said in every language."""

import re
from pathlib import Path

from orders.proof.reasons import OF_ROWS

PAYLOAD = Path(__file__).resolve().parents[3] / "orders/payload.py"


def test_every_reason_is_marked_for_translation() -> None:
    assert set(re.findall(r'"(It (?:has|is) [^"]+\.)"', PAYLOAD.read_text())) == set(OF_ROWS)
