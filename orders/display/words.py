"""The desk's own words for Glu's fields, the same on all pages."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

FIELD_WORDS = {
    "type": gettext_noop("Type"),
    "channel": gettext_noop("Channel"),
    "dispatchStatus": gettext_noop("Dispatch"),
    "paymentStatus": gettext_noop("Payment"),
    "paymentMethod": gettext_noop("Payment method"),
    "offlinePaymentMethod": gettext_noop("Offline payment method"),
    "complimentaryReason": gettext_noop("Complimentary reason"),
    "gateway": gettext_noop("Gateway"),
    "transaction": gettext_noop("Transaction"),
    "currencyCode": gettext_noop("Currency"),
    "subtotal": gettext_noop("Subtotal"),
    "discountAmount": gettext_noop("Discount"),
    "discount_amount": gettext_noop("Discount"),
    "discountCodes": gettext_noop("Discount codes"),
    "deliveryAmount": gettext_noop("Delivery price"),
    "processingFee": gettext_noop("Processing fee"),
    "total": gettext_noop("Total"),
    "createdAt": gettext_noop("Created"),
    "customerName": gettext_noop("Buyer"),
    "customerFirstName": gettext_noop("Buyer, first name"),
    "customerLastName": gettext_noop("Buyer, last name"),
    "customerEmailAddress": gettext_noop("Buyer’s e-mail"),
    "phoneNumber": gettext_noop("Buyer’s phone"),
    "user": gettext_noop("Buyer’s account"),
    "recipientFirstName": gettext_noop("Recipient, first name"),
    "recipientLastName": gettext_noop("Recipient, last name"),
    "recipientEmailAddress": gettext_noop("Recipient’s e-mail"),
    "emailToRecipient": gettext_noop("E-mail to recipient"),
    "scheduledDeliveryAt": gettext_noop("Scheduled"),
    "deliveryMethodName": gettext_noop("Delivery method"),
    "deliveryMethodType": gettext_noop("Delivery method, type"),
    "deliveryMethodZoneRate": gettext_noop("Delivery zone and rate"),
    "deliveryName": gettext_noop("Delivery name"),
    "deliveryContact": gettext_noop("Delivery contact"),
    "deliveryContactAddress": gettext_noop("Delivery contact, address"),
    "billingContact": gettext_noop("Billing contact"),
    "billingContactAddress": gettext_noop("Billing contact, address"),
    "name": gettext_noop("Name"),
    "description": gettext_noop("Description"),
    "personalMessage": gettext_noop("Personal message"),
    "selectedOptions": gettext_noop("Options"),
    "variant": gettext_noop("Variant"),
    "orderLineTypeVoucher": gettext_noop("Voucher"),
    "recurringProduct": gettext_noop("Membership"),
    "refunded": gettext_noop("Refunded"),
    "deliveryAddressLine1": gettext_noop("Delivery address, line 1"),
    "deliveryAddressLine2": gettext_noop("Delivery address, line 2"),
    "deliveryAddressCity": gettext_noop("Delivery address, city"),
    "deliveryAddressCounty": gettext_noop("Delivery address, county"),
    "deliveryAddressPostcode": gettext_noop("Delivery address, postcode"),
    "deliveryAddressCountry": gettext_noop("Delivery address, country"),
    "billingAddressLine1": gettext_noop("Billing address, line 1"),
    "billingAddressLine2": gettext_noop("Billing address, line 2"),
    "billingAddressCity": gettext_noop("Billing address, city"),
    "billingAddressCounty": gettext_noop("Billing address, county"),
    "billingAddressPostcode": gettext_noop("Billing address, postcode"),
    "billingAddressCountry": gettext_noop("Billing address, country"),
}
"""As they are in English; `field_words` translates them."""


def field_words(name: str) -> str:
    """Glu's name of a field in the desk's words; one that is not documented in its own: "storeReference" as "Store
    reference"."""
    if name in FIELD_WORDS:
        return _(FIELD_WORDS[name])
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", " ")
    return words[:1].upper() + words[1:]
