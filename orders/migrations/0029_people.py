"""Indexes by which the orders of one person are found; on PostgreSQL they are made while the desk is used."""

from django.db import migrations, models

from orders.models.order import DigitsTail, JoinedCode


class AddIndexWhileUsed(migrations.AddIndex):
    """As AddIndex; PostgreSQL lets others write meanwhile."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            schema_editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index, concurrently=True)


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
