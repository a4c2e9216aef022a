"""Whose orders of a file are: what tells that they are another organisation's, before they are written for this one."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from glu_admin.glu.lists import Row, ids, read_id, read_uuid
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.models.mirror_state import state_of


class OthersOrders(OtherOrganisationError):
    """Orders of a file are another organisation's. The words name organisations of this installation by their slugs.

    They are for who has its command line, and for no page.
    """


def refuse_others(organisation: Organisation, rows: Iterable[Row], here: Iterable[int]) -> None:
    """Raise OthersOrders where rows are known, or say themselves, to be another organisation's.

    Those with ids that are `here` are compared where they are written.
    """
    known = set(here)
    new = [row for row in rows if row.glu_id is not None and row.glu_id not in known]
    _refuse_named(organisation, new)
    _refuse_known(organisation, new)


def _refuse_named(organisation: Organisation, rows: list[Row]) -> None:
    """Glu's orders may name their organisation by its id."""
    state = state_of(organisation)
    pinned = read_id(state.glu_organisation_id) if state else None
    for row in rows:
        named = _named(row.raw.get("organisation"))
        if None not in (pinned, named) and named != pinned:
            raise OthersOrders(
                f"Order {row.glu_id} of the file says that it is of Glu’s organisation {named}; {organisation.slug} is "
                f"{pinned}."
            )


def _named(value: Any) -> int | None:
    """The id of a reference of Glu's: a number, digits, an address that ends in them, or an object that has it."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, str) and (ends := re.search(r"(?:^|/)(\d+)/?$", value, re.ASCII)):
        value = ends[1]
    return read_id(value)


def _refuse_known(organisation: Organisation, rows: list[Row]) -> None:
    """An order is known by its id with its UUID; where either lacks that, with its time of creation."""
    others = list(Organisation.objects.exclude(pk=organisation.pk).values_list("pk", flat=True))
    known = Order.across_organisations.filter(organisation__in=others, glu_id__in=ids(rows))
    came = {row.glu_id: row for row in rows}
    same = [
        (slug, glu_id)
        for slug, glu_id, uuid, created in known.values_list("organisation__slug", "glu_id", "uuid", "created_at")
        if _is_same(came[glu_id], uuid, created)
    ]
    if same:
        slugs = " and ".join(sorted({slug for slug, _ in same}))
        numbers = {glu_id for _, glu_id in same}
        orders = f"Order {min(numbers)}" if len(numbers) == 1 else f"{len(numbers):,} orders, such as {min(numbers)},"
        raise OthersOrders(
            f"{orders} of the file {'is' if len(numbers) == 1 else 'are'} known here as of {slugs}, and new to "
            f"{organisation.slug}."
        )


def _is_same(row: Row, uuid: UUID | None, created: datetime) -> bool:
    its_uuid = read_uuid(row.raw.get("uuid"))
    if uuid and its_uuid:
        return uuid == its_uuid
    return row.created is not None and row.created.instant == created
