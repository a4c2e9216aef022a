"""What anybody wants to know of the mirror, in plain words, and above everything else of its page."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.mirror.session import Session
from orders.models import MirrorState
from orders.proof.plainly import answers
from orders.proof.report import mirror_report
from orders.proof.trouble import troubles
from tests.orders.mirroring import mirror_everything

MIRROR = "/o/alder-house/mirror/"


def told(organisation: Organisation) -> list[tuple[str, str]]:
    report = mirror_report(organisation)
    return [(answer.short, answer.words) for answer in answers(report, troubles(report))]


def test_before_anything_is_copied_somebody_has_to_set_a_key(house: Any) -> None:
    whole, fresh, to_do = told(house.hotel)
    assert (whole[0], fresh[0], to_do[0]) == ("Not yet", "Not yet", "Yes")
    assert to_do[1].startswith("1 thing needs a person.")


def test_a_copy_that_works_needs_nobody(session: Session) -> None:
    mirror_everything(session)
    whole, fresh, to_do = told(session.organisation)
    assert whole[0] == "Yes"
    assert re.match(r"Everything back to the first order, .*, was compared with Glu and is here\.", whole[1])
    assert fresh[0] == "Yes"
    assert to_do[0] == "No"
    assert to_do[1].startswith("Next look at Glu ")


def test_what_is_old_or_lacking_is_said(session: Session) -> None:
    mirror_everything(session)
    hotel = session.organisation
    newest = hotel.orders.order_by("-created_at")[0]
    newest.lines_due_at, newest.lines_error = now(), "It said no."
    newest.save()
    whole, _, to_do = told(hotel)
    assert (whole[0], to_do[0]) == ("Nearly", "No")
    assert whole[1].endswith("The lines of 1 order are to be read.")
    assert to_do[1].startswith("What is not right stands below and mends itself.")
    with time_machine.travel(now() + timedelta(hours=3)):
        assert told(hotel)[1] == ("No", "What happened at Glu in the last 3 hours is not here yet.")


def test_a_first_copy_says_how_much_is_here(session: Session) -> None:
    mirror_everything(session)
    MirrorState.across_organisations.update(history_complete_at=None)
    assert told(session.organisation)[0] == ("Not yet", "130 orders are here, the newest. The older ones follow.")


@pytest.mark.parametrize("part", ['id="first-h"', 'id="cov-h"', 'id="pass-h"', 'id="pace-h"'])
def test_it_stands_above_everything_technical(session: Session, viewer_client: Client, part: str) -> None:
    mirror_everything(session)
    page = viewer_client.get(MIRROR).text
    assert "Do I have to do anything?" in page
    assert part not in page or page.index('id="plain-h"') < page.index(part)
    folded = page[page.index('id="technical"') :]
    assert all(name in folded for name in ('id="pass-h"', 'id="probe-h"', 'id="pace-h"', 'id="work-h"'))
