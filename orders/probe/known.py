"""What the probe has learned so far, and how it asks for more: GET alone, at the pace the mirror keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext

from glu_admin.glu.client import MOST_429, GluClient, Reply
from glu_admin.glu.errors import Refused, TooManyRequests, Unreadable
from glu_admin.glu.lists import read_id
from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation

Row = dict[str, Any]

_KIND = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}")
_SAMPLE = 50
_MOST_PAGES = 10
_LINES_OF = 8
_MOST_LINE_PAGES = 5


@dataclass(frozen=True)
class Placed:
    """An order of the sample with a usable id and creation time."""

    glu_id: int
    created: Stamp
    row: Row


class Known:
    """One conversation. What several questions need is asked once; every method may raise GluError."""

    def __init__(self, organisation: Organisation, client: GluClient) -> None:
        self.organisation = organisation
        self._client = client
        self.retry_after: list[str | None] = []
        """The Retry-After of each 429 that was met."""

    def ask(
        self,
        *params: tuple[str, str],
        path: str = "/orders",
        odd: bool = False,
        accept: str = "application/json",
        key: str | None = None,
    ) -> Reply:
        """Ask Glu once and give the answer, whatever its status; a 429 is waited out.

        Raises Refused when Glu refuses an ordinary question; for an `odd` one a refusal is an answer like any other.
        """
        for _ in range(MOST_429):
            reply = self._client.get_reply(path, params, accept=accept, key=key)
            if reply.status != 429:
                break
            self.retry_after.append(reply.headers.get("Retry-After"))
        else:
            raise TooManyRequests("Glu asked for fewer requests.", 0)
        if reply.status in (401, 403) and not odd:
            raise Refused("Glu refused the key.")
        if not odd:
            _own_errors(reply)
        return reply

    def rows(self, *params: tuple[str, str], path: str = "/orders") -> list[Row]:
        """The rows of a list. Raises Unreadable when the answer is none."""
        return rows_of(self.ask(*params, path=path))

    @cached_property
    def first(self) -> Reply:
        """The first answer to page 1, whatever it was."""
        reply = self.ask(("page", "1"))
        self.first_at = now()
        return reply

    first_at: datetime
    """When that answer came, by our clock."""

    @cached_property
    def page_1(self) -> list[Row]:
        """The rows of page 1."""
        return rows_of(self.first)

    @cached_property
    def page_2(self) -> list[Row]:
        """The rows of page 2."""
        return self.rows(("page", "2"))

    @cached_property
    def sample(self) -> list[Row]:
        """The newest orders, a sample of them."""
        rows = [*self.page_1, *self.page_2]
        for page in range(3, _MOST_PAGES + 1):
            if not self.page_2 or len(rows) >= _SAMPLE:
                break
            found = self.rows(("page", str(page)))
            if not found:
                break
            rows += found
        once = {str(row.get("id")): row for row in rows}  # an order that comes in meanwhile moves others to two pages
        return list(once.values())[:_SAMPLE]

    @cached_property
    def placed(self) -> list[Placed]:
        """The orders of the sample that can be placed, as they were listed."""
        found = []
        for row in self.sample:
            created = Stamp.parse(row.get("createdAt"))
            glu_id = read_id(row.get("id"))
            if glu_id is not None and created is not None:
                found.append(Placed(glu_id, created, row))
        return found

    @cached_property
    def alone(self) -> Placed | None:
        """The oldest order of the sample that was created in a second of its own, else the oldest one."""
        walls = [order.created.wall for order in self.placed]
        lonely = [order for order in self.placed if walls.count(order.created.wall) == 1]
        return next(reversed(lonely or self.placed), None)

    @cached_property
    def lines(self) -> list[tuple[Placed, list[list[Row]]]]:
        """Some orders, those with the most money among them, and the pages of their lines that hold any."""
        dear = sorted(self.placed, key=lambda order: _amount(order.row.get("subtotal")), reverse=True)[: _LINES_OF // 2]
        chosen = {order.glu_id: order for order in chain(dear, self.placed)}
        return [(order, self._line_pages(order)) for order in list(chosen.values())[:_LINES_OF]]

    def _line_pages(self, order: Placed) -> list[list[Row]]:
        pages: list[list[Row]] = []
        for page in range(1, _MOST_LINE_PAGES + 1):
            found = self.rows(("page", str(page)), path=f"/orders/{order.glu_id}/lines")
            if not found:
                break
            pages.append(found)
        return pages


def rows_of(reply: Reply) -> list[Row]:
    """The objects of a list that was answered. Raises Unreadable."""
    _own_errors(reply)
    if reply.status != 200:
        raise Unreadable(f"Glu answered {reply.status}.")
    if not isinstance(reply.data, list):
        raise Unreadable("Glu’s answer was not a list.")
    return [row for row in reply.data if isinstance(row, dict)]


def ids_of(rows: list[Row]) -> list[str]:
    """The ids of rows, in their order."""
    return [str(row.get("id")) for row in rows]


def kind_of(headers: Mapping[str, str]) -> str:
    """The content type of an answer, without its parameters."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind if _KIND.fullmatch(kind) else gettext("no content type")


def _own_errors(reply: Reply) -> None:
    """An error of Glu's own says nothing of how it behaves otherwise."""
    if reply.status >= 500:
        raise Unreadable(f"Glu answered with an error of its own ({reply.status}).")


def _amount(value: object) -> int:
    return value if type(value) is int else 0
