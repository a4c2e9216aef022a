"""What the desk keeps of one order: notes, marks, and who saw its technical details; looked for only where it is."""

from typing import Literal

from django.db.models import Exists, OuterRef, QuerySet

from glu_admin.tenancy.models import Organisation
from orders.models import Order

Trace = Literal["notes", "marks", "reveals"]


def with_traces(organisation: Organisation, orders: QuerySet[Order]) -> QuerySet[Order]:
    """The organisation's orders, each knowing which traces it has, as most have none; one question for all."""
    here = OuterRef("glu_id")
    return orders.annotate(
        has_notes=Exists(organisation.order_notes.filter(order_glu_id=here)),
        has_marks=Exists(organisation.order_marks.filter(order=OuterRef("pk"))),
        has_reveals=Exists(organisation.reveals.filter(order_glu_id=here)),
    )


def may_have(order: Order, trace: Trace) -> bool:
    """Whether an order may have a trace: one that was read without knowing may."""
    return bool(vars(order).get(f"has_{trace}", True))
