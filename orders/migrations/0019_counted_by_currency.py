"""Counters know the currency and the sum of totals, so all orders are counted again."""

from django.db import migrations, models
from django.db.models import Count, F, Sum, TextField, Value
from django.db.models.functions import Coalesce

COUNTED = (
    "dispatch_status", "payment_status", "type", "channel", "payment_method", "delivery_method_name", "currency_code"
)  # fmt: skip


def recount(apps, schema_editor):
    order, counter = (apps.get_model("orders", name)._base_manager for name in ("Order", "OrderCounter"))
    counter.all().delete()
    grouped = (
        order.order_by()
        .values_list("organisation", *(Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED))
        .annotate(
            n=Count("pk"),
            with_total=Count("total"),
            high=Coalesce(Sum(F("total").bitrightshift(32)), 0),
            low=Coalesce(Sum(F("total").bitand(2**32 - 1)), 0),
        )
    )
    names = ("organisation_id", *COUNTED, "n", "with_total", "total_high", "total_low")
    model = apps.get_model("orders", "OrderCounter")
    counter.bulk_create((model(**dict(zip(names, row, strict=True))) for row in grouped), batch_size=1000)


def join_currencies(apps, schema_editor):
    """Backwards: counters that differ in their currency alone become one."""
    model = apps.get_model("orders", "OrderCounter")
    names = ("organisation_id", *COUNTED[:-1])
    joined = list(model._base_manager.order_by().values(*names).annotate(orders=Sum("n")))
    model._base_manager.all().delete()
    model._base_manager.bulk_create((model(n=row.pop("orders"), **row) for row in joined), batch_size=1000)
    if schema_editor.connection.vendor == "postgresql":  # which alters no table that has checks to make yet
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_search")]

    operations = [
        migrations.RemoveConstraint("ordercounter", "one_counter_each"),
        migrations.AddField("ordercounter", "currency_code", models.TextField(default="")),
        migrations.AddField("ordercounter", "with_total", models.IntegerField(default=0)),
        migrations.AddField("ordercounter", "total_high", models.BigIntegerField(default=0)),
        migrations.AddField("ordercounter", "total_low", models.BigIntegerField(default=0)),
        migrations.AddConstraint(
            "ordercounter", models.UniqueConstraint(fields=["organisation", *COUNTED], name="one_counter_each")
        ),
        migrations.RunPython(recount, join_currencies),
    ]
