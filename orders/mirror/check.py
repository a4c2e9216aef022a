"""Reads an order again because somebody asked: it and its lines, at once, and says what moved."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_noop, ngettext

from glu_admin.glu.errors import NotFound, Unreachable, Unreadable
from glu_admin.glu.lists import Row
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told
from orders.endpoints import read_order
from orders.mirror.gone import acquit, hold_strangers, suspect
from orders.mirror.identity import prove, recognise_page
from orders.mirror.line_pages import Doubt, Lines, all_lines, doubt_of
from orders.mirror.lines_later import put_off_doubted
from orders.mirror.session import Session
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.models import CheckOutcome, Order
from orders.payload import Unusable, payload_hash, usable_order

_TRIES = 3


def wanted_checks(organisation: Organisation) -> QuerySet[Order]:
    """Orders somebody waits for, longest first."""
    return organisation.orders.filter(check_wanted_at__isnull=False).order_by("check_wanted_at", "pk")


def check_next(session: Session) -> bool:
    """Check the order that has waited longest for it; false when no order waits.

    An answer that does not come or cannot be used ends the check in words. Raises the other GluErrors; the order then
    goes on waiting.
    """
    order = wanted_checks(session.organisation).first()
    if order is None:
        return False
    try:
        with session.glu.client.before_others():
            _check(session, order)
    except (Unreadable, Unreachable) as error:  # to go on waiting would hold up everything else, each time anew
        with session.writing():
            _done(
                order, CheckOutcome.NOT_ASKED, gettext("Glu could not be asked: %(why)s") % {"why": told(error.words)}
            )
    return True


def _check(session: Session, order: Order) -> None:
    organisation = session.organisation
    try:
        header, lines = _read(session, order)
    except Unusable as reason:
        with session.writing():
            words = gettext("Glu’s answer cannot be used: %(why)s") % {"why": told(str(reason))}
            _done(order, CheckOutcome.UNUSABLE, words)
        return
    except NotFound:
        prove(session)  # a key that opens another organisation finds nothing either
        with session.writing():
            if order.gone_at is None:
                moment = now()
                suspect(organisation, [order.pk], moment, not_found_at=moment)
            _done(order, CheckOutcome.NOT_RETURNED)
        return
    moment = now()
    strangers = recognise_page(session, [header])
    with session.writing():
        if strangers:
            hold_strangers(organisation, strangers, moment)
            _done(order, CheckOutcome.ANOTHER_ORDER, moment=moment)
            return
        # An older version is believed only because it was said twice: a replica that lags says it once.
        written = write_orders(
            organisation, [header], moment, polled_up_to=session.polled_up_to(), accept_older=lines is not None
        )
        acquit(organisation, [order.glu_id])
        if lines is None:
            _done(order, CheckOutcome.KEPT_CHANGING, moment=moment)
            return
        doubt = doubt_of(order, lines, header.raw)
        if doubt is Doubt.EMPTY:
            put_off_doubted(session, order, doubt, moment)
            words = " ".join((told(doubt.value), gettext("They are asked for again.")))
            _done(order, CheckOutcome.DOUBTED_LINES, words, moment)
            return
        aside = write_lines(organisation, [LineSet(order.pk, order.glu_id, lines.rows)], moment)
        moved = organisation.order_changes.filter(order=order, seen_new_at=moment).count()
        words = ""
        if doubt is not None:
            put_off_doubted(session, order, doubt, moment)
            outcome, words = CheckOutcome.DOUBTED_LINES, told(doubt.value)
        elif aside:
            outcome = CheckOutcome.SET_ASIDE
            words = ngettext(
                "%(n)d line could not be read and is set aside.",
                "%(n)d lines could not be read and are set aside.",
                aside,
            ) % {"n": aside}
        elif moved:
            outcome = CheckOutcome.MOVED
            words = ngettext("%(n)d thing moved.", "%(n)d things moved.", moved) % {"n": moved}
        elif order.lines_copied_at is None:
            outcome = CheckOutcome.NEW_LINES
            words = (
                gettext("Its lines had not been read before; they are here now.")
                if lines.rows
                else gettext("Its lines had not been read before; Glu has none, and has said so twice.")
            )
        else:
            outcome = CheckOutcome.TECHNICAL if written.changed else CheckOutcome.IDENTICAL
        _done(order, outcome, words, moment, compared=True)


def _read(session: Session, order: Order) -> tuple[Row, Lines | None]:
    """The order and the lines it had while it did not change; the lines are None when it never held still.

    Raises GluError, and Unusable when it cannot be placed.
    """
    header = _header(session, order)
    for _ in range(_TRIES):
        lines = all_lines(session, order, to_the_end=True)
        again = _header(session, order)
        if payload_hash(again.raw) == payload_hash(header.raw):
            return header, lines
        header = again
    return header, None


def _header(session: Session, order: Order) -> Row:
    header = read_order(session.glu.client, order.glu_id)
    if usable_order(header).glu_id != order.glu_id:
        raise Unusable(gettext_noop("It is another order."))
    return header


def _done(
    order: Order, outcome: CheckOutcome, words: str = "", moment: datetime | None = None, *, compared: bool = False
) -> None:
    """Nobody waits for it any more; only a comparison with Glu proves anything later."""
    moment = moment or now()
    known = {"checked_at": moment} if compared else {}
    order.organisation.orders.filter(pk=order.pk).update(
        check_wanted_at=None,
        check_done_at=moment,
        check_outcome=outcome,
        check_words=(words or str(outcome.label))[:200],
        **known,
    )
