"""Orders read one by one by their ids: what fails for one of them holds up no other."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_noop

from glu_admin.glu.errors import KeyRefused, NotFound, Refused, Unreachable, Unreadable
from glu_admin.glu.lists import Row
from orders.endpoints import read_order
from orders.mirror.session import Session

_BROKEN_ROUTE = 3  # so many failures one after another: the others would fail too

Outcome = Row | NotFound | Unreachable | Unreadable


def read_each(session: Session, glu_ids: Iterable[int]) -> Iterator[tuple[int, Outcome]]:
    """Each id with its order as Glu gives it, or with why there is none; ends early when several in a row fail.

    Raises KeyRefused when Glu refuses the key and not only this order, and TooManyRequests.
    """
    failures = 0
    for glu_id in glu_ids:
        try:
            outcome: Outcome = read_order(session.glu.client, glu_id)
            failures = 0
        except NotFound as error:
            outcome, failures = error, 0
        except (Unreachable, Unreadable) as error:
            outcome, failures = error, failures + 1
        except KeyRefused:
            raise
        except Refused:
            outcome, failures = Unreadable(gettext_noop("Glu refused this order.")), failures + 1
        yield glu_id, outcome
        if failures == _BROKEN_ROUTE:
            return
