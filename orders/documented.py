"""The fields that Glu documents, and the columns they have here.

Source: https://glu.gitbook.io/docs/api/organisation-api/order
"""

from typing import Literal, NamedTuple

Kind = Literal["text", "word", "integer", "flag", "time", "uuid"]


class Field(NamedTuple):
    """One documented scalar: Glu's name, our column, and what may stand in it."""

    glu: str
    column: str
    kind: Kind


ORDER_FIELDS = (
    Field("uuid", "uuid", "uuid"),
    Field("createdAt", "created_at", "time"),
    Field("updatedAt", "updated_at", "time"),
    Field("dispatchStatus", "dispatch_status", "word"),
    Field("paymentStatus", "payment_status", "word"),
    Field("paymentMethod", "payment_method", "word"),
    Field("offlinePaymentMethod", "offline_payment_method", "text"),
    Field("complimentaryReason", "complimentary_reason", "text"),
    Field("type", "type", "word"),
    Field("channel", "channel", "word"),
    Field("gateway", "gateway", "text"),
    Field("currencyCode", "currency_code", "word"),
    Field("subtotal", "subtotal", "integer"),
    Field("discountAmount", "discount_amount", "integer"),
    Field("deliveryAmount", "delivery_amount", "integer"),
    Field("processingFee", "processing_fee", "integer"),
    Field("total", "total", "integer"),
    Field("customerFirstName", "customer_first_name", "text"),
    Field("customerLastName", "customer_last_name", "text"),
    Field("customerName", "customer_name", "text"),
    Field("customerEmailAddress", "customer_email_address", "word"),
    Field("phoneNumber", "phone_number", "text"),
    Field("recipientFirstName", "recipient_first_name", "text"),
    Field("recipientLastName", "recipient_last_name", "text"),
    Field("recipientEmailAddress", "recipient_email_address", "word"),
    Field("emailToRecipient", "email_to_recipient", "flag"),
    Field("deliveryMethodName", "delivery_method_name", "word"),
    Field("deliveryMethodType", "delivery_method_type", "word"),
    Field("scheduledDeliveryAt", "scheduled_delivery_at", "time"),
    Field("deliveryName", "delivery_name", "text"),
    Field("deliveryAddressLine1", "delivery_address_line1", "text"),
    Field("deliveryAddressLine2", "delivery_address_line2", "text"),
    Field("deliveryAddressCity", "delivery_address_city", "text"),
    Field("deliveryAddressCounty", "delivery_address_county", "text"),
    Field("deliveryAddressPostcode", "delivery_address_postcode", "text"),
    Field("deliveryAddressCountry", "delivery_address_country", "text"),
    Field("billingAddressLine1", "billing_address_line1", "text"),
    Field("billingAddressLine2", "billing_address_line2", "text"),
    Field("billingAddressCity", "billing_address_city", "text"),
    Field("billingAddressCounty", "billing_address_county", "text"),
    Field("billingAddressPostcode", "billing_address_postcode", "text"),
    Field("billingAddressCountry", "billing_address_country", "text"),
    Field("userAgent", "user_agent", "text"),
    Field("ipAddress", "ip_address", "text"),
)

ORDER_OBJECTS = frozenset(
    {
        "billingContact",
        "deliveryContact",
        "billingContactAddress",
        "deliveryContactAddress",
        "discountCodes",
        "user",
        "transaction",
        "browserInfo",
    }
)
"""Documented fields whose shape Glu does not tell: kept as they come."""

ORDER_REFERENCES = ORDER_OBJECTS - {"discountCodes", "browserInfo"}
"""Those that refer to something else of Glu's."""

LINE_FIELDS = (
    Field("name", "name", "text"),
    Field("type", "type", "text"),
    Field("description", "description", "text"),
    Field("personalMessage", "personal_message", "text"),
    Field("subtotal", "subtotal", "integer"),
    Field("discount_amount", "discount_amount", "integer"),
    Field("total", "total", "integer"),
    Field("refunded", "refunded", "flag"),
)

LINE_OBJECTS = frozenset(
    {
        "attachedOrder",
        "variant",
        "orderLineTypeVoucher",
        "selectedOptions",
        "discountCodes",
        "recurringProduct",
        "deliveryMethodZoneRate",
    }
)

LINE_REFERENCES = LINE_OBJECTS - {"selectedOptions", "discountCodes"}
"""Those that refer to something else of Glu's."""

DEVICE_FIELDS = frozenset({"ipAddress", "userAgent", "browserInfo"})
"""Documented fields of the buyer's device: personal data that nobody works with."""

DISPATCH_STATUSES = frozenset({"Outstanding", "Packed", "Dispatched", "Cancelled", "Scheduled", "Failed"})
"""Glu's documented values of dispatchStatus."""
