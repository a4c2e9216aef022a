"""Whether everything is here is judged in one place, whoever asks."""

import contextlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.proof.completeness import lacking
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import order, run, write


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Alder House, all of it here."""
    accepted_key(house.hotel, HOTEL_KEY)
    write(house.hotel, order(41), order(42))
    MirrorState.across_organisations.create(organisation=house.hotel, history_complete_at=now())
    run(house.hotel, MirrorRun.Pass.HISTORY, now() - timedelta(days=2))
    return house.hotel  # type: ignore[no-any-return]


def said(organisation: Organisation) -> dict[str, Any]:
    out = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("mirror_status", organisation.slug, "--json", stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def test_all_here_is_complete(hotel: Organisation) -> None:
    assert lacking(hotel) == []
    assert (said(hotel)["complete"], said(hotel)["lacking"]) == (True, [])


def test_a_history_that_was_never_read_is_not(hotel: Organisation) -> None:
    MirrorState.across_organisations.update(history_complete_at=None)
    assert lacking(hotel) == ["the history has not been read to its end"]
    MirrorState.across_organisations.all().delete()
    assert said(hotel)["complete"] is False


def test_a_flagged_poll_of_a_worker_counts_until_everything_is_read_again(hotel: Organisation) -> None:
    poll = run(hotel, MirrorRun.Pass.CHANGES, now() - timedelta(hours=3), flags=MirrorRun.Flag.TIE_OVERFLOW)
    said_of_it = f"flagged: {MirrorRun.Flag.TIE_OVERFLOW.label} (mirror --pass reconcile reads everything again)"
    assert lacking(hotel) == [said_of_it]
    run(hotel, MirrorRun.Pass.CHANGES, now() - timedelta(hours=2))
    assert said(hotel)["lacking"] == lacking(hotel) != []
    run(hotel, MirrorRun.Pass.RECONCILE, poll.started_at + timedelta(hours=2), reach=MirrorRun.Reach.WHOLE)
    assert lacking(hotel) == []


def test_lines_and_missing_orders_are_named(hotel: Organisation) -> None:
    hotel.orders.filter(glu_id=41).update(lines_due_at=now(), lines_error="Glu has no such thing.")
    hotel.missing_orders.create(order=hotel.orders.get(glu_id=42), found_at=now(), due_at=now())
    lines, missing = lacking(hotel)
    assert lines == "the lines of 1 order could not be read (41: Glu has no such thing)"
    assert missing.startswith("1 order is no longer listed by Glu")
