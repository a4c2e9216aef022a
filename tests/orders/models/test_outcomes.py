"""What an older version told in words alone is told in values after its database has moved on."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils.timezone import now

from orders.models import CheckOutcome, MirrorState
from tests.orders.builders import order, write


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("Identical to Glu.", CheckOutcome.IDENTICAL),
        ("3 things moved.", CheckOutcome.MOVED),
        ("Only its stamp or technical fields moved.", CheckOutcome.TECHNICAL),
        ("Its lines had not been read before; they are here now.", CheckOutcome.NEW_LINES),
        ("Glu gave no lines, though the order has money. They are asked for again.", CheckOutcome.DOUBTED_LINES),
        ("2 lines could not be read and are set aside.", CheckOutcome.SET_ASIDE),
        ("Glu no longer returns this order. It is asked for again.", CheckOutcome.NOT_RETURNED),
        ("Glu could not be asked: Glu answered with an error of its own (500).", CheckOutcome.NOT_ASKED),
        ("Glu’s answer cannot be used: It is another order.", CheckOutcome.UNUSABLE),
        (CheckOutcome.ANOTHER_ORDER.label, CheckOutcome.ANOTHER_ORDER),
        (CheckOutcome.KEPT_CHANGING.label, CheckOutcome.KEPT_CHANGING),
        ("Something else.", None),
    ],
)
def test_checks_that_were_made_before_have_their_outcome(house: Any, words: str, outcome: str | None) -> None:
    write(house.hotel, order(41), order(42))
    house.hotel.orders.filter(glu_id=41).update(check_done_at=now(), check_words=words)
    import_module("orders.migrations.0014_check_outcome").tell(apps, None)
    checked, never = house.hotel.orders.order_by("glu_id")
    assert (checked.check_outcome, never.check_outcome) == (outcome, None)
    assert checked.check_words == (CheckOutcome.NOT_RETURNED.label if outcome == CheckOutcome.NOT_RETURNED else words)


@pytest.mark.parametrize(
    ("kind", "words", "known"),
    [
        ("", "", ""),
        ("refused", "Glu refused the key.", MirrorState.Failure.REFUSED),
        ("unreachable", "Glu could not be reached.", MirrorState.Failure.UNREACHABLE),
        ("unreachable", "Glu answered with an error of its own (500).", MirrorState.Failure.FAILING),
        ("interrupted", "Nobody waits for it.", MirrorState.Failure.UNREADABLE),
    ],
)
def test_failures_that_were_noted_before_have_their_kind(house: Any, kind: str, words: str, known: str) -> None:
    MirrorState.across_organisations.create(organisation=house.hotel, last_error=words, last_error_kind=kind)
    import_module("orders.migrations.0015_failures_have_kinds").tell(apps, None)
    assert MirrorState.across_organisations.get().last_error_kind == known
