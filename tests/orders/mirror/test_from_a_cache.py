"""A copy is complete up to when a cache on the way was given what it answers, and no further."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import run_slice
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from orders.models.mirror_run import polled_up_to
from orders.proof.coverage import coverage
from orders.proof.freshness import freshness
from orders.proof.report import mirror_report
from orders.proof.trouble import needs_a_person
from tests.orders.builders import RECONCILE
from tests.orders.mirroring import due, equal, last, mirror_everything, work

QUARTER = 900
A_MOMENT = timedelta(seconds=30)  # that a poll takes on a busy machine


@pytest.fixture
def cached(session: Session, sandbox: RunningSandbox) -> Any:
    """A complete copy of a Glu behind a cache that from now on keeps lists for a quarter of an hour."""
    mirror_everything(session)
    sandbox.world.shops["hotel"].faults.age_s = QUARTER
    return sandbox.world.shops["hotel"]


def poll(session: Session) -> MirrorRun:
    due(session, "next_due_at")
    run_slice(session, lambda: False)
    return last(session, MirrorRun.Pass.CHANGES)


def forget_the_looks_before(session: Session) -> None:
    """As if all this had been an hour ago."""
    for run in session.organisation.mirror_runs.all():
        run.started_at -= timedelta(hours=1)
        run.save()


def test_the_age_is_taken_off_where_it_is_said(
    session: Session, cached: Any, sandbox: RunningSandbox, viewer_client: Client
) -> None:
    forget_the_looks_before(session)
    run = poll(session)
    assert (run.state, run.flags) == (MirrorRun.State.COMPLETE, MirrorRun.Flag.FROM_CACHE)
    assert run.cache_age == pytest.approx(timedelta(seconds=QUARTER), abs=A_MOMENT)
    fresh = freshness(session.organisation)
    assert (fresh.tone, fresh.words) == ("amber", "15 mins ago, from a cache")
    assert fresh.up_to == polled_up_to(session.organisation) == run.up_to
    page = viewer_client.get("/o/alder-house/mirror/").content.decode()
    assert "15 mins ago, from a cache" in page
    assert re.search(r"From a cache, up to 1[45] mins old", page)
    assert any("come from a cache" in trouble.what for trouble in needs_a_person(mirror_report(session.organisation)))


def test_a_small_age_is_said_and_flags_nothing(session: Session, cached: Any) -> None:
    cached.faults.age_s = 40
    forget_the_looks_before(session)
    run = poll(session)
    assert run.flags == ""
    assert run.cache_age == pytest.approx(timedelta(seconds=40), abs=A_MOMENT)
    assert re.fullmatch(r"Up to date, [4-9]\d secs ago", freshness(session.organisation).words)


def test_what_a_cache_kept_comes_with_the_next_polls(session: Session, cached: Any, sandbox: RunningSandbox) -> None:
    watermark = session.state().watermark
    sandbox.world.step("hotel")  # the cache does not show it, and orders of later may be here before it
    poll(session)
    assert not equal(session, sandbox)
    assert (session.state().watermark or "") <= (watermark or "")
    cached.faults.age_s = 0
    poll(session)
    assert equal(session, sandbox)
    assert not needs_a_person(mirror_report(session.organisation))


def test_no_day_is_proven_that_the_cache_had_not_seen(session: Session, cached: Any) -> None:
    cached.faults.age_s = 2 * 86_400
    forget_the_looks_before(session)
    session.organisation.mirror_windows.all().delete()
    MirrorState.across_organisations.filter(organisation=session.organisation).update(connected_watermark=None)
    due(session, "whole_due_at")
    run_slice(session, lambda: False)
    run = last(session, RECONCILE)
    assert run.cache_age > timedelta(days=1)
    days = {day.day: day.state for day in coverage(session.organisation).days}
    today = now().astimezone(session.organisation.zone).date()
    assert days[today - timedelta(days=1)] != "proven"
    assert days[today - timedelta(days=10)] == "proven"


def test_nobody_is_missing_that_the_cache_could_not_know(
    session: Session, cached: Any, sandbox: RunningSandbox
) -> None:
    cached.faults.age_s = 0
    sandbox.world.plant("hotel", "unknown", days=0)
    poll(session)
    cached.faults.age_s = QUARTER
    due(session, "whole_due_at")
    work(session)
    run = last(session, RECONCILE)
    assert (run.state, run.missing, run.flags) == (MirrorRun.State.COMPLETE, 0, "")


def test_by_hand_it_is_not_complete_until_the_cache_is_gone(session: Session, cached: Any) -> None:
    session.lease.release()
    with pytest.raises(CommandError, match="Not complete: flagged: Glu’s answers came from a cache"):
        call_command("mirror", "alder-house", stderr=io.StringIO())
    cached.faults.age_s = 30
    told = io.StringIO()
    call_command("mirror", "alder-house", stderr=told)
    assert "Complete up to " in told.getvalue()
    cached.faults.age_s = 0
    told = io.StringIO()
    call_command("mirror", "alder-house", stderr=told)
    assert "Complete: 130 orders" in told.getvalue()
