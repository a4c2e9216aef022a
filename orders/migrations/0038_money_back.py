"""An index by which the refunds of some days are found; on PostgreSQL it is made while the desk is used."""

from django.db import migrations, models

from orders.migrations._resumable import AddIndexWhileUsed
from orders.models.transaction import IsBack


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0037_schedules_pause")]

    operations = [
        AddIndexWhileUsed(
            "transaction",
            models.Index(
                models.F("organisation"),
                models.F("created_at"),
                name="transaction_back",
                condition=models.Q(IsBack(models.F("type"))),
            ),
        )
    ]
