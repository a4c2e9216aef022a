"""How many orders were placed on each day, and worth how much: what reports are made of."""

from django.db import models

from glu_admin.tenancy.models import Organisation

SPLIT_FIELDS = ("type", "channel", "delivery_method_name", "payment_method", "payment_status")
"""The order columns by whose values a day's orders are told apart; null is counted as ""."""

WORTH = ("gross", "discount", "delivery", "fee", "total", "paid", "back")
"""The amounts of orders that are added up by day, each by halves."""

SUMS = tuple(f"{name}_{half}" for name in WORTH for half in ("high", "low"))

ADDED_BY_DAY = ("n", "with_gross", "with_total", "with_paid", *SUMS)
"""What a day's row adds up, in the order in which it is read."""

FIRST_YEAR, LAST_YEAR = 1900, 8999
"""The years whose days are counted, in UTC: nobody means an order of another one."""


class OrderDay(models.Model):
    """The orders of a currency that were placed on a day of the organisation's zone, and have one value of one field.

    `field` is one of SPLIT_FIELDS, or "" for all of the day's orders. `with_gross` and `with_total` of them have these
    amounts, and of `with_paid` transactions are known. The amounts are sums by halves, as those of OrderCounter:
    `gross` is Glu's subtotal, `back` what was refunded and charged back.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="order_days", db_index=False)
    field = models.TextField()
    day = models.DateField()
    currency_code = models.TextField()
    value = models.TextField()
    n = models.IntegerField(default=0)
    with_gross = models.IntegerField(default=0)
    with_total = models.IntegerField(default=0)
    with_paid = models.IntegerField(default=0)
    gross_high = models.BigIntegerField(default=0)
    gross_low = models.BigIntegerField(default=0)
    discount_high = models.BigIntegerField(default=0)
    discount_low = models.BigIntegerField(default=0)
    delivery_high = models.BigIntegerField(default=0)
    delivery_low = models.BigIntegerField(default=0)
    fee_high = models.BigIntegerField(default=0)
    fee_low = models.BigIntegerField(default=0)
    total_high = models.BigIntegerField(default=0)
    total_low = models.BigIntegerField(default=0)
    paid_high = models.BigIntegerField(default=0)
    paid_low = models.BigIntegerField(default=0)
    back_high = models.BigIntegerField(default=0)
    back_low = models.BigIntegerField(default=0)

    across_organisations = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "field", "day", "currency_code", "value"], name="one_day_each"
            )
        ]
