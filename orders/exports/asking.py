"""Asking for an export: how many may be open at once, what is remembered of the last, what it will be like."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.hints import hint
from glu_admin.tenancy.models import Organisation, User
from orders.exports.choice import Choice
from orders.exports.columns import CHOSEN, OWN
from orders.exports.making import choice_of
from orders.exports.marks import Mark, count_since, kind_of, last_mark, read_mark
from orders.models import Export, ExportSchedule
from orders.search import Counted, Query, count_orders, find_orders

MOST_PER_PERSON, MOST_PER_ORGANISATION = 2, 4
SMALL = 10_000
"""Files of up to so many orders are made while somebody waits for them."""

_BYTES_A_COLUMN = 13
_ROWS_A_SECOND, _XLSX_ROWS_A_SECOND = 20_000, 4_000


class TooManyExports(Exception):
    """As many exports are open already as may be at once; the message is for people."""


@dataclass(frozen=True)
class Estimate:
    """What a file will be like, about: bytes and seconds; `at_once` where it is made while somebody waits."""

    size: int
    seconds: int
    at_once: bool


def ask_export(
    organisation: Organisation,
    user: User,
    query: Query,
    choice: Choice,
    *,
    allow_incomplete: bool,
    only_since: bool = False,
    schedule: ExportSchedule | None = None,
) -> Export:
    """Write down what somebody wants, `only_since` their last of its kind. Raises TooManyExports.

    Those of a schedule are of one kind, whosever it was. Where there is none yet, everything is new.
    """
    with transaction.atomic():
        _room_for_one(organisation, user, _("%(n)d exports of yours are still running."))
        kind = f"schedule {schedule.pk}" if schedule else kind_of(query, choice)
        before = schedule.exports.all() if schedule else organisation.exports.filter(user=user)
        last = last_mark(before, kind) if only_since else None
        return organisation.exports.create(
            user=user,
            schedule=schedule,
            kind=kind,
            since=last.mark if last else str(Mark()) if only_since else "",
            since_at=last.marked_at if last else None,
            query=query.all_orders().url_query(),
            asked_at=now(),
            allow_incomplete=allow_incomplete,
            **choice.pairs(),
        )


def ask_again(export: Export) -> None:
    """Have a file made once more that stopped, was cancelled or has expired. Raises TooManyExports."""
    again = export.organisation.exports.filter(pk=export.pk).exclude(state__in=[*Export.OPEN, Export.State.DONE])
    with transaction.atomic():
        if not again.exists():
            return
        _room_for_one(export.organisation, export.user, _("%(n)d exports of %(name)s are still running."))
        asked = again.update(state=Export.State.WAITING, attempts=0, trouble="", orders_done=0, asked_at=now())
    if asked:
        hint_export(export)


def _room_for_one(organisation: Organisation, user: User | None, too_many: str) -> None:
    """Let one after another ask, within a transaction, and only as many as may be open. Raises TooManyExports.

    `too_many` is what it says of a person's.
    """
    # For SQLite every transaction is one after another.
    list(Organisation.objects.select_for_update(no_key=True).filter(pk=organisation.pk))
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk if user else 0))
    if user and user.exports.filter(state__in=Export.OPEN).count() >= MOST_PER_PERSON:
        raise TooManyExports(too_many % {"n": MOST_PER_PERSON, "name": user})
    if organisation.exports.filter(state__in=Export.OPEN).count() >= MOST_PER_ORGANISATION:
        said = _("%(n)d exports of %(name)s are still running.")
        raise TooManyExports(said % {"n": MOST_PER_ORGANISATION, "name": organisation.name})


def cancel(export: Export) -> None:
    """Have a file not made that is not ready yet."""
    open_one = export.organisation.exports.filter(pk=export.pk, state__in=Export.OPEN)
    open_one.update(state=Export.State.CANCELLED, finished_at=now())


def unmark(export: Export) -> None:
    """Let an export no longer count as the last of its kind."""
    export.organisation.exports.filter(pk=export.pk).update(counts=False)


def hint_export(export: Export) -> None:
    """Tell the workers that a file is to be made."""
    hint("orders.make_export", export.pk, queue="bulk")


def last_choice(organisation: Organisation, user: User) -> Choice:
    """What this person chose last in this organisation."""
    last = organisation.exports.filter(user=user, schedule=None).first()
    return choice_of(last) if last else Choice()


def own_columns(organisation: Organisation, user: User) -> frozenset[str]:
    """The single columns this person chose last in this organisation, of CHOSEN; every one where they never did."""
    own = organisation.exports.filter(user=user, schedule=None, columns__startswith=OWN).first()
    return choice_of(own).chosen if own else frozenset(name for names in CHOSEN.values() for name in names)


def is_small(export: Export, query: Query) -> bool:
    """Whether a file is made while somebody waits for it."""
    organisation = export.organisation
    if export.since and any(mark := read_mark(export.since)):
        counted = count_since(organisation, find_orders(organisation, query.criteria), mark, export.shape)
        return all(count.exact for count in counted) and sum(count.n for count in counted) <= SMALL
    return estimate(count_orders(organisation, query.criteria), choice_of(export)).at_once


def estimate(count: Counted, choice: Choice) -> Estimate:
    """What a file of so many orders will be like."""
    speed = _XLSX_ROWS_A_SECOND if choice.form == "xlsx" else _ROWS_A_SECOND
    size = count.n * len(choice.columns_of(lines=False)) * _BYTES_A_COLUMN
    return Estimate(size, max(1, count.n // speed), count.exact and count.n <= SMALL)
