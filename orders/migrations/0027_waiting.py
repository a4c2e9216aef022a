"""Since when orders have their statuses, and wait: filled from the recorded changes, a batch a transaction.

On PostgreSQL the index is made while the desk is used.
"""

from django.db import migrations, models, transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from orders.migrations._resumable import AddFieldOnce, AddIndexWhileUsed

BATCH = 1000  # so that on SQLite others write between two of them
BEGINNINGS = ("Outstanding", "Pending", "Scheduled")


def fill(apps, schema_editor):
    orders = apps.get_model("orders", "Order")._base_manager
    changes = apps.get_model("orders", "OrderChange")._base_manager
    since = {
        f"{kind}_since": Coalesce(_moved(changes, f"{kind}Status"), _begun(f"{kind}_status"))
        for kind in ("dispatch", "payment")
    }
    waiting = Case(
        When(Q(gone_at__isnull=False) | Q(dispatch_status="Cancelled"), then=Value(None)),
        When(payment_status__in=("Pending", "Failed"), then=since["payment_since"]),
        When(
            Q(dispatch_status__in=("Outstanding", "Packed", "Scheduled", "Failed"))
            & (Q(payment_status__isnull=True) | ~Q(payment_status="Refunded")),
            then=Greatest(since["dispatch_since"], since["payment_since"]),
        ),
        default=Value(None),
        output_field=models.DateTimeField(),
    )
    last = 0
    while pks := list(orders.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        batch = orders.filter(pk__gt=last, pk__lte=pks[-1])
        with transaction.atomic():
            batch.update(**since, waiting_since=waiting)
        last = pks[-1]


def _moved(changes, field):
    """When the status came that was seen last: by Glu's stamp where that is between both sightings."""
    seen = changes.filter(
        organisation=OuterRef("organisation"), order=OuterRef("pk"), line_glu_id=None, field=field
    ).order_by("-seen_new_at", "-pk")
    between = When(glu_updated_at__gte=F("seen_old_at"), glu_updated_at__lte=F("seen_new_at"), then="glu_updated_at")
    return Subquery(seen.annotate(began_at=Case(between, default="seen_new_at")).values("began_at")[:1])


def _begun(status):
    """When a status began that no change was seen to."""
    return Case(
        When(
            Q(**{f"{status}__in": BEGINNINGS}) | Q(updated_at__isnull=True),
            then=Least("created_at", "first_copied_at"),
        ),
        default=Least(Greatest("created_at", "updated_at"), "first_copied_at"),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0026_desk_settings")]

    operations = [
        AddFieldOnce("order", "dispatch_since", models.DateTimeField(null=True)),
        AddFieldOnce("order", "payment_since", models.DateTimeField(null=True)),
        AddFieldOnce("order", "waiting_since", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexWhileUsed(
            "order",
            models.Index(
                fields=["organisation", "waiting_since", "glu_id"],
                name="order_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
        ),
    ]
