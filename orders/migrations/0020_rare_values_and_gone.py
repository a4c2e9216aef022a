"""Indexes for rare values and for orders that are gone; on PostgreSQL they are made while the desk is used."""

from django.db import migrations, models

from orders.migrations._resumable import AddIndexWhileUsed


def _by(column, name):
    return AddIndexWhileUsed(
        "order", models.Index(fields=["organisation", column, "-created_at", "-glu_id"], name=name)
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0019_counted_by_currency")]

    operations = [
        _by("type", "order_type"),
        _by("channel", "order_channel"),
        _by("payment_method", "order_method"),
        _by("delivery_method_name", "order_delivery"),
        AddIndexWhileUsed(
            "order",
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_gone",
                condition=models.Q(gone_at__isnull=False),
            ),
        ),
        AddIndexWhileUsed(
            "order",
            models.Index(
                fields=["organisation", "lines_copied_at"],
                name="order_lines_read",
                condition=models.Q(lines_due_at__isnull=True, gone_at__isnull=True),
            ),
        ),
    ]
