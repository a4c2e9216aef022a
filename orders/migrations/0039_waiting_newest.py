"""An index by which lists of what waits are walked from the newest on."""

from django.db import models
from django.db.models import Q

from orders.migrations._resumable import AddIndexWhileUsed
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0038_money_back")]

    operations = [
        AddIndexWhileUsed(
            "order",
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_waiting_newest",
                condition=Q(waiting_since__isnull=False),
            ),
        ),
    ]
