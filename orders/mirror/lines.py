"""Order lines: one more request per order, read in threads while the lists go on. Due-ness is a column."""

import logging
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_noop

from glu_admin.glu.errors import (
    GluError,
    Interrupted,
    KeyRefused,
    NotFound,
    Refused,
    TooManyRequests,
    Unreachable,
    Unreadable,
)
from glu_admin.glu.lists import Row
from orders.endpoints import read_order
from orders.mirror.gone import hold_strangers, suspect
from orders.mirror.identity import prove, prove_beside, recognise_page, without
from orders.mirror.line_pages import Doubt, Due, all_lines, doubt_of, sums_agree
from orders.mirror.lines_later import put_off_doubted, put_off_failed
from orders.mirror.rhythm import failure_wait, lines_may_be_asked
from orders.mirror.session import Session
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.models import Order
from orders.payload import payload_hash

logger = logging.getLogger(__name__)

_BROKEN_ROUTE = 10  # so many failures one after another: the route itself is broken
_NONE_FOUND = 100  # orders may be deleted by the dozen, but so many that are not there are another matter


@dataclass(frozen=True)
class _Fetched:
    """One order's lines as they came, or why they did not; `header` is the order read again."""

    order: Order | Due
    rows: list[Row] = field(default_factory=list)
    error: GluError | None = None
    header: Row | None = None
    doubt: Doubt | None = None
    came: int = 0
    """When it came, as proofs count."""


def due_lines(session: Session) -> QuerySet[Order]:
    """Orders whose lines are to be read now, newest first."""
    return session.organisation.orders.filter(lines_due_at__lte=now(), gone_at=None).order_by("-created_at", "-glu_id")


class LineStream:
    """Keeps requests for due lines under way and writes what comes, a chunk in one transaction.

    One order's failure holds up no other: it is tried again later. Where Glu fails for one order after another, no more
    lines are asked for until later; what else is read goes on. The GluError is raised by whatever is called next when
    Glu refuses the key or asks for a pause; what was read until then is kept.
    """

    def __init__(self, session: Session, *, to_the_end: bool = False) -> None:
        """With `to_the_end`, every order's lines are read until an answer is empty."""
        self.session, self._to_the_end = session, to_the_end
        self.count = 0
        """Orders dealt with so far."""
        self._flying: dict[Future[_Fetched], int] = {}
        self._claimed: set[int] = set()
        self._waiting: deque[Due] = deque()
        self._done: list[_Fetched] = []
        self._halted: GluError | None = None
        self._failures = self._not_found = 0
        self._dry = False
        self._asking_whose = self._untold = False
        self._broken = not lines_may_be_asked(session.state())

    def work(self) -> bool:
        """Read until half a chunk is written; false when there was nothing to read."""
        before, self._dry = self.count, False
        while True:
            self.ask()
            if self._flying:
                self.session.glu.finished.hand_over()
                self.keep_up()
            if not self._flying:
                self.write()
            if not self._flying or self.count > before:
                return self.count > before

    def keep_up(self, *, beside_lists: bool = False) -> None:
        """Write what has come once half a chunk of it is known to be this organisation's.

        Where that is not known, it is asked for in a thread, unless the pages of lists that are read beside it
        (`beside_lists`) will soon tell.
        """
        chunk, connections = int(settings.MIRROR_LINE_CHUNK), int(settings.MIRROR_CONNECTIONS)
        waiting = len(self._done)
        starving = len(self._flying) <= connections  # none is left to be asked for next
        # A transaction costs much, so it is to be worth it; where connections would stand still, a quarter is enough.
        if 4 * waiting < chunk or (2 * waiting < chunk and not starving):
            return
        known = sum(self.session.glu.proofs.cover(fetched.came) for fetched in self._done)
        if 2 * known >= chunk or (starving and 4 * known >= chunk):
            self._write_first(known)
        elif 2 * waiting < chunk or self._asking_whose or (beside_lists and waiting + connections < chunk):
            return
        elif self._untold or not prove_beside(self.session, self._told):
            self.write()
        else:
            self._asking_whose = True

    def more(self) -> None:
        """Look for due lines again, as orders have been written."""
        self._dry = False

    def finish(self) -> None:
        """Take in what is under way, ask for nothing more, and write it."""
        self._claimed -= {order.pk for order in self._waiting}
        self._waiting.clear()
        self.session.glu.client.interrupt()  # those that still wait for their turn
        try:
            for future in list(self._flying):
                if future.cancel():
                    self._claimed.discard(self._flying.pop(future))
            while self._flying:
                self.session.glu.finished.hand_over()
        finally:
            self.session.glu.client.resume()
        self.write()

    def write(self) -> None:
        """Write what has come. Raises the error that halted the stream, once everything good is kept."""
        self._write_first(len(self._done))

    def _write_first(self, count: int) -> None:
        done, self._done = self._done[:count], self._done[count:]
        if done:
            self._write(done)
            self.count += len(done)
            self._claimed -= {fetched.order.pk for fetched in done}
        if self._halted is not None:
            error, self._halted = self._halted, None
            raise error

    def ask(self) -> None:
        """Ask for as much as there is room for."""
        # At most a chunk is in hand and unwritten, which is all that a kill costs; while one half of it is written the
        # other keeps the connections busy. They are looked for as late as that lets them, and so many at a time.
        enough = 2 * int(settings.MIRROR_CONNECTIONS)
        while (
            self._halted is None
            and not self._broken
            and len(self._flying) + len(self._done) < settings.MIRROR_LINE_CHUNK
        ):
            if not self._waiting and not self._dry and len(self._flying) <= enough:
                self._claim()
            if not self._waiting:
                return
            order = self._waiting.popleft()
            future = self.session.glu.ask_lines(partial(self._fetch, order))
            self._flying[future] = order.pk
            self.session.glu.finished.bring(future, self._take)

    def _told(self, ours: bool) -> None:
        self._asking_whose, self._untold = False, not ours

    def _claim(self) -> None:
        most = int(settings.MIRROR_LINE_CHUNK)
        due = due_lines(self.session).exclude(pk__in=self._claimed).values_list(*Due._fields)[:most]
        self._waiting.extend(Due(*row) for row in due)
        self._claimed |= {order.pk for order in self._waiting}
        self._dry = len(self._waiting) < most

    def _take(self, future: Future[_Fetched]) -> None:
        """Sort one order's answer into what is to be written and what halts or breaks the stream."""
        pk = self._flying.pop(future, None)
        if pk is None or future.cancelled():
            return
        try:
            fetched = future.result()
        except Interrupted:
            self._claimed.discard(pk)
            return
        except GluError as error:
            self._halted = self._halted or error
            self._claimed.discard(pk)
            return
        if fetched.error is None or fetched.header is not None:
            self._failures = self._not_found = 0
        elif isinstance(fetched.error, NotFound):
            self._not_found += 1
        else:
            self._failures += 1
        if self._failures >= _BROKEN_ROUTE or self._not_found >= _NONE_FOUND:
            self._broken = True
        self._done.append(replace(fetched, came=self.session.glu.proofs.now()))

    def _fetch(self, order: Order | Due) -> _Fetched:
        """In a thread: everything Glu says of one order's lines."""
        try:
            lines = all_lines(self.session, order, to_the_end=self._to_the_end)
            header: Row | None = None
            if not lines.rows and not (order.subtotal == 0 and order.total == 0):
                header = read_order(self.session.glu.client, order.glu_id)
                if payload_hash(header.raw) != order.payload_hash:
                    return _Fetched(
                        order, error=Unreadable(gettext_noop("It changed while its lines were read.")), header=header
                    )
            return _Fetched(
                order, lines.rows, header=header, doubt=doubt_of(order, lines, header.raw if header else {})
            )
        except NotFound as error:
            return _Fetched(order, error=error)
        except (Unreadable, Unreachable) as error:
            return _Fetched(order, error=error)
        except KeyRefused:
            raise
        except Refused:
            return _Fetched(order, error=Unreadable(gettext_noop("Glu refused the lines of this order.")))

    def _write(self, done: list[_Fetched]) -> None:
        session, moment = self.session, now()
        good = self._proven(
            [fetched for fetched in done if fetched.error is None or isinstance(fetched.error, NotFound)]
        )
        headers = [fetched.header for fetched in done if fetched.header is not None]
        strangers = recognise_page(session, headers) if headers else set()
        good = [fetched for fetched in good if fetched.error is None and fetched.doubt is not Doubt.EMPTY]
        good = [fetched for fetched in good if fetched.order.glu_id not in strangers]
        headers = without(headers, strangers)
        with session.writing() as state:
            hold_strangers(session.organisation, strangers, moment)
            if headers:
                write_orders(session.organisation, headers, moment, polled_up_to=session.polled_up_to())
            write_lines(
                session.organisation,
                [
                    LineSet(
                        fetched.order.pk,
                        fetched.order.glu_id,
                        fetched.rows,
                        fetched.order.payload_hash,
                        fetched.order.lines_due_at,
                    )
                    for fetched in good
                ],
                moment,
            )
            for fetched in done:
                if fetched.doubt is not None:
                    put_off_doubted(session, fetched.order, fetched.doubt, moment)
                elif fetched.error is not None:
                    was_here = put_off_failed(session, fetched.order, fetched.error)
                    if was_here and isinstance(fetched.error, NotFound):
                        suspect(session.organisation, [fetched.order.pk], moment, not_found_at=moment)
            if self._broken:
                state.lines_wait_until = moment + timedelta(seconds=failure_wait(0))
            session.pages.save(state)

    def _proven(self, done: list[_Fetched]) -> list[_Fetched]:
        """What is this organisation's, which lines themselves do not tell: asked once they are here.

        Raises OtherOrganisationError.
        """
        if all(self.session.glu.proofs.cover(fetched.came) for fetched in done):
            return done
        self._untold = False
        try:
            prove(self.session)
        except (Refused, TooManyRequests) as error:
            self._halted = self._halted or error
        except GluError as error:
            logger.info("%s: not known whose lines these are: %s", self.session.organisation.slug, error.words)
        else:
            return done
        # What adds up to its order is believed, so that work gets on under a Glu that allows little.
        return [fetched for fetched in done if sums_agree(fetched.order, fetched.rows)]
