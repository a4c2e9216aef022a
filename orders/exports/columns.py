"""The columns of the two CSV files, joined by the order's number; technical fields of a buyer's device are left out."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from orders.display import fields

Kind = Literal["text", "number", "money", "currency", "time", "flag"]


class Column(NamedTuple):
    """A column of a file: its heading, the kind of its values, and a function that takes its value from a row.

    The value is a text where Glu sent something that is not of that kind.
    """

    heading: str
    kind: Kind
    value: Callable[[Any], Any]


def _field(name: str) -> Callable[[Any], Any]:
    return lambda row: row.glu_id if name == "glu_id" else fields.value(row, name)


def _columns(*entries: tuple[str, Kind, str]) -> tuple[Column, ...]:
    return tuple(Column(heading, kind, _field(name)) for heading, kind, name in entries)


ORDER_COLUMNS = (
    *_columns(
        ("Order", "number", "glu_id"),
        ("UUID", "text", "uuid"),
        ("Created", "time", "created_at"),
        ("Updated", "time", "updated_at"),
        ("Type", "text", "type"),
        ("Channel", "text", "channel"),
        ("Dispatch status", "text", "dispatch_status"),
        ("Payment status", "text", "payment_status"),
        ("Payment method", "text", "payment_method"),
        ("Offline payment method", "text", "offline_payment_method"),
        ("Complimentary reason", "text", "complimentary_reason"),
        ("Gateway", "text", "gateway"),
        ("Currency", "currency", "currency_code"),
        ("Subtotal", "money", "subtotal"),
        ("Discount", "money", "discount_amount"),
        ("Delivery", "money", "delivery_amount"),
        ("Processing fee", "money", "processing_fee"),
        ("Total", "money", "total"),
    ),
    Column("Discount codes", "text", fields.discount_codes),
    *_columns(
        ("Buyer", "text", "customer_name"),
        ("Buyer first name", "text", "customer_first_name"),
        ("Buyer last name", "text", "customer_last_name"),
        ("Buyer e-mail", "text", "customer_email_address"),
        ("Phone", "text", "phone_number"),
        ("Recipient first name", "text", "recipient_first_name"),
        ("Recipient last name", "text", "recipient_last_name"),
        ("Recipient e-mail", "text", "recipient_email_address"),
        ("E-mail to recipient", "flag", "email_to_recipient"),
        ("Delivery method", "text", "delivery_method_name"),
        ("Delivery method type", "text", "delivery_method_type"),
        ("Scheduled delivery", "time", "scheduled_delivery_at"),
        ("Delivery name", "text", "delivery_name"),
        ("Delivery address 1", "text", "delivery_address_line1"),
        ("Delivery address 2", "text", "delivery_address_line2"),
        ("Delivery city", "text", "delivery_address_city"),
        ("Delivery county", "text", "delivery_address_county"),
        ("Delivery postcode", "text", "delivery_address_postcode"),
        ("Delivery country", "text", "delivery_address_country"),
        ("Billing address 1", "text", "billing_address_line1"),
        ("Billing address 2", "text", "billing_address_line2"),
        ("Billing city", "text", "billing_address_city"),
        ("Billing county", "text", "billing_address_county"),
        ("Billing postcode", "text", "billing_address_postcode"),
        ("Billing country", "text", "billing_address_country"),
    ),
)

LINE_COLUMNS = (
    Column("Order", "number", lambda line: line.order.glu_id),
    *_columns(("Line", "number", "glu_id"), ("Name", "text", "name"), ("Type", "text", "type")),
    Column("Currency", "currency", lambda line: fields.value(line.order, "currency_code")),
    *_columns(
        ("Line subtotal", "money", "subtotal"),
        ("Line discount", "money", "discount_amount"),
        ("Line total", "money", "total"),
        ("Refunded", "flag", "refunded"),
    ),
    Column("Discount codes", "text", fields.discount_codes),
    *_columns(("Description", "text", "description"), ("Personal message", "text", "personal_message")),
)
