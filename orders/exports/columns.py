"""The columns of the two CSV files, joined by the order's number; technical fields of a buyer's device are left out."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext_noop as _

from orders.display import fields

Kind = Literal["text", "uuid", "number", "money", "currency", "time", "flag", "codes", "change"]


class Column(NamedTuple):
    """A column of a file: its heading, the kind of its values, and the field of an order or of a line it shows.

    Files have the heading as it stands, in every language; pages translate it.
    `of_line` is true for a field of the line; in a file of lines the other columns are of the line's order.
    `personal` says how a column tells of a person: a name, a postcode, or all of it; `short` is one of SHORT.
    In a column of changes orders with a primary key beyond `after` are new.
    """

    heading: str
    kind: Kind
    field: str
    of_line: bool = False
    personal: Literal["", "name", "postcode", "all"] = ""
    short: str = ""
    after: int = 0

    def shortened(self) -> "Column":
        """The column with names as initials and postcodes as districts."""
        return self._replace(short=self.personal)

    def value(self, row: Any) -> Any:
        """Its value in an order, or in a line; a text where Glu sent something that is not of its kind."""
        of = row if self.of_line else getattr(row, "order", row)
        if self.kind == "change":
            return "new" if of.pk > self.after else "changed"
        if self.kind == "codes":
            return fields.discount_codes(of)
        found = fields.value(of, self.field)
        return SHORT[self.short](found) if self.short and isinstance(found, str) else found


SHORT: dict[str, Callable[[str], str]] = {
    "name": lambda name: f"{name[:1]}." if name else "",
    "postcode": lambda postcode: postcode.replace(" ", "")[:-3],
}
"""How much of a text stays where personal data is reduced; `written` has the same for the database."""

ORDER_COLUMNS = (
    Column(_("Order"), "number", "glu_id"),
    Column(_("UUID"), "uuid", "uuid"),
    Column(_("Created"), "time", "created_at"),
    Column(_("Updated"), "time", "updated_at"),
    Column(_("Type"), "text", "type"),
    Column(_("Channel"), "text", "channel"),
    Column(_("Dispatch status"), "text", "dispatch_status"),
    Column(_("Payment status"), "text", "payment_status"),
    Column(_("Payment method"), "text", "payment_method"),
    Column(_("Offline payment method"), "text", "offline_payment_method"),
    Column(_("Complimentary reason"), "text", "complimentary_reason", personal="all"),
    Column(_("Gateway"), "text", "gateway"),
    Column(_("Currency"), "currency", "currency_code"),
    Column(_("Subtotal"), "money", "subtotal"),
    Column(_("Discount"), "money", "discount_amount"),
    Column(_("Delivery"), "money", "delivery_amount"),
    Column(_("Processing fee"), "money", "processing_fee"),
    Column(_("Total"), "money", "total"),
    Column(_("Paid"), "money", "paid_amount"),
    Column(_("Refunded"), "money", "refunded_amount"),
    Column(_("Charged back"), "money", "charged_back_amount"),
    Column(_("Net"), "money", "net_amount"),
    Column(_("Last refund"), "time", "last_refund_at"),
    Column(_("Refund reference"), "text", "refund_reference"),
    Column(_("Discount codes"), "codes", "extra"),
    Column(_("Buyer"), "text", "customer_name", personal="name"),
    Column(_("Buyer first name"), "text", "customer_first_name", personal="name"),
    Column(_("Buyer last name"), "text", "customer_last_name", personal="name"),
    Column(_("Buyer e-mail"), "text", "customer_email_address", personal="all"),
    Column(_("Phone"), "text", "phone_number", personal="all"),
    Column(_("Recipient first name"), "text", "recipient_first_name", personal="name"),
    Column(_("Recipient last name"), "text", "recipient_last_name", personal="name"),
    Column(_("Recipient e-mail"), "text", "recipient_email_address", personal="all"),
    Column(_("E-mail to recipient"), "flag", "email_to_recipient"),
    Column(_("Delivery method"), "text", "delivery_method_name"),
    Column(_("Delivery method type"), "text", "delivery_method_type"),
    Column(_("Scheduled delivery"), "time", "scheduled_delivery_at"),
    Column(_("Delivery name"), "text", "delivery_name", personal="name"),
    Column(_("Delivery address 1"), "text", "delivery_address_line1", personal="all"),
    Column(_("Delivery address 2"), "text", "delivery_address_line2", personal="all"),
    Column(_("Delivery city"), "text", "delivery_address_city"),
    Column(_("Delivery county"), "text", "delivery_address_county"),
    Column(_("Delivery postcode"), "text", "delivery_address_postcode", personal="postcode"),
    Column(_("Delivery country"), "text", "delivery_address_country"),
    Column(_("Billing address 1"), "text", "billing_address_line1", personal="all"),
    Column(_("Billing address 2"), "text", "billing_address_line2", personal="all"),
    Column(_("Billing city"), "text", "billing_address_city"),
    Column(_("Billing county"), "text", "billing_address_county"),
    Column(_("Billing postcode"), "text", "billing_address_postcode", personal="postcode"),
    Column(_("Billing country"), "text", "billing_address_country"),
    Column(_("Waiting since"), "time", "waiting_since"),
    Column(_("No longer at Glu since"), "time", "gone_at"),
)

LINE_COLUMNS = (
    Column(_("Order"), "number", "glu_id"),
    Column(_("Line"), "number", "glu_id", of_line=True),
    Column(_("Name"), "text", "name", of_line=True),
    Column(_("Type"), "text", "type", of_line=True),
    Column(_("Currency"), "currency", "currency_code"),
    Column(_("Line subtotal"), "money", "subtotal", of_line=True),
    Column(_("Line discount"), "money", "discount_amount", of_line=True),
    Column(_("Line total"), "money", "total", of_line=True),
    Column(_("Refunded"), "flag", "refunded", of_line=True),
    Column(_("Discount codes"), "codes", "extra", of_line=True),
    Column(_("Description"), "text", "description", of_line=True),
    Column(_("Personal message"), "text", "personal_message", of_line=True, personal="all"),
)


class Preset(NamedTuple):
    """Columns of orders that are often wanted together, by their fields; None is every one."""

    label: str
    fields: frozenset[str] | None


_ALWAYS = "glu_id uuid created_at updated_at type channel dispatch_status payment_status waiting_since gone_at"
PRESETS = {
    "accounting": Preset(
        _("Accounting"),
        frozenset(
            f"{_ALWAYS} payment_method offline_payment_method complimentary_reason gateway currency_code subtotal "
            "discount_amount delivery_amount processing_fee total paid_amount refunded_amount charged_back_amount "
            "net_amount last_refund_at refund_reference extra customer_name customer_email_address "
            "billing_address_line1 billing_address_line2 billing_address_city billing_address_county "
            "billing_address_postcode billing_address_country".split()
        ),
    ),
    "dispatch": Preset(
        _("Dispatch"),
        frozenset(
            f"{_ALWAYS} customer_name customer_email_address phone_number recipient_first_name recipient_last_name "
            "recipient_email_address email_to_recipient delivery_method_name delivery_method_type "
            "scheduled_delivery_at delivery_name delivery_address_line1 delivery_address_line2 delivery_address_city "
            "delivery_address_county delivery_address_postcode delivery_address_country".split()
        ),
    ),
    "everything": Preset(_("Everything"), None),
}
"""The choices of columns, by the name an address has for them."""

OWN = "own"
"""The name an address has for columns that are chosen one by one."""

CHOSEN: dict[bool, dict[str, Column]] = {
    False: {column.field: column for column in ORDER_COLUMNS[1:]},
    True: {f"line.{column.field}": column for column in LINE_COLUMNS[1:]},
}
"""The columns of orders (False) and of lines (True) that can be chosen one by one, beside the order's number."""
