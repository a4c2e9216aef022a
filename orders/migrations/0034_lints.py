"""Orders that are here say by which rules they are odd, block by block. On PostgreSQL the index is made while used."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import migrations, models, transaction

from orders.lints.rules import odd
from orders.migrations._resumable import AddFieldOnce, AddIndexWhileUsed

BLOCK = 1000  # so that on SQLite others write between two of them


def fill(apps, schema_editor):
    organisations, orders, lines = (
        apps.get_model(*name)._base_manager.using(schema_editor.connection.alias)
        for name in (("tenancy", "Organisation"), ("orders", "Order"), ("orders", "OrderLine"))
    )
    zones = {pk: ZoneInfo(name) for pk, name in organisations.values_list("pk", "timezone")}
    last = 0
    while block := list(orders.filter(pk__gt=last).defer("extra", "user_agent").order_by("pk")[:BLOCK]):
        subtotals = defaultdict(list)
        mine = lines.filter(order__in=[order.pk for order in block]).order_by()
        for pk, subtotal in mine.values_list("order", "subtotal"):
            subtotals[pk].append(subtotal)
        alike = defaultdict(list)  # few orders are odd in a way of their own: one statement for each way
        for order in block:
            lints = odd(order, subtotals[order.pk], zones[order.organisation_id])
            if lints is not None:
                alike[lints].append(order.pk)
        with transaction.atomic(using=schema_editor.connection.alias):
            for lints, pks in alike.items():
                orders.filter(pk__in=pks).update(lints=lints)
        last = block[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0033_typical_times")]

    operations = [
        AddFieldOnce("order", "lints", models.CharField(max_length=16, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexWhileUsed(
            "order",
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_odd",
                condition=models.Q(lints__isnull=False),
            ),
        ),
    ]
