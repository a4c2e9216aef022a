"""Celery's doors into the mirror: thin, ids only. Messages are hints; the rows say what is due."""

import multiprocessing
import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now

from glu_admin.hints import hint
from glu_admin.keys.lifecycle import keys_to_try, organisations_to_mirror
from glu_admin.keys.vault import NoUsableKey, client_for
from glu_admin.tenancy.models import Organisation
from orders.desk.digests import send_due
from orders.desk.marks import reattach
from orders.desk.typical import claim_counting, count_typical
from orders.exports.asking import hint_export
from orders.exports.making import due_exports, forget_expired, make_export
from orders.exports.schedules import announce, ask_scheduled, due_schedules
from orders.mirror.counting import count_days, to_be_counted
from orders.mirror.engine import is_bulk, is_due, run_slice
from orders.mirror.lease import LeaseLostError, free_lease, take_lease
from orders.mirror.removal import remove_wanted, to_be_removed
from orders.mirror.session import Session
from orders.models import Digest, MirrorState

# Made before the pool forks, so that its processes see the shutdown that only their parent is told of.
_shutting_down = multiprocessing.Event()


@worker_shutting_down.connect
def _note_shutdown(**_: Any) -> None:
    _shutting_down.set()


@shared_task(name="orders.tick")
def tick() -> None:
    """Send a hint for every organisation with something due, longest-waiting first, and for every key to be tried."""
    for key_id in keys_to_try():
        hint("keys.try_key", key_id)
    for schedule in due_schedules():
        hint("orders.ask_scheduled", schedule.pk, queue="bulk")
    if settings.EMAIL_URL:
        for pk in Digest.across_organisations.filter(due_at__lte=now()).values_list("pk", flat=True):
            hint("orders.send_digest", pk, queue="bulk")
    for export in due_exports():
        hint_export(export)
    forget_expired()
    for organisation_id in to_be_removed():
        hint("orders.remove_foreign", organisation_id, queue="bulk")
    for organisation_id in to_be_counted().values_list("pk", flat=True):
        hint("orders.count_days", organisation_id, queue="bulk")
    for organisation_id in claim_counting(organisations_to_mirror()):
        hint("orders.count_typical", organisation_id, queue="bulk")
    for organisation in organisations_to_mirror():
        MirrorState.across_organisations.get_or_create(organisation=organisation)
    with transaction.atomic():
        waiting = _unhinted(MirrorState.across_organisations.filter(free_lease(now()))).filter(
            organisation__in=organisations_to_mirror()
        )
        waiting = waiting.order_by(F("hinted_at").asc(nulls_first=True), "pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        for state in waiting.select_related("organisation"):
            if is_due(state.organisation):
                _send(state.organisation)


@shared_task(name="orders.mirror_organisation")
def mirror_organisation(organisation_id: int) -> None:
    """One slice of one organisation's mirror; sends the next hint itself while work is left."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        MirrorState.across_organisations.filter(organisation=organisation).update(hinted_at=None)
        _work(organisation)


@shared_task(name="orders.mirror_now")
def mirror_now(organisation_id: int) -> None:
    """One slice of one organisation's mirror, because somebody asked for it; a hint may be under way besides."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        _work(organisation)


@shared_task(name="orders.remove_foreign")
def remove_foreign(organisation_id: int) -> None:
    """Remove what a manager has said came from another organisation; nothing is asked of Glu for that."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    lease = take_lease(organisation) if organisation is not None and organisation.pk in to_be_removed() else None
    if organisation is None or lease is None:
        return
    try:
        remove_wanted(organisation, lease)
    except LeaseLostError:
        return
    finally:
        lease.release()
    for key_id in keys_to_try():
        hint("keys.try_key", key_id)


@shared_task(name="orders.count_days")
def count_days_anew(organisation_id: int) -> None:
    """Count an organisation's days anew, where that is due; workers that mirror it stand back for it."""
    state = to_be_counted().filter(pk=organisation_id).select_related("organisation").first()
    lease = take_lease(state.organisation, by_hand=True) if state is not None else None
    if state is None or lease is None:
        return
    try:
        count_days(state.organisation, lease)
    except LeaseLostError:
        return
    finally:
        lease.release()


@shared_task(name="orders.make_export")
def make_export_file(export_id: int) -> None:
    """Make the file of an export, where it is due."""
    export = make_export(export_id)
    if export is not None:
        announce(export)


@shared_task(name="orders.ask_scheduled")
def ask_scheduled_export(schedule_id: int) -> None:
    """Ask for the export of a schedule, where it is due."""
    ask_scheduled(schedule_id)


@shared_task(name="orders.count_typical")
def count_typical_times(organisation_id: int) -> None:
    """Count how long an organisation's orders usually keep a status; a second time does no harm."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        count_typical(organisation)


@shared_task(name="orders.send_digest")
def send_digest(digest_id: int) -> None:
    """Send somebody's digest, where it is due."""
    digest = Digest.across_organisations.select_related("organisation").filter(pk=digest_id).first()
    if digest is not None:
        send_due(digest)


def _work(organisation: Organisation) -> None:
    if not is_due(organisation):
        return
    try:
        client = client_for(organisation)
    except NoUsableKey:
        return
    lease = take_lease(organisation)
    if lease is None:
        client.close()
        return
    ends_at = time.monotonic() + settings.MIRROR_SLICE_SECONDS
    session = Session(organisation, client, lease)
    try:
        more = run_slice(session, lambda: time.monotonic() > ends_at or _shutting_down.is_set() or lease.wanted())
    except LeaseLostError:
        return
    finally:
        session.close()
    reattach(organisation)  # orders that were removed may have come back
    if more and not _shutting_down.is_set():
        _send(organisation)


def _patience() -> timedelta:
    """How long a hint may be under way; after that it is taken for lost, and no worker takes it up any more."""
    return timedelta(seconds=settings.MIRROR_SLICE_SECONDS + 2 * settings.MIRROR_TICK_SECONDS)


def _unhinted(states: QuerySet[MirrorState]) -> QuerySet[MirrorState]:
    """Those for which no hint is under way."""
    moment = now()
    return states.filter(Q(hinted_at=None) | ~Q(hinted_at__range=(moment - _patience(), moment + _patience())))


def _send(organisation: Organisation) -> None:
    """A hint, unless one is under way: two would both send themselves on and on.

    What takes long goes to the bulk queue, so that no other organisation's poll waits behind it.
    """
    states = MirrorState.across_organisations.filter(organisation=organisation)
    if not _unhinted(states).update(hinted_at=now()):
        return
    queue = "bulk" if is_bulk(organisation, states.get()) else "changes"
    hint("orders.mirror_organisation", organisation.pk, queue=queue, expires=_patience().total_seconds())
