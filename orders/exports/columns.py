"""The columns of the two CSV files, joined by the order's number; technical fields of a buyer's device are left out."""

from typing import Any, Literal, NamedTuple

from orders.display import fields

Kind = Literal["text", "uuid", "number", "money", "currency", "time", "flag", "codes"]


class Column(NamedTuple):
    """A column of a file: its heading, the kind of its values, and the field of an order or of a line it shows.

    `of_line` is true for a field of the line; in a file of lines the other columns are of the line's order.
    """

    heading: str
    kind: Kind
    field: str
    of_line: bool = False

    def value(self, row: Any) -> Any:
        """Its value in an order, or in a line; a text where Glu sent something that is not of its kind."""
        of = row if self.of_line else getattr(row, "order", row)
        if self.kind == "codes":
            return fields.discount_codes(of)
        return of.glu_id if self.field == "glu_id" else fields.value(of, self.field)


ORDER_COLUMNS = (
    Column("Order", "number", "glu_id"),
    Column("UUID", "uuid", "uuid"),
    Column("Created", "time", "created_at"),
    Column("Updated", "time", "updated_at"),
    Column("Type", "text", "type"),
    Column("Channel", "text", "channel"),
    Column("Dispatch status", "text", "dispatch_status"),
    Column("Payment status", "text", "payment_status"),
    Column("Payment method", "text", "payment_method"),
    Column("Offline payment method", "text", "offline_payment_method"),
    Column("Complimentary reason", "text", "complimentary_reason"),
    Column("Gateway", "text", "gateway"),
    Column("Currency", "currency", "currency_code"),
    Column("Subtotal", "money", "subtotal"),
    Column("Discount", "money", "discount_amount"),
    Column("Delivery", "money", "delivery_amount"),
    Column("Processing fee", "money", "processing_fee"),
    Column("Total", "money", "total"),
    Column("Discount codes", "codes", "extra"),
    Column("Buyer", "text", "customer_name"),
    Column("Buyer first name", "text", "customer_first_name"),
    Column("Buyer last name", "text", "customer_last_name"),
    Column("Buyer e-mail", "text", "customer_email_address"),
    Column("Phone", "text", "phone_number"),
    Column("Recipient first name", "text", "recipient_first_name"),
    Column("Recipient last name", "text", "recipient_last_name"),
    Column("Recipient e-mail", "text", "recipient_email_address"),
    Column("E-mail to recipient", "flag", "email_to_recipient"),
    Column("Delivery method", "text", "delivery_method_name"),
    Column("Delivery method type", "text", "delivery_method_type"),
    Column("Scheduled delivery", "time", "scheduled_delivery_at"),
    Column("Delivery name", "text", "delivery_name"),
    Column("Delivery address 1", "text", "delivery_address_line1"),
    Column("Delivery address 2", "text", "delivery_address_line2"),
    Column("Delivery city", "text", "delivery_address_city"),
    Column("Delivery county", "text", "delivery_address_county"),
    Column("Delivery postcode", "text", "delivery_address_postcode"),
    Column("Delivery country", "text", "delivery_address_country"),
    Column("Billing address 1", "text", "billing_address_line1"),
    Column("Billing address 2", "text", "billing_address_line2"),
    Column("Billing city", "text", "billing_address_city"),
    Column("Billing county", "text", "billing_address_county"),
    Column("Billing postcode", "text", "billing_address_postcode"),
    Column("Billing country", "text", "billing_address_country"),
)

LINE_COLUMNS = (
    Column("Order", "number", "glu_id"),
    Column("Line", "number", "glu_id", of_line=True),
    Column("Name", "text", "name", of_line=True),
    Column("Type", "text", "type", of_line=True),
    Column("Currency", "currency", "currency_code"),
    Column("Line subtotal", "money", "subtotal", of_line=True),
    Column("Line discount", "money", "discount_amount", of_line=True),
    Column("Line total", "money", "total", of_line=True),
    Column("Refunded", "flag", "refunded", of_line=True),
    Column("Discount codes", "codes", "extra", of_line=True),
    Column("Description", "text", "description", of_line=True),
    Column("Personal message", "text", "personal_message", of_line=True),
)
