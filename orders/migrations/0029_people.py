"""Indexes by which the orders of one person are found; on PostgreSQL they are made while the desk is used."""

from django.db import migrations, models

from orders.migrations._resumable import AddIndexWhileUsed
from orders.models.order import DigitsTail, JoinedCode


def _by(expression, column, name):
    return AddIndexWhileUsed(
        "order",
        models.Index(
            models.F("organisation"), expression(column), name=name, condition=models.Q(**{f"{column}__gt": ""})
        ),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0028_notes")]

    operations = [
        _by(DigitsTail, "phone_number", "order_buyer_phone"),
        _by(JoinedCode, "billing_address_postcode", "order_billing_postcode"),
        _by(JoinedCode, "delivery_address_postcode", "order_delivery_postcode"),
    ]
