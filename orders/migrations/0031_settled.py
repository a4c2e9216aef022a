"""Orders that are here say what their transactions come to, block by block, and the counters with them."""

from collections import defaultdict

from django.db import migrations, transaction
from django.db.models import Count, F, Sum, TextField, Value
from django.db.models.functions import Coalesce

from orders.settlement import Moved, Settlement, settle

BLOCK = 1000
HALF = 32
COUNTED = (
    "dispatch_status", "payment_status", "type", "channel", "payment_method", "delivery_method_name", "currency_code"
)  # fmt: skip


def settle_orders(apps, schema_editor):
    organisations, orders, transactions, counters = (
        apps.get_model(*name)._base_manager.using(schema_editor.connection.alias)
        for name in (
            ("tenancy", "Organisation"),
            ("orders", "Order"),
            ("orders", "Transaction"),
            ("orders", "OrderCounter"),
        )
    )
    for organisation in organisations.order_by("pk"):
        ours = transactions.filter(organisation=organisation, order_glu_id__isnull=False)
        if not ours.exists():
            continue
        after = None
        while block := following(orders.filter(organisation=organisation), after):
            after = block[-1].glu_id
            moved = defaultdict(list)
            rows = ours.filter(order_glu_id__in=[order.glu_id for order in block])
            for glu_id, *row in rows.values_list("order_glu_id", *Moved._fields):
                moved[glu_id].append(Moved(*row))
            changed = []
            for order in block:
                found = settle(order.currency_code, moved[order.glu_id])
                if found != Settlement(*(getattr(order, name) for name in Settlement._fields)):
                    for name, value in found._asdict().items():
                        setattr(order, name, value)
                    changed.append(order)
            with transaction.atomic(using=schema_editor.connection.alias):
                orders.bulk_update(changed, Settlement._fields, batch_size=100)
        with transaction.atomic(using=schema_editor.connection.alias):
            recount(orders.filter(organisation=organisation), counters.filter(organisation=organisation))


def following(orders, after):
    """The next block of orders by Glu's id, which may be below 0."""
    rows = orders if after is None else orders.filter(glu_id__gt=after)
    return list(rows.only("glu_id", "currency_code", *Settlement._fields).order_by("glu_id")[:BLOCK])


def recount(orders, counters):
    """Add what is settled to the counters that are here."""
    back = F("refunded_amount") + Coalesce(F("charged_back_amount"), 0)
    sums = {
        f"{name}_{half}": Coalesce(Sum(value), 0)
        for name, amount in (("paid", F("paid_amount")), ("back", back))
        for half, value in (("high", amount.bitrightshift(HALF)), ("low", amount.bitand(2**HALF - 1)))
    }
    said = {f"said_{name}": Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED}
    settled = orders.filter(paid_amount__isnull=False).order_by().annotate(**said)
    for row in settled.values(*said).annotate(with_paid=Count("pk"), **sums):
        values = {name.removeprefix("said_"): row.pop(name) for name in said}
        counters.filter(**values).update(**row)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0030_settlements")]

    operations = [migrations.RunPython(settle_orders, migrations.RunPython.noop)]
