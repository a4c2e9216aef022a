from django.db import migrations, models
from django.db.models import Q

COUNTED = ("with_paid", "paid_high", "paid_low", "back_high", "back_low")


class Migration(migrations.Migration):
    dependencies = [("orders", "0029_people")]

    operations = [
        migrations.AddField("order", "paid_amount", models.BigIntegerField(null=True)),
        migrations.AddField("order", "refunded_amount", models.BigIntegerField(null=True)),
        migrations.AddField("order", "charged_back_amount", models.BigIntegerField(null=True)),
        migrations.AddField("order", "last_refund_at", models.DateTimeField(null=True)),
        migrations.AddField("order", "refund_reference", models.TextField(null=True)),
        migrations.AddField("ordercounter", "with_paid", models.IntegerField(default=0)),
        *(migrations.AddField("ordercounter", name, models.BigIntegerField(default=0)) for name in COUNTED[1:]),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_refunded",
                condition=Q(last_refund_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["organisation", "-last_refund_at"],
                name="order_last_refund",
                condition=Q(last_refund_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_charged_back",
                condition=Q(charged_back_amount__isnull=False),
            ),
        ),
    ]
