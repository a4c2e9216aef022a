"""Whether what was paid and refunded is known here: Glu may not let a key read transactions."""

from dataclasses import dataclass
from typing import Literal

from glu_admin.tenancy.told import told
from orders.models import MirrorState

Known = Literal["read", "coming", "stopped", "unread"]


@dataclass(frozen=True)
class TransactionsKnown:
    """How far transactions are known.

    `read`: all of them. `coming`: they are being read for the first time. `stopped`: they were read once, and lately
    could not be. `unread`: they never could be. `why` is what Glu said, in words.
    """

    how: Known
    why: str = ""

    @property
    def is_known(self) -> bool:
        """Whether orders without transactions have none."""
        return self.how in ("read", "stopped")


def transactions_known(state: MirrorState | None) -> TransactionsKnown:
    """How far the transactions of an organisation are known, by where its mirror stands."""
    if state is None:
        return TransactionsKnown("coming")
    why = told(state.transactions_error)
    if state.transactions_complete_at is None:
        return TransactionsKnown("unread" if why else "coming", why)
    return TransactionsKnown("stopped" if why else "read", why)
