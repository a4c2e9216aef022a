"""An order as Glu lists it."""

from functools import reduce
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Lower
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation

_PARTING = " -().+/"  # what stands between the digits of a phone number
_BARE = reduce(lambda text, sign: f"REPLACE({text}, '{sign}', '')", _PARTING, "%(expressions)s")


class DigitsTail(Func):
    """The last nine signs of a phone number without what parts its digits: the same with and without its country.

    It has no parameters, as an index over it would not be found by a question that has.
    """

    output_field = TextField()
    template = f"RIGHT({_BARE}, 9)"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """As SQLite says it."""
        return self.as_sql(compiler, connection, template=f"SUBSTR({_BARE}, -9)", **context)


class JoinedCode(Func):
    """A postcode in capitals without spaces."""

    output_field = TextField()
    template = "UPPER(REPLACE(%(expressions)s, ' ', ''))"


class CheckOutcome(models.TextChoices):
    """What came of reading an order again because somebody asked for it."""

    IDENTICAL = "identical", _("Identical to Glu.")
    MOVED = "moved", _("Something moved.")
    TECHNICAL = "technical", _("Only its stamp or technical fields moved.")
    NEW_LINES = "new_lines", _("Its lines had not been read before.")
    DOUBTED_LINES = "doubted_lines", _("Its lines may not be all there are.")
    SET_ASIDE = "set_aside", _("Some of its lines could not be read.")
    KEPT_CHANGING = "kept_changing", _("Glu’s answers kept changing while this order was read. Try again in a moment.")
    NOT_RETURNED = "not_returned", _("Glu no longer returns this order.")
    ANOTHER_ORDER = (
        "another_order",
        _("Glu has another order under this number: this one came from another organisation."),
    )
    UNUSABLE = "unusable", _("Glu’s answer cannot be used.")
    NOT_ASKED = "not_asked", _("Glu could not be asked.")


class Order(models.Model):
    """One order: Glu's documented scalars in columns, everything else as it came in `extra`.

    A text column is null where Glu sent nothing and "" where Glu sent "". Amounts are integers in the minor unit of
    `currency_code`. Times are aware UTC. A value that does not fit its column leaves the column null and is in `extra`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="orders", db_index=False)
    glu_id = models.BigIntegerField()
    uuid = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    dispatch_status = models.TextField(null=True)
    payment_status = models.TextField(null=True)
    payment_method = models.TextField(null=True)
    offline_payment_method = models.TextField(null=True)
    complimentary_reason = models.TextField(null=True)
    type = models.TextField(null=True)
    channel = models.TextField(null=True)
    gateway = models.TextField(null=True)

    currency_code = models.TextField(null=True)
    subtotal = models.BigIntegerField(null=True)
    discount_amount = models.BigIntegerField(null=True)
    delivery_amount = models.BigIntegerField(null=True)
    processing_fee = models.BigIntegerField(null=True)
    total = models.BigIntegerField(null=True)

    customer_first_name = models.TextField(null=True)
    customer_last_name = models.TextField(null=True)
    customer_name = models.TextField(null=True)
    customer_email_address = models.TextField(null=True)
    phone_number = models.TextField(null=True)
    recipient_first_name = models.TextField(null=True)
    recipient_last_name = models.TextField(null=True)
    recipient_email_address = models.TextField(null=True)
    email_to_recipient = models.BooleanField(null=True)

    delivery_method_name = models.TextField(null=True)
    delivery_method_type = models.TextField(null=True)
    scheduled_delivery_at = models.DateTimeField(null=True)
    delivery_name = models.TextField(null=True)
    delivery_address_line1 = models.TextField(null=True)
    delivery_address_line2 = models.TextField(null=True)
    delivery_address_city = models.TextField(null=True)
    delivery_address_county = models.TextField(null=True)
    delivery_address_postcode = models.TextField(null=True)
    delivery_address_country = models.TextField(null=True)
    billing_address_line1 = models.TextField(null=True)
    billing_address_line2 = models.TextField(null=True)
    billing_address_city = models.TextField(null=True)
    billing_address_county = models.TextField(null=True)
    billing_address_postcode = models.TextField(null=True)
    billing_address_country = models.TextField(null=True)

    user_agent = models.TextField(null=True)
    ip_address = models.TextField(null=True)

    # Since when it has its statuses and waits, as `waiting` has it. Since when it waits is null where nothing is open,
    # and of an order that is gone.
    dispatch_since = models.DateTimeField(null=True)
    payment_since = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)

    # The letters of the rules by which it is odd (`lints`), null for none; the mirror's writers keep them.
    lints = models.CharField(max_length=16, null=True)

    # JSON text, not a JSON column: it must give back exactly what came, including what PostgreSQL's JSON refuses.
    extra = models.TextField(default="", blank=True)
    payload_hash = models.CharField(max_length=32)

    # What the order's transactions come to (`settlement`); the mirror's writers keep them equal to a full sum.
    paid_amount = models.BigIntegerField(null=True)
    refunded_amount = models.BigIntegerField(null=True)
    charged_back_amount = models.BigIntegerField(null=True)
    last_refund_at = models.DateTimeField(null=True)
    refund_reference = models.TextField(null=True)

    first_copied_at = models.DateTimeField()
    copied_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    lines_due_at = models.DateTimeField(null=True)
    lines_copied_at = models.DateTimeField(null=True)
    lines_for_updated_at = models.DateTimeField(null=True)
    lines_attempts = models.PositiveSmallIntegerField(default=0)
    lines_error = models.CharField(max_length=200, default="", blank=True)
    lines_empty_at = models.DateTimeField(null=True)  # when Glu first gave none, though the order has money

    # Somebody asked for this order to be read again now, and what came of the last time. `checked_at` is when it was
    # last compared with Glu, which is not every time: an answer may not come, or not be usable.
    check_wanted_at = models.DateTimeField(null=True)
    check_done_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    check_outcome = models.CharField(max_length=16, choices=CheckOutcome, null=True)
    check_words = models.CharField(max_length=200, default="", blank=True)  # the outcome with its particulars

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "glu_id"], name="order_by_glu_id")]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-glu_id"], name="order_newest"),
            models.Index(fields=["organisation", "-updated_at", "-glu_id"], name="order_updated"),
            models.Index(fields=["organisation", "-total", "-glu_id"], name="order_total"),
            models.Index(fields=["organisation", "-scheduled_delivery_at", "-glu_id"], name="order_scheduled"),
            models.Index(fields=["organisation", "dispatch_status", "-created_at", "-glu_id"], name="order_dispatch"),
            models.Index(fields=["organisation", "payment_status", "-created_at", "-glu_id"], name="order_payment"),
            models.Index(fields=["organisation", "type", "-created_at", "-glu_id"], name="order_type"),
            models.Index(fields=["organisation", "channel", "-created_at", "-glu_id"], name="order_channel"),
            models.Index(fields=["organisation", "payment_method", "-created_at", "-glu_id"], name="order_method"),
            models.Index(
                fields=["organisation", "delivery_method_name", "-created_at", "-glu_id"], name="order_delivery"
            ),
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_gone",
                condition=Q(gone_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "waiting_since", "glu_id"],
                name="order_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_waiting_newest",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_refunded",
                condition=Q(last_refund_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-last_refund_at"],
                name="order_last_refund",
                condition=Q(last_refund_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_charged_back",
                condition=Q(charged_back_amount__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-created_at", "-glu_id"],
                name="order_odd",
                condition=Q(lints__isnull=False),
            ),
            models.Index("organisation", Lower("customer_email_address"), name="order_buyer_email"),
            models.Index("organisation", Lower("recipient_email_address"), name="order_recipient_email"),
            models.Index(
                F("organisation"),
                DigitsTail("phone_number"),
                name="order_buyer_phone",
                condition=Q(phone_number__gt=""),
            ),
            models.Index(
                F("organisation"),
                JoinedCode("billing_address_postcode"),
                name="order_billing_postcode",
                condition=Q(billing_address_postcode__gt=""),
            ),
            models.Index(
                F("organisation"),
                JoinedCode("delivery_address_postcode"),
                name="order_delivery_postcode",
                condition=Q(delivery_address_postcode__gt=""),
            ),
            models.Index(
                F("organisation"),
                F("created_at").desc(),
                name="order_lines_due",
                condition=Q(lines_due_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "lines_copied_at"],
                name="order_lines_read",
                condition=Q(lines_due_at__isnull=True, gone_at__isnull=True),
            ),
            models.Index(F("organisation"), name="order_check_wanted", condition=Q(check_wanted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"order {self.glu_id}"

    @property
    def back_amount(self) -> int | None:
        """What went back to who paid, by refund or chargeback; null where no transactions are known."""
        return None if self.refunded_amount is None else self.refunded_amount + (self.charged_back_amount or 0)

    @property
    def net_amount(self) -> int | None:
        """What was paid and has not gone back; null where no transactions are known."""
        if self.paid_amount is None or self.back_amount is None:
            return None
        return self.paid_amount - self.back_amount
