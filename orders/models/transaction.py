"""Payments, refunds and chargebacks, as Glu lists them."""

from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.db.models.functions import Lower

from glu_admin.tenancy.models import Organisation

GIVEN_BACK = ("Refund", "Chargeback")
"""The types, in Glu's words, of those by which money went back, whether that failed or was reversed later or not."""


class IsBack(Func):
    """Whether a transaction of this type gave money back, or took such money again: it failed or was reversed.

    It has no parameters, as an index of these would not be found by a question that has.
    """

    output_field = BooleanField()
    template = "%(expressions)s IN ('Refund', 'Refund Failure', 'Chargeback', 'Chargeback Reversal')"


class Transaction(models.Model):
    """One transaction; `amount` is in the minor unit of `currency_code`. Of a card only the last four digits are kept.

    Source: https://glu.gitbook.io/docs/api/organisation-api/transaction
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="transactions", db_index=False
    )
    glu_id = models.BigIntegerField()
    order_glu_id = models.BigIntegerField(null=True)
    type = models.TextField(null=True)
    amount = models.BigIntegerField(null=True)
    currency_code = models.TextField(null=True)
    gateway = models.TextField(null=True)
    gateway_reference = models.TextField(null=True)
    card_type = models.TextField(null=True)
    card_last_four = models.CharField(max_length=4, default="", blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    payload_hash = models.CharField(max_length=32)
    copied_at = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "glu_id"], name="transaction_by_glu_id")]
        indexes = [
            models.Index(fields=["organisation", "order_glu_id"], name="transaction_of_order"),
            models.Index("organisation", Lower("gateway_reference"), name="transaction_reference"),
            models.Index(F("organisation"), F("created_at"), name="transaction_back", condition=Q(IsBack(F("type")))),
        ]
